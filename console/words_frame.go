package console

// wordsFrame are those of what stands around every page.
var wordsFrame = map[string]text{
	"nav.skip": {"跳到正文", "Skip to content"}, "nav.label": {"主导航", "Main"},
	"nav.overview": {"概览", "Overview"}, "nav.products": {"产品", "Products"}, "nav.devices": {"设备", "Devices"},
	"nav.traffic": {"报文", "Traffic"}, "nav.refusals": {"拒绝", "Refusals"}, "nav.bridge": {"云桥", "Bridge"}, "nav.settings": {"设置", "Settings"},
	"nav.online": {"%d 台设备在线", "%d online"},

	"prefs.lang": {"语言", "Language"}, "prefs.theme": {"外观", "Theme"},
	"theme.auto": {"自动", "Auto"}, "theme.light": {"浅色", "Light"}, "theme.dark": {"深色", "Dark"},

	"js.copy": {"复制", "Copy"}, "js.copied": {"已复制", "Copied"}, "js.busy": {"请稍候…", "Working…"},
	"js.lost":      {"与 onelan 的连接已断开，正在重连…", "Connection to onelan lost, trying again…"},
	"js.restarted": {"onelan 已重新启动：以下为之前的记录", "onelan was restarted: what follows is from before"},
	"js.failed":    {"没有成功：无法连接 onelan", "That did not work: onelan does not answer"},
	"js.wrong":     {"没有成功", "That did not work"},
	"device.gone":  {"这台设备已被删除。", "This device was deleted."},
	"zone.differs": {"时间为 %s，本机为 %s", "Times are %s; yours is %s"},
	"live.gap":     {"略过 %d 条：来得太快", "%d left out: too many at once"},

	"secret.show": {"显示", "Show"}, "more": {"详情", "More"}, "all": {"全部", "All"}, "choose": {"请选择", "Choose"}, "filter": {"筛选", "Filter"},
	"add": {"添加", "Add"}, "save": {"保存", "Save"}, "edit": {"编辑", "Edit"}, "delete": {"删除", "Delete"}, "cancel": {"取消", "Cancel"},
	"pager.label": {"分页", "Pages"}, "pager.range": {"第 %d–%d 项，共 %d 项", "%d–%d of %d"}, "pager.first": {"首页", "First"}, "pager.last": {"末页", "Last"},
	"pager.page": {"页码", "Page"}, "pager.of": {"共 %d 页", "of %d"}, "pager.go": {"跳转", "Go"},
	"prev": {"上一页", "Previous"}, "next": {"下一页", "Next"}, "older": {"更早的记录", "Older records"}, "created": {"创建时间", "Created"},
	"online": {"在线", "Online"}, "offline": {"离线", "Offline"}, "product": {"产品", "Product"}, "state": {"状态", "State"}, "device": {"设备", "Device"},

	"login.title": {"登录", "Log in"}, "login.password": {"密码", "Password"}, "login.go": {"登录", "Log in"}, "logout": {"退出登录", "Log out"},
	"login.hint":  {"密码由运行 onelan 的人设置。", "The password was set by whoever runs onelan."},
	"login.wrong": {"密码不对。", "That is not the password."},
	"login.busy":  {"正在登录的人太多，请 %d 秒后再试。", "Too many are logging in: try again in %d s."},
	"login.wait":  {"错误次数过多，请 %d 秒后再试。", "Too many wrong passwords: try again in %d seconds."},

	"done.bridge.pause": {"已暂停：设备发送的内容在此等待。", "Paused: what comes waits here."}, "done.bridge.resume": {"已恢复。", "Resumed."},
	"done.bridge.drain": {"已全部送达。", "Everything has arrived."}, "done.bridge.draining": {"正在排空。", "It is draining."},
	"done.bridge.retry": {"已放回队列。", "Back in the queue."}, "done.bridge.drop": {"已放弃。", "Given up."},

	"done.added": {"已添加。", "Added."}, "done.changed": {"已保存。", "Saved."}, "done.removed": {"已删除。", "Deleted."},
	"done.imported": {"已添加 %d 台设备。", "%d devices were added."}, "done.imported.one": {"已添加 1 台设备。", "1 device was added."}, "done.reset": {"平台已恢复到初始内容。", "The platform is back at its seed."},
}

