package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// OpenAPI is the description of the API in OpenAPI 3.0, as JSON. It is made of the table of routes and what openapi_calls.go
// says of each, so that no call is left out of it and none is in it that is not there.
func OpenAPI() []byte {
	paths := map[string]map[string]any{}
	for _, rt := range (&door{}).table() {
		if paths[rt.path] == nil {
			paths[rt.path] = map[string]any{}
		}
		paths[rt.path][strings.ToLower(rt.method)] = operation(rt)
	}
	text, err := json.MarshalIndent(object{
		"openapi": "3.0.3",
		"info": object{
			"title": "OneNET, multi-protocol platform (legacy)", "version": "onelan",
			"description": "The REST API of OneNET's multi-protocol platform as onelan imitates it. Errors come with HTTP 200 and a number in errno, " +
				"but for the answer of a command and the download of a file. Times are Beijing time.",
		},
		"paths": paths,
		"components": object{
			"securitySchemes": object{"key": object{
				"type": "apiKey", "in": "header", "name": "api-key",
				"description": "the product's master key, or a device key where the call allows it",
			}},
			"schemas": object{"Refusal": refusalSchema},
		},
	}, "", " ")
	if err != nil {
		panic("api: the description is no JSON: " + err.Error()) // it is made of constants
	}
	return text
}

// object is a JSON object of the description.
type object = map[string]any

// refusalSchema is what every call may answer.
var refusalSchema = object{
	"type": "object", "required": []string{"errno", "error"},
	"properties": object{
		"errno": object{"type": "integer", "minimum": 1, "maximum": 23, "description": "the number of the error"},
		"error": object{"type": "string", "description": "its text; firmware compares it"},
	},
}

// operation describes one route.
func operation(rt route) object {
	doc := callDocs[rt.method+" "+rt.path]
	op := object{
		"operationId": operationID(rt), "summary": doc.says, "tags": []string{strings.Split(rt.path, "/")[1]},
		"parameters": parameters(rt, doc), "responses": responses(rt, doc),
	}
	if !rt.open {
		op["security"] = []object{{"key": []string{}}}
	}
	if rt.do == nil {
		op["x-onelan-built"] = false
	}
	if doc.body != nil {
		body := maps.Clone(doc.body)
		delete(body, "additionalProperties") // what SDKs send besides is passed over
		op["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": body}}}
	}
	if doc.rawBody {
		op["requestBody"] = object{"required": true, "content": object{typeRaw: object{"schema": someBytes}}}
	}
	return op
}

// operationID is the call in one word: getDevicesIdDatapoints.
func operationID(rt route) string {
	id := strings.ToLower(rt.method)
	for _, s := range splitPath(rt.path) {
		for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == '{' || r == '}' || r == '_' }) {
			id += strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return id
}

// parameters describes what stands in the path and in the query.
func parameters(rt route, doc callDoc) []object {
	list := []object{}
	for _, s := range splitPath(rt.path) {
		if name := strings.Trim(s, "{}"); name != s {
			list = append(list, object{"name": name, "in": "path", "required": true, "schema": aText, "description": pathParams[name]})
		}
	}
	for _, p := range doc.query {
		list = append(list, object{"name": p.name, "in": "query", "required": p.needed, "schema": p.schema, "description": p.says})
	}
	return list
}

// responses describes the answers by HTTP status.
func responses(rt route, doc callDoc) object {
	refused := object{"schema": object{"$ref": "#/components/schemas/Refusal"}}
	if doc.rawAnswer == nil {
		return object{"200": object{"description": "the answer, or an error in errno", "content": object{
			"application/json": object{"schema": object{"anyOf": []object{envelopeSchema(rt, doc), refused["schema"].(object)}}},
		}}}
	}
	all := object{"200": object{"description": "the bytes", "content": object{typeRaw: object{"schema": someBytes}}}}
	for _, status := range slices.Sorted(maps.Keys(doc.rawAnswer)) {
		all[status] = object{"description": doc.rawAnswer[status], "content": object{"application/json": refused}}
	}
	for _, status := range []int{220, 221, 432, 433, 520} {
		if doc.states {
			all[statusText(status)] = object{"description": reason(status)}
		}
	}
	return all
}

func statusText(status int) string {
	return string([]byte{byte('0' + status/100), byte('0' + status/10%10), byte('0' + status%10)})
}

// envelopeSchema is the answer of a call that went well.
func envelopeSchema(rt route, doc callDoc) object {
	if rt.do == nil {
		return refusalSchema
	}
	required, properties := []string{"errno", "error"}, object{
		"errno": object{"type": "integer", "enum": []int{0}}, "error": object{"type": "string", "enum": []string{"succ"}},
	}
	if doc.data != nil {
		required, properties["data"] = append(required, "data"), doc.data
	}
	return object{"type": "object", "required": required, "properties": properties, "additionalProperties": false}
}

// downloadStatuses are the HTTP statuses of calls that answer raw bytes.
func downloadStatuses(more map[int]string) map[string]string {
	all := map[string]string{}
	for status, says := range more {
		all[statusText(status)] = says + " (" + http.StatusText(status) + ")"
	}
	return all
}
