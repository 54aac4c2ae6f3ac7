package api_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/onelan/onelan/onenet"
)

const registerCall = "POST /register_de?register_code=code1"

func (f *fixture) allowDup(t *testing.T, allow string) {
	t.Helper()
	wantBody(t, f.call(t, "PUT", "/register_attr", master, `{"allow_dup":`+allow+`}`), succ)
}

// mustRegister registers a device and gives its id and key.
func (f *fixture) mustRegister(t *testing.T, body string) (onenet.DeviceID, onenet.Secret) {
	t.Helper()
	w := f.call(t, "POST", "/register_de?register_code=code1", "", body)
	var out struct {
		Errno int
		Data  struct {
			ID  onenet.DeviceID `json:"device_id"`
			Key onenet.Secret   `json:"key"`
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || out.Errno != 0 || out.Data.ID == "" {
		t.Fatalf("register: %s", w.Body)
	}
	return out.Data.ID, out.Data.Key
}

func TestRegistrationToTheByte(t *testing.T) {
	t.Parallel()
	_, addr, _ := mustServeFixture(t)
	const made = `{"errno":0,"data":{"device_id":"<id>","key":"<key>"},"error":"succ"}`
	goldenRun(t, addr, []exchange{
		{"a serial number", registerCall, "-", `{"sn":"A-1","title":"dev"}`, made},
		{"without a title", registerCall, "-", `{"sn":"A-2"}`, made},
		{"a serial number without quotes", registerCall, "-", `{"sn":12345}`, made},
		{"a MAC address", registerCall, "-", `{"mac":"5C:CF:7F:00:11:22"}`, made},
		{"512 characters", registerCall, "-", `{"sn":"` + strings.Repeat("中", 512) + `"}`, made},
		{"the same again, not allowed", registerCall, "-", `{"sn":"A-1","title":"dev"}`, `{"errno":12,"error":"already exists: sn"}`},
		{"a wrong code", "POST /register_de?register_code=code3", "-", `{"sn":"A-3"}`, `{"errno":3,"error":"auth failed"}`},
		{"a master key for the code", "POST /register_de?register_code=" + master, "-", `{"sn":"A-3"}`, `{"errno":3,"error":"auth failed"}`},
		{"no code", "POST /register_de", "-", `{"sn":"A-3"}`, `{"errno":7,"error":"parameter required: register_code"}`},
		{"no body", registerCall, "-", "", `{"errno":9,"error":"entity data required"}`},
		{"line ends for a body", registerCall, "-", "\r\n", `{"errno":9,"error":"entity data required"}`},
		{"no JSON", registerCall, "-", `sn=A-3`, `{"errno":4,"error":"invalid JSON"}`},
		{"an array", registerCall, "-", `["sn"]`, `{"errno":4,"error":"invalid JSON"}`},
		{"GBK", registerCall, "-", "{\"sn\":\"\xd6\xd0\"}", `{"errno":4,"error":"invalid JSON"}`},
		{"no serial number", registerCall, "-", `{"title":"dev"}`, `{"errno":7,"error":"parameter required: sn"}`},
		{"an empty serial number", registerCall, "-", `{"sn":""}`, `{"errno":7,"error":"parameter required: sn"}`},
		{"null for a serial number", registerCall, "-", `{"sn":null}`, `{"errno":7,"error":"parameter required: sn"}`},
		{"an object for a serial number", registerCall, "-", `{"sn":{}}`, `{"errno":6,"error":"invalid parameter: sn"}`},
		{"513 characters", registerCall, "-", `{"sn":"` + strings.Repeat("x", 513) + `"}`, `{"errno":6,"error":"invalid parameter: sn"}`},
		{"a MAC address of 33 characters", registerCall, "-", `{"mac":"` + strings.Repeat("x", 33) + `"}`, `{"errno":6,"error":"invalid parameter: mac"}`},
		{"a title of 33 characters", registerCall, "-", `{"sn":"A-3","title":"` + strings.Repeat("x", 33) + `"}`, `{"errno":6,"error":"invalid parameter: title"}`},
	})
}

func TestRegisterAttributeToTheByte(t *testing.T) {
	t.Parallel()
	_, addr, _ := mustServeFixture(t)
	const call = "PUT /register_attr"
	goldenRun(t, addr, []exchange{
		{"as the kit writes it", call, "", `{"allow_dup": true}`, succ},
		{"in quotes", call, "", `{"allow_dup":"false"}`, succ},
		{"as a number", call, "", `{"allow_dup":1}`, succ},
		{"a device key", call, deviceKey, `{"allow_dup":true}`, `{"errno":3,"error":"auth failed"}`},
		{"no key", call, "-", `{"allow_dup":true}`, `{"errno":2,"error":"api-key required"}`},
		{"nothing in it", call, "", `{}`, `{"errno":7,"error":"parameter required: allow_dup"}`},
		{"neither", call, "", `{"allow_dup":"perhaps"}`, `{"errno":6,"error":"invalid parameter: allow_dup"}`},
	})
}

// The STM32 kit receives into 320 bytes, once, and looks for the two fields side by side.
func TestAnswerToARegistrationFitsInto320BytesAndOneWrite(t *testing.T) {
	t.Parallel()
	_, addr, w := mustServeFixture(t)
	c := mustDial(t, addr)
	c.say(t, exchange{call: registerCall, key: "-", body: `{"sn":"A-1","title":"dev"}`}.request())
	c.hear(t)
	all := w.list()
	if len(all) != 1 || len(all[0]) > 320 {
		t.Errorf("%d writes, the first of %d bytes: %q", len(all), len(all[0]), all)
	}
	_, rest, ok := strings.Cut(all[0], `device_id":"`)
	id, rest, _ := strings.Cut(rest, `"`)
	key, ok2 := strings.CutPrefix(rest, `,"key":"`)
	if !ok || !ok2 || len(id) != 9 || len(key) < 28 || key[28] != '"' {
		t.Errorf("the kit finds no id or key in %q", all[0])
	}
}

func TestSameSerialNumberGetsTheSameDeviceAndKey(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.allowDup(t, "true")
	id, key := f.mustRegister(t, `{"sn":"A-1"}`)
	// Younger, or for more or less than the whole device: none of these is the device's own.
	mustAdd(t, f.store, onenet.Batch{AddKeys: []onenet.Key{
		{Product: product, Key: "ReadOnlyAndOlderAAAAAAAAAAA=", CreatedAt: start.Add(-1), Permissions: []onenet.Permission{{Methods: []string{"get"}, Resources: []onenet.Resource{{Device: id}}}}},
		{Product: product, Key: "TwoDevicesAndOlderAAAAAAAAA=", CreatedAt: start.Add(-1), Permissions: []onenet.Permission{{Resources: []onenet.Resource{{Device: id}, {Device: device}}}}},
		{Product: product, Key: "OneStreamAndOlderAAAAAAAAAA=", CreatedAt: start.Add(-1), Permissions: []onenet.Permission{{Resources: []onenet.Resource{{Device: id, Stream: "t"}}}}},
		{Product: product, Key: "YoungerAAAAAAAAAAAAAAAAAAAA=", CreatedAt: start.Add(1), Permissions: []onenet.Permission{{Resources: []onenet.Resource{{Device: id}}}}},
	}})
	if id2, key2 := f.mustRegister(t, `{"sn":"A-1","title":"other"}`); id2 != id || !key2.Equal(key) {
		t.Errorf("got %s %s, then %s %s", id, key, id2, key2)
	}
	if other, _ := f.mustRegister(t, `{"sn":"A-2"}`); other == id {
		t.Error("another serial number got the same device")
	}
}

func TestDeviceMadeByHandGetsAKeyWhenItRegisters(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.allowDup(t, "true")
	mustAdd(t, f.store, onenet.Batch{AddDevices: []onenet.Device{{Product: product, ID: "5", Title: "five", AuthInfo: "SN-5", CreatedAt: start}}})
	id, key := f.mustRegister(t, `{"sn":"SN-5"}`)
	if id2, key2 := f.mustRegister(t, `{"sn":"SN-5"}`); id != "5" || id2 != "5" || !key.Equal(key2) || key == "" {
		t.Errorf("got %s %s, then %s %s", id, key, id2, key2)
	}
}

func TestRegisteredDeviceIsOneOfMQTTAndItsKeyLogsItIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id, key := f.mustRegister(t, `{"sn":"A-1"}`)
	w := f.call(t, "GET", "/devices/"+string(id), string(key), "")
	wantBody(t, w, `{"errno":0,"data":{"protocol":"MQTT","create_time":"2018-06-01 08:00:00","online":false,"id":"`+string(id)+
		`","auth_info":"A-1","title":"auto_register","private":true,"keys":[{"title":"auto_register","key":"`+string(key)+`"}]},"error":"succ"}`)
	login, refusal := f.p.Login(t.Context(), onenet.Attempt{Product: string(product), Device: string(id), Credential: key})
	if refusal != nil || login.By != onenet.ByDeviceKey {
		t.Errorf("got %v %v", login.By, refusal)
	}
	wantBody(t, f.call(t, "GET", "/devices/"+string(device), string(key), ""), `{"errno":3,"error":"auth failed"}`)
}

func TestOneSerialNumberRegisteredManyTimesAtOnceIsOneDevice(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.allowDup(t, "true")
	mustAdd(t, f.store, onenet.Batch{AddDevices: []onenet.Device{{Product: product, ID: "5", Title: "five", AuthInfo: "by hand", CreatedAt: start}}})
	for _, sn := range []string{"new", "by hand"} {
		const many = 20
		answers := make([]string, many)
		var all sync.WaitGroup
		for i := range many {
			all.Go(func() {
				answers[i] = f.call(t, "POST", "/register_de?register_code=code1", "", `{"sn":"`+sn+`"}`).Body.String()
			})
		}
		all.Wait()
		for _, got := range answers {
			if got != answers[0] || !strings.HasPrefix(got, `{"errno":0,`) {
				t.Errorf("%s: got %s and %s", sn, answers[0], got)
			}
		}
	}
	if _, n, err := f.p.Devices(t.Context(), onenet.DeviceFilter{Product: product}); n != 3 || err != nil {
		t.Errorf("%d devices, %v; want 3", n, err)
	}
	if keys, err := f.p.Keys(t.Context(), product); len(keys) != 3 || err != nil {
		t.Errorf("%d keys, %v; want 3: one of the fixture and one for each device", len(keys), err)
	}
}

func TestRegistrationsCountForTheRateOfTheProduct(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *onenet.Config) { c.Switches.RESTRate = 1 })
	f.mustRegister(t, `{"sn":"A-1"}`)
	wantBody(t, f.call(t, "POST", "/register_de?register_code=code1", "", `{"sn":"A-2"}`), `{"errno":15,"error":"api freq out of limit"}`)
}
