package console

// phrasesPacket are those of connections, packets, subscriptions and topics.
var phrasesPacket = map[string]string{
	"one CONNECT on a connection": "一个连接上只有一个 CONNECT", "a packet that a device sends": "设备可发送的报文", "a header that announces more: {}": "头部声明的长度更大：{}", "a remaining length of at most four bytes": "剩余长度最多四个字节",
	"packet type {#}": "报文类型 {}", "an MQTT CONNECT": "MQTT 的 CONNECT", "{q} …": "{} …", "a registration packet of OneNET's TCP access begins like this": "OneNET 的 TCP 透传接入的注册报文是这样开头的",
	"{#} bytes: {}": "{} 字节：{}", "a CONNECT packet": "CONNECT 报文", "a CONNECT within {t}": "{} 之内的 CONNECT", "the next step within {t}": "{} 之内的下一步", "nothing for packet id {#}": "报文标识符 {} 没有下文",
	"header byte 10": "首字节 10", "MQTT, level 4": "MQTT，级别 4", "{}, level {#}": "{}，级别 {}", "protocol name, level, flags and keepalive": "协议名、级别、标志和保活时间", "fields that end with the packet": "到报文末尾为止的各字段",
	"a field that is longer than the rest of it": "比剩余内容还长的字段", "{#} bytes behind them": "后面还有 {} 字节", "flags {}": "标志 {}", "will QoS 0 and will retain 0": "遗嘱 QoS 为 0，遗嘱保留为 0", "user name and password": "user name 和 password",
	"neither": "两者都没有", "a password only": "只有 password", "a user name only": "只有 user name", "UTF-8 without NUL": "不含 NUL 的 UTF-8", "no will": "没有遗嘱", "a will on {q}": "Topic 为 {} 的遗嘱",
	"a topic without wildcards that does not begin with $": "不含通配符、不以 $ 开头的 Topic", "at most {#} retained messages and {#} bytes": "最多 {} 条保留消息、{} 字节",
	"one board with this device id": "这个设备 ID 只有一块板子", "{#} take-overs within a minute": "一分钟内挤下线 {} 次", "the board at {} and the board at {} throw each other out": "{} 的板子与 {} 的板子互相挤下线",
	"an acknowledgement of two bytes": "两个字节的应答", "a well-formed packet": "格式正确的报文", "a valid PUBLISH": "正确的 PUBLISH", "at most {#} messages between PUBREC and PUBREL": "PUBREC 与 PUBREL 之间最多 {} 条消息",
	"a packet id above 0, then filters in UTF-8, each with a QoS of 0, 1 or 2": "大于 0 的报文标识符，然后是 UTF-8 的过滤器，各带 QoS 0、1 或 2", "the full name of a topic": "完整的 Topic 名",
	"$dp or $crsp/ and a command's id": "$dp，或 $crsp/ 加命令 ID", "{q}, which nobody subscribes": "{}，没有设备订阅它", "{q} ({~})": "{}（{}）", "the id of a command sent to {}": "下发给设备 {} 的命令的 ID",
	"the command was sent to device {} of product {}": "该命令是下发给产品 {2} 的设备 {1} 的", `"$dp"`: `"$dp"`, `"MQTT"`: `"MQTT"`,
}
