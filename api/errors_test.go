package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/onelan/onelan/onenet"
)

func TestKeyDecidesWhatACallMayTouch(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const (
		getOnly  = "KeyThatMayOnlyReadDeviceddd="
		oneDS    = "KeyForOneStreamOfDeviceeeee="
		tooShort = "x"
	)
	mustAdd(t, f.store, onenet.Batch{AddKeys: []onenet.Key{
		key(getOnly, onenet.Permission{Methods: []string{"get"}, Resources: []onenet.Resource{{Device: device}}}),
		key(oneDS, onenet.Permission{Resources: []onenet.Resource{{Device: device, Stream: "t"}}}),
	}})
	const (
		required = `{"errno":2,"error":"api-key required"}`
		failed   = `{"errno":3,"error":"auth failed"}`
	)
	dev, far := "/devices/"+string(device), "/devices/"+string(elsewhere)
	tests := []struct {
		name, method, target, key, want string
	}{
		{"no key", "GET", dev, "", required},
		{"unknown key", "GET", dev, tooShort, failed},
		{"auth info is no key", "GET", dev, "dev-sn-0001", failed},
		{"register code is no key", "GET", dev, "code1", failed},
		{"device key on a device of another product", "GET", far, deviceKey, failed},
		{"device key on a device that does not exist", "GET", "/devices/1", deviceKey, failed},
		{"master key on a device of another product", "GET", far, master, failed},
		{"master key of another product", "GET", dev, otherKey, failed},
		{"master key on a device that does not exist", "GET", "/devices/1", master, `{"errno":8,"error":"not found: 1"}`},
		{"key for reading sends no command", "POST", "/cmds?device_id=" + string(device), getOnly, failed},
		{"key for one stream does not show the device", "GET", dev, oneDS, failed},
		{"key for one stream does not show another", "GET", dev + "/datapoints?datastream_id=h", oneDS, failed},
		{"key for one stream shows that", "GET", dev + "/datapoints?datastream_id=t", oneDS, `{"errno":0,"data":{"count":0,"datastreams":[]},"error":"succ"}`},
		{"device key shows the history", "GET", dev + "/datapoints", deviceKey, `{"errno":0,"data":{"count":0,"datastreams":[]},"error":"succ"}`},
		{"key for reading shows the history", "GET", dev + "/datapoints", getOnly, `{"errno":0,"data":{"count":0,"datastreams":[]},"error":"succ"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantBody(t, f.call(t, tt.method, tt.target, tt.key, "on"), tt.want)
		})
	}
}

func TestDeviceKeySendsCommands(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.connect()
	w := f.call(t, "POST", "/cmds?device_id="+string(device), deviceKey, "on")
	if !strings.HasPrefix(w.Body.String(), `{"errno":0,`) || len(f.down.sent) != 1 {
		t.Errorf("got %s, %d commands sent", w.Body, len(f.down.sent))
	}
}

func TestCallThatIsNotThereIsNamedInTheError(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tests := []struct{ method, target, want string }{
		{"GET", "/user", "GET /user is a call of OneNET's that onelan does not have yet"},
		{"GET", "/devices/5/lbs/latestWifiLocation", "GET /devices/{id}/lbs/latestWifiLocation is a call of OneNET's that onelan does not have yet"},
		{"POST", "/dtu/parser", "POST /dtu/parser is a call of OneNET's that onelan does not have yet"},
		{"DELETE", "/dtu/parser/7", "DELETE /dtu/parser/{parser} is a call of OneNET's that onelan does not have yet"},
		{"GET", "/s?t=5&v=1", "GET /s is a call of OneNET's that onelan does not have yet"},
		{"PATCH", "/devices/5", "PATCH /devices/5 is no call of OneNET's REST API"},
		{"GET", "/", "GET / is no call of OneNET's REST API"},
		{"GET", "/device/5", "GET /device/5 is no call of OneNET's REST API"},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.target, func(t *testing.T) {
			t.Parallel()
			wantBody(t, f.call(t, tt.method, tt.target, "", ""), `{"errno":8,"error":"not found: `+tt.want+`"}`)
		})
	}
}

func TestErrorIsJSONWhateverTheCallWas(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, target := range []string{"/%ff%00%22%5c%0a", "/devices/%ff%22", "/<&>", "/" + strings.Repeat("%e6%b8%a9", 200), "/cmds/%ff%00"} {
		w := f.call(t, "GET", target, master, "")
		var out struct{ Errno int }
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || out.Errno != 8 || !utf8.Valid(w.Body.Bytes()) || w.Body.Len() > 500 {
			t.Errorf("%s: %q %v", target, w.Body, err)
		}
	}
}

func TestRefusedCallIsLoggedWithItsReasonAndWithoutSecrets(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.call(t, "DELETE", "/keys/SomebodysSecretKey=", master, "")
	f.call(t, "GET", "/devices/"+string(device)+"/datapoints?limit=7000", master, "")
	log := f.log.String()
	for _, want := range []string{
		`call="DELETE /keys/{key}"`, "errno=8", `call="GET /devices/{id}/datapoints"`, "errno=6", "want 1 to 6000", "7000",
	} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s:\n%s", want, log)
		}
	}
	for _, secret := range []string{master, "SomebodysSecretKey"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log shows %s:\n%s", secret, log)
		}
	}
}

// brokenStore is a store that cannot find devices.
type brokenStore struct {
	onenet.Store
	fail func() error
}

func (b brokenStore) Device(ctx context.Context, ref onenet.DeviceRef) (onenet.Device, error) {
	if ref.Device == "666" {
		return onenet.Device{}, b.fail()
	}
	return b.Store.Device(ctx, ref)
}

func TestOurOwnFaultsAreErrno1AndStayInTheLog(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		fail func() error
	}{
		{"an error of the store", func() error { return errors.New("the disk is on fire") }},
		{"a panic", func() error { panic("the disk is on fire") }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(c *onenet.Config) { c.Store = brokenStore{c.Store, tt.fail} })
			w := f.call(t, "GET", "/devices/666", master, "")
			wantBody(t, w, `{"errno":1,"error":"internal server error"}`)
			if log := f.log.String(); !strings.Contains(log, "level=ERROR") || !strings.Contains(log, "on fire") {
				t.Errorf("the log does not say it:\n%s", log)
			}
			if w := f.call(t, "GET", "/devices/"+string(device), master, ""); w.Code != http.StatusOK {
				t.Errorf("the next call got %s", w.Body)
			}
		})
	}
}

func TestTooManyCallsInASecondAreErrno15(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *onenet.Config) { c.Switches.RESTRate = 2 })
	target := fmt.Sprintf("/devices/%s/datapoints", device)
	errno := func(key string) string {
		return strings.SplitAfter(f.call(t, "GET", target, key, "").Body.String(), ",")[0]
	}
	for i, want := range []string{`{"errno":0,`, `{"errno":0,`, `{"errno":15,`} {
		if got := errno(master); got != want {
			t.Errorf("call %d: got %s want %s", i+1, got, want)
		}
	}
	if got := errno(otherKey); got != `{"errno":3,` {
		t.Errorf("another product shares the count: %s", got)
	}
	f.clock.Advance(time.Second)
	if got := errno(deviceKey); got != `{"errno":0,` {
		t.Errorf("a second later: %s", got)
	}
}

func TestCallsAreCountedSecondBySecondAndProductByProduct(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *onenet.Config) { c.Switches.RESTRate = 1 })
	f.clock.Advance(900 * time.Millisecond)
	limited := func(key string) bool {
		return strings.HasPrefix(f.call(t, "GET", "/mqtt/topic", key, "").Body.String(), `{"errno":15,"error":"api freq out of limit"}`)
	}
	for _, step := range []struct {
		name    string
		advance time.Duration
		key     string
		want    bool
	}{
		{"the first", 0, master, false},
		{"the second", 0, master, true},
		{"another product's first", 0, otherKey, false},
		{"in the next second", 100 * time.Millisecond, master, false},
		{"at its end", 999 * time.Millisecond, master, true},
		{"a refused call is no debt", time.Millisecond, master, false},
		{"after a long rest it is still one", time.Hour, master, false},
		{"and not two", 0, master, true},
	} {
		f.clock.Advance(step.advance)
		if got := limited(step.key); got != step.want {
			t.Errorf("%s: limited %v, want %v", step.name, got, step.want)
		}
	}
}

func TestAKeyThatOpensNothingDoesNotCount(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *onenet.Config) { c.Switches.RESTRate = 1 })
	for range 3 {
		wantBody(t, f.call(t, "GET", "/mqtt/topic", "nobody's", ""), `{"errno":3,"error":"auth failed"}`)
	}
	wantBody(t, f.call(t, "GET", "/mqtt/topic", master, ""), `{"errno":0,"data":[],"error":"succ"}`)
}
