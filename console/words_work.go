package console

// wordsWork say how far long work is.
var wordsWork = map[string]text{
	"work.progress": {"进度", "Progress"},

	"work.read":    {"正在读取表格。离开此页即取消，不会添加任何设备。", "Reading the table. To leave this page stops it, and none is added."},
	"work.checked": {"已检查 %s / %s 台设备。离开此页即取消，不会添加任何设备。", "%s of %s devices checked. To leave this page stops it, and none is added."},
	"work.storing": {"正在保存 %s 台设备。离开此页也会全部添加。", "Storing %s devices. They are added even if you leave this page."},
	"work.added":   {"已添加 %s 台设备。", "%s devices were added."},
	"work.stopped": {"已取消：没有添加任何设备。", "Stopped: no device was added."},

	"work.points":   {"%s 个数据点，已到 %s", "%s points, up to %s"},
	"work.exported": {"已导出：%s 个数据点。", "Done: %s points."},
	"work.cut":      {"导出中断：文件不完整，最多只有 %s 个数据点。请重新导出。", "Cut short: the file is incomplete, it has %s points at most. Export it again."},
}
