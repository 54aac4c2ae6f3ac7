package api_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onelan/onelan/api"
)

var description = sync.OnceValues(func() (*openapi3.T, error) { return openapi3.NewLoader().LoadFromData(api.OpenAPI()) })

// wantAsDescribed holds an answer in the envelope to the description of its call.
func wantAsDescribed(t *testing.T, call, body string) {
	t.Helper()
	if err := againstDescription(t, call, body); err != nil {
		t.Errorf("%s answers %s, which is not as described: %v", call, body, err)
	}
}

func againstDescription(t *testing.T, call, body string) error {
	t.Helper()
	doc, err := description()
	if err != nil {
		t.Fatal(err)
	}
	method, target, _ := strings.Cut(call, " ")
	op := operationOf(doc, method, target)
	if op == nil {
		return nil // no call of OneNET's
	}
	media := op.Responses.Value("200").Value.Content.Get("application/json")
	if media == nil {
		return nil // raw bytes
	}
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatal(err)
	}
	return media.Schema.Value.VisitJSON(v)
}

func TestDescriptionTellsAWrongAnswerFromARightOne(t *testing.T) {
	t.Parallel()
	const call = "GET /cmds/3f0c9b1e-5a77-5d2c-9e41-0b8d6a1f2c33"
	for body, right := range map[string]bool{
		`{"errno":0,"data":{"status":4,"desc":"x"},"error":"succ"}`:          true,
		`{"errno":8,"error":"not found: x"}`:                                 true,
		`{"errno":0,"data":{"status":7,"desc":"x"},"error":"succ"}`:          false,
		`{"errno":0,"data":{"status":4},"error":"succ"}`:                     false,
		`{"errno":0,"data":{"status":4,"desc":"x","more":1},"error":"succ"}`: false,
		`{"errno":0,"error":"succ"}`:                                         false,
		`{"errno":24,"error":"x"}`:                                           false,
	} {
		if err := againstDescription(t, call, body); (err == nil) != right {
			t.Errorf("%s: %v", body, err)
		}
	}
	if op := mustOperation(t, "GET", "/devices/status?devIds=1"); op.OperationID != "getDevicesStatus" {
		t.Errorf("/devices/status is taken for %s", op.OperationID)
	}
}

func mustOperation(t *testing.T, method, target string) *openapi3.Operation {
	t.Helper()
	doc, err := description()
	if err != nil {
		t.Fatal(err)
	}
	op := operationOf(doc, method, target)
	if op == nil {
		t.Fatalf("%s %s is not described", method, target)
	}
	return op
}

var inBraces = regexp.MustCompile(`\\\{\w+\\\}`)

// operationOf finds the description of a call; words go before what stands in braces.
func operationOf(doc *openapi3.T, method, target string) *openapi3.Operation {
	path, _, _ := strings.Cut(target, "?")
	path = "/" + strings.Join(strings.FieldsFunc(path, func(r rune) bool { return r == '/' }), "/")
	var best *openapi3.Operation
	braces := 0
	for template, item := range doc.Paths.Map() {
		fits := regexp.MustCompile("^" + inBraces.ReplaceAllString(regexp.QuoteMeta(template), "[^/]+") + "$").MatchString(path)
		if n := strings.Count(template, "{"); fits && item.GetOperation(method) != nil && (best == nil || n < braces) {
			best, braces = item.GetOperation(method), n
		}
	}
	return best
}
