package api_test

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/onelan/onelan/onenet"
)

// lastRefusal is the newest record, which must be a refused call.
func (f *fixture) lastRefusal(t *testing.T) *onenet.Record {
	t.Helper()
	records, _ := f.p.Journal().Read(f.p.Journal().Last()-1, 1)
	if len(records) != 1 || records[0].Kind != onenet.KindRefused || records[0].Refusal == nil {
		t.Fatalf("the newest record is no refusal: %+v", records)
	}
	return records[0]
}

func TestRefusedCallIsRecordedWithWhoAndWhat(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const unknown = "UnknownKeyOfNobodyAtAllXXXX="
	tests := []struct {
		name, method, target, key, body string
		cause                           onenet.Cause
		call                            string
		product                         onenet.ProductID
		device                          onenet.DeviceID
		near                            string
	}{
		{"no key", "GET", "/devices/700123456", "", "", onenet.CallNoKey, "GET /devices/{id}", "", device, ""},
		{"an unknown key", "GET", "/devices/700123456", unknown, "", onenet.CallUnknownKey, "GET /devices/{id}", "", device, ""},
		{"a device of another product", "GET", "/devices/700999999", master, "", onenet.CallOtherProduct, "GET /devices/{id}", product, elsewhere, "device 700999999 is in product 88002, the key opens product 88001"},
		{"an unknown device with a device key", "GET", "/devices/1", deviceKey, "", onenet.CallUnknownDevice, "GET /devices/{id}", product, "1", ""},
		{"a command to a device that is away", "POST", cmds, master, "on", onenet.CallOffline, "POST /cmds", product, device, "the device never logged in"},
		{"a parameter in a header", "POST", "/cmds", master, "on", onenet.CallParameterMissing, "POST /cmds", product, "", "the URL has no query"},
		{"a member in the query", "POST", "/mqtt/topic?name=x", master, "{}", onenet.CallParameterMissing, "POST /mqtt/topic", product, "", "it stands in the query"},
		{"an empty parameter", "POST", "/mqtt?topic=", master, "on", onenet.CallParameterMissing, "POST /mqtt", product, "", "there and empty"},
		{"a wrong member", "POST", "/triggers", master, `{"title":[]}`, onenet.CallParameterInvalid, "POST /triggers", product, "", "title: want a string"},
		{"an unknown path", "GET", "/device/5", master, "", onenet.CallUnknownPath, "GET /device/5", "", "", "it resembles GET /devices/{id}"},
		{"a key in an unknown path", "GET", "/key/" + master, master, "", onenet.CallUnknownPath, `GET /key/'M'…'=' (28 characters)`, "", "", ""},
		{"a key that is none", "DELETE", "/keys/" + unknown, master, "", onenet.CallNotFound, "DELETE /keys/{key}", product, "", ""},
		{"a key for an id", "GET", "/devices/" + master, master, "", onenet.CallKeyForID, "GET /devices/{id}", product, "'M'…'=' (28 characters)", "it is the master key of product 88001"},
		{"a secret among the parameters", "GET", datapoints + "?limit=" + otherKey, master, "", onenet.CallParameterInvalid, "GET /devices/{id}/datapoints", product, device, `limit: want 1 to 6000, got 'M'…'=' (28 characters)`},
		{"a block of $dp", "POST", datapoints + "?type=3", master, "\x03\x00\x0a{\"t\":25.5}", onenet.DataBadJSON, "POST /devices/{id}/datapoints", product, device, "begins with the header of a $dp block"},
		{"something not built", "GET", "/user", master, "", onenet.CallNotBuilt, "GET /user", "", "", "GET /user"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { // one after the other: each looks at the newest record
			f.call(t, tt.method, tt.target, tt.key, tt.body)
			r := f.lastRefusal(t)
			if r.Refusal.Cause != tt.cause || r.Call != tt.call || r.Product != tt.product || r.Device != tt.device || !strings.Contains(r.Refusal.NearMiss, tt.near) {
				t.Errorf("got %s %q %q %q, near %q\nwant %s %q %q %q, near %q", r.Refusal.Cause, r.Call, r.Product, r.Device, r.Refusal.NearMiss,
					tt.cause, tt.call, tt.product, tt.device, tt.near)
			}
			if r.Addr == "" || r.Text != r.Refusal.Error() {
				t.Errorf("addr %q, text %q", r.Addr, r.Text)
			}
		})
	}
	told, err := json.Marshal(mustJournal(f))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{master, otherKey, deviceKey, unknown, "dev-sn-0001"} {
		if strings.Contains(string(told), secret) || strings.Contains(f.log.String(), secret) {
			t.Errorf("%s is told", secret)
		}
	}
}

func mustJournal(f *fixture) []*onenet.Record {
	records, _ := f.p.Journal().Read(0, 1000)
	return records
}

func TestCallsThatGoWellAreNotRecordedAsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.get(t, "/devices/700123456")
	if n := f.p.Journal().Last(); n != 0 {
		t.Errorf("%d records", n)
	}
}

func TestLimitsAreRecordedAsWhatTheyAre(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *onenet.Config) { c.Switches.RESTRate, c.Limits.TopicsPerProduct = 3, 1 })
	for range 2 {
		f.call(t, "POST", "/mqtt/topic", master, `{"name":"a`+string(rune('0'+f.p.Journal().Last()))+`"}`)
		f.p.Journal().Append(onenet.Record{Kind: onenet.KindSystem})
	}
	records := mustJournal(f)
	if len(records) != 3 || records[1].Refusal == nil || records[1].Refusal.Cause != onenet.CallLimit {
		t.Fatalf("the second topic: %+v", records)
	}
	f.get(t, "/mqtt/topic")
	f.call(t, "GET", "/mqtt/topic", master, "")
	if r := f.lastRefusal(t); r.Refusal.Cause != onenet.CallRate || r.Product != product {
		t.Errorf("the fourth call: %v", r.Refusal)
	}
}

