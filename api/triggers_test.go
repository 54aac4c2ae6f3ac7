package api_test

import (
	"cmp"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/onelan/onelan/onenet"
)

func TestTriggerCallsToTheByte(t *testing.T) {
	t.Parallel()
	f, addr, _ := mustServeFixture(t)
	mustAdd(t, f.store, onenet.Batch{AddTriggers: []onenet.Trigger{
		{ID: 7, Product: product, Title: "old", Stream: "h", URL: "http://10.0.0.2/", Type: onenet.TriggerChange, CreatedAt: start},
	}})
	first := `{"create_time":"2018-06-01 08:00:00","id":7,"title":"old","type":"change","ds_id":"h","url":"http://10.0.0.2/"}`
	changed := `{"create_time":"2018-06-01 08:00:00","dev_ids":["700123456"],"threshold":{"lolmt":40,"uplmt":52},"id":7,"title":"new","type":"inout","ds_id":"h","url":"http://10.0.0.2/"}`
	listed := `{"errno":0,"data":{"per_page":30,"total_count":1,"triggers":[` + first + `],"page":1},"error":"succ"}`
	goldenRun(t, addr, []exchange{
		{"one", "GET /triggers/7", "", "", `{"errno":0,"data":` + first + `,"error":"succ"}`},
		{"the list", "GET /triggers", "", "", listed},
		{"by title", "GET /triggers?title=ol", "", "", listed},
		{"none of the title", "GET /triggers?title=x", "", "", `{"errno":0,"data":{"per_page":30,"total_count":0,"triggers":[],"page":1},"error":"succ"}`},
		{"part of it is changed", "PUT /triggers/7", "", `{"title":"new","type":"inout","threshold":{"lolmt": 40, "uplmt": 52},"dev_ids":[700123456]}`, succ},
		{"it is changed", "GET /triggers/7", "", "", `{"errno":0,"data":` + changed + `,"error":"succ"}`},
		{"it goes", "DELETE /triggers/7", "", "", succ},
		{"it is gone", "GET /triggers/7", "", "", `{"errno":8,"error":"not found: 7"}`},
	})
}

// newTrigger is what POST /triggers answers.
var newTrigger = regexp.MustCompile(`^\{"errno":0,"data":\{"trigger_id":([1-9]\d*)\},"error":"succ"\}$`)

func TestNewTriggerHasANumber(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	w := f.call(t, "POST", "/triggers", master, `{"title":"hot","ds_id":"t","dev_ids":["700123456"],"url":"https://example.com/x?a=1&b=2","type":">=","threshold":9.0}`)
	m := newTrigger.FindStringSubmatch(w.Body.String())
	if m == nil {
		t.Fatalf("got %s", w.Body)
	}
	want := `{"errno":0,"data":{"create_time":"2018-06-01 08:00:00","dev_ids":["700123456"],"threshold":9.0,"id":` + m[1] +
		`,"title":"hot","type":">=","ds_id":"t","url":"https://example.com/x?a=1&b=2"},"error":"succ"}`
	wantBody(t, f.call(t, "GET", "/triggers/"+m[1], master, ""), want)
}

// How callers of old name the streams: by the ds_uuid that POST /devices/{id}/datastreams returns.
func TestTriggerTakesStreamsByUUID(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	mustAddSister(t, f)
	uuids := map[string]string{}
	for _, path := range []string{"700123456 t", "700123457 t", "700123457 h"} {
		id, stream, _ := strings.Cut(path, " ")
		var out struct {
			Data struct {
				UUID string `json:"ds_uuid"`
			}
		}
		w := f.call(t, "POST", "/devices/"+id+"/datastreams", master, `{"id":"`+stream+`"}`)
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || out.Data.UUID == "" {
			t.Fatalf("%v: %s", err, w.Body)
		}
		uuids[path] = out.Data.UUID
	}
	add := func(names ...string) string {
		var ids []string
		for _, n := range names {
			ids = append(ids, `"`+cmp.Or(uuids[n], n)+`"`)
		}
		return f.call(t, "POST", "/triggers", master, `{"title":"x","ds_uuids":[`+strings.Join(ids, ",")+`],"url":"http://10.0.0.2/","type":"change"}`).Body.String()
	}
	m := newTrigger.FindStringSubmatch(add("700123456 t", "700123457 t"))
	if m == nil {
		t.Fatal("not added")
	}
	if got := f.get(t, "/triggers/"+m[1]); !strings.Contains(got, `"dev_ids":["700123456","700123457"]`) || !strings.Contains(got, `"ds_id":"t"`) {
		t.Errorf("got %s", got)
	}
	invalid := `{"errno":6,"error":"invalid parameter: ds_uuids"}`
	if got := add("700123456 t", "700123457 h"); got != invalid {
		t.Errorf("streams of two names: %s", got)
	}
	if got := add("700123456 t", "unknown"); got != invalid {
		t.Errorf("an unknown stream: %s", got)
	}
}

