package console

import "github.com/onelan/onelan/onenet"

// fixesZH say in Chinese what to do, for every cause that package onenet tells in English.
var fixesZH = map[onenet.Cause]string{
	"login.auth-info-for-id": "client id 填设备 ID；鉴权信息填在 password", "login.auth-info-for-product": "user name 填产品 ID；鉴权信息填在 password",
	"login.auth-info-of-other-device": "使用本设备自己的鉴权信息，或以那台设备登录", "login.blocked": "把它移出黑名单",
	"login.cut-short": "检查存放该内容的缓冲区大小，确认全部复制进去了", "login.device-for-product": "user name 填产品 ID；设备 ID 填在 client id",
	"login.device-of-other-product": "user name 填设备所属产品的 ID", "login.empty-client-id": "client id 填设备 ID",
	"login.empty-password": "password 填设备的鉴权信息或 APIKey", "login.empty-user-name": "user name 填产品 ID",
	"login.encoded": "直接发送原文，MQTT 不需要编码", "login.full-width": "把输入法切换到半角，重新输入",
	"login.id-and-password-swapped": "对调两项：client id = 设备 ID，password = 鉴权信息", "login.id-for-password": "password 填设备的鉴权信息或 APIKey",
	"login.ids-swapped": "对调两项：client id = 设备 ID，user name = 产品 ID", "login.key-for-id": "client id 填设备 ID；APIKey 填在 password",
	"login.key-for-product": "user name 填产品 ID；APIKey 填在 password", "login.key-of-other-device": "使用设备的鉴权信息，或把该 APIKey 关联到此设备",
	"login.key-of-other-product": "使用设备的鉴权信息，或本产品的 APIKey", "login.letter-case": "照原样复制：OneNET 区分大小写",
	"login.mac-separators": "与创建设备时完全一致地填写；A0B1C2 与 a0:b1:c2 是两个不同的文本", "login.master-key": "固件里请用设备自己的鉴权信息：这样从一块板子读出的密钥只能打开这一块",
	"login.master-key-of-other-product": "使用设备的鉴权信息，或本产品的 APIKey", "login.name-for-id": "client id 填设备 ID；只有新版平台才用设备名称登录",
	"login.name-for-password": "password 填设备的鉴权信息或 APIKey", "login.name-for-product": "user name 填产品 ID",
	"login.number-format": "ID 按文本保存：不要丢掉前导零，不要有小数点或指数", "login.other-cloud": "client id = 设备 ID，user name = 产品 ID，password = 鉴权信息，各填一项",
	"login.pid-and-name": "client id 只填设备 ID，user name 只填产品 ID，password 只填鉴权信息", "login.placeholder": "把自己的 ID 和鉴权信息填进程序",
	"login.product-for-id": "client id 填设备 ID；产品 ID 填在 user name", "login.quotes": "去掉引号或括号",
	"login.register-code": "先注册一次（POST /register_de），再用返回的 key 登录；或使用设备的鉴权信息", "login.space-or-newline": "从文件、串口或网页表单读到的内容，发送前先去掉首尾空白",
	"login.store": "查看日志中的错误，然后重试", "login.three-fields-mixed": "client id = 设备 ID，user name = 产品 ID，password = 鉴权信息；检查客户端连接函数的参数顺序",
	"login.token": "password 填设备的鉴权信息；若要继续使用 token，请连接它所属平台的 1883 端口", "login.too-long": "检查客户端发送的长度：常见的是把文本末尾之后的缓冲区或字段名一起发了出去",
	"login.typo": "逐个字符比较，或直接复制", "login.unknown-device": "client id 填设备 ID（见设备列表），或添加这台设备",
	"login.unknown-product": "user name 填产品 ID（见产品列表）", "login.user-and-password-swapped": "对调两项：user name = 产品 ID，password = 鉴权信息",
	"login.wrong-password": "使用设备页上的鉴权信息",

	"link.connect-timeout": "连接建立后立即发送 CONNECT；看看客户端是否在等什么，或写到了另一个连接上", "link.early-packet": "等收到 CONNACK 且返回码为 0 之后再发送其他报文",
	"link.edp": "使用 MQTT 客户端：这里不支持 EDP", "link.handshake-timeout": "用 PUBREL 应答 PUBREC，用 PUBREC 应答 PUBLISH，用 PUBCOMP 应答 PUBREL；或使用 QoS 1",
	"link.http": "HTTP 调用请使用 REST API 的端口（默认 8080）", "link.malformed-packet": "检查剩余长度以及每个字符串的长度字节：它们数的是字节，不是字符",
	"link.no-connect": "加大客户端的缓冲区：Arduino 客户端会悄悄丢掉超过其 128 或 256 字节缓冲区的 CONNECT；端口扫描和健康检查看起来也是这样",
	"link.not-mqtt":   "确认客户端使用 MQTT 3.1.1，且中途没有改动字节", "link.packet-too-large": "一次少发一些；二进制数据点最大 3 MiB，报文最大 4 MiB",
	"link.text": "使用 MQTT 客户端：终端里输入的文本、串口模块透传发送的文本都不是 CONNECT 报文", "link.tls": "不使用 TLS 连接（OneNET 的 6002 端口就是如此），或让 onelan 监听 TLS 端口",
	"link.too-many-connections": "关闭一些连接，或调高 limits.connections", "link.two-boards": "给每块板子一个自己的设备；如果只有一块板子，说明它重新登录前没有关闭旧连接",
	"link.unexpected-packet": "只发送 PUBLISH、SUBSCRIBE、UNSUBSCRIBE、PINGREQ、DISCONNECT 和各种应答",

	"connect.anonymous": "user name 填产品 ID，password 填设备的鉴权信息", "connect.level": "把客户端版本设为 3.1.1（协议级别 4）",
	"connect.malformed": "检查剩余长度和每个字段前的长度字节：它们数的是字节，不是字符", "connect.mqtt-3.1": "把客户端版本设为 3.1.1（协议级别 4）",
	"connect.mqtt-5": "把客户端版本设为 3.1.1（协议级别 4）：命令行客户端用 -V mqttv311 或 -V 4", "connect.no-password": "password 填设备的鉴权信息或 APIKey；有的客户端在只设置 user name 时不发送 password",
	"connect.no-username": "user name 填产品 ID，password 填设备的鉴权信息", "connect.not-utf8": "client id、user name 和遗嘱 Topic 用 UTF-8 发送，长度不要计入结尾的 NUL",
	"connect.protocol-name": "协议名发送 MQTT，级别为 4（MQTT 3.1.1）", "connect.reserved-flag": "把连接标志的第 0 位清零", "connect.second": "CONNECT 只发一次；要重新登录请新建连接",
	"connect.will-flags": "遗嘱标志为 0 时，把这两项也清零", "connect.will-profile": "不使用遗嘱，或使用 profile 2017", "connect.will-qos": "使用 QoS 0、1 或 2", "connect.will-topic": "使用不含 + 和 #、不为空且不以 $ 开头的 Topic",

	"subscribe.bad-topic": "Topic 用 UTF-8 发送，不要带结尾的 NUL", "subscribe.creq": "无需订阅：每条命令都会到达 $creq/ 加命令 ID", "subscribe.device-limit": "退订一些；上限由 limits.topics_per_device 设置",
	"subscribe.dollar": "无需订阅：平台在 $ Topic 上发送的内容会直接到达", "subscribe.empty": "写明要订阅的 Topic", "subscribe.malformed": "发送报文标识符，并在 SUBSCRIBE 的每个过滤器之后加一个 QoS 字节",
	"subscribe.newer-platform": "这里请用 $dp 和 $creq，或把设备连接到程序所针对的平台", "subscribe.product-limit": "减少 Topic；上限由 limits.topics_per_product 设置", "subscribe.shared": "直接订阅该 Topic",
	"subscribe.too-long": "使用更短的 Topic", "subscribe.wildcard": "逐个写出完整的 Topic 名来订阅",

	"publish.bad-topic": "Topic 用 UTF-8 发送，不要带结尾的 NUL", "publish.creq": "向 $crsp/ 加命令 ID 应答", "publish.data-on-topic": "数据点请发布到 $dp，JSON 文本前加一个类型字节和两个长度字节",
	"publish.dollar": "数据点发布到 $dp，应答发布到 $crsp/ 加命令 ID", "publish.dp-misspelt": "数据点发布到 $dp，就是这三个字符", "publish.empty-topic": "写明 Topic；数据点用 $dp",
	"publish.malformed": "检查剩余长度和 Topic 的两个长度字节", "publish.newer-platform": "这里请把数据点发布到 $dp，或把设备连接到程序所针对的平台", "publish.no-packet-id": "给这类消息一个 1 到 65535 的标识符",
	"publish.qos-3": "使用 QoS 0、1 或 2", "publish.retain-limit": "发布空的保留消息以清除一些", "publish.suspect-data": "把保存的内容与设备想发送的内容比较一下", "publish.wildcard": "发布到一个完整的 Topic 名",

	"command.answer-topic": "向 $crsp/ 加上 $creq/ 后面的那个 ID 应答", "command.too-long-for-kit": "给使用此套件的设备下发短一些的命令", "command.unknown-id": "向 $crsp/ 加上 $creq/ 后面的那个 ID 应答",

	"data.bad-json": "用 JSON 工具检查这里指出的字节处", "data.bad-time": "北京时间写成 \"2018-06-01 08:00:00\"，或不写时间", "data.base64-text": "发送原始字节：客户端切换到 Base64 模式，或先解码",
	"data.binary-length": "在 JSON 与文件之间用四个字节写文件大小，高字节在前", "data.binary-too-large": "发送小一些的文件，或分成几个", "data.empty": "发送一个类型字节、两个长度字节（高字节在前）和 JSON 文本",
	"data.empty-stream": "数据流名称至少一个字符", "data.floats": "按组发送：数据流（2 字节）、个数（2 字节）、若干浮点数（各 4 字节）", "data.hex-text": `发送原始字节：客户端切换到十六进制模式，Python 中写 b'\x03\x00\x11'`,
	"data.length-counts-characters": "编码之后再取长度：Python 用 len(s.encode())，C 用 strlen", "data.length-counts-header": "数发送文本的字节数（UTF-8），不含头部和 NUL；高字节在前",
	"data.length-little-endian": "高字节在前：len >> 8，然后 len & 0xFF", "data.length-too-long": "数发送文本的字节数（UTF-8），不含头部和 NUL；高字节在前", "data.length-too-short": "数发送文本的字节数（UTF-8），不含头部和 NUL；高字节在前",
	"data.length-zero": "数发送文本的字节数（UTF-8），不含头部和 NUL；高字节在前", "data.nan": "传感器没有值时，不发这个点，或发送 null", "data.no-datapoints": `发送 {"datastreams":[{"id":"t","datapoints":[{"value":25.5}]}]}`,
	"data.no-datastreams": `发送 {"datastreams":[{"id":"t","datapoints":[{"value":25.5}]}]}`, "data.no-ds-id": `在文件之前发送 {"ds_id":"pic"}`, "data.no-id": `发送 {"datastreams":[{"id":"t","datapoints":[{"value":25.5}]}]}`,
	"data.no-length": "发送一个类型字节、两个长度字节（高字节在前）和 JSON 文本", "data.no-outer-json": `写成 {"t":25.5}`, "data.no-value": `每个点都要有 "value"，类型 5 和 6 的每条记录都要有最后一个字段`,
	"data.not-object": `类型 3 发送 {"数据流":值}`, "data.not-utf8": `把源文件存为 UTF-8，或把中文写成 \uXXXX`, "data.plain-json": "发送一个类型字节、两个长度字节（高字节在前）和 JSON 文本",
	"data.plain-text": "发送一个类型字节、两个长度字节（高字节在前）和 JSON 文本；单独一个值没有数据流可去", "data.reserved-bit": "清零：06、86、07 或 87", "data.single-quotes": `写成 "t"，C 中写 "\"t\""；Python 中用 json.dumps`,
	"data.stream-zero": "数据流编号为 1 到 65535", "data.text-type": "写数值：0x03，不是字符 '3'（0x33）", "data.time-bytes": "依次发送 年-2000、月（1-12）、日、时、分、秒 的数值", "data.time-flag": "86 和 87 之后有六个时间字节，06 和 07 之后没有",
	"data.too-deep": "内层部分作为字符串发送", "data.too-many-blocks": "分成几条消息发送", "data.too-many-floats": "分成几条消息发送", "data.too-many-points": "分成几条消息发送", "data.trailing-bytes": "最后一块之后不要再发送内容",
	"data.trailing-nul": "C 字符串的 NUL 不计入长度，也不要发送", "data.type3-body-in-type1": `让类型字节与 JSON 相符，或发送 {"datastreams":[{"id":"t","datapoints":[{"value":25.5}]}]}`, "data.type4-value": `发送 {"t":{"2018-06-01 08:00:00":25.5}}`,
	"data.type5-fields": "发送 值，或 数据流、值，或 数据流、时间、值；选一个值里不会出现的分隔符", "data.type5-separators": "以字段分隔符和记录分隔符开头：,;t,25.5;h,60", "data.unknown-type": "使用 01 到 07；类型 6、7 带时间时用 86、87",

	"call.auth-info-for-id": "用设备 ID 指明设备（见设备列表）", "call.auth-info-for-key": "使用 APIKey：鉴权信息只用于 MQTT 登录，不能用于调用", "call.bad-json": "发送前把内容打印出来看看，并用 JSON 库生成它",
	"call.blank-in-path": "空格写成 %20；日期与时间之间可以用 T", "call.body-short": "数实际发送的字节数（UTF-8），不含后面的空行", "call.device-offline": "先让设备上线，或在调用中加 timeout=秒数：命令会等到它下次登录",
	"call.exists": "换一个名称，或用 PUT 修改已有的", "call.form-body": "直接发送 JSON 文本：Python requests 用 json=…，curl 用 -d '{…}'", "call.head-too-long": "减少请求头，或把长的内容放进请求体", "call.http-2": "使用 HTTP/1.1 或 HTTP/1.0",
	"call.id-for-key": "在请求头 api-key 中发送产品的 Master-APIkey，或关联了此设备的 APIKey", "call.id-misspelt": "ID 按文本原样填写", "call.id-placeholder": "把自己的设备 ID 填进调用", "call.internal": "查看日志中的错误，然后重试",
	"call.invalid-parameter": "看上面写明的要求，或 /_lab/api 的说明", "call.key-cut-short": "检查存放密钥的缓冲区大小；末尾的 = 也是密钥的一部分", "call.key-encoded": "直接发送原文：请求头不需要编码", "call.key-for-id": "用设备 ID 指明设备（见设备列表）",
	"call.key-for-one-stream": "换成该密钥可访问的数据流，或让密钥关联整个设备", "call.key-in-other-header": "请求头名称用 api-key", "call.key-in-query": "在请求头 api-key 中发送产品的 Master-APIkey，或关联了此设备的 APIKey",
	"call.key-lacks-method": "使用 Master-APIkey，或给该密钥授予这种方法", "call.key-letter-case": "照原样复制密钥：区分大小写", "call.key-of-other-device": "使用 Master-APIkey，或把该密钥关联到此设备",
	"call.key-of-other-product": "使用设备所属产品的密钥，或密钥所属产品的设备", "call.key-placeholder": "把自己的密钥填进程序", "call.key-quotes": "去掉密钥上的引号或括号", "call.key-space-or-newline": "从文件或网页表单读到的内容，发送前先去掉首尾空白",
	"call.key-too-long": "只发送密钥本身：不带请求头名称、Bearer，也不带缓冲区里后面的内容", "call.key-typo": "重新复制密钥：产品页显示 Master-APIkey 和其他 APIKey", "call.limit": "删除一些，或在 onelan.yaml 中调高限制",
	"call.mqtt": "使用 MQTT 端口（默认 6002）", "call.name-for-id": "用设备 ID 指明设备（见设备列表）；只有新版平台才能用名称", "call.name-for-key": "在请求头 api-key 中发送产品的 Master-APIkey，或关联了此设备的 APIKey",
	"call.needs-master-key": "使用产品的 Master-APIkey", "call.newer-platform": "使用多协议平台的调用（说明见 /_lab/api），或调用程序所针对的平台", "call.no-body": "发送请求体，并在请求头 Content-Length 中写明长度",
	"call.no-key": "在请求头 api-key 中发送产品的 Master-APIkey，或关联了此设备的 APIKey", "call.not-built": "docs/COMPATIBILITY.md 写明了哪些没有实现", "call.not-found": "用该调用的复数形式列出已有的内容",
	"call.not-http": `发送请求行、请求头和一个空行，每行以 \r\n 结束；看看是否有别的程序在写这个连接`, "call.parameter-required": "把它加到 URL 的查询参数中；若调用有 JSON 请求体，则加到那里", "call.product-for-id": "用设备 ID 指明设备（见设备列表）",
	"call.rate": "减少调用；上限由 rest_rate 开关设置", "call.register-code-for-key": "使用 APIKey：注册码用于 POST /register_de?register_code=，该调用不需要密钥", "call.tls": "使用 http，不是 https",
	"call.token": "改为发送请求头 api-key；若要继续使用 token，请调用它所属的平台", "call.too-large": "少发一些：命令和消息最多 65535 字节，文件最大 800 KiB", "call.unfinished": `请求头以空行结束：请求体之前需要 \r\n\r\n`,
	"call.unknown-command": "使用 POST /cmds 返回的 cmd_uuid，全部 36 个字符", "call.unknown-device": "用设备 ID 指明设备（见设备列表），或添加这台设备", "call.unknown-key": "重新复制密钥：产品页显示 Master-APIkey 和其他 APIKey",
	"call.unknown-path": "与 /_lab/api 的说明比较路径", "call.unknown-register-code": "使用产品页上的注册码", "call.unknown-stream": "填设备已有的数据流；数据流在收到第一个数据点时产生", "call.wrong-method": "使用该调用支持的方法",
}

// remedyText is what to do, in a language.
func remedyText(l lang, r *onenet.Refusal) string {
	text := fixesZH[r.Cause]
	if text == "" {
		text = bridgeZH[r.Cause].fix
	}
	if text != "" && l == zh {
		return text
	}
	return r.Fix
}
