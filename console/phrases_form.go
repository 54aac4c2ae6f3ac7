package console

// phrasesForm are the errors of verbs and forms, as package onenet writes them: the noun, which one, the kind, and why.
var phrasesForm = map[string]string{
	"not found": "不存在", "already exists": "已存在", "not allowed": "没有权限", "device not online": "设备不在线", "over the limit": "超出限制", "expired": "已过期",
	"{n} {q}: not found": "没有找到{} {}", "{n}: not found": "没有找到{}", "{n} {q}: already exists": "{} {} 已存在", "{n}: already exists": "{}已存在", "{n} {q}: already exists: {~}": "{} {} 已存在：{}",
	"{n} {~}: already exists": "{} {} 已存在", "{n}: invalid: {~}": "{}：{}", "{n} {q}: invalid: {~}": "{} {}：{}", "{n}: invalid": "{}无效", "{n}: not allowed": "{}：没有权限", "{n}: not allowed: {~}": "{}：没有权限：{}", "{n} {q}: not allowed": "{} {}：没有权限",
	"{n} {q}: device not online": "{} {} 不在线", "{n} {q}: device not online: {~}": "{} {} 不在线：{}", "{n}: over the limit": "{}超出限制", "{n}: over the limit: {~}": "{}超出限制：{}", "{n} {q}: over the limit: {~}": "{} {} 超出限制：{}",
	"{n} {q}: expired": "{} {} 已过期", "device on the bridge {q}: not found": "云桥中没有设备 {}", "queue to the cloud {q}: over the limit: {~}": "{} 发往云端的队列超出限制：{}", "it is full, and it drops nothing": "队列已满，且不丢弃消息",
	"{i}: {~}": "{}：{}", "account: {~}": "帐号：{}", "rate: {~}": "调用频率：{}", "body: {~}": "请求体：{}",

	// Why.
	"{} cannot be an id": "{} 不能作为 ID", "{#} devices are awaited already": "已有 {} 台设备在等待添加", "want at most {#} characters, got {#}": "最多 {} 个字符，收到 {} 个", "want 1 to {#} characters, got {#}": "要 1 到 {} 个字符，收到 {} 个",
	"want at least one character": "至少一个字符", "want a name of at least one character": "名称至少一个字符", "want get, post, put or delete in small letters, got {q}": "只能是小写的 get、post、put 或 delete，收到 {}",
	"want 1 to 64 printable characters without / + # $, got {q}": "要 1 到 64 个可打印字符，不含 / + # $，收到 {}", "it is not for device {q}": "它不属于设备 {}", "{#} products have it ({}): name the product": "{} 个产品中有它（{}）：请指明产品",
	"device {} has it, and the product does not allow registering twice (allow_dup)": "设备 {} 已用它，而产品不允许重复注册（allow_dup）", "it has {#} devices in product {} and may have {#} (limits)": "产品 {2} 已有 {1} 台设备，上限 {3} 台（limits）",
	"it has {#} products and may have {#} (limits)": "已有 {} 个产品，上限 {} 个（limits）", "commands to one device are at least {t} apart (limits)": "给同一设备的命令至少相隔 {}（limits）", "want 0 or more": "要 0 或更大", "want 0 or more seconds": "要 0 秒或更多", "it is before start": "它早于 start",
	"at most {#} bytes, it has {#}": "最多 {} 字节，它有 {} 字节", "at most {#} bytes, it has more": "最多 {} 字节，它更大", "a command is at most {#} bytes, this one has {#}": "命令最多 {} 字节，这条有 {} 字节", "a command needs at least one byte": "命令至少一个字节",
	"want 0 to {#} seconds": "要 0 到 {} 秒", "the device is away and the command has no timeout to wait": "设备不在线，而命令没有等待时间", "{#} commands wait for it already": "已有 {} 条命令在等待它", "it was sent to device {} of product {}": "它是下发给产品 {2} 的设备 {1} 的",
	"want an id of at most {#} bytes that a topic can carry, got {q}": "要能写进 Topic 的 ID，最多 {} 字节，收到 {}", "a message is at most {#} bytes, this one has {#}": "消息最多 {} 字节，这条有 {} 字节", "it is empty": "内容为空",
	"topics that begin with $ are the platform's own, got {q}": "以 $ 开头的 Topic 属于平台，收到 {}", "the platform knows no wildcards, got {q}": "平台不支持通配符，收到 {}", "want UTF-8 without NUL": "要不含 NUL 的 UTF-8", "it has {#} topics, as many as it may": "已有 {} 个 Topic，达到上限",
	"device {#} of the list, {n}: {~}": "列表中的第 {} 台设备，{}：{}", "line {#} ({n}): {~}": "第 {} 行（{}）：{}", "line {#} ({n}): {n} {q}: already exists": "第 {} 行（{}）：{} {} 已存在", "line {#}": "第 {} 行", "line {#} has it": "第 {} 行已用它", "device {q} ({q}) has it": "设备 {}（{}）已用它", "it is no JSON: {} (a text needs quotes)": "不是 JSON：{}（文本要加引号）", "it is no JSON": "不是 JSON", "it has no name": "没有名称",

	// Triggers.
	"type {} compares with a number, got {}": "类型 {} 与数字比较，收到 {}", "type change has none, got {}": "类型 change 没有阈值，收到 {}", "exp is known from an SDK only: what it means is not documented, so it is not evaluated here": "exp 只见于某个 SDK，含义没有文档，这里不计算",
	"want one of > < >= <= == inout in out change frozen live, got {q}": "要 > < >= <= == inout in out change frozen live 之一，收到 {}", "type == compares with a number or a text, got {}": "类型 == 与数字或文本比较，收到 {}", "this is no JSON text: {}": "这不是 JSON 文本：{}", "this is no JSON: {}": "这不是 JSON：{}",
	`want {"lolmt":40,"uplmt":52}`: `要 {"lolmt":40,"uplmt":52}`, "type {}: {~}, got {}": "类型 {}：{}，收到 {}", "type {}: {~}; lolmt is no number in {}": "类型 {}：{}；{} 中的 lolmt 不是数字",
	"type {}: {~}; uplmt is no number in {}": "类型 {}：{}；{} 中的 uplmt 不是数字", "type {}: lolmt is above uplmt in {}": "类型 {}：{} 中 lolmt 大于 uplmt", "type {}: want a whole number of seconds, 1 to {#}, got {}": "类型 {}：要整数秒，1 到 {}，收到 {}",
	"a trigger needs a title": "触发器要有名称", "a trigger needs the id of a stream": "触发器要有数据流的 ID", "want at most {#} devices, got {#}; none at all means every device": "最多 {} 台设备，收到 {} 台；不填表示所有设备", "want 1 to {#}, got {#}": "要 1 到 {}，收到 {}",
	"want at most {#} bytes, got {#}": "最多 {} 字节，收到 {} 字节", "want http://host/path or https://host/path: that is where the trigger posts to (no e-mail is sent here)": "要 http://host/path 或 https://host/path：触发时推送到这里（不发送电子邮件）", "it has {#} triggers and may have {#}": "已有 {} 个触发器，上限 {} 个",

	// Parameters of calls.
	"want {#} to {#}, got {~}": "要 {} 到 {}，收到 {}", "the body is shorter": "请求体更短", "the body did not come: {~}": "没有收到请求体：{}", "it is no whole form: {~}": "表单不完整：{}", "it is not UTF-8": "不是 UTF-8", "want {~}, got a JSON {}": "要{}，收到 JSON 的 {}", "it is none of onelan's": "不是 onelan 给出的",
	"want ASC or DESC, got {~}": "要 ASC 或 DESC，收到 {}", "it belongs to device {q}": "它属于设备 {}", "want 3, 4, 5 or none, got {~}": "要 3、4、5 或不填，收到 {}", "want one of {}": "要 {} 之一", "want lon from -180 to 180 and lat from -90 to 90, in degrees": "lon 要在 -180 到 180 之间，lat 要在 -90 到 90 之间，单位为度",
	"want at most {#} ids, got {#}": "最多 {} 个 ID，收到 {} 个", "want true or false, got {~}": "要 true 或 false，收到 {}", "true or false": "true 或 false", "an array of strings": "字符串数组", "want {~}, got another kind of JSON value": "要{}，收到另一种 JSON 值", "they are streams of several names: {q} and {q}": "它们是不同名称的数据流：{} 和 {}",
	"{#} of them are of no stream of the product": "其中 {} 个不属于该产品的任何数据流", "{q} is not a file index such as {}": "{} 不是 {} 这样的文件索引", "{q} is not a cursor such as {}": "{} 不是 {} 这样的游标", "the head of the request is too long": "请求头过长",
	"product {} made more than {#} calls in a second (switch rest_rate)": "产品 {} 一秒内的调用超过 {} 次（开关 rest_rate）",

	// Forms of the console.
	"the bridge has no {q}": "云桥没有 {}", "{q} is no number of an entry": "{} 不是条目的编号", "want seconds from 0 to {#}, got {q}": "要 0 到 {} 秒，收到 {}", "want pairs of hexadecimal digits such as 01 0A FF, got {q}": "要成对的十六进制数字，例如 01 0A FF，收到 {}",
	"there is no remedy {q}": "没有 {} 这种处理", "line {#} has {#} cells, there are {#} columns": "第 {} 行有 {} 格，而列只有 {} 个", `line {#}: {q} is no column, or named twice; they are {}`: `第 {} 行：{} 不是列名，或重复了；列名为 {}`, `it is not UTF-8: save it as "CSV UTF-8"`: `不是 UTF-8：请存为 “CSV UTF-8”`,
	"it has no devices; its columns are {}": "里面没有设备；各列为 {}", "a password has at least {#} characters": "密码至少 {} 个字符", "more than {#} MB": "超过 {} MB", "the form has no end: {~}": "表单不完整：{}", "http: request body too large": "提交的内容过大", `parse error on line {#}, column {#}: {~}`: `第 {} 行第 {} 列有错：{}`, `record on line {#}; parse error on line {#}, column {#}: {~}`: `第 {} 行的记录在第 {} 行第 {} 列有错：{}`,
	`bare " in non-quoted field`: `没有引号的格里有引号 "`, `extraneous or missing " in quoted-field`: `带引号的格里多了或少了引号 "`, "record on line {#}: wrong number of fields": "第 {} 行的格数不对", "the server is ending": "服务正在结束", "it is being turned off": "正在关闭", "this onelan was started without a reader of the configuration": "这个 onelan 启动时没有配置文件",
}

// nouns are what errors are about, by their English name or as the field of a call is called.
var nouns = map[string]string{
	"device": "设备", "product": "产品", "key": "APIKey", "command": "命令", "topic": "Topic", "datastream": "数据流", "trigger": "触发器", "title": "名称", "name": "名称", "desc": "描述", "tags": "标签", "device id": "设备 ID", "product id": "产品 ID",
	"auth_info": "鉴权信息", "auth info": "鉴权信息", "body": "内容", "timeout": "等待时间", "threshold": "阈值", "type": "类型", "table": "表格", "account": "帐号", "rate": "调用频率", "points": "数据点", "point": "数据点", "value": "值", "file": "文件", "block": "数据块", "register_code": "设备注册码", "stream": "数据流",
	"seq": "编号", "bridge": "云桥", "duration": "时长", "password": "密码",
}
