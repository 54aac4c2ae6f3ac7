package console

// phrasesJournal are the texts of records.
var phrasesJournal = map[string]string{
	// Logins and the end of connections.
	"logged in with {~}, keepalive {#} s, {~}": "用{}登录，保活时间 {} 秒，{}", "clean session": "清除会话", "kept session": "保留会话", "no keepalive": "无保活时间",
	"logged in with {~}, no keepalive, {~}":                                                "用{}登录，无保活时间，{}",
	"registered by itself (auto_register); without that switch it would have been refused": "自动注册（auto_register）；没有打开这个开关就会被拒绝", "added at its login, as was asked for": "按要求，在登录时添加了该设备",
	"the device registered itself": "设备自行注册", "the device said DISCONNECT": "设备发送了 DISCONNECT", "the device closed the connection without DISCONNECT": "设备没有发送 DISCONNECT 就关闭了连接", "the server is shutting down": "服务正在关闭",
	"too many connections": "连接过多", "the device takes nothing off the wire": "设备不再接收数据", "the login was refused": "登录被拒绝", "no CONNECT came in time": "没有及时收到 CONNECT", "protocol violated: {~}": "违反协议：{}", "subscription refused: {~}": "订阅被拒绝：{}",
	"malformed $dp: {~}": "$dp 格式错误：{}", "the older connection did not end in time": "旧连接没有及时结束", "the device logged in again from {}": "设备从 {} 重新登录", "nothing heard for {t}: keepalive {t} times {#}": "{} 没有收到任何报文（保活时间 {} 的 {} 倍）",
	"the device takes messages too slowly": "设备接收消息太慢", "too many messages wait for the device": "等待设备的消息太多", "the device was put on the blacklist": "设备被加入黑名单", "the device was deleted": "设备被删除", "the product was deleted": "产品被删除",
	"the platform is being reset": "平台正在重置", "a packet came before the login": "登录之前发来了报文", "internal error": "内部错误", "internal error in one connection, which was closed: {}": "一个连接发生内部错误，已被关闭：{}",
	"connection not accepted: {~}": "无法接受连接：{}", "the console": "控制台", "packet larger than the limit": "报文超过允许的长度", "remaining length has more than four bytes": "剩余长度超过四个字节",

	// Messages, points, answers.
	"data points not stored: {~}": "数据点未保存：{}", "message not stored: {~}": "消息未保存：{}", "the device is away: only the newest messages are kept": "设备不在线：只保留最新的消息", "the device was away for too long": "设备离线太久", "the will of the device": "设备的遗嘱",
	"it takes messages too slowly, and too many wait for it": "它接收消息太慢，等待它的消息太多", "an answer of {#} bytes is not kept: at most {#}": "{} 字节的应答不保存：最多 {} 字节", "late: {t} after it was sent": "应答迟到：下发 {} 之后才收到",
	"its answer stays here: the bridge does not carry it": "应答留在本地：云桥不转发", "its answer goes there": "应答会发往那里", "{~}; its answer stays here: the bridge does not carry it": "{}；应答留在本地：云桥不转发", "{~}; its answer goes there": "{}；应答会发往那里",
	"a command of the real OneNET": "来自真实 OneNET 的命令", "a command of the real OneNET; {~}": "来自真实 OneNET 的命令；{}", "it waits for the device until {} Beijing time": "等待设备至 {}（北京时间）", "its time ran out before the device came": "设备上线之前时限已到",
	"not written: {~}": "未能下发：{}", "the device went before its turn came": "还没轮到下发，设备就离线了", "no answer within {t}": "{} 之内没有应答", "the peer takes nothing off the wire": "对端不再接收数据",
	"answer not accepted, for it is the real OneNET's: {~}": "应答未接收，因为它属于真实 OneNET：{}", "data points not accepted, for the real OneNET is to get them too: {~}": "数据点未接收，因为也要发往真实 OneNET：{}",
	"message not accepted, for the real OneNET is to get it too: {~}": "消息未接收，因为也要发往真实 OneNET：{}", "the will does not get to the real OneNET: {~}": "遗嘱无法发往真实 OneNET：{}", "from the real OneNET: {~}": "来自真实 OneNET：{}", "lost: {~}": "已丢失：{}",
	"given to the device": "已交给设备", "kept for the device, which is away": "设备不在线，为它保留", "the device does not have it: it has not subscribed to the topic, or is away and keeps no session": "设备没有收到：它没有订阅该 Topic，或不在线且不保留会话",

	// Triggers.
	"fired: {~}": "已触发：{}", "{} crossed a bound of {}": "{} 越过了 {} 的边界", "{} came into {}": "{} 进入了 {}", "{} went out of {}": "{} 离开了 {}", "{} changed": "{} 变化了", "no upload to {} for {#} s": "{} 已有 {} 秒没有上传", "an upload to {} after {#} s or more without": "{} 停止上传至少 {} 秒后又有上传",
	"triggers watch so many streams of devices that crossings, changes and silences of further ones are not noticed": "触发器监视的数据流过多，更多数据流的越界、变化和静默不再被发现",
	"the trigger cannot be evaluated: {~}": "触发器无法计算：{}", "the triggers were not loaded and will not fire: {~}": "触发器没有载入，不会触发：{}", "delivered to {}: 200 in {t}": "已送达 {}：200，用时 {}", "retrying in {t}: {}: {~} (try {#} of {#})": "{1} 后重试：{2}：{3}（第 {4} 次，共 {5} 次）",
	"given up after {#} tries: {}: {~}": "尝试 {} 次后放弃：{}：{}", "given up: {#} more firings, because firings for {#} other receivers were under way": "已放弃：另有 {} 次触发，因为正在向其他 {} 个接收方推送", "given up: {}: {#} more firings found its queue full": "已放弃：{}：另有 {} 次触发因队列已满",
	"given up: {#} firings were under way when the platform stopped; they are not kept": "已放弃：平台停止时有 {} 次触发正在推送，不再保留", "given up: {}: {~}": "已放弃：{}：{}", "the platform is stopping": "平台正在停止", "firings for {#} other receivers are under way": "正在向其他 {} 个接收方推送",
	"its queue is full: {#} firings": "它的队列已满：{} 次触发", "its queue is full: {#} bytes": "它的队列已满：{} 字节", "the queues of all receivers are full: {#} bytes": "所有接收方的队列已满：{} 字节", "it answered {#} {}, and only 200 counts": "它应答 {} {}，只有 200 算成功",
	"it answered {#} {}, and only 200 counts; redirects are not followed": "它应答 {} {}，只有 200 算成功；不跟随重定向", "the receiver": "接收方",

	// The platform itself.
	"platform reset": "平台已重置", "reset to the seed": "已重置为初始内容", "reset to a new seed": "已重置为新的初始内容", "loaded a snapshot": "已载入快照", "seeded: {#} products, {#} devices and {#} points were not there yet": "已补充初始内容：新增 {} 个产品、{} 台设备、{} 个数据点",
	"onelan.local is off: port 5353 cannot be shared with the program that has it ({})": "onelan.local 不可用：5353 端口被另一个程序占用，无法共用（{}）", "this machine is {}": "本机是 {}",
	"{} is taken on this network, so this machine is {}: boards that were given {} find the other one": "此网络中已有 {1}，所以本机是 {2}：填了 {3} 的板子会找到另一台", "this machine lost the address {}: {~}": "本机失去了地址 {}：{}",
	"this machine has the new address {}: {~}": "本机有了新地址 {}：{}", "this machine's address changed from {} to {}: {~}": "本机的地址从 {} 变为 {}：{}", "boards that were given the old one must be given a new one when there is a network again": "有网络之后，填了旧地址的板子要改填新地址",
	`boards that were given the old one must be given {}, or "auto" or {} for good`: `填了旧地址的板子要改填 {}；填 "auto" 或 {} 则一劳永逸`,
}
