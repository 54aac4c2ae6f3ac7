package console

// wordsRecords are those of the journal and of refusals.
var wordsRecords = map[string]text{
	"traffic.title": {"报文", "Traffic"}, "traffic.live": {"实时", "Live"}, "traffic.pause": {"暂停", "Pause"}, "traffic.resume": {"继续", "Resume"},
	"traffic.paused": {"已暂停（%s 条新记录）", "Paused (%s new)"}, "traffic.missed": {"继续（%s 条新记录）", "Resume (%s new)"}, "traffic.cut": {"已断开", "Disconnected"},
	"traffic.newest": {"回到最新", "To the newest"}, "traffic.topic": {"Topic", "Topic"}, "traffic.text": {"包含文字", "Contains"}, "traffic.kinds": {"类型", "Kinds"},
	"traffic.clear": {"清除", "Clear"}, "traffic.none": {"还没有任何记录。", "Nothing has happened yet."}, "traffic.nomatch": {"没有符合条件的记录；新的会自动出现。", "No record fits; new ones appear by themselves."},
	"traffic.lost": {"更早的记录已不再保留。", "Earlier records are no longer kept."}, "traffic.start": {"历史从这里开始。", "The journal begins here."}, "traffic.jump": {"跳到记录 #", "Jump to record #"}, "traffic.go": {"打开", "Go"},

	"record.title": {"记录", "Record"}, "record.permalink": {"此记录的链接", "Link to this record"}, "record.at": {"时间", "Time"}, "record.addr": {"对端地址", "Peer"},
	"record.call": {"API 调用", "API call"}, "record.state": {"命令状态", "State"}, "record.size": {"长度", "Size"}, "record.count": {"数量", "Count"}, "record.text": {"说明", "Says"},
	"record.points": {"解码后的数据点", "Points, decoded"}, "record.payload": {"内容", "Payload"}, "record.cut": {"历史只保留前 %d 字节，共 %d 字节。", "The journal keeps the first %d bytes of %d."},

	"record.bytes": {"字节", "Bytes"}, "dp.block": {"从第 %d 字节起，共 %d 字节", "from byte %d, %d bytes"}, "dp.file": {"文件 %d 字节", "file of %d bytes"},
	"dp.mark.type": {"类型", "type"}, "dp.mark.time": {"时间", "time"}, "dp.mark.length": {"长度", "length"}, "dp.mark.wrong": {"出错处", "here it is wrong"},
	"dp.1": {"类型 1：带时间的 JSON 数组", "Type 1: JSON with streams and points"}, "dp.2": {"类型 2：二进制文件", "Type 2: a file"}, "dp.3": {"类型 3：JSON，数据流与值", "Type 3: JSON, stream to value"},
	"dp.4": {"类型 4：JSON，值带时间", "Type 4: JSON, values under times"}, "dp.5": {"类型 5：分隔符文本", "Type 5: text with separators"}, "dp.6": {"类型 6：分隔符文本，共用时间", "Type 6: text with separators and one time"}, "dp.7": {"类型 7：浮点数", "Type 7: floats"},

	"kind.system": {"系统", "system"}, "kind.connected": {"上线", "online"}, "kind.disconnected": {"离线", "offline"}, "kind.refused": {"拒绝", "refused"},
	"kind.subscribed": {"订阅", "subscribe"}, "kind.unsubscribed": {"退订", "unsubscribe"}, "kind.message": {"消息", "message"}, "kind.data": {"数据", "data"},
	"kind.command": {"命令", "command"}, "kind.dropped": {"丢弃", "dropped"}, "kind.trigger": {"触发器", "trigger"}, "kind.bridge": {"云桥", "bridge"}, "kind.warning": {"警告", "warning"},

	"state.not-online": {"设备不在线", "not online"}, "state.created": {"已创建", "created"}, "state.sent": {"已下发", "sent"}, "state.send-failed": {"下发失败", "send failed"},
	"state.answered": {"已应答", "answered"}, "state.unanswered": {"应答超时", "no answer"}, "state.too-large": {"应答过大", "answer too large"},
	"state.idle": {"空闲", "idle"}, "state.connecting": {"连接中", "connecting"}, "state.online": {"已连接", "online"}, "state.refused": {"被云端拒绝", "refused"},
	"state.evicted": {"被挤下线", "evicted"}, "state.half-open": {"半开", "half open"}, "state.paused": {"已暂停", "paused"},

	"stage.link": {"连接", "connection"}, "stage.connect": {"CONNECT 报文", "CONNECT packet"}, "stage.login": {"登录", "login"}, "stage.subscribe": {"订阅", "subscription"},
	"stage.publish": {"发布", "publish"}, "stage.data": {"$dp 数据", "$dp data"}, "stage.command": {"命令", "command"}, "stage.call": {"API 调用", "API call"},

	"why.expected": {"期望", "Expected"}, "why.got": {"收到", "Got"}, "why.near": {"很可能", "Likely"}, "why.fix": {"怎么办", "What to do"}, "why.rule": {"依据", "Rule"}, "comma": {"，", ", "}, "why.byte": {"第 %d 字节", "byte %d"},

	"refusals.title": {"拒绝", "Refusals"}, "refusals.lead": {"真实平台只会断开连接；这里写明原因和办法。", "The real platform just hangs up. Here is why, and what to do about it."},
	"refusals.none": {"没有任何拒绝。", "Nothing was refused."}, "refusals.nobody": {"未表明身份的连接", "Somebody who did not say who they are"}, "refusals.times": {"%d 次，%s 至 %s", "%d times, %s to %s"},
	"fix.admit": {"添加这台设备", "Add this device"}, "fix.byhand": {"手动填写…", "Fill in by hand…"},
	"fix.admit.hint":      {"它下次登录时会被添加，所用密码即成为它的鉴权信息。", "It is added at its next login, with the password it brings as its auth info."},
	"fix.admit.else":      {"产品写错的是这里：把它添加到产品 %s", "The product is wrong here: add it to product %s"},
	"fix.admit.else.hint": {"如果板子填对了产品，就在这里改正；原产品里的那台设备保持不变。", "For when the board names the right product. The device in the other product stays as it is."},
	"fix.waiting":         {"等待它下次登录（10 分钟内）…", "Waiting for its next login, for ten minutes…"}, "fix.unblock": {"移出黑名单", "Unblock it"},
	"fix.edit": {"修改它的鉴权信息", "Change its auth info"}, "fix.see": {"查看正确的登录信息", "See the right credentials"}, "fix.solved": {"已解决：它在 %s 登录成功。", "Solved: it logged in at %s."}, "fix.see.device": {"查看设备", "See the device"},
}
