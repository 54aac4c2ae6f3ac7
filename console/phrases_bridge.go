package console

// phrasesBridge are those of the bridge to the real OneNET: how a link stands, why one fails, what became of messages.
var phrasesBridge = map[string]string{
	"the link to the cloud is {s}": "与云端的连接：{}", "the link to the cloud is {s}: {~}": "与云端的连接：{}。{}", "the cloud does not let the device subscribe to {}": "云端不允许设备订阅 {}",
	"given up: {~}, because {~}": "已放弃 {}：{}", "the queue was full, and the oldest gives way": "队列已满，最早的让位", "the queue was full, and what comes is dropped": "队列已满，新来的被丢弃", "it waited longer than it may": "等待超过了期限",
	"somebody said so": "有人要求放弃", "it had QoS 0 and the cloud was away": "QoS 为 0，而云端不可达", "the cloud has {~} with {~}": "云端已收到 {}，共 {}", "the cloud has {~}": "云端已收到 {}", "a message of the device is not accepted: {~}": "设备的一条消息未被接收：{}",
	"the cloud sends what nobody has asked for: no route leads down from this topic, and its messages are dropped": "云端发来没有要求的消息：没有从这个 Topic 下行的路由，其消息被丢弃", "a command of the cloud does not reach the device: {~}": "云端的命令无法到达设备：{}",
	"a command of the cloud could not be stored, and reaches the device only if the cloud sends it again: {~}": "云端的命令没有存下，除非云端再次下发，否则到不了设备：{}", "a data point of stream {q} stays here: {~}": "数据流 {} 的一个数据点留在本地：{}",
	"would go up: as device {} of product {}": "演练：会作为产品 {2} 的设备 {1} 上行", "entry {#} is in quarantine, so that the others can go on: connections ended on it again and again, the last time: {~}": "第 {} 条已被搁置，以便其他消息继续：连接反复在它上面中断，最近一次：{}",
	"the configuration was read again: the bridge is off": "已重新读取配置：云桥已关闭", "the configuration was read again; devices of the bridge: {#} added, {#} removed, {#} changed, {#} as before": "已重新读取配置；云桥的设备：新增 {}，移除 {}，修改 {}，不变 {}",
	"device {} is on the bridge, and does not exist here": "云桥中有设备 {}，本地却没有这台设备", "device {} gets the points of {} twice: onelan tells them here, and by the route of {q} the cloud tells them again": "设备 {} 会收到 {} 的数据点两次：onelan 在本地推送一次，云端又经 {} 的路由推送一次",

	// Why a link fails, and what to do.
	"a connection with the cloud": "与云端的连接", "the connection stood, and nobody was there any more": "连接还在，但对端已经不在了",
	"nothing to correct here: the link logs in again. If it happens often, shorten the keepalive below what a router on the way forgets after": "无需处理：会重新登录。若经常发生，把 keepalive 调短，短于途中路由器的超时",
	"the bridge's queue cannot be read or written": "云桥的队列无法读写", "see the log: usually the disk is full or read-only. Nothing that was accepted is lost": "查看日志：通常是磁盘已满或只读。已接收的内容不会丢失",
	"the cloud answers pings, and does not acknowledge a message": "云端应答心跳，却不确认某条消息", "the cloud answers pings, and does not acknowledge the message": "云端应答心跳，却不确认这条消息",
	"look at the oldest message of the queue: onelan bridge inspect. The cloud may not bear its topic or its size": "查看队列中最早的消息（onelan bridge inspect）：云端可能不接受它的 Topic 或大小", "the connection was lost": "连接中断了",
	"nothing to correct here: the link logs in again, and goes on from the oldest unacknowledged message": "无需处理：会重新登录，并从最早的未确认消息继续", "the cloud does not speak MQTT 3.1.1 at this address": "云端在这个地址不支持 MQTT 3.1.1",
	"set the upstream to the MQTT port of the legacy platform: mqtt.heclouds.com:6002": "把 upstream 设为多协议平台的 MQTT 端口：mqtt.heclouds.com:6002", "CONNACK {#} from {}": "{2} 返回 CONNACK {1}", "the cloud does not know this device id": "云端没有这个设备 ID",
	"set the upstream device to the id that the cloud's console shows; the local id is another one": "把 upstream_device 设为云端控制台显示的设备 ID；它与本地 ID 不同", "a device id of product {}": "产品 {} 的设备 ID", "the cloud says that its service is not available": "云端表示服务不可用",
	"nothing to correct here: it is tried again, more and more seldom": "无需处理：会自动重试，间隔逐渐变长", "the cloud does not accept the product id and the password for this device": "云端不接受此设备的产品 ID 与密码",
	"set the upstream product to the device's product id and the upstream password to its auth info, or an API key that opens the device": "upstream_product 设为设备在云端的产品 ID，密码设为其鉴权信息，或能访问该设备的 APIKey",
	"the auth info of device {} in product {}": "产品 {2} 中设备 {1} 的鉴权信息", "the cloud forbids the login": "云端禁止登录", "use the product's master key, the device's own key or its auth info, and look whether the device is on the blacklist": "使用产品的 Master-APIkey、设备的 APIKey 或鉴权信息，并查看设备是否在黑名单中",
	"a key that opens device {}": "能访问设备 {} 的密钥", "the cloud answers the login with code {#}, which MQTT 3.1.1 does not have": "云端对登录返回 {}，MQTT 3.1.1 没有这个返回码",
	"set the upstream to the MQTT port of the legacy platform; a server of MQTT 5 answers like this": "把 upstream 设为多协议平台的 MQTT 端口；MQTT 5 的服务器会这样应答", "a code from 0 to 5": "0 到 5 的返回码",
	"the connection stands, and the login is not answered": "连接已建立，登录却没有应答", "look whether the address is an MQTT port without TLS, and whether a firewall on the way swallows what is sent": "检查该地址是否是不用 TLS 的 MQTT 端口，以及途中的防火墙是否吞掉了报文",
	"the connection was closed before the login was answered": "登录还没有应答，连接就被关闭了", "look whether the address is an MQTT port, and whether it wants TLS; OneNET hangs up like this when something in the login is missing": "检查该地址是否是 MQTT 端口、是否需要 TLS；登录缺少内容时 OneNET 也会这样断开",
	"the login was not answered with a CONNACK": "对登录的应答不是 CONNACK", "look whether the address is an MQTT port": "检查该地址是否是 MQTT 端口", "the name of the cloud is not known": "云端的主机名无法解析", "check the upstream address, and whether this machine has a DNS server": "检查 upstream 的拼写和本机的 DNS",
	"nothing listens at {}": "{} 上没有服务在监听", "check the upstream address and its port (OneNET: 6002)": "检查 upstream 的地址和端口（OneNET：6002）", "the cloud cannot be reached at {}": "连接不到云端 {}", "check the network, and whether a firewall lets this port out": "检查网络，以及防火墙是否放行这个端口",
	"the cloud's certificate is not trusted": "云端的证书不受信任", "set the CA file to the authority that issued it, and the address to a name that stands in it": "用 bridge.ca 指定签发机构，地址用证书中的名称", "the certificate is for another name": "证书是另一个名称的", "the port does not speak TLS": "这个端口不支持 TLS",
	"leave TLS out of the upstream, or name its TLS port": "upstream 不用 TLS，或改为 TLS 端口", "TLS with {} failed": "与 {} 的 TLS 握手没有成功", "check the upstream's TLS settings": "检查 upstream 的 TLS 设置",
	"the cloud closed the connection soon after the login {#} times: another client logs in with this device id again and again": "登录后不久就被云端断开，已有 {} 次：另一个客户端反复以同一设备 ID 登录",
	"let one of them go: take the board off the cloud, or the device out of the bridge, or give one of them an id of its own":    "只留一个：让板子不再直连云端，或把设备移出云桥，或给其中一个换一个设备 ID", "one client with id {}": "只有一个 ID 为 {} 的客户端", "a fight over it": "互相争抢",
	"nothing came for {t}, not even an answer to a ping": "{} 没有收到任何内容，连心跳也没有应答", "CONNACK with code {#}": "返回码为 {} 的 CONNACK", "the bridge has left": "云桥已离开", "the bridge is closed": "云桥已关闭", "reading the queue: {~}": "读取队列：{}",
	"noting in the queue what is delivered: {~}": "在队列中记下已送达的内容：{}", "subscription to {}: {~}": "订阅 {}：{}", "the bridge's upstream {} is this very server: the link of device {} would throw its own device out": "云桥的 upstream {} 就是本机：设备 {} 的连接会把设备自己挤下线",

	// What the system says.
	"EOF": "对端关闭了连接", "unexpected EOF": "连接在中途断开", "i/o timeout": "超时", "connection refused": "连接被拒绝", "connection reset by peer": "连接被对端重置", "no such host": "没有这个主机名", "no route to host": "没有到主机的路由", "network is unreachable": "网络不可达",
	"broken pipe": "连接已断开", "context deadline exceeded": "超时", "context canceled": "已取消", "use of closed network connection": "连接已关闭", "dial tcp {}: {~}": "连接 {}：{}", "dial tcp: {~}": "连接：{}", "connect: {~}": "{}", "lookup {}: {~}": "解析 {}：{}", "read tcp {}->{}: {~}": "从 {2} 读取：{3}",
	"write tcp {}->{}: {~}": "向 {2} 写入：{3}", "read: {~}": "{}", "write: {~}": "{}", "lookup {} on {}: {~}": "向 {2} 查询 {1}：{3}",
}
