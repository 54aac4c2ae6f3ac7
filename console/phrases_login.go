package console

// phrasesLogin are those of near misses: which text stands where another belongs, and how it is spelled.
var phrasesLogin = map[string]string{
	"client id {~}, user name {~}, password {~}":                          "client id {}，user name {}，password {}",
	"client id = device id, user name = product id, password = auth info": "client id = 设备 ID，user name = 产品 ID，password = 鉴权信息",
	"a device that is not blocked":                                        "不在黑名单中的设备", "an answer from the store": "存储的应答",
	"the id of a device of the product in the user name":                                            "user name 所填产品中的设备 ID",
	"many logins or calls are being refused; onelan explain looks for the likely mix-up of a login": "被拒绝的登录或调用很多，暂不查找原因；可用 onelan explain 查找某次登录的可能错误",

	// Fields in each other's place.
	"that way round, device {} of product {} is found, {~}": "位置改正后能找到产品 {2} 的设备 {1}，{3}", "and the password opens it": "密码也能登录它",
	"and the password is right but for a slip": "密码只有一处笔误", "but the password does not open it": "但密码不能登录它",
	"the user name is {~} of product {}": "user name 填的是产品 {2} 的{1}", "the client id is {~} of product {}": "client id 填的是产品 {2} 的{1}",
	"the user name is the auth info of device {} of product {}": "user name 填的是产品 {2} 的设备 {1} 的鉴权信息",
	"the client id is the auth info of device {} of product {}": "client id 填的是产品 {2} 的设备 {1} 的鉴权信息",
	"{} is a device of product {}":                              "{} 是产品 {} 的设备", "{} is a product ({})": "{} 是产品（{}）", "product {} has this name": "产品 {} 叫这个名称",
	"device {} of product {} has this name": "产品 {2} 的设备 {1} 叫这个名称", "{#} devices have this name, device {} of product {} for one": "有 {1} 台设备叫这个名称，例如产品 {3} 的设备 {2}",
	"device {} is in product {}, and the password opens it there": "设备 {} 属于产品 {}，密码在那里能登录它", "device {} is in product {,}": "设备 {} 属于产品 {}",
	"device {} is in product {,}, the key opens product {}":                                                                   "设备 {} 属于产品 {}，而密钥属于产品 {}",
	"an id of ten letters and digits belongs to the newer platforms (OneNET Studio, the AIoT platform); here ids are numbers": "十位字母和数字的 ID 属于新版平台（OneNET Studio、AIoT 平台）；这里的 ID 是数字",

	// What the password is.
	"it is the auth info of device {}": "这是设备 {} 的鉴权信息", "it is the auth info of device {} of product {}": "这是产品 {2} 的设备 {1} 的鉴权信息",
	"it is the master key of product {}": "这是产品 {} 的 Master-APIkey", "it is the register code of product {}": "这是产品 {} 的设备注册码", "it is a key of product {}": "这是产品 {} 的 APIKey",
	"it is a device key of product {}": "这是产品 {} 的设备 APIKey", "it is {~} of product {}": "这是产品 {2} 的{1}", "the key is bound to no device": "该密钥没有关联任何设备", "the key is bound to {,}": "该密钥关联的设备是 {}",
	"it is the name of product {}": "这是产品 {} 的名称", "it is the name of device {} of product {}": "这是产品 {2} 的设备 {1} 的名称", "it is the device's own id": "这是设备自己的 ID",
	"it is the id of a product": "这是一个产品的 ID", "it is the id of product {}": "这是产品 {} 的 ID", "it is the id of a device of product {}": "这是产品 {} 的一台设备的 ID",
	"part {#} of the password alone opens the device": "单用密码的第 {} 部分就能登录该设备",

	// Slips of spelling.
	"password and {~}: {~}": "密码与{}相比：{}", "user name and product id: {~}": "user name 与产品 ID 相比：{}", "client id and device id: {~}": "client id 与设备 ID 相比：{}", "compared with {~}: {~}": "与{}相比：{}",
	"compared with the register code of product {}: {~}": "与产品 {} 的设备注册码相比：{}", "auth info": "鉴权信息", "the product's master key": "产品的 Master-APIkey", "a key of the device": "设备的 APIKey",
	"it is right without the marks around it": "去掉两端的标点就对了", "it is right in half-width characters": "改成半角就对了",
	"without separators and in one letter case it is the same": "去掉分隔符、统一大小写之后两者相同", "in one letter case it is the same": "统一大小写之后两者相同", "as a number it is the same": "作为数字两者相同",
	"it is right once {~} is undone": "还原{}之后就对了", "hexadecimal writing": "十六进制编码", "base64": "Base64 编码", "percent-encoding": "URL 编码（%）",
	"1 character missing at the end": "末尾少了 1 个字符", "{#} characters missing at the end": "末尾少了 {} 个字符", "1 character missing at the beginning": "开头少了 1 个字符", "{#} characters missing at the beginning": "开头少了 {} 个字符", "zero bytes follow the right text": "正确内容之后有零字节",
	"1 character too many behind the right text": "正确内容之后多了 1 个字符", "{#} characters too many behind the right text": "正确内容之后多了 {} 个字符",
	"1 character too many before the right text": "正确内容之前多了 1 个字符", "{#} characters too many before the right text": "正确内容之前多了 {} 个字符", "the right text stands inside it": "正确内容在它的中间",
	"white space is missing": "少了空白字符", "carriage return and newline at the end": "末尾有回车换行", "carriage return and newline at the beginning": "开头有回车换行", "carriage return and newline inside": "中间有回车换行",
	"a {~} at the end": "末尾有{}", "a {~} at the beginning": "开头有{}", "a {~} inside": "中间有{}", "an invisible character ({}) at the end": "末尾有不可见字符（{}）", "an invisible character ({}) at the beginning": "开头有不可见字符（{}）",
	"an invisible character ({}) inside": "中间有不可见字符（{}）",
	"blank":                              "空格", "newline": "换行符", "carriage return": "回车符", "tab": "制表符", "no-break space": "不换行空格", "full-width blank": "全角空格", "zero-width space": "零宽空格", "byte order mark": "字节顺序标记（BOM）",
	"character {#} only looks like the right one (0 and O, 1 and l)": "第 {} 个字符只是看起来一样（0 与 O，1 与 l）", "character {#} differs": "第 {} 个字符不同", "character {#} is one too many": "第 {} 个字符是多余的",
	"character {#} is missing": "少了第 {} 个字符", "characters {#} and {#} are exchanged": "第 {} 和第 {} 个字符对调了",
	"the part {} of the user name is a product": "user name 中的 {} 是一个产品", "a user name such as deviceName&productKey belongs to another cloud": "deviceName&productKey 这种 user name 是其他云的写法",
	"the part {} of the client id is device {}": "client id 中的 {} 是设备 {}", "a client id of several parts belongs to another cloud": "由几部分组成的 client id 是其他云的写法",
	"and without that, {~}": "去掉之后，{}", "{~}; besides, white space or quotes surround it": "{}；此外，两端还有空白或引号",

	// Logins of other platforms.
	"the device's auth info, or an API key":                                                                         "设备的鉴权信息，或 APIKey",
	"a token for product {}, a number, belongs to OneNET's MQTT suite":                                              "产品 ID（{}）是数字的 token 属于 OneNET 的 MQTT 套件",
	"a token for product {}, of letters and digits, belongs to OneNET Studio or the AIoT platform that followed it": "产品 ID（{}）由字母和数字组成的 token 属于 OneNET Studio 或其后的 AIoT 平台",
	"a user's token opens the HTTP interface of OneNET Studio or the AIoT platform, on no platform a device":        "用户的 token 用于 OneNET Studio 或 AIoT 平台的 HTTP 接口，在任何平台都不能让设备登录",
	"this token opens OneNET's message queue, not a device":                                                         "这个 token 用于 OneNET 的消息队列，不能让设备登录",
	"tokens belong to OneNET's MQTT suite, OneNET Studio or the AIoT platform":                                      "token 属于 OneNET 的 MQTT 套件、OneNET Studio 或 AIoT 平台",
	"this is the form that {~} wants":                                                                               "这是{}的写法",
	"Alibaba Cloud IoT":                                                                                             "阿里云物联网平台", "Tencent Cloud IoT": "腾讯云物联网平台", "Huawei Cloud IoT": "华为云物联网平台", "Baidu IoT Core": "百度物联网核心套件", "Azure IoT Hub": "Azure IoT Hub",
	"a token": "token", "{~}, version {q}": "{}，version {}", "{~}, res {q}": "{}，res {}", "{~}, method {q}": "{}，method {}",
	"{~}, valid until {} Beijing time": "{}，有效期至 {}（北京时间）", "{~}, expired since {} Beijing time": "{}，已于 {} 过期（北京时间）",

	// Placeholders.
	"the user name {~}": "user name {}", "the client id {~}": "client id {}", "the password {~}": "密码{}", "the key {~}": "密钥{}", "the device id {~}": "设备 ID {}",
	"is a format that was never filled in": "是没有填入内容的格式符", "still holds the sample program's placeholder": "还是示例程序里的占位内容", "holds the name of the field, not its content": "填的是字段的名称，不是内容",
	"is the one of a widely copied sample program": "是流传很广的示例程序里的", "holds the marks that stand for the real text in a sample": "是示例里代替真实内容的符号", "is a number that only fills its place": "是用来占位的数字",
}
