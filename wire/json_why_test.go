package wire_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/wire"
)

func TestAFaultOfJSONIsNamedWithItsPlace(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       wire.JSONFault
	}{
		{"single quotes", `{'title':"a"}`, wire.JSONFault{At: 1, Want: "a name in double quotes", Got: `"'"`, NearMiss: "JSON uses double quotes only; a Python dict must go through json.dumps"}},
		{"cut short", `{"title":"a"`, wire.JSONFault{At: 12, Want: "',' or '}'", Got: "the end", NearMiss: "the JSON stops early: a bracket or quote is not closed, or the text was cut by a small buffer"}},
		{"a comma at the end", `{"title":"a",}`, wire.JSONFault{At: 13, Want: "a name in double quotes", Got: `"}"`, NearMiss: "a comma stands behind the last element"}},
		{"GBK", "{\"title\":\"\xce\xc2\"}", wire.JSONFault{At: 10, Want: "UTF-8", Got: "0xCE", NearMiss: "the text may be in GBK: save and send it as UTF-8"}},
		{"too deep", strings.Repeat("[", 70), wire.JSONFault{At: 64, Want: "at most 64 levels", Got: "more"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := wire.FindJSONFault([]byte(tt.text))
			if d := cmp.Diff(tt.want, got); d != "" || !ok {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestJSONInOrderHasNoFault(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{}`, ` [1, 2.5e3] `, `"温"`, "null"} {
		if f, ok := wire.FindJSONFault([]byte(text)); ok {
			t.Errorf("%s: %+v", text, f)
		}
	}
}

func FuzzAFaultIsFoundWhereJSONIsNotValid(f *testing.F) {
	for _, s := range []string{`{"a":1}`, `{'a':1}`, "{\"\xff\"}", "", "nul", "[1,]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		fault, found := wire.FindJSONFault(text)
		if !found && !json.Valid(text) {
			t.Errorf("%q: no fault found", text)
		}
		if fault.At < 0 || fault.At > len(text) {
			t.Errorf("%q: byte %d", text, fault.At)
		}
	})
}
