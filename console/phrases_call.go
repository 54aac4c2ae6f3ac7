package console

// phrasesCall are those of calls of the REST API.
var phrasesCall = map[string]string{
	"a new {n}": "新的{}", "another {n}": "另一个{}", "a {n} of product {}": "产品 {2} 的{1}", "a device that is online": "在线的设备",
	"the device never logged in": "该设备从未登录过", "its last login was at {} Beijing time": "它上次登录是在 {}（北京时间）",

	"only the master key may make this call, it is a device key": "只有 Master-APIkey 能做此调用，而这是设备的 APIKey",

	// Keys.
	"an API key in the header api-key": "请求头 api-key 中的 APIKey", "the header api-key": "请求头 api-key", "the header {}": "请求头 {}", "the parameter {}": "参数 {}",
	"the header Authorization with no token in it": "请求头 Authorization，其中没有 token", "the header is there and empty": "有这个请求头，但内容为空",
	"the master key of product {}": "产品 {} 的 Master-APIkey", "a device key of product {}": "产品 {} 的设备 APIKey", "the register code of a product": "产品的设备注册码",
	"a device that the key opens": "密钥能访问的设备", "a key of product {,}": "产品 {} 的密钥", "a key that is bound to device {}": "关联了设备 {} 的密钥", "a key of the whole device": "关联整个设备的密钥",
	"it opens the streams {,}": "它只能访问数据流 {}", "a key with the access method {}": "允许 {} 方法的密钥", "it may {}": "它允许的方法：{}",
	"44 characters in base64 are an access key of the newer platforms; it signs tokens and is not sent itself": "44 个字符的 Base64 是新版平台的 access_key：它用来给 token 签名，本身不发送",

	// What a call names.
	"a stream of device {~}": "设备 {} 的数据流", "the device has no streams yet": "该设备还没有数据流", "the device has {,}": "该设备有 {}", "the cmd_uuid of a command of product {}": "产品 {} 的命令的 cmd_uuid",
	"{} is a device; its commands are listed by GET /cmds/history/{}": "{} 是设备；它的命令用 GET /cmds/history/{} 列出", "the program put nothing into the place of the id": "程序没有在 ID 的位置填入内容",
	"a command id has 36 characters, this one has {#}": "命令 ID 有 36 个字符，这个有 {} 个",
	"the call is {}": "此调用是 {}", "the path belongs to {~}": "这个路径属于{}", "OneNET's MQTT suite": "OneNET 的 MQTT 套件", "the AIoT platform (OneNET Studio's successor)": "AIoT 平台（OneNET Studio 的后继）",
	"OneNET Studio": "OneNET Studio", "OneNET's NB-IoT suite": "OneNET 的 NB-IoT 套件", "it resembles GET {}": "与 GET {} 相似", "it resembles POST {}": "与 POST {} 相似", "it resembles PUT {}": "与 PUT {} 相似",
	"it resembles DELETE {}": "与 DELETE {} 相似", "none of this name": "没有这个名称的参数", "{q} is spelled otherwise": "{} 写法不同", "it is there and empty": "有这个参数，但内容为空",
	"it stands in the query; this one belongs into the JSON of the body": "它写在查询参数里；这个参数应放在请求体的 JSON 中", "it stands in a header, where nobody looks for it": "它写在请求头里，平台不在那里查找",
	"the URL has no query, and what the body says is not looked at": "URL 没有查询参数，而平台不看请求体里写的内容",

	// The body.
	"a body": "请求体", "a form": "表单", "an object": "对象", "JSON, such as {…}": "JSON，例如 {…}", "another kind of JSON value": "另一种 JSON 值", "a byte order mark before it": "前面有字节顺序标记（BOM）",
	"save the file as UTF-8 without BOM": "把文件存为不带 BOM 的 UTF-8", "the body is white space": "请求体只有空白字符",
	"there is no Content-Length either: without it, what follows the headers is not part of the call":              "也没有 Content-Length：没有它，请求头之后的内容不算请求体",
	"it has parts, as files in Python requests and -F with curl make them":                                         "它是 multipart 格式：Python requests 的 files 和 curl 的 -F 会这样发送",
	"it is JSON in percent-encoding: send it as it is":                                                             "它是 URL 编码过的 JSON：直接发送原文",
	"name=value pairs, as data={…} in Python requests, jQuery and http_build_query make them":                      "它是 name=value 对：Python requests 的 data={…}、jQuery 和 http_build_query 会这样发送",
	"the body begins with the header of a $dp block: leave these three bytes out, over HTTP the JSON stands alone": "请求体以 $dp 的头部开头：去掉这三个字节，HTTP 只发送 JSON",
	"the call has no type parameter, the JSON is that of a type":                                                   "调用没有 type 参数，而 JSON 是带 type 的写法",
	"add type=3 or type=4 to the URL":                                                                              "在 URL 中加 type=3 或 type=4",

	// What is no HTTP.
	"at most 64 KiB": "最多 64 KiB", "it did not end within {t}": "{} 之内没有结束", "the peer closed the connection": "对端关闭了连接", "a body came without a request line before it": "收到了请求体，前面没有请求行",
	"it follows a call on the same connection: the Content-Length of that was smaller than its body": "它跟在同一连接的上一次调用之后：那次调用的 Content-Length 比请求体小",
	"a header is not a name, a colon and a value on one line":                                        "有一个请求头不是“名称、冒号、值”写在一行的形式",

	// The texts of OneNET's error numbers.
	"invalid parameter": "参数无效", "invalid parameter: {}": "参数无效：{}", "device field constraint violation": "设备信息不符合限制", "invalid protocol": "协议无效", "device count limit by account policy": "设备数已达帐号的上限",
	"max device count limit is 1000 for one time": "一次最多 1000 台设备", "not an HTTP request": "不是 HTTP 请求", "invalid parameter: not an HTTP request": "参数无效：不是 HTTP 请求",
}