// wordsErrors say what went wrong, and with ".fix" what to do.
var wordsErrors = map[string]text{
	"error.home": {"返回概览", "Back to the overview"},
	"error.page": {"没有这个页面", "There is no such page"}, "error.page.fix": {"地址可能已经过时，请从左侧导航进入。", "The address may be out of date. Use the navigation."},
	"error.record":       {"没有这条记录", "There is no such record"},
	"error.record.fix":   {"历史记录只在内存中保留最近的部分，重启后重新编号。", "The journal keeps the newest records in memory only, and begins anew after a restart."},
	"error.notfound":     {"未找到", "Not found"},
	"error.notfound.fix": {"它可能已被删除，或平台已被重置。请查看设备列表。", "It may have been deleted, or the platform was reset. Look at the list of devices."},
	"error.exists":       {"已存在", "Already taken"}, "error.exists.fix": {"请换一个，或先删除已有的。", "Choose another one, or delete the one that is there."},
	"error.invalid":      {"填写有误", "Something is not as it must be"},
	"error.invalid.fix":  {"请更正后重试。", "Correct it and try again."},
	"error.unauthorized": {"没有权限", "Not allowed"}, "error.unauthorized.fix": {"请使用有权限的密钥。", "Use a key that opens it."},
	"error.offline":     {"设备不在线", "The device is not online"},
	"error.offline.fix": {"等设备上线，或设置超时时间，让命令等待设备。", "Wait until it is here, or give the command a time to wait for it."},
	"error.expired":     {"已过期", "Expired"}, "error.expired.fix": {"请重新开始。", "Begin again."},
	"error.noproduct": {"没有写明产品", "A line names no product"}, "error.noproduct.fix": {"请在下方选择产品，或在表中加上 product 列。", "Choose a product below, or give the table a column named product."},
	"error.limit":     {"超出限制", "Over a limit"},
	"error.limit.fix": {"请减少内容，或在 onelan.yaml 中调高限制。", "Send less, or raise the limit in onelan.yaml."},
	"error.form":      {"表单太大", "Too much for one form"}, "error.form.fix": {"请拆成几个表格，分次提交。", "Make several tables of it, and send one after the other."},
	"error.unread": {"无法读取提交的表单", "The form could not be read"}, "error.unread.fix": {"没有任何更改。请返回，重新提交。", "Nothing was changed. Go back and send it again."},
	"error.long": {"表单太长", "The form is too long"}, "error.long.fix": {"没有任何更改。请缩短内容后重新提交。", "Nothing was changed. Send less."},
	"error.slow": {"表单没有及时到达", "The form took too long to arrive"}, "error.slow.fix": {"没有任何更改。请检查网络，重新提交。", "Nothing was changed. Look at the network and send it again."},
	"error.method": {"这个地址不接受这种请求", "Nothing is done here in this way"}, "error.method.fix": {"请从左侧导航进入。", "Use the navigation."},
	"error.internal": {"内部错误", "Internal error"}, "error.internal.fix": {"这是 onelan 的问题，详情见它的日志。", "This is a mistake of onelan's. Its log says more."},
	"error.origin":     {"请求来自其他网页", "Another web page asked for this"},
	"error.origin.fix": {"请在控制台页面中操作。", "Do it from a page of the console."},
	"error.host":       {"控制台不响应这个地址", "The console does not answer to this name"},
	"error.host.fix":   {"请用 127.0.0.1 或 localhost 打开；要从其他机器访问，请为控制台设置密码。", "Open it as 127.0.0.1 or localhost. To reach it from another machine, give the console a password."},
	"error.login":      {"请先登录", "Log in first"}, "error.login.fix": {"会话已结束：返回并重新登录。", "The session has ended: go back and log in again."},
	"error.bridgeoff": {"云桥未启用", "The bridge is off"}, "error.bridgeoff.fix": {"用 onelan serve --bridge 启动。", "Start it with onelan serve --bridge."},
	"error.cloud": {"云端没有及时应答", "The cloud did not answer in time"}, "error.cloud.fix": {"请稍后再试：可能有其他登录排在前面。", "Try again: other logins may be in front of it."},
	"error.noreset": {"没有可恢复的初始内容", "There is no seed to go back to"}, "error.noreset.fix": {"请用 onelan serve 启动。", "Start it with onelan serve."},
}
