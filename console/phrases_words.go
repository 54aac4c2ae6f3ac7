package console

// phrasesWords are counts, masks and short words that many sentences have in them.
var phrasesWords = map[string]string{
	"nothing": "无", "none": "无", "more": "更多", "one more": "再多一个", "another": "又一个", "an error": "错误", "bytes": "字节", "other bytes": "其他字节",
	"1 byte": "1 字节", "{#} bytes": "{} 字节", "1 character": "1 个字符", "{#} characters": "{} 个字符", "1 float": "1 个浮点数", "{#} floats": "{} 个浮点数",
	"1 message": "1 条消息", "{#} messages": "{} 条消息", "1 data point": "1 个数据点", "{#} data points": "{} 个数据点",
	"at most {#}": "最多 {}", "at most {#} bytes": "最多 {} 字节", "at most {#} levels": "最多 {} 层", "at most {#} blocks": "最多 {} 块", "at most {#} points": "最多 {} 个数据点",
	"at most {#} floats": "最多 {} 个浮点数", "at most {#} connections": "最多 {} 个连接",

	// What a secret looks like from outside.
	"(empty)": "（空）", "({#} characters)": "（{} 个字符）", "'{}'…'{}' ({#} characters)": "'{}'…'{}'（{} 个字符）",

	"{~} of product {}": "产品 {2} 的{1}", "device {}": "设备 {}", "a device key": "设备的 APIKey", "the master key": "Master-APIkey", "the register code": "设备注册码",
	"the id of a product": "产品的 ID", "the product id": "产品 ID", "the product id, such as {}": "产品 ID，例如 {}", "the device id": "设备 ID", "the device id, such as {}": "设备 ID，例如 {}",
	"the id of a device of product {}": "产品 {} 的设备 ID", "a device of product {}": "产品 {} 的设备", "an API key": "APIKey",

	"there is no product at all yet": "还没有任何产品", "product {} has no devices yet": "产品 {} 还没有设备", "it resembles {,}": "与 {} 相似",
	// A refusal in one line, with its cause before it.
	"{c}: {~}; expected {~}, got {~}": "{2}；期望{3}，收到{4}", "{c}: {~}; expected {~}, got {~}; {~}": "{2}；期望{3}，收到{4}；{5}", "{c}: {~}; {~}": "{2}；{3}", "{c}: {~}": "{2}", "{~} (byte {#})": "{}（第 {} 字节）",

	// Where a rule is written down.
	"MQTT 3.1.1 section {}": "MQTT 3.1.1 第 {} 节", "COMPATIBILITY section {}": "COMPATIBILITY 第 {} 节", "{~} (COMPATIBILITY section {})": "{}（COMPATIBILITY 第 {} 节）", "COMPATIBILITY {}": "COMPATIBILITY {}", "COMPATIBILITY {} quirk {}": "COMPATIBILITY {} 特例 {}",
	"EDP {}; COMPATIBILITY {}": "EDP {}；COMPATIBILITY {}", "EDP {}; COMPATIBILITY {} quirk {}": "EDP {}；COMPATIBILITY {} 特例 {}", "EDP paper {}, {}": "EDP 协议文档 {}，{}", "EDP paper; {~}": "EDP 协议文档；{}", "RFC 8259; {~}": "RFC 8259；{}",
	"limit of onelan; {~}": "onelan 的限制；{}", "protocol {}, $dp; {~}": "协议文档 {}，$dp；{}", "protocol {}, $dp type {}; {~}": "协议文档 {}，$dp 类型 {}；{}", "protocol {}, $dp types {}; {~}": "协议文档 {}，$dp 类型 {}；{}",
	"protocol paper {}, commands": "协议文档 {}，命令", "protocol paper {}": "协议文档 {}", "protocol paper {}, {}": "协议文档 {}，{}", "OneNET's protocol paper {}, {}": "协议文档 {}，{}", "API documentation": "API 文档", "API documentation, API keys": "API 文档，APIKey", "API documentation, {}": "API 文档，{}",
	"errno table": "errno 表", "OneNET FAQ": "OneNET 常见问题", "release notes of {}": "{} 的更新说明", "STM32 kit": "STM32 套件",

	"reserved": "平台保留", "custom": "自定义", "reply": "应答", "point": "数据点",
	"onelan {} started": "onelan {} 已启动", "from this machine only": "仅本机可用",
}
