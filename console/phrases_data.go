package console

// phrasesData are those of $dp messages: types, lengths, times, files, and what is legal but odd.
var phrasesData = map[string]string{
	"a block": "一个数据块", "a stream name": "数据流名称", "an empty one": "空的", "{~}, if all that follows is the file": "{}，如果后面全是文件", "the end or another block": "结束，或另一块", "{#} bytes: {q}": "{} 字节：{}", "1 byte: {q}": "1 字节：{}",
	"type {#} ({~})": "类型 {}（{}）", "unknown": "未知", "type 1, 3, 4 or 5": "类型 1、3、4 或 5", "JSON with streams and points": "带数据流和数据点的 JSON", "binary file": "二进制文件", "JSON, stream to value": "数据流: 值 的 JSON",
	"JSON with times": "带时间的 JSON", "delimited text": "分隔文本", "delimited text with a common time": "带时间的分隔文本", "32-bit floats": "32 位浮点数", "floats": "浮点数",

	// The type byte.
	"a type byte from 01 to 07, or 86, 87": "类型字节 01 到 07，或 86、87", "a type byte from 01 to 07": "类型字节 01 到 07",
	"bytes 0 and 1 are the length of what follows: the type byte before them is missing": "第 0、1 字节是后面内容的长度：前面缺少类型字节",
	"the payload holds a whole MQTT PUBLISH packet: give the client the payload alone":   "内容是一个完整的 MQTT PUBLISH 报文：只需把内容交给客户端",
	"the type byte {} comes second: something stands before it":                          "类型字节 {} 在第二位：前面多了东西",
	"a type byte, two length bytes and then the JSON":                                    "一个类型字节、两个长度字节，然后是 JSON", "their hexadecimal digits as text: {}": "写成文本的十六进制数字：{}",
	"the client was given a hex dump but sends it as text: switch its input format to hex": "给客户端的是十六进制，它却当作文本发送：把输入格式切换到十六进制",
	"the type is the number {#}, not the character '{#}'":                                  "类型是数值 {}，不是字符 '{}'", "their Base64 text: {}": "它的 Base64 文本：{}",
	"the JSON is that of type 1: put 01 and its length in bytes (two bytes, big-endian) before it":      "这是类型 1 的 JSON：在前面加上 01 和以字节计的长度（两个字节，高字节在前）",
	`this JSON belongs to the newer platforms ($sys topics); here send type 3, {"stream":value}`:        `这是新版平台的 JSON（$sys Topic）；这里请用类型 3 发送 {"数据流":值}`,
	`if the JSON is {"stream":value}, put 03 and its length in bytes (two bytes, big-endian) before it`: `如果是 {"数据流":值} 这种 JSON，在前面加上 03 和以字节计的长度（两个字节，高字节在前）`,
	"the type byte is missing, or something stands before it":                                           "缺少类型字节，或它前面多了东西",
	"bit 7 (0x80) is the only flag; 0x40 is none":                                                       "只有第 7 位（0x80）是标志，0x40 不是", "bit 6 of the type byte clear": "类型字节的第 6 位为 0",
	"a bare value has no stream to go to; other text belongs on a topic of the product's own":          "单独一个值没有数据流可去；其他文本请发布到产品自己的 Topic",
	"the client was given Base64 but sends it as text: switch its input format to Base64":              "给客户端的是 Base64，它却当作文本发送：把输入格式切换到 Base64",
	"the send function was given the length 0, or an empty text":                                       "发送函数得到的长度是 0，或文本为空",
	"strlen stops at the zero byte of the length: give the send function the real size of the message": "strlen 遇到长度里的零字节就停了：把消息的真实长度交给发送函数",

	// What follows.
	"behind the file of the given length come {~} that start no block":                    "按所给长度，文件之后还有 {}，不是另一块的开头",
	"a line end follows the block: use write, not println, and no CRLF of an AT command":  "数据块之后有换行：用 write，不要用 println，也不要带 AT 指令的 CRLF",
	"more JSON follows: each JSON text needs a type byte and a length of its own":         "后面还有 JSON：每段 JSON 都要有自己的类型字节和长度",
	"a buffer was sent with its full size, or the length bytes are smaller than the text": "把整个缓冲区都发出去了，或长度字节比文本小",
	"no NUL byte": "没有 NUL 字节", "{#} behind the block": "数据块之后 {} 个", "{#} behind the text": "文本之后 {} 个", "{#} inside the length": "长度之内 {} 个",
	"{#} in place of a length and a body": "长度和内容的位置上 {} 个",
	"a C string ends with a NUL that does not belong to it: use strlen(s), not sizeof(s) or strlen(s)+1": "C 字符串末尾的 NUL 不属于内容：用 strlen(s)，不要用 sizeof(s) 或 strlen(s)+1",
	"the whole buffer was sent, with its unused end: send as many bytes as were filled":                  "把整个缓冲区连同没用的部分都发出去了：只发送填好的字节数",
	"a backlog was sent at once": "积压的数据一次全发了",

	// Lengths.
	"two length bytes": "两个长度字节", "at most FF FF ({#})": "最多 FF FF（{}）", "the length was written with four bytes; it has two": "长度写成了四个字节；应为两个", "the length was written with one byte; it has two": "长度写成了一个字节；应为两个",
	"{~} of text": "{}的文本", "the length counts {#} bytes of the header too": "长度把头部的 {} 字节也算进去了", "the length is the text {q}; write it as a number of two bytes": "长度写成了文本 {}；请写成两个字节的数值",
	"the length counts the NUL at the end of a C string, or a line end, that was not sent": "长度算上了 C 字符串末尾的 NUL 或换行，而它没有发送",
	"the text is whole, so the length is too large by {#}":                                 "文本是完整的，所以长度多了 {}",
	"the text is cut off too: {~} did not come; look at the size of the send buffer":       "文本也被截断了：还有 {} 没有收到；检查发送缓冲区的大小",
	"the JSON follows the type byte directly":                                              "类型字节后面直接就是 JSON", "the length bytes are swapped: the high byte comes first": "长度的两个字节颠倒了：高字节在前",
	"the text goes on for {~} behind its length": "按所给长度，文本之后还有 {}", "the text has {~}, which are {~} in UTF-8": "文本有 {}，在 UTF-8 中是 {}",
	"the length counts the JSON only, neither the file behind it nor its length": "长度只算 JSON，不算后面的文件及其长度",
	"the JSON ends earlier and another block begins at byte {#}":                 "JSON 更早就结束了，第 {} 字节处开始了另一块",
	"the length bytes were reserved and never filled in":                         "长度字节预留了，却没有填入",

	// Times.
	"6 time bytes, as bit 7 of the type byte says":                                     "6 个时间字节（类型字节的第 7 位表明）",
	"bit 7 promises six time bytes, but the rest of the block reads well without them": "第 7 位表示有六个时间字节，但不算它们，其余内容正好能读通",
	"six time bytes follow, but bit 7 of the type byte does not say so":                "后面有六个时间字节，但类型字节的第 7 位没有置 1",
	"year-2000, month 1-12, day, hour, minute, second as plain numbers":                "年-2000、月（1-12）、日、时、分、秒 的数值",
	"tm_year counts from 1900: subtract 100":                                           "tm_year 从 1900 年算起：减去 100", "the year is one byte, counted from 2000": "年份是一个字节，从 2000 年算起",
	"the bytes are characters; write plain numbers": "这些字节是字符；请写数值", "tm_mon counts from 0: add 1": "tm_mon 从 0 算起：加 1",
	"the bytes are BCD, as clock chips give them; write plain numbers (18 is 0x12)":     "这些字节是 BCD 码（时钟芯片的格式）；请写数值（18 是 0x12）",
	"a byte is out of its range, or the six stand in another order":                     "有一个字节超出范围，或六个字节的顺序不对",
	`a time such as "2018-06-01 08:00:00" or "2018-06-01T08:00:00.123"`:                 `时间，例如 "2018-06-01 08:00:00" 或 "2018-06-01T08:00:00.123"`,
	`{q} is not a time such as "2018-06-01 08:00:00" or "2018-06-01T08:00:00.123": {~}`: `{1} 不是 "2018-06-01 08:00:00" 或 "2018-06-01T08:00:00.123" 这样的时间：{2}`,
	"{q} is not a day such as 2018-06-01":                                               "{} 不是 2018-06-01 这样的日期", "it is empty; leave the time out and the platform takes the moment of receipt": "内容为空；不写时间，平台就用收到的时刻",
	"this looks like seconds or milliseconds since 1970; write the date out": "这像是 1970 年以来的秒或毫秒数；请写出日期", "the date is written with slashes; write it with hyphens": "日期用了斜杠；请用连字符",
	"it names a zone; leave the zone out and write Beijing time (UTC+8)": "带了时区；不要写时区，直接写北京时间（UTC+8）", "the fraction has {#} digits; 3 or 6 are understood": "小数部分有 {} 位；只认 3 位或 6 位",
	"the time of day is missing": "缺少时分秒", "the seconds are missing": "缺少秒", "it is too short; print each part with two digits (%04d-%02d-%02d %02d:%02d:%02d)": "太短了；每个部分都打印两位数字（%04d-%02d-%02d %02d:%02d:%02d）",
	"the month is {q}": "月份是 {}", "the day is {q}": "日是 {}", "the hour is {q}": "小时是 {}", "the minute is {q}": "分钟是 {}", "the second is {q}": "秒是 {}",
	"years begin with 1970; was the clock of the device set?": "年份从 1970 开始；设备的时钟设置了吗？", "the month has no such day": "这个月没有这一天", "a separator is not the one expected, or something follows": "分隔符不对，或后面还有内容",

	// Files.
	"four length bytes and the file": "四个长度字节和文件", "at least 1 byte": "至少 1 字节", "the file is empty: the camera gave no picture, or its buffer was cleared": "文件是空的：摄像头没有给出图片，或缓冲区已被清空",
	"the length bytes are in the wrong order: the highest comes first": "长度字节的顺序不对：最高字节在前", "the length was written with two bytes; it has four": "长度写成了两个字节；应为四个",
	"the file follows the JSON directly: its four length bytes are missing": "JSON 后面直接就是文件：缺少四个长度字节", "at most {#} (3 MiB)": "最多 {}（3 MiB）", "the message ends {~} before the file does": "消息比文件早 {} 结束",
	"the bytes of the file were not put behind the JSON": "文件的字节没有放在 JSON 后面", "the file was not made smaller, or its length bytes are wrong": "文件没有压缩小，或长度字节不对",

	// Texts and floats.
	"two different characters: separator of fields, separator of records": "两个不同的字符：字段分隔符和记录分隔符", "the text ends before the second separator": "文本在第二个分隔符之前就结束了",
	"the first two characters are the same, {}": "前两个字符相同：{}", "1 to 3 fields: value; stream and value; stream, time and value": "1 到 3 个字段：值；数据流、值；数据流、时间、值", "more than 3": "超过 3 个", "a value": "值", "an empty field": "空字段",
	"the separator of fields occurs inside a value": "字段分隔符出现在值里面", "type 7 has no length bytes: the first group follows the header": "类型 7 没有长度字节：头部之后就是第一组",
	"stream and count are big-endian; only the floats are little-endian": "数据流和个数是高字节在前；只有浮点数是低字节在前", "type 7 has no length, so nothing can follow it: make it the last block": "类型 7 没有长度，后面不能再有内容：把它放在最后一块",
	"a group: stream, count, floats": "一组：数据流、个数、浮点数", "4 bytes: stream and count": "4 字节：数据流和个数", "a count of the floats that follow": "后面浮点数的个数", "{#} floats in {~}": "{2} 中有 {1} 个浮点数", "1 float in {~}": "{} 中有 1 个浮点数",
	"a stream number from 1 to 65535": "数据流编号 1 到 65535", "a number": "数字", "count is the number of floats behind it, and each float has four bytes": "个数是后面浮点数的数目，每个浮点数四个字节",
	"an array index was used for the number: add 1": "把数组下标当作了编号：加 1", "the sensor gave no number: test it before it is sent": "传感器没有给出数值：发送前先检查",

	// Stored, but odd.
	"the message holds no data point": "消息里没有数据点", `a stream called "datastreams" was stored: the JSON is that of type 1, the type byte says 3`: `存成了名为 "datastreams" 的数据流：JSON 是类型 1 的，类型字节却是 3`,
	"a stream called {q} was stored: the type byte does not fit the JSON":                                  "存成了名为 {} 的数据流：类型字节与 JSON 不符",
	"the value of stream {q} is an object of times: with type byte 04 each would be a point":               "数据流 {} 的值是以时间为键的对象：用类型字节 04，每个时间才是一个数据点",
	"stream {q} has the text {} for a value: the sensor gave no number":                                    "数据流 {} 的值是文本 {}：传感器没有给出数值",
	"stream {q} has the value {}: a float sent big-endian reads like this; type 7 is little-endian":        "数据流 {} 的值是 {}：浮点数按高字节在前发送就会这样；类型 7 是低字节在前",
	"stream {q} has the number {} as a text: charts and triggers take numbers only":                        "数据流 {} 的数字 {} 是文本：图表和触发器只认数字",
	"the name of stream {q} begins or ends with white space":                                               "数据流名称 {} 的开头或末尾有空白字符",
	"stream {q} has the time {}, 8 hours ago: UTC was sent where Beijing time belongs":                     "数据流 {} 的时间是 {}，即 8 小时前：应发送北京时间，却发送了 UTC",
	"stream {q} has the time {}, which is still to come":                                                   "数据流 {} 的时间是 {}，还没有到",
	"stream {q} has the time {}: the clock of the device was not set, or the time is fixed in its program": "数据流 {} 的时间是 {}：设备的时钟没有设置，或时间写死在程序里",

	// What does not go up over the bridge as a $dp message.
	"{#} of them, the first of stream {q}, do not fit into one message with their times": "其中 {} 个（第一个属于数据流 {}）带上时间后放不进一条消息", "the value is not UTF-8": "值不是 UTF-8", "the value is not JSON: {}": "值不是 JSON：{}",
	"its value nests more than {#} levels deep": "值的嵌套超过 {} 层", "its name is not UTF-8": "名称不是 UTF-8", "a time is in the years 1970 to 9999, not in {#}": "时间应在 1970 至 9999 年之间，而不是 {} 年", "it has no time": "没有时间",
	"its message of {#} bytes is longer than {#}": "它的消息有 {} 字节，超过 {}", "with its times it would have {#} blocks, which is more than {#}": "带上时间会有 {} 块，超过 {}",
	"a point without the name of a stream": "没有数据流名称的数据点",
}
