package console

// phrasesShape are those of JSON: its grammar, and what must stand in it.
var phrasesShape = map[string]string{
	// Grammar.
	"the end": "结束", "a string": "字符串", "an array": "数组", "true": "true", "false": "false", "null": "null", "the end of the JSON text": "JSON 文本的结束", "a name in double quotes": "双引号中的名称", "fewer levels": "更少的层数", "a bracket": "括号", "a digit": "数字",
	"',' or '}'": "',' 或 '}'", "',' or ']'": "',' 或 ']'", `an escape such as \n`: `转义，例如 \n`, `'"' at the end of the string`: `字符串末尾的 '"'`, `four hexadecimal digits after \u`: `\u 之后的四个十六进制数字`,
	`one of " \ / b f n r t u after the backslash`:                                                  `反斜杠之后是 " \ / b f n r t u 之一`,
	"JSON uses double quotes only; a Python dict must go through json.dumps":                        "JSON 只用双引号；Python 的 dict 要经过 json.dumps",
	"the sensor gave no number (NaN or infinity): test it before you print it, or send null":        "传感器没有给出数值（NaN 或无穷大）：打印前先检查，或发送 null",
	"the members stand without the { } around them":                                                 "成员外面没有花括号 { }",
	"the JSON stops early: a bracket or quote is not closed, or the text was cut by a small buffer": "JSON 提前结束：括号或引号没有闭合，或文本被太小的缓冲区截断了",
	`these are typographic quotes; JSON uses "`:                                                     `这是中文或排版引号；JSON 用 "`,
	"this is a full-width character; JSON uses the ASCII one":                                       "这是全角字符；JSON 用半角", "a comma stands behind the last element": "最后一个元素后面多了逗号",
	"a decimal comma: numbers are written with a point": "小数点写成了逗号：数字用点", "a printf pattern was not filled in": "printf 的格式符没有填入内容",
	"sprintf on small boards prints ? for %f: use dtostrf": "小型板子上 sprintf 的 %f 只打印 ?：用 dtostrf", "JSON writes true, false and null in lower case": "JSON 中 true、false 和 null 用小写",
	"a number begins with 0: print it without leading zeros": "数字以 0 开头：打印时不要前导零", "a control character ({}) stands in a string": "字符串里有控制字符（{}）", "names stand in double quotes": "名称要加双引号",
	`a double quote inside a string is written \"`: `字符串里的双引号写成 \"`, "a comma is missing before this": "这之前少了逗号",
	"the text was put together by hand: let a JSON library write it": "文本是手工拼的：用 JSON 库生成它", "the text may be in GBK: save and send it as UTF-8": "文本可能是 GBK：存为 UTF-8 再发送",
	"{} look like a Chinese character in GBK: save the source file as UTF-8": "{} 像是 GBK 编码的汉字：把源文件存为 UTF-8", "binary data or another encoding stands in the text": "文本中有二进制数据，或用了另一种编码",
	"a structure was put into itself, or a bracket is repeated by mistake": "把结构放进了它自己，或误写了重复的括号",

	// What must stand where.
	"an array of streams": "数据流的数组", "an object without it": "没有它的对象", `an object with "id" and "datapoints"`: `带 "id" 和 "datapoints" 的对象`, "a stream without it": "没有它的数据流", "an array of points": "数据点的数组",
	`an object such as {"value":25.5}`: `对象，例如 {"value":25.5}`, "a point without it": "没有它的数据点", "an object of time to value": "“时间: 值”的对象", `{"datastreams":[…]}`: `{"datastreams":[…]}`,
	"the JSON does not begin with { where it should": "应以 { 开头的地方，JSON 不是以 { 开头", `the list of streams is called "datastreams", in lower case`: `数据流列表的名称是小写的 "datastreams"`, `the name of the stream is the member "id"`: `数据流的名称写在 "id" 里`,
	`the name of the stream is the member "ds_id"`: `数据流的名称写在 "ds_id" 里`, "the variable that holds the name was empty": "存放名称的变量是空的", "the variable that holds the value was empty": "存放值的变量是空的",
	"this is the JSON of type 1: {~}": "这是类型 1 的 JSON：{}", "this is the JSON of type 3: {~}": "这是类型 3 的 JSON：{}", "this is the header of type 2: {~}": "这是类型 2 的头部：{}", "make the type byte 01": "把类型字节改为 01", "make the type byte 02": "把类型字节改为 02",
	"make the type byte 03": "把类型字节改为 03", "make the type byte 04": "把类型字节改为 04", "leave the type parameter out": "去掉 type 参数", "send the file to /bindata": "把文件发送到 /bindata", "add type=3 to the URL": "在 URL 中加 type=3", "add type=4 to the URL": "在 URL 中加 type=4",
	"make the type byte 03, or give each value a time": "把类型字节改为 03，或给每个值加上时间", "add type=3 to the URL, or give each value a time": "在 URL 中加 type=3，或给每个值加上时间",
	"if the values stand under times, this is the JSON of type 4: {~}": "如果值写在时间下面，这就是类型 4 的 JSON：{}", "put the id into quotes: names of streams are strings": "给 id 加上引号：数据流名称是字符串",
	`each point is an object with "value": {"value":25.5}`: `每个数据点都是带 "value" 的对象：{"value":25.5}`, `even one point stands in an array: "datapoints":[{"value":25.5}]`: `即使只有一个数据点也要放在数组里："datapoints":[{"value":25.5}]`,
	`even one stream stands in an array: "datastreams":[{…}]`: `即使只有一个数据流也要放在数组里："datastreams":[{…}]`, `{q} should be spelled "datastreams"`: `{} 应写成 "datastreams"`, `{q} should be spelled "ds_id"`: `{} 应写成 "ds_id"`,
	`a single stream stands bare: wrap it as {"datastreams":[{…}]}`: `单个数据流没有外层：写成 {"datastreams":[{…}]}`, "the JSON was turned into a string once more (encoded twice)": "JSON 又被转成了字符串（编码了两次）",
	`put the array into an object: {"datastreams":[…]}`: `把数组放进对象：{"datastreams":[…]}`, `an array has no names of streams: send {"stream":value}`: `数组里没有数据流名称：发送 {"数据流":值}`,
	`a bare value has no name of a stream: send {"stream":value}`: `单独一个值没有数据流名称：发送 {"数据流":值}`,
}
