package console

import "github.com/onelan/onelan/onenet"

// bridgeZH says in Chinese what package bridge tells of its connections, and what to do.
var bridgeZH = map[onenet.Cause]struct{ says, fix string }{
	"bridge.protocol-version":   {"云端在这个地址不支持 MQTT 3.1.1", "把 upstream 设为多协议平台的 MQTT 端口：mqtt.heclouds.com:6002"},
	"bridge.device-refused":     {"云端没有这个设备 ID", "把 upstream_device 设为云端控制台显示的设备 ID；它与本地 ID 不同"},
	"bridge.cloud-unavailable":  {"云端表示服务不可用", "无需处理：会自动重试，间隔逐渐变长"},
	"bridge.password-refused":   {"云端不接受此设备的产品 ID 与密码", "upstream_product 设为设备在云端的产品 ID，密码设为其鉴权信息，或能访问该设备的 APIKey"},
	"bridge.login-forbidden":    {"云端禁止登录", "使用产品的 Master-APIkey、设备的 APIKey 或鉴权信息，并查看设备是否在黑名单中"},
	"bridge.unknown-connack":    {"云端返回了未知的 CONNACK 返回码", "确认 upstream 是多协议平台的 MQTT 地址"},
	"bridge.no-connack":         {"云端没有应答登录", "无需处理时会自动重试；若一直如此，检查 upstream 地址和途中的防火墙"},
	"bridge.closed-at-login":    {"云端在登录时直接关闭了连接", "检查 upstream 是否是 MQTT 端口，以及产品 ID、设备 ID 和密码"},
	"bridge.name-unknown":       {"云端的主机名无法解析", "检查 upstream 的拼写和本机的 DNS"},
	"bridge.connection-refused": {"云端地址上没有服务在监听", "检查 upstream 的地址和端口"},
	"bridge.unreachable":        {"连接不到云端", "检查本机的网络，以及途中的防火墙；会自动重试"},
	"bridge.certificate":        {"云端的证书不受信任", "用 bridge.ca 指定签发机构，或检查 upstream 的主机名"},
	"bridge.tls":                {"TLS 握手没有成功", "OneNET 的 6002 端口没有 TLS：去掉 bridge.tls，或改用 TLS 端口"},
	"bridge.evicted":            {"另一个连接以同一设备登录，把云桥挤下线了", "不要让板子同时直连云端；一台设备在云端只能有一个连接"},
	"bridge.half-open":          {"连接还在，但对端已经不在了", "无需处理：会重新登录。若经常发生，把 keepalive 调短，短于途中路由器的超时"},
	"bridge.no-puback":          {"云端应答心跳，却不确认某条消息", "查看队列中最早的消息：云端可能不接受它的 Topic 或大小"},
	"bridge.queue":              {"云桥的队列无法读写", "查看日志：通常是磁盘已满或只读。已接收的内容不会丢失"},
	"bridge.lost":               {"连接中断了", "无需处理：会重新登录，并从最早的未确认消息继续"},
}