func TestOurOwnFaultIsRecordedAsOurs(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *onenet.Config) {
		c.Store = brokenStore{c.Store, func() error { return errors.New("the disk is on fire") }}
	})
	f.call(t, "GET", "/devices/666", master, "")
	if r := f.lastRefusal(t); r.Refusal.Cause != onenet.CallInternal || strings.Contains(r.Text, "fire") {
		t.Errorf("got %v", r.Refusal)
	}
}

func TestTokenInAuthorizationIsRefusedAndRead(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const plain = "version=2018-10-31&res=products/88001/devices/dev1&et=1527811199&method=sha1&sign=Rs0u/KnyoK5/MuKo5xKa0tW+WqY="
	for _, token := range []string{plain, "version=2018-10-31&res=p%72oducts%2F88001%2Fdevices%2Fdev1&et=1527811199&method=sha1&sign=Rs0u%2FKnyoK5%2FMuKo5xKa0tW%2BWqY%3D"} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/devices/700123456", http.NoBody)
		r.Header.Set("Authorization", token)
		w := httptest.NewRecorder()
		f.door.ServeHTTP(w, r)
		wantBody(t, w, `{"errno":3,"error":"auth failed"}`)
		got := f.lastRefusal(t).Refusal
		want := `a token, version "2018-10-31", res "products/88001/devices/dev1", method "sha1", expired since 2018-06-01 07:59:59 Beijing time`
		if got.Cause != onenet.CallToken || got.Got != want || !strings.Contains(got.NearMiss, "MQTT suite") || strings.Contains(got.Error(), "Rs0u") {
			t.Errorf("got %v", got)
		}
	}
}

func TestKeyInAnotherPlaceIsFound(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tests := []struct {
		header, target, got string
		cause               onenet.Cause
	}{
		{"apikey", "/devices/700123456", "the header apikey", onenet.CallKeyHeader},
		{"api_key", "/devices/700123456", "the header api_key", onenet.CallKeyHeader},
		{"X-API-Key", "/devices/700123456", "the header x-api-key", onenet.CallKeyHeader},
		{"Authorization", "/devices/700123456", "the header Authorization with no token in it", onenet.CallKeyHeader},
		{"", "/devices/700123456?api_key=" + master, "the parameter api_key", onenet.CallKeyQuery},
		{"", "/devices?key=" + master, "the parameter key", onenet.CallKeyQuery},
		{"", "/keys?key=" + deviceKey, "none", onenet.CallNoKey}, // there it is a filter
	}
	for _, tt := range tests {
		t.Run(tt.header+tt.target, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), "GET", tt.target, http.NoBody)
			if tt.header != "" {
				r.Header.Set(tt.header, master)
			}
			w := httptest.NewRecorder()
			f.door.ServeHTTP(w, r)
			wantBody(t, w, `{"errno":2,"error":"api-key required"}`)
			if got := f.lastRefusal(t).Refusal; got.Cause != tt.cause || got.Got != tt.got {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestConnectionThatBringsNoCallIsRecorded(t *testing.T) {
	t.Parallel()
	good := "GET /devices/700123456 HTTP/1.1\r\nHost:x\r\n" + auth + "\r\n"
	tests := []struct {
		name, bytes string
		cause       onenet.Cause
		near        string
	}{
		{"TLS without a line end", "\x16\x03\x01\x02\x00\x01\x00", onenet.CallTLS, ""},
		{"MQTT without a line end", "\x10\x12\x00\x04MQTT\x04\x02\x00\x78\x00\x06244754", onenet.CallMQTT, ""},
		{"JSON alone", `{"datastreams":[]}`, onenet.CallNotHTTP, "a body came without a request line"},
		{"the end of a body whose length was too small", good + "5}}]}\r\n", onenet.CallNotHTTP, "smaller than its body"},
		{"a key without colon", "GET / HTTP/1.1\r\napi-key " + master + "\r\n\r\n", onenet.CallNotHTTP, "a colon and a value"},
		{"a blank in the query", "GET /devices?begin=2018-06-01 08:00:00 HTTP/1.0\r\n\r\n", onenet.CallBlank, ""},
		{"a head without end", "GET / HTTP/1.1\r\nX: " + strings.Repeat("x", 70<<10), onenet.CallLongHead, ""},
		{"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", onenet.CallHTTP2, ""},
		{"half a head", "GET / HTTP/1.1\r\n" + auth, onenet.CallUnfinished, "the peer closed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, addr, _ := mustServeFixture(t)
			c := mustDial(t, addr)
			c.say(t, tt.bytes)
			if tt.cause == onenet.CallUnfinished {
				_ = c.Conn.(*net.TCPConn).CloseWrite()
			}
			if err := f.p.Journal().Wait(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
			r := f.lastRefusal(t)
			if r.Refusal.Cause != tt.cause || !strings.Contains(r.Refusal.NearMiss, tt.near) || r.Addr == "" {
				t.Errorf("got %v from %q", r.Refusal, r.Addr)
			}
			if strings.Contains(f.log.String(), master) || strings.Contains(r.Text, master) {
				t.Error("the key is told")
			}
		})
	}
}
