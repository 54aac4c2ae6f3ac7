package api

// callDoc is what the description says of a call beyond its route.
type callDoc struct {
	says      string
	query     []paramDoc
	body      object // of JSON; nil: none
	rawBody   bool   // the body is bytes
	data      object // nil: none
	rawAnswer map[string]string
	states    bool // the HTTP status says how far a command is
}

type paramDoc struct {
	name   string
	needed bool
	schema object
	says   string
}

// pathParams says what stands in a path.
var pathParams = map[string]string{
	"id": "the device id", "uuid": "the cmd_uuid of a command", "ds": "the id of a data stream", "key": "a device key; it may be written with or without its = escaped",
	"trigger": "the trigger_id", "index": "the index of a file", "parser": "the id of a parser",
}

func wants(name string, schema object, says string) paramDoc {
	return paramDoc{name, true, schema, says}
}

func takes(name string, schema object, says string) paramDoc {
	return paramDoc{name, false, schema, says}
}

var (
	timeParam  = object{"type": "string", "example": "2018-06-01T08:00:00"}
	pageParams = []paramDoc{takes("page", fromTo(1, 10000), "from 1"), takes("per_page", fromTo(1, 100), "30 unless given")}
	spanParams = []paramDoc{takes("start", timeParam, "inclusive"), takes("end", timeParam, "inclusive"), takes("duration", aNumber, "seconds, from start forward or from end backward")}
)

func besides(params []paramDoc, more ...paramDoc) []paramDoc {
	return append(append([]paramDoc{}, more...), params...)
}

// callDocs is what there is to say of each call, by method and path.
var callDocs = joinDocs(commandDocs, topicDocs, deviceDocs, streamDocs, keyDocs, triggerDocs, otherDocs)

func joinDocs(parts ...map[string]callDoc) map[string]callDoc {
	all := map[string]callDoc{}
	for _, part := range parts {
		for name, doc := range part {
			all[name] = doc
		}
	}
	return all
}

var commandDocs = map[string]callDoc{
	"POST /cmds": {
		says: "send a command to a device", rawBody: true, data: anObject("cmd_uuid", aUUID),
		query: []paramDoc{
			wants("device_id", aText, ""), takes("qos", fromTo(0, 1), "1: send again at each login until answered"),
			takes("timeout", fromTo(0, 2678400), "seconds to wait for a device that is away; 0: not at all"), takes("type", fromTo(0, 1), "of another protocol: not looked at"),
		},
	},
	"GET /cmds/{uuid}":      {says: "how far a command is", data: anObject("status", fromTo(0, 6), "desc", aText)},
	"GET /cmds/{uuid}/resp": {says: "what the device answered, byte for byte", rawAnswer: downloadStatuses(map[int]string{400: "no key", 403: "not allowed", 404: "no such command", 429: "too many calls"}), states: true},
	"GET /cmds/history/{id}": {
		says: "the commands of a device, newest first; with limit, cursor, duration, sort or status and without page and per_page in the form with a cursor",
		query: besides(pageParams, wants("start", timeParam, ""), takes("end", timeParam, "now unless given"), takes("duration", fromTo(0, longestCommands), "seconds"),
			takes("limit", fromTo(1, mostCommands), "10 unless given"), takes("cursor", aText, "from the answer before"), takes("sort", oneOfThese("ASC", "DESC"), "DESC unless given"), takes("status", fromTo(0, 6), "")),
		data: object{"anyOf": []object{
			anObject("page", aNumber, "per_page", aNumber, "total_count", aNumber, "items", listOf(aCommand)),
			anObject("cursor?", aText, "count", aNumber, "items", listOf(aCursorCommand)),
		}},
	},
}

var topicDocs = map[string]callDoc{
	"POST /mqtt":                   {says: "publish to a topic's subscribers that are online, at QoS 0", rawBody: true, query: []paramDoc{wants("topic", aText, "")}},
	"POST /mqtt/topic":             {says: "enter a topic into the product's list", body: anObject("name", aText)},
	"DELETE /mqtt/topic":           {says: "take a topic off the product's list", query: []paramDoc{wants("name", aText, "")}},
	"GET /mqtt/topic":              {says: "the product's topics", data: listOf(aText)},
	"GET /mqtt/topic_device":       {says: "the devices that subscribe to a topic", query: []paramDoc{wants("topic", aText, ""), pageParams[0], takes("per_page", fromTo(1, 1000), "30 unless given")}, data: aPage("devices", anIntID)},
	"GET /mqtt/device_topic/{id}":  {says: "the topics that a device subscribes to", data: listOf(aText)},
	"POST /register_de":            {says: "register a device by the product's register code; wants no key", query: []paramDoc{wants("register_code", aText, "")}, body: anObject("sn?", aText, "mac?", aText, "title?", aText), data: anObject("device_id", aText, "key", aText)},
	"PUT /register_attr":           {says: "whether a serial number may register twice", body: anObject("allow_dup", aFlag)},
	"GET /logs/{id}":               {says: "what the platform remembers of a device, the newest 100 lines", query: []paramDoc{takes("t_start", aText, "a time, or seconds or milliseconds since 1970")}, data: anObject("count", aNumber, "logs", listOf(anObject("at", aTimeInMillis, "log", aText)))},
	"POST /bindata":                {says: "store a file in a stream", rawBody: true, query: []paramDoc{wants("device_id", aText, ""), wants("datastream_id", aText, ""), takes("desc", aText, "")}, data: anObject("index", aText)},
	"GET /bindata/{index}":         {says: "the bytes of a file", rawAnswer: downloadStatuses(map[int]string{400: "no key", 403: "not allowed", 404: "no such file", 429: "too many calls"})},
	"GET /devices/{id}/datapoints": {says: "the history of a device; without start and end the newest points", query: besides(spanParams, takes("datastream_id", aText, "streams, with commas between them"), takes("limit", fromTo(1, 6000), "100 unless given; 1 of each stream without a range"), takes("cursor", aText, "from the answer before"), takes("sort", oneOfThese("ASC", "DESC"), "ASC unless given")), data: aHistory},
}