func TestTriggerCallsThatAreRefused(t *testing.T) {
	t.Parallel()
	f, addr, _ := mustServeFixture(t)
	mustAdd(t, f.store, onenet.Batch{AddTriggers: []onenet.Trigger{
		{ID: 7, Product: product, Title: "mine", Stream: "h", URL: "http://10.0.0.2/", Type: onenet.TriggerChange, CreatedAt: start},
		{ID: 8, Product: "88002", Title: "theirs", Stream: "h", URL: "http://10.0.0.2/", Type: onenet.TriggerChange, CreatedAt: start},
	}})
	failed := `{"errno":3,"error":"auth failed"}`
	required := func(field string) string { return `{"errno":7,"error":"parameter required: ` + field + `"}` }
	invalid := func(field string) string { return `{"errno":6,"error":"invalid parameter: ` + field + `"}` }
	with := func(change string) string {
		return `{"title":"x","ds_id":"t","url":"http://10.0.0.2/","type":">","threshold":1,` + change + `}`
	}
	goldenRun(t, addr, []exchange{
		{"a device key adds one", "POST /triggers", deviceKey, `{}`, failed},
		{"a device key lists them", "GET /triggers", deviceKey, "", failed},
		{"a device key reads one", "GET /triggers/7", deviceKey, "", failed},
		{"a device key changes one", "PUT /triggers/7", deviceKey, `{}`, failed},
		{"a device key deletes one", "DELETE /triggers/7", deviceKey, "", failed},
		{"no body", "POST /triggers", "", "", `{"errno":9,"error":"entity data required"}`},
		{"no JSON", "POST /triggers", "", "{", `{"errno":4,"error":"invalid JSON"}`},
		{"no title", "POST /triggers", "", `{"ds_id":"t"}`, required("title")},
		{"no stream", "POST /triggers", "", `{"title":"x"}`, required("ds_id")},
		{"no url", "POST /triggers", "", `{"title":"x","ds_id":"t"}`, required("url")},
		{"no type", "POST /triggers", "", `{"title":"x","ds_id":"t","url":"http://10.0.0.2/"}`, required("type")},
		{"a url that is none", "POST /triggers", "", with(`"url":"me@example.com"`), invalid("url")},
		{"a type that is none", "POST /triggers", "", with(`"type":"gt"`), invalid("type")},
		{"a threshold that is none", "POST /triggers", "", with(`"threshold":"warm"`), invalid("threshold")},
		{"devices that are none", "POST /triggers", "", with(`"dev_ids":[{}]`), invalid("dev_ids")},
		{"no such device", "POST /triggers", "", with(`"dev_ids":["1"]`), `{"errno":8,"error":"not found: 1"}`},
		{"a trigger of another product", "GET /triggers/8", "", "", `{"errno":8,"error":"not found: 8"}`},
		{"changing it", "PUT /triggers/8", "", `{"title":"x"}`, `{"errno":8,"error":"not found: 8"}`},
		{"deleting it", "DELETE /triggers/8", "", "", `{"errno":8,"error":"not found: 8"}`},
		{"a number that is none", "GET /triggers/seven", "", "", `{"errno":8,"error":"not found: seven"}`},
		{"a change that cannot be", "PUT /triggers/7", "", `{"url":"nowhere"}`, invalid("url")},
		{"a page that cannot be", "GET /triggers?page=0", "", "", invalid("page")},
	})
}
