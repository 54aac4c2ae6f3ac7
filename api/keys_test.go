package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/onelan/onelan/onenet"
)

// sister is a second device of the product.
const sister = onenet.DeviceID("700123457")

func mustAddSister(t *testing.T, f *fixture) {
	t.Helper()
	mustAdd(t, f.store, onenet.Batch{AddDevices: []onenet.Device{
		{Product: product, ID: sister, Title: "pump", AuthInfo: "pump", Protocol: "MQTT", Desc: "d", CreatedAt: start},
	}})
	mustAdd(t, f.store, onenet.Batch{Logins: []onenet.LoginMark{{Ref: onenet.DeviceRef{Product: product, Device: sister}, At: start}}})
}

func TestKeyCallsToTheByte(t *testing.T) {
	t.Parallel()
	f, addr, _ := mustServeFixture(t)
	mustAddSister(t, f)
	item := func(permissions string) string {
		return `{"errno":0,"data":{"per_page":30,"total_count":1,"keys":[{"title":"k","create_time":"2018-06-01 08:00:00","key":"<key>","permissions":` + permissions + `}],"page":1},"error":"succ"}`
	}
	goldenRun(t, addr, []exchange{
		{"a key", "POST /keys", "", `{"title":"k2","permissions":[{"access_methods":["get","put"],"resources":[{"dev_id":"700123456","ds_id":"t"}]}]}`, `{"errno":0,"data":{"key":"<key>"},"error":"succ"}`},
		{"a key for nothing yet", "POST /keys", "", `{"title":"k3"}`, `{"errno":0,"data":{"key":"<key>"},"error":"succ"}`},
		{"all of them, a page each", "GET /keys?per_page=1&page=2", "", "", `{"errno":0,"data":{"per_page":1,"total_count":3,"keys":[{"title":"k2","create_time":"2018-06-01 08:00:00","key":"<key>","permissions":[{"access_methods":["get","put"],"resources":[{"dev_id":"700123456","ds_id":"t"}]}]}],"page":2},"error":"succ"}`},
		{"by key", "GET /keys?key=" + deviceKey, "", "", item(`[{"resources":[{"dev_id":"700123456"}]}]`)},
		{"of a device that has none", "GET /keys?device_id=" + string(sister), "", "", `{"errno":0,"data":{"per_page":30,"total_count":0,"keys":[],"page":1},"error":"succ"}`},
		{"permissions are replaced", "PUT /keys/" + deviceKey, "", `{"permissions":[{"access_methods":["GET"],"resources":[{"dev_id":"700123457"}]}]}`, `{"errno":0,"data":{"key":"<key>"},"error":"succ"}`},
		{"they are", "GET /keys?key=" + deviceKey, "", "", item(`[{"access_methods":["get"],"resources":[{"dev_id":"700123457"}]}]`)},
		{"the title alone", "PUT /keys/" + strings.ReplaceAll(deviceKey, "=", "%3D"), "", `{"title":"k"}`, `{"errno":0,"data":{"key":"<key>"},"error":"succ"}`},
		{"the permissions stayed", "GET /keys?device_id=700123457", "", "", item(`[{"access_methods":["get"],"resources":[{"dev_id":"700123457"}]}]`)},
		{"its devices", "GET /keys/" + deviceKey + "/devices", "", "", `{"errno":0,"data":{"total_count":1,"per_page":30,"page":1,"devices":[{"create_time":"2018-06-01 08:00:00","name":"pump","id":"700123457","desc":"d","act_time":"2018-06-01 08:00:00","last_ct":"2018-06-01 08:00:00"}]},"error":"succ"}`},
		{"the others", "GET /keys/" + deviceKey + "/devices?is_related=false", "", "", `{"errno":0,"data":{"total_count":1,"per_page":30,"page":1,"devices":[{"create_time":"2018-06-01 07:00:00","name":"dev1","id":"700123456"}]},"error":"succ"}`},
		{"by title", "GET /keys/" + deviceKey + "/devices?device_title=x", "", "", `{"errno":0,"data":{"total_count":0,"per_page":30,"page":1,"devices":[]},"error":"succ"}`},
		{"one more, one less", "PUT /keys/" + deviceKey + "/devices", "", `{"add_dev_ids":["700123456"],"del_dev_ids":["700123457","1"]}`, `{"errno":0,"data":{"add":1,"del":1},"error":"succ"}`},
		{"what it may do stayed", "GET /keys?key=" + deviceKey, "", "", item(`[{"access_methods":["get"],"resources":[{"dev_id":"700123456"}]}]`)},
		{"nothing new", "PUT /keys/" + deviceKey + "/devices", "", `{"add_dev_ids":[700123456]}`, `{"errno":0,"data":{"add":0,"del":0},"error":"succ"}`},
		{"it goes", "DELETE /keys/" + deviceKey, "", "", succ},
		{"it is gone", "GET /keys?key=" + deviceKey, "", "", `{"errno":0,"data":{"per_page":30,"total_count":0,"keys":[],"page":1},"error":"succ"}`},
	})
}

