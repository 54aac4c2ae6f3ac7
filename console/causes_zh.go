package console

import "github.com/onelan/onelan/onenet"

// causesZH says in Chinese what happened, for every cause that package onenet tells in English. What came, what was wanted and what to do
// depends on the case and stands below it in onenet's own words.
var causesZH = map[onenet.Cause]string{
	onenet.LoginEmptyID: "client id 为空", onenet.LoginEmptyUser: "user name 为空", onenet.LoginEmptyPassword: "password 为空",
	onenet.LoginUnknownProduct: "没有这个产品 ID", onenet.LoginUnknownDevice: "产品中没有这个设备 ID",
	onenet.LoginWrongPassword: "密码既不是设备的鉴权信息，也不是能登录该设备的 APIKey",
	onenet.LoginOtherProduct:  "设备属于另一个产品", onenet.LoginSwapped: "client id 与 user name 填反了",
	onenet.LoginUserPassSwapped: "user name 与 password 填反了", onenet.LoginIDPassSwapped: "client id 与 password 填反了",
	onenet.LoginRotated: "三项内容都对，但位置全错了", onenet.LoginTitleForID: "client id 填的是设备名称，不是设备 ID",
	onenet.LoginAuthForID: "client id 填的是鉴权信息，不是设备 ID", onenet.LoginKeyForID: "client id 填的是 APIKey 或注册码",
	onenet.LoginProductForID: "client id 填的是产品 ID，不是设备 ID", onenet.LoginNameForProduct: "user name 填的是产品名称，不是产品 ID",
	onenet.LoginAuthForProduct: "user name 填的是鉴权信息", onenet.LoginKeyForProduct: "user name 填的是 APIKey 或注册码",
	onenet.LoginDeviceForProduct: "user name 填的是设备 ID，不是产品 ID", onenet.LoginAmpersand: "两项内容连在一个字段里，那是其他云的写法",
	onenet.LoginIDForPassword: "password 填的是设备 ID 或产品 ID", onenet.LoginTitleForPass: "password 填的是设备名称或产品名称",
	onenet.LoginOtherAuth: "password 是另一台设备的鉴权信息", onenet.LoginOtherMaster: "password 是另一个产品的 Master-APIkey",
	onenet.LoginKeyUnbound: "password 是本产品的 APIKey，但没有关联此设备", onenet.LoginOtherKey: "password 是另一个产品的 APIKey",
	onenet.LoginRegisterCode: "password 是产品的注册码，只能用来注册，不能登录",
	onenet.LoginSpace:        "某一项多了或少了空格、换行或不可见字符", onenet.LoginQuotes: "某一项带上了引号或括号",
	onenet.LoginPlaceholder: "某一项还是示例程序里的占位内容", onenet.LoginFullWidth: "某一项含有全角字符",
	onenet.LoginCase: "某一项只是大小写不同", onenet.LoginSeparators: "某一项只是分隔符不同，常见于 MAC 地址",
	onenet.LoginNumber: "ID 被当作数字处理，写法变了", onenet.LoginEncoded: "某一项被编码了，平台按原文比较",
	onenet.LoginCut: "某一项被截断了", onenet.LoginLonger: "某一项在正确内容之外还有多余的字符", onenet.LoginTypo: "某一项有一处拼写错误",
	onenet.LoginToken: "使用了新版 OneNET 的 token，而这里是多协议平台（6002 端口）", onenet.LoginOtherCloud: "登录信息是按其他云的格式写的",
	onenet.LoginBlocked: "设备在黑名单中", onenet.LoginStore: "平台无法查询这台设备",
	onenet.LoginMasterKey: "设备用 Master-APIkey 登录，它能登录产品的所有设备",

	onenet.LinkNoConnect: "对端建立连接后未发送 CONNECT 就关闭了", onenet.LinkConnectTimeout: "对端建立连接后没有及时发送 CONNECT",
	onenet.LinkHTTP: "对端在 MQTT 端口上使用 HTTP", onenet.LinkTLS: "对端使用 TLS，而此端口不支持", onenet.LinkEDP: "对端在 MQTT 端口上使用 EDP 协议",
	onenet.LinkText: "对端在 MQTT 端口上发送文本", onenet.LinkNotMQTT: "最初的字节不是 MQTT 报文", onenet.LinkEarlyPacket: "登录之前发来的报文被丢弃",
	onenet.LinkTooLarge: "报文超过平台允许的长度", onenet.LinkTooMany: "连接数已达上限", onenet.LinkTwoBoards: "同一设备 ID 的多个连接反复互相挤下线，可能有两块板子用了同一个 ID",
	onenet.LinkMalformed: "报文格式错误", onenet.LinkBadType: "设备不可发送这种类型的报文", onenet.LinkHandshake: "QoS 2 握手没有完成",

	onenet.ConnectMalformed: "CONNECT 报文格式错误", onenet.ConnectSecond: "同一连接上出现第二个 CONNECT", onenet.ConnectName: "协议名不是 MQTT",
	onenet.ConnectLevel3: "客户端使用 MQTT 3.1，平台只支持 3.1.1", onenet.ConnectLevel5: "客户端使用 MQTT 5，平台只支持 3.1.1", onenet.ConnectLevel: "协议级别不是 4",
	onenet.ConnectReserved: "连接标志的保留位被置 1", onenet.ConnectNoUser: "CONNECT 没有 user name", onenet.ConnectNoPassword: "CONNECT 没有 password",
	onenet.ConnectAnonymous: "CONNECT 既无 user name 也无 password，不允许匿名登录", onenet.ConnectWillFlags: "设置了遗嘱 QoS 或保留标志，却没有遗嘱",
	onenet.ConnectWillQoS: "遗嘱的 QoS 为 3，不存在这种 QoS", onenet.ConnectWillTopic: "遗嘱的 Topic 不能用于发布", onenet.ConnectWillProfile: "设置了遗嘱，而 2016 版平台不支持",
	onenet.ConnectNotUTF8: "CONNECT 的某个文本字段不是 UTF-8，或含有 NUL",

	onenet.SubscribeWildcard: "订阅含有通配符，平台不支持", onenet.SubscribeDollar: "不能订阅以 $ 开头的 Topic", onenet.SubscribeCommand: "$creq 的命令无需订阅，会自动下发",
	onenet.SubscribeShared: "不支持共享订阅", onenet.SubscribeThing: "这个 Topic 属于新版 OneNET", onenet.SubscribeEmpty: "订阅的 Topic 为空",
	onenet.SubscribeTopic: "订阅的 Topic 不是 UTF-8，或含有 NUL", onenet.SubscribeLong: "Topic 超过 1024 个字符", onenet.SubscribeLimit: "设备的订阅数已达上限",
	onenet.SubscribeProduct: "产品的 Topic 数已达上限", onenet.SubscribeMalformed: "SUBSCRIBE 或 UNSUBSCRIBE 报文格式错误",

	onenet.PublishWildcard: "发布的 Topic 含有通配符", onenet.PublishEmpty: "发布的 Topic 为空", onenet.PublishTopic: "发布的 Topic 不是 UTF-8，或含有 NUL",
	onenet.PublishDPTypo: "Topic 像 $dp 但不是：数据没有保存", onenet.PublishDollar: "平台不认识这个 $ Topic：消息无处可去", onenet.PublishThing: "这个 Topic 属于新版 OneNET：消息无处可去",
	onenet.PublishCommand: "$creq 是下发命令用的：设备发到这里的消息无处可去", onenet.PublishData: "内容像数据，但这个 Topic 不保存数据", onenet.PublishQoS: "不存在 QoS 3",
	onenet.PublishPacketID: "QoS 1 或 2 的消息的报文标识符为 0", onenet.PublishRetained: "产品的保留消息数已达上限：此消息已转发，但未保留",
	onenet.PublishMalformed: "PUBLISH 报文格式错误", onenet.PublishSuspect: "数据已保存，但可能不是你想要的",
	onenet.CommandUnknown: "没有给此设备下发过这个 ID 的命令", onenet.CommandTopic: "应答的 Topic 缺少命令 ID", onenet.CommandLong: "命令超过 83 字节，STM32 套件会忽略它",

	onenet.DataEmpty: "$dp 消息没有内容", onenet.DataPlainJSON: "$dp 消息是没有头部的 JSON", onenet.DataPlainText: "$dp 消息是没有头部的文本", onenet.DataHexText: "$dp 消息是写成文本的十六进制",
	onenet.DataBase64Text: "$dp 消息是 Base64 文本", onenet.DataTextType: "类型字节是一个数字字符", onenet.DataUnknownType: "首字节不是已知的类型", onenet.DataReservedBit: "类型字节的第 6 位被置 1",
	onenet.DataNoLength: "缺少长度字节", onenet.DataLengthZero: "长度为 0", onenet.DataLengthLittleEndian: "长度的两个字节顺序颠倒了", onenet.DataLengthCountsCharacters: "长度数的是字符，不是字节",
	onenet.DataLengthCountsHeader: "长度把头部也算进去了", onenet.DataLengthTooLong: "长度比内容大", onenet.DataLengthTooShort: "长度比内容小", onenet.DataTrailingBytes: "最后一块之后还有多余的字节",
	onenet.DataTrailingNUL: "文本之后有 NUL 字节", onenet.DataTooManyBlocks: "消息超过 100 块", onenet.DataTooManyPoints: "消息超过 65535 个数据点", onenet.DataNotUTF8: "文本不是 UTF-8（可能是 GBK）",
	onenet.DataBadJSON: "JSON 有语法错误", onenet.DataSingleQuotes: "JSON 用了单引号", onenet.DataNaN: "有的值不是数字（NaN 或无穷大）", onenet.DataNoOuterJSON: "JSON 缺少外层花括号",
	onenet.DataTooDeep: "JSON 嵌套太深", onenet.DataNotObject: "应为 JSON 对象的地方不是对象", onenet.DataNoDatastreams: "缺少 datastreams，或它不是数组", onenet.DataType3InType1: "类型字节为 1，内容却是另一类型的 JSON",
	onenet.DataNoID: "缺少 id，或它不是字符串", onenet.DataNoDatapoints: "缺少 datapoints，或它不是数组", onenet.DataNoValue: "数据点没有 value", onenet.DataEmptyStream: "数据流名称为空", onenet.DataBadTime: "时间无法识别",
	onenet.DataType4Value: "类型 4 的数据流不是“时间: 值”的对象", onenet.DataNoDsID: "缺少 ds_id，或它不是字符串", onenet.DataBinaryLength: "文件长度与消息不符", onenet.DataBinaryTooLarge: "文件超过 3 MiB",
	onenet.DataType5Separators: "文本开头不是两个不同的分隔符", onenet.DataType5Fields: "一条记录超过三个字段", onenet.DataTimeBytes: "六个时间字节不是有效时间", onenet.DataTimeFlag: "类型字节的第 7 位与时间字节不一致",
	onenet.DataFloats: "浮点数分组与消息长度不符", onenet.DataStreamZero: "数据流编号为 0", onenet.DataTooManyFloats: "消息超过 500 个浮点数",

	onenet.CallNoKey: "调用没有带 api-key", onenet.CallKeyHeader: "密钥放在了平台不读取的请求头里", onenet.CallKeyQuery: "密钥放在了查询参数里，平台不在那里查找", onenet.CallToken: "使用了新版 OneNET 的 token，而这里是多协议平台",
	onenet.CallUnknownKey: "没有任何产品有这个密钥", onenet.CallOtherProduct: "密钥与设备属于两个产品", onenet.CallOtherDevice: "密钥没有关联此设备", onenet.CallKeyMethod: "密钥可访问此设备，但不允许这种方法",
	onenet.CallKeyStream: "密钥只能访问设备的部分数据流", onenet.CallNeedsMaster: "此调用需要 Master-APIkey", onenet.CallAuthForKey: "密钥的位置填了鉴权信息", onenet.CallCodeForKey: "密钥的位置填了注册码",
	onenet.CallIDForKey: "密钥的位置填了产品或设备 ID", onenet.CallNameForKey: "密钥的位置填了产品或设备名称", onenet.CallKeyHolder: "密钥还是示例程序里的占位内容", onenet.CallKeySpace: "密钥中有空白或不可见字符",
	onenet.CallKeyQuotes: "密钥带上了引号或括号", onenet.CallKeyCase: "密钥只是大小写不同", onenet.CallKeyEncoded: "密钥被编码了，平台按原文比较", onenet.CallKeyCut: "密钥被截断了", onenet.CallKeyLonger: "请求头在正确密钥之外还有多余内容",
	onenet.CallKeyTypo: "密钥有一处拼写错误", onenet.CallRegisterCode: "没有产品有这个注册码", onenet.CallUnknownDevice: "产品中没有调用里的设备 ID", onenet.CallTitleForID: "填的是设备名称，不是设备 ID",
	onenet.CallProductForID: "设备 ID 的位置填了产品 ID", onenet.CallAuthForID: "设备 ID 的位置填了鉴权信息", onenet.CallKeyForID: "设备 ID 的位置填了密钥或注册码", onenet.CallIDHolder: "设备 ID 还是文档或示例里的占位内容",
	onenet.CallIDMisspelt: "设备 ID 有笔误", onenet.CallNoStream: "设备没有这个数据流", onenet.CallNoCommand: "没有这个 ID 的命令", onenet.CallNotFound: "调用所指的内容不存在", onenet.CallExists: "要创建的内容已存在",
	onenet.CallOffline: "设备不在线，而命令没有等待时间", onenet.CallParameterMissing: "缺少参数", onenet.CallParameterInvalid: "参数的值无效", onenet.CallBadJSON: "请求体不是 JSON", onenet.CallFormBody: "请求体是表单，而此调用需要 JSON",
	onenet.CallNoBody: "没有请求体", onenet.CallTooLarge: "请求体过大", onenet.CallBodyShort: "请求体比 Content-Length 短", onenet.CallLimit: "数量已达上限", onenet.CallRate: "每秒调用次数超过限制",
	onenet.CallUnknownPath: "平台没有这个接口", onenet.CallWrongMethod: "路径正确，方法不对", onenet.CallNewer: "这是新版 OneNET 的接口", onenet.CallNotBuilt: "OneNET 有此接口，onelan 没有", onenet.CallInternal: "平台无法应答此调用",
	onenet.CallTLS: "对端使用 TLS，而 REST 端口不支持", onenet.CallMQTT: "对端在 REST 端口上使用 MQTT 或 EDP", onenet.CallHTTP2: "对端使用平台不支持的 HTTP 版本", onenet.CallBlank: "路径或查询参数中有空格",
	onenet.CallLongHead: "请求行与请求头过长", onenet.CallUnfinished: "请求在请求头结束前中断", onenet.CallNotHTTP: "收到的不是 HTTP 请求",
}

// headline is what a refusal says happened, in a language.
func headline(l lang, r *onenet.Refusal) string {
	text := causesZH[r.Cause]
	if text == "" {
		text = bridgeZH[r.Cause].says
	}
	if text != "" && l == zh {
		return text
	}
	return r.Says
}
