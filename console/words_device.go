package console

// wordsDevice are those of a device's pages.
var wordsDevice = map[string]text{
	"device.add": {"添加设备", "Add a device"}, "device.edit": {"编辑设备", "Edit the device"}, "device.delete": {"删除设备", "Delete the device"},
	"device.delete.ask": {"设备 %s（%s）及其全部数据流、数据点和命令都将被删除，无法恢复。", "Device %s (%s) goes with all its streams, points and commands. There is no way back."},
	"device.name":       {"设备名称", "Name"}, "device.id": {"设备 ID", "Device ID"}, "device.id.hint": {"留空则自动分配。", "Leave it empty to have one made up."},
	"device.desc": {"设备描述", "Description"}, "device.tags": {"设备标签", "Tags"}, "device.tags.hint": {"最多 5 个，用逗号分隔。", "At most five, with commas between them."},
	"device.private": {"数据保密性", "Privacy"}, "device.private.yes": {"私有", "Private"}, "device.private.no": {"公开", "Public"},
	"device.block": {"列入黑名单：不允许登录", "Block it: it may not log in"}, "device.blocked": {"黑名单", "blocked"},
	"device.from": {"来自 %s，自 %s", "from %s since %s"}, "device.never": {"从未连接", "has never been here"}, "device.last": {"最后登录 %s", "last login %s"},
	"device.timeline": {"时间线", "Timeline"}, "device.timeline.none": {"还没有动静。", "Nothing has happened yet."}, "device.credentials": {"设备信息", "About the device"},
	"device.protocol": {"接入协议", "Protocol"}, "device.api": {"API 地址", "API address"}, "device.topics": {"订阅的 Topic", "Topics it wants"},
	"device.topics.none": {"没有订阅。下发命令无需订阅。", "None. Commands reach it without a subscription."},
	"field.auth":         {"鉴权信息", "Auth info"}, "field.auth.hint": {"即 MQTT 密码。留空则与设备 ID 相同。", "It is the MQTT password. Left empty, it is the device ID."},
	"field.device": {"设备 ID", "the device ID"}, "field.product": {"产品 ID", "the product ID"},

	"send.title": {"下发命令", "Send a command"}, "send.oneclick": {"一键命令", "One-click commands"}, "send.body": {"命令内容", "Command"}, "send.go": {"发送", "Send"},
	"send.as": {"内容格式", "Written as"}, "send.text": {"字符串", "Text"}, "send.hex": {"十六进制", "Hex"}, "send.qos": {"需要应答（QoS 1）", "Until answered (QoS 1)"},
	"send.timeout": {"离线等待", "Wait if away"}, "send.seconds": {"秒", "s"}, "send.buttons": {"自定义按钮", "Change the buttons"},
	"send.buttons.hint": {"用逗号分隔，最多 12 个；留空则恢复为 on, off, toggle。", "With commas between them, at most twelve. Empty brings on, off, toggle back."},
	"send.none":         {"还没有命令。", "No commands yet."}, "send.older": {"更早的命令", "Older commands"}, "send.empty": {"（空）", "(empty)"},
	"life.created": {"创建 %s", "created %s"}, "life.sent": {"下发 %s", "sent %s"}, "life.answered": {"应答 %s", "answered %s"}, "life.waits": {"等待中", "waiting"},

	"streams.title": {"数据流", "Data streams"}, "streams.name": {"名称", "Name"}, "streams.value": {"最新数据", "Value"}, "streams.at": {"更新时间", "Updated"},
	"streams.find": {"数据流名称包含", "Part of a stream's name"}, "streams.some": {"显示 %d 个，共 %d 个；用名称筛选可找到其余的。", "%d of %d are shown; filter by name to find the others."}, "streams.nofind": {"没有这样的数据流。", "No stream is called like that."},
	"streams.none": {"还没有数据。设备向 $dp 发布后会出现在这里。", "No data yet. What the device publishes to $dp appears here."}, "streams.csv": {"导出 CSV", "Export CSV"},
	"span.10m": {"10 分钟", "10 min"}, "span.1h": {"1 小时", "1 hour"}, "span.6h": {"6 小时", "6 hours"}, "span.1d": {"1 天", "1 day"}, "span.7d": {"7 天", "7 days"}, "span.30d": {"30 天", "30 days"},
	"range.from": {"从", "From"}, "range.to": {"到", "to"}, "range.go": {"查询", "Show"},
	"zoom.before": {"← 更早", "← Earlier"}, "zoom.in": {"放大", "Zoom in"}, "zoom.out": {"缩小", "Zoom out"}, "zoom.after": {"更晚 →", "Later →"},
	"chart.label":  {"%s 的折线图：%d 个点，最小 %s，最大 %s，最新 %s", "Line chart of %s: %d points, lowest %s, highest %s, newest %s"},
	"chart.points": {"%d 个数据点", "%d points"}, "chart.low": {"最小", "Lowest"}, "chart.high": {"最大", "Highest"}, "chart.skipped": {"%d 个不是数字", "%d are no numbers"},
	"chart.cut": {"只画出最新的部分", "only the newest part is drawn"}, "chart.none": {"这段时间没有数据点。", "No points in this time."},
	"chart.nonumbers": {"这 %d 个数据点不是数字，见下表。", "These %d points are no numbers; the table shows them."},
	"points.title":    {"数据点", "Points"}, "points.at": {"时间", "Time"}, "points.value": {"值", "Value"},

	"copy.title": {"命令行", "From a terminal"}, "copy.onelan": {"用 onelan 下发命令", "Send a command with onelan"}, "copy.curl": {"用 curl 调用 OneNET 的 REST API", "The same through OneNET's REST API"},
	"copy.mosquitto":   {"用 mosquitto_pub 以此设备身份上传（会挤掉正在连接的设备）", "Upload as this device with mosquitto_pub (it takes the place of the board)"},
	"copy.config":      {"固件的 config.json", "config.json for the firmware"},
	"copy.unsafe":      {"不提供：鉴权信息中有无法原样复制的字符（终端会执行它们）。请先修改它。", "Left out: the auth info has characters that cannot be copied as they are, and that a terminal would obey. Change it first."},
	"copy.config.hint": {"填上 Wi-Fi 名称和密码后复制到开发板。", "Put the name and password of your Wi-Fi in, and copy it to the board."},
}