func TestKeyCallsThatAreRefused(t *testing.T) {
	t.Parallel()
	f, addr, _ := mustServeFixture(t)
	const far = "KeyOfAnotherProductDDDDDDDD="
	mustAdd(t, f.store, onenet.Batch{AddKeys: []onenet.Key{{Product: "88002", Key: far, Title: "far", CreatedAt: start}}})
	failed := `{"errno":3,"error":"auth failed"}`
	bound := func(methods, id string) string {
		return `{"permissions":[{"access_methods":[` + methods + `],"resources":[{"dev_id":"` + id + `"}]}]}`
	}
	goldenRun(t, addr, []exchange{
		{"a device key makes a key", "POST /keys", deviceKey, `{}`, failed},
		{"a device key lists keys", "GET /keys", deviceKey, "", failed},
		{"a device key changes itself", "PUT /keys/" + deviceKey, deviceKey, `{"title":"x"}`, failed},
		{"a device key deletes itself", "DELETE /keys/" + deviceKey, deviceKey, "", failed},
		{"a device key asks for its devices", "GET /keys/" + deviceKey + "/devices", deviceKey, "", failed},
		{"a device key binds itself", "PUT /keys/" + deviceKey + "/devices", deviceKey, `{}`, failed},
		{"no body", "POST /keys", "", "", `{"errno":9,"error":"entity data required"}`},
		{"no JSON", "POST /keys", "", "{'title':1}", `{"errno":4,"error":"invalid JSON"}`},
		{"a method that is none", "POST /keys", "", bound(`"read"`, "700123456"), `{"errno":6,"error":"invalid parameter: access_methods"}`},
		{"a title too long", "POST /keys", "", `{"title":"` + strings.Repeat("x", 65) + `"}`, `{"errno":6,"error":"invalid parameter: title"}`},
		{"no such device", "POST /keys", "", bound("", "1"), `{"errno":8,"error":"not found: 1"}`},
		{"a device of another product", "POST /keys", "", bound("", string(elsewhere)), `{"errno":8,"error":"not found: 700999999"}`},
		{"a number too many", "GET /keys?per_page=101", "", "", `{"errno":6,"error":"invalid parameter: per_page"}`},
		{"no such key", "PUT /keys/K=", "", `{"title":"x"}`, `{"errno":8,"error":"not found: K="}`},
		{"a key of another product", "DELETE /keys/" + far, "", "", `{"errno":8,"error":"not found: ` + far + `"}`},
		{"the devices of a key of another product", "GET /keys/" + far + "/devices", "", "", `{"errno":8,"error":"not found: ` + far + `"}`},
		{"related or not", "GET /keys/" + deviceKey + "/devices?is_related=x", "", "", `{"errno":6,"error":"invalid parameter: is_related"}`},
		{"binding it to nothing there", "PUT /keys/" + deviceKey + "/devices", "", `{"add_dev_ids":["1"]}`, `{"errno":8,"error":"not found: 1"}`},
	})
	if _, err := f.p.Key(t.Context(), "88002", far); err != nil {
		t.Errorf("the key of the other product: %v", err)
	}
}

func TestAKeyThatWasMadeOpensWhatItIsBoundTo(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.connect()
	var out struct{ Data struct{ Key string } }
	w := f.call(t, "POST", "/keys", master, `{"permissions":[{"access_methods":["get"],"resources":[{"dev_id":"700123456"}]}]}`)
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	if w := f.call(t, "GET", "/devices/700123456", out.Data.Key, ""); !strings.HasPrefix(w.Body.String(), `{"errno":0,`) {
		t.Errorf("reading: %s", w.Body)
	}
	wantBody(t, f.call(t, "POST", cmds, out.Data.Key, "on"), `{"errno":3,"error":"auth failed"}`)
}
