package api

// The schemas of the description: what bodies and answers are made of.

var (
	aText         = object{"type": "string"}
	aNumber       = object{"type": "integer"}
	aFlag         = object{"type": "boolean"}
	someBytes     = object{"type": "string", "format": "binary"}
	anyJSON       = object{"description": "any JSON"}
	aTime         = object{"type": "string", "pattern": `^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$`, "example": "2018-06-01 08:00:00"}
	aTimeInMillis = object{"type": "string", "pattern": `^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}$`, "example": "2018-06-01 08:00:00.123"}
	aUUID         = object{"type": "string", "minLength": 36, "maxLength": 36}
	someHex       = object{"type": "string", "pattern": "^([0-9a-f]{2})*$"}
	anIntID       = object{"description": "an int; an id that is no number is a string", "anyOf": []object{aNumber, aText}}
)

func oneOfThese(values ...any) object { return object{"enum": values} }

func fromTo(least, most int) object {
	return object{"type": "integer", "minimum": least, "maximum": most}
}

func listOf(of object) object { return object{"type": "array", "items": of} }

// anObject is made of names and schemas by turns; a member whose name ends in ? need not be there.
func anObject(pairs ...any) object {
	required, properties := []string{}, object{}
	for i := 0; i < len(pairs); i += 2 {
		name := pairs[i].(string)
		if n := len(name) - 1; name[n] == '?' {
			name = name[:n]
		} else {
			required = append(required, name)
		}
		properties[name] = pairs[i+1]
	}
	o := object{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 { // an empty list is no OpenAPI 3.0
		o["required"] = required
	}
	return o
}

var (
	aPlace      = anObject("lat", object{"type": "number"}, "lon", object{"type": "number"}, "ele?", object{"type": "number"})
	aPermission = anObject("access_methods?", listOf(oneOfThese("get", "post", "put", "delete")), "resources", listOf(anObject("dev_id", aText, "ds_id?", aText)))
	streamShort = anObject("unit", aText, "id", aText, "unit_symbol", aText, "create_time", aTime)
	streamFull  = anObject("update_at?", aTime, "id", aText, "create_time", aTime, "current_value?", anyJSON,
		"unit?", aText, "unit_symbol?", aText, "tags?", listOf(aText), "uuid?", aText)
	streamBody = anObject("unit?", aText, "unit_symbol?", aText, "tags?", listOf(aText))
	deviceBody = anObject("title?", aText, "desc?", aText, "tags?", listOf(aText), "location?", aPlace, "private?", aFlag, "auth_info?", anyJSON, "other?", anyJSON, "protocol?", aText)
	deviceItem = anObject("protocol", aText, "create_time", aTime, "act_time?", aTime, "last_login?", aTime, "online", aFlag, "location", aPlace,
		"id", aText, "auth_info", aText, "title", aText, "desc?", aText, "tags?", listOf(aText), "private", aFlag, "other?", anyJSON)
	deviceFull = anObject("protocol", aText, "create_time", aTime, "online", aFlag, "location?", aPlace, "id", aText, "auth_info", aText,
		"datastreams?", listOf(streamShort), "title", aText, "desc?", aText, "tags?", listOf(aText), "private", aFlag,
		"keys?", listOf(anObject("title", aText, "key", aText)), "other?", anyJSON)
	aHistory = anObject("cursor?", aText, "count", aNumber,
		"datastreams", listOf(anObject("datapoints", listOf(anObject("at", aTimeInMillis, "value", anyJSON)), "id", aText)))
	aCommand = anObject("cmd_uuid", aUUID, "device_id", anIntID, "expire_time", aTime, "status", fromTo(0, 6),
		"send_time?", aTime, "confirm_time?", aTime, "confirm_body?", someHex, "body", someHex)
	aCursorCommand = anObject("cmd_uuid", aUUID, "dev_id", anIntID, "expire_time", aTime, "status", fromTo(0, 6),
		"send_time?", aTime, "confirm_time?", aTime, "confirm_body?", someHex, "body", someHex)
	triggerBodySchema = anObject("title?", aText, "ds_id?", aText, "dev_ids?", listOf(aText), "ds_uuids?", listOf(aText), "url?", aText,
		"type?", oneOfThese(">", "<", ">=", "<=", "==", "inout", "in", "out", "change", "frozen", "live"), "threshold?", anyJSON)
	triggerFull   = anObject("create_time", aTime, "dev_ids?", listOf(aText), "threshold?", anyJSON, "id", aNumber, "title", aText, "type", aText, "ds_id", aText, "url", aText)
	keyBodySchema = anObject("title?", aText, "permissions?", listOf(aPermission))
)

// aPage is an answer with pages.
func aPage(name string, of object) object {
	return anObject("per_page", aNumber, name, listOf(of), "total_count", aNumber, "page", aNumber)
}
