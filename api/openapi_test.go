package api

import (
	"regexp"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func mustDescribe(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(OpenAPI())
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestDescriptionIsValidOpenAPI(t *testing.T) {
	t.Parallel()
	if err := mustDescribe(t).Validate(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestDescriptionHasEveryRouteAndNoOther(t *testing.T) {
	t.Parallel()
	doc, routes := mustDescribe(t), map[string]bool{}
	for _, rt := range (&door{}).table() {
		name := rt.method + " " + rt.path
		if routes[name] {
			t.Errorf("%s is in the table twice", name)
		}
		routes[name] = true
		item := doc.Paths.Value(rt.path)
		if item == nil || item.GetOperation(rt.method) == nil {
			t.Errorf("%s is not described", name)
			continue
		}
		if op := item.GetOperation(rt.method); op.Summary == "" || (op.Security == nil) != rt.open {
			t.Errorf("%s: says %q, security %v", name, op.Summary, op.Security)
		}
	}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			if !routes[method+" "+path] {
				t.Errorf("%s %s is described and not there", method, path)
			}
		}
	}
	for name := range callDocs {
		if !routes[name] {
			t.Errorf("%s is described and not there", name)
		}
	}
}

func TestEachPartOfAPathIsExplained(t *testing.T) {
	t.Parallel()
	for _, rt := range (&door{}).table() {
		for _, m := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(rt.path, -1) {
			if pathParams[m[1]] == "" {
				t.Errorf("%s: {%s} is not explained", rt.path, m[1])
			}
		}
	}
}

func TestNoTwoOperationsShareAnID(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, rt := range (&door{}).table() {
		id := operationID(rt)
		if seen[id] != "" || strings.ContainsAny(id, "{}/_") {
			t.Errorf("%s %s: %q is that of %s", rt.method, rt.path, id, seen[id])
		}
		seen[id] = rt.path
	}
}
