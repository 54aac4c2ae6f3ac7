package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
)

// mustCreate creates a device and gives it as the platform has it.
func (f *fixture) mustCreate(t *testing.T, body string) onenet.Device {
	t.Helper()
	w := f.call(t, "POST", "/devices", master, body)
	var out struct {
		Errno int
		Data  struct {
			ID onenet.DeviceID `json:"device_id"`
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || out.Errno != 0 {
		t.Fatalf("POST /devices %s: %s", body, w.Body)
	}
	d, err := f.p.Device(t.Context(), onenet.DeviceRef{Product: product, Device: out.Data.ID})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDeviceCreationToTheByte(t *testing.T) {
	t.Parallel()
	_, addr, _ := mustServeFixture(t)
	const call, made = "POST /devices", `{"errno":0,"data":{"device_id":"<id>"},"error":"succ"}`
	invalid := func(field string) string { return `{"errno":6,"error":"invalid parameter: ` + field + `"}` }
	goldenRun(t, addr, []exchange{
		{"a title", call, "", `{"title":"a"}`, made},
		{"a title of 64 characters", call, "", `{"title":"` + strings.Repeat("温", 64) + `"}`, made},
		{"a title of 65 characters", call, "", `{"title":"` + strings.Repeat("温", 65) + `"}`, invalid("title")},
		{"no title", call, "", `{"desc":"a"}`, `{"errno":7,"error":"parameter required: title"}`},
		{"an empty title", call, "", `{"title":""}`, `{"errno":7,"error":"parameter required: title"}`},
		{"an array for a title", call, "", `{"title":["a"]}`, invalid("title")},
		{"a description of 513 characters", call, "", `{"title":"a","desc":"` + strings.Repeat("x", 513) + `"}`, invalid("desc")},
		{"an auth info", call, "", `{"title":"a","auth_info":"SN-1"}`, made},
		{"an auth info that is taken", call, "", `{"title":"a","auth_info":"SN-1"}`, `{"errno":12,"error":"already exists: auth_info"}`},
		{"an empty auth info", call, "", `{"title":"a","auth_info":""}`, invalid("auth_info")},
		{"an auth info of 513 characters", call, "", `{"title":"a","auth_info":"` + strings.Repeat("x", 513) + `"}`, invalid("auth_info")},
		{"an unknown protocol", call, "", `{"title":"a","protocol":"CoAP"}`, `{"errno":22,"error":"invalid protocol"}`},
		{"half a place", call, "", `{"title":"a","location":{"lon":106.5}}`, `{"errno":7,"error":"parameter required: lat"}`},
		{"a place off the earth", call, "", `{"title":"a","location":{"lon":106.5,"lat":91}}`, invalid("location")},
		{"a place that is no number", call, "", `{"title":"a","location":{"lon":"NaN","lat":"x"}}`, invalid("location")},
		{"a text for a place", call, "", `{"title":"a","location":"Chongqing"}`, invalid("location")},
		{"neither private nor public", call, "", `{"title":"a","private":"maybe"}`, invalid("private")},
		{"an object for tags", call, "", `{"title":"a","tags":{"a":1}}`, invalid("tags")},
		{"a device key", call, deviceKey, `{"title":"a"}`, `{"errno":3,"error":"auth failed"}`},
		{"no body", call, "", "", `{"errno":9,"error":"entity data required"}`},
		{"no JSON", call, "", "{title:1}", `{"errno":4,"error":"invalid JSON"}`},
		{"a body of 65 KiB", call, "", `{"title":"a","desc":"` + strings.Repeat("x", 65<<10) + `"}`, `{"errno":5,"error":"request entity too large"}`},
	})
}

func TestDeviceCreationTakesFieldsAsClientsWriteThem(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ele := 370.0
	place := func(e *float64) func(*onenet.Device) {
		return func(d *onenet.Device) { d.Location = &onenet.Location{Lon: 106.5, Lat: 29.5, Ele: e} }
	}
	tests := []struct {
		name, members string
		want          func(*onenet.Device)
	}{
		{"nothing else", ``, func(*onenet.Device) {}},
		{"all there is", `,"desc":"d","tags":["lab","a"],"private":false,"auth_info":"SN","protocol":"MQTT","other":{"a": [1, "<"]}`, func(d *onenet.Device) {
			d.Desc, d.Tags, d.Private, d.AuthInfo, d.Protocol, d.Other = "d", []string{"lab", "a"}, false, "SN", "MQTT", json.RawMessage(`{"a":[1,"<"]}`)
		}},
		{"protocol in small letters", `,"protocol":"edp"`, func(d *onenet.Device) { d.Protocol = "EDP" }},
		{"protocol empty", `,"protocol":""`, func(*onenet.Device) {}},
		{"auth info as an object", `,"auth_info":{ "18600000000": "pwd" }`, func(d *onenet.Device) { d.AuthInfo = `{"18600000000":"pwd"}` }},
		{"auth info as a number", `,"auth_info":201503041`, func(d *onenet.Device) { d.AuthInfo = "201503041" }},
		{"private as a text", `,"private":"False"`, func(d *onenet.Device) { d.Private = false }},
		{"private as a number", `,"private":0`, func(d *onenet.Device) { d.Private = false }},
		{"place as numbers", `,"location":{"lon":106.5,"lat":29.5}`, place(nil)},
		{"place as texts, with a height", `,"location":{"lon":"106.5","lat":"29.5","ele":"370"}`, place(&ele)},
		{"no place, as PHP writes it", `,"location":[]`, func(*onenet.Device) {}},
		{"one tag", `,"tags":"lab"`, func(d *onenet.Device) { d.Tags = []string{"lab"} }},
		{"numbers for tags, an empty one", `,"tags":[1,""]`, func(d *onenet.Device) { d.Tags = []string{"1"} }},
		{"null everywhere, as Java writes it", `,"desc":null,"tags":null,"location":null,"private":null,"auth_info":null,"other":null,"protocol":null`, func(*onenet.Device) {}},
		{"what only older documentation has", `,"interval":60,"idsn":"x","route_to":"y","rg_id":"z"`, func(*onenet.Device) {}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := f.mustCreate(t, `{"title":"a"`+tt.members+`}`)
			want := onenet.Device{Product: product, ID: got.ID, Title: "a", AuthInfo: onenet.Secret(got.ID), Protocol: "HTTP", Private: true, CreatedAt: start}
			tt.want(&want)
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("device (-want +got):\n%s", d)
			}
		})
	}
}

func TestDeviceChangeToTheByte(t *testing.T) {
	t.Parallel()
	f, addr, _ := mustServeFixture(t)
	mustAdd(t, f.store, onenet.Batch{AddDevices: []onenet.Device{{Product: product, ID: "5", Title: "five", AuthInfo: "SN-5", CreatedAt: start}}})
	call, get := "PUT /devices/"+string(device), "GET /devices/"+string(device)
	detail := func(middle string) string {
		return `{"errno":0,"data":{"protocol":"MQTT","create_time":"2018-06-01 07:00:00","online":false,` + middle +
			`,"keys":[{"title":"k","key":"` + deviceKey + `"}]},"error":"succ"}`
	}
	const all = `"location":{"lat":29.5,"lon":106.5},"id":"700123456","auth_info":"dev-sn-0001","title":"dev2","desc":"d","tags":["lab"],"private":true`
	goldenRun(t, addr, []exchange{
		{"some fields", call, "", `{"title":"dev2","desc":"d","tags":["lab"],"location":{"lon":106.5,"lat":29.5}}`, succ},
		{"the others stayed", get, "", "", detail(all)},
		{"nothing", call, "", `{}`, succ},
		{"nothing changed", get, "", "", detail(all)},
		{"fields that are empty are emptied", call, "", `{"desc":"","tags":[],"location":{}}`, succ},
		{"they are gone", get, "", "", detail(`"id":"700123456","auth_info":"dev-sn-0001","title":"dev2","private":true`)},
		{"a device key changes its device", call, deviceKey, `{"private":"false"}`, succ},
		{"and no other", "PUT /devices/5", deviceKey, `{"private":"false"}`, `{"errno":3,"error":"auth failed"}`},
		{"an auth info that is taken", call, "", `{"auth_info":"SN-5"}`, `{"errno":12,"error":"already exists: auth_info"}`},
		{"an empty title", call, "", `{"title":""}`, `{"errno":6,"error":"invalid parameter: title"}`},
		{"an unknown device", "PUT /devices/6", "", `{"title":"a"}`, `{"errno":8,"error":"not found: 6"}`},
		{"a device of another product", "PUT /devices/" + string(elsewhere), "", `{"title":"a"}`, `{"errno":3,"error":"auth failed"}`},
		{"no body", call, "", "", `{"errno":9,"error":"entity data required"}`},
		{"no JSON", call, "", "{", `{"errno":4,"error":"invalid JSON"}`},
	})
}

func TestDeviceRemovalToTheByte(t *testing.T) {
	t.Parallel()
	_, addr, _ := mustServeFixture(t)
	call := "DELETE /devices/" + string(device)
	goldenRun(t, addr, []exchange{
		{"a device key", call, deviceKey, "", `{"errno":3,"error":"auth failed"}`},
		{"a device of another product", "DELETE /devices/" + string(elsewhere), "", "", `{"errno":3,"error":"auth failed"}`},
		{"the master key", call, "", "", succ},
		{"again", call, "", "", `{"errno":8,"error":"not found: 700123456"}`},
		{"with the body that the PHP SDK sends", call, "", "[]", `{"errno":8,"error":"not found: 700123456"}`},
	})
}

func TestRemovedDeviceIsCutOff(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.connect()
	wantBody(t, f.call(t, "DELETE", "/devices/"+string(device), master, ""), succ)
	if d := cmp.Diff([]onenet.DeviceRef{ref}, f.down.forgotten()); d != "" {
		t.Errorf("cut off (-want +got):\n%s", d)
	}
}