var deviceDocs = map[string]callDoc{
	"POST /devices": {says: "create a device", body: deviceBody, data: anObject("device_id", aText)},
	"GET /devices": {
		says: "list devices",
		query: besides(pageParams, takes("key_words", aText, "the beginning of an id or a title"), takes("auth_info", aText, ""), takes("tag", aText, ""), takes("online", aFlag, ""), takes("private", aFlag, ""),
			takes("device_id", aText, "ids, at most 100, with commas between them"), takes("begin", object{"type": "string", "format": "date"}, "by creation"), takes("end", object{"type": "string", "format": "date"}, "inclusive")),
		data: aPage("devices", deviceItem),
	},
	"GET /devices/{id}":       {says: "a device in detail", data: deviceFull},
	"PUT /devices/{id}":       {says: "change a device; what is absent stays", body: deviceBody},
	"DELETE /devices/{id}":    {says: "delete a device with all it owns"},
	"GET /devices/status":     {says: "which devices are online", query: []paramDoc{wants("devIds", aText, "at most 1000 ids, with commas between them")}, data: anObject("devices", listOf(anObject("title", aText, "online", aFlag, "id", aText)), "total_count", aNumber)},
	"GET /devices/datapoints": {says: "the newest points of many devices", query: []paramDoc{wants("devIds", aText, "at most 1000 ids, with commas between them")}, data: anObject("devices", listOf(anObject("title", aText, "id", aText, "datastreams", listOf(anObject("at", aTime, "id", aText, "value", anyJSON)))))},
}

var streamDocs = map[string]callDoc{
	"POST /devices/{id}/datastreams":        {says: "create a stream", body: anObject("id", aText, "unit?", aText, "unit_symbol?", aText, "tags?", listOf(aText)), data: anObject("ds_uuid", aUUID)},
	"GET /devices/{id}/datastreams":         {says: "the streams of a device", query: []paramDoc{takes("datastream_ids", aText, "streams, with commas between them")}, data: listOf(streamFull)},
	"PUT /devices/{id}/datastreams/{ds}":    {says: "change a stream; what is absent stays", body: streamBody},
	"GET /devices/{id}/datastreams/{ds}":    {says: "a stream with its newest value", data: streamFull},
	"DELETE /devices/{id}/datastreams/{ds}": {says: "delete a stream with its points"},
	"POST /devices/{id}/datapoints":         {says: "upload points: JSON with streams and points, or with type the body of a $dp block", rawBody: true, query: []paramDoc{takes("type", oneOfThese(3, 4, 5), "")}},
	"DELETE /devices/{id}/datapoints":       {says: "delete points; a start or an end is wanted", query: besides(spanParams, takes("datastream_id", aText, "streams, with commas between them"))},
}

var keyDocs = map[string]callDoc{
	"POST /keys":         {says: "create a device key", body: keyBodySchema, data: anObject("key", aText)},
	"GET /keys":          {says: "the device keys of the product", query: besides(pageParams, takes("key", aText, ""), takes("device_id", aText, "keys that are bound to it")), data: aPage("keys", anObject("title", aText, "create_time", aTime, "key", aText, "permissions", listOf(aPermission)))},
	"PUT /keys/{key}":    {says: "change a key; its permissions are replaced as a whole", body: keyBodySchema, data: anObject("key", aText)},
	"DELETE /keys/{key}": {says: "delete a key"},
	"GET /keys/{key}/devices": {
		says: "the devices that a key is bound to, or not", query: besides(pageParams, takes("device_id", aText, ""), takes("device_title", aText, "its beginning"), takes("is_related", aFlag, "true unless given")),
		data: aPage("devices", anObject("create_time", aTime, "name", aText, "id", aText, "desc?", aText, "act_time?", aTime, "last_ct?", aTime)),
	},
	"PUT /keys/{key}/devices": {says: "bind a key to devices, and take it away from others", body: anObject("add_dev_ids?", listOf(aText), "del_dev_ids?", listOf(aText)), data: anObject("add", aNumber, "del", aNumber)},
}

var triggerDocs = map[string]callDoc{
	"POST /triggers":             {says: "create a trigger; title, ds_id, url and type are wanted", body: triggerBodySchema, data: anObject("trigger_id", aNumber)},
	"GET /triggers":              {says: "list triggers", query: besides(pageParams, takes("title", aText, "somewhere in theirs")), data: aPage("triggers", triggerFull)},
	"PUT /triggers/{trigger}":    {says: "change a trigger; what is absent stays", body: triggerBodySchema},
	"GET /triggers/{trigger}":    {says: "a trigger", data: triggerFull},
	"DELETE /triggers/{trigger}": {says: "delete a trigger"},
}

// otherDocs are the calls of OneNET's that answer an error here.
var otherDocs = map[string]callDoc{
	"GET /user": {says: "the account: not built"},
	"GET /devices/{id}/lbs/latestWifiLocation": {says: "the position by Wi-Fi: not built"},
	"POST /dtu/parser":                         {says: "a parser of a DTU: not built"},
	"GET /dtu/parser":                          {says: "the parsers of DTUs: not built"},
	"PUT /dtu/parser/{parser}":                 {says: "change a parser of a DTU: not built"},
	"DELETE /dtu/parser/{parser}":              {says: "delete a parser of a DTU: not built"},
	"GET /s":                                   {says: "the address of the Modbus gateway: not built", query: []paramDoc{takes("t", aNumber, "5: Modbus")}},
}
