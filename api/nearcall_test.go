package api

import (
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/onelan/onelan/onenet"
)

// withRoutes is a door that finds its way and does nothing.
func withRoutes() *door {
	d := &door{}
	d.routes = d.table()
	for i := range d.routes {
		d.routes[i].pattern = splitPath(d.routes[i].path)
	}
	return d
}

func TestWrongPathIsToldWithTheCallThatItResembles(t *testing.T) {
	t.Parallel()
	d := withRoutes()
	tests := []struct {
		method, path string
		cause        onenet.Cause
		says         string // in what is expected or in the near miss
	}{
		{"GET", "/device/5", onenet.CallUnknownPath, "GET /devices/{id}"},
		{"GET", "/Devices/5", onenet.CallUnknownPath, "GET /devices/{id}"},
		{"GET", "/api/devices/5", onenet.CallUnknownPath, "GET /devices/{id}"},
		{"GET", "/v1/api/devices/5", onenet.CallUnknownPath, "GET /devices/{id}"},
		{"POST", "/cmd", onenet.CallUnknownPath, "POST /cmds"},
		{"GET", "/devices/5/datapoint", onenet.CallUnknownPath, "GET /devices/{id}/datapoints"},
		{"POST", "/devices/5/datastream", onenet.CallUnknownPath, "POST /devices/{id}/datastreams"},
		{"GET", "/mqtt/topics", onenet.CallUnknownPath, "GET /mqtt/topic"},
		{"POST", "/registerde", onenet.CallUnknownPath, "POST /register_de"},
		{"GET", "/", onenet.CallUnknownPath, ""},
		{"GET", "/favicon.ico", onenet.CallUnknownPath, ""},
		{"GET", "/a/b/c/d/e/f/g/h/i", onenet.CallUnknownPath, ""},
		{"POST", "/devices/5", onenet.CallWrongMethod, "DELETE or GET or PUT"},
		{"PATCH", "/devices/status", onenet.CallWrongMethod, "GET"},
		{"GET", "/cmds", onenet.CallWrongMethod, "POST"},
		{"GET", "/thingmodel/query-device-property", onenet.CallNewer, "AIoT platform"},
		{"POST", "//mqtt/v1/devices/reg", onenet.CallNewer, "MQTT suite"},
		{"GET", "/nbiot/execute", onenet.CallNewer, "NB-IoT"},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), tt.method, tt.path, strings.NewReader(""))
			_, c := d.find(r)
			got := d.whyNoCall(c)
			if got.Cause != tt.cause || !strings.Contains(got.Expected+got.NearMiss, tt.says) || tt.says == "" && got.NearMiss != "" {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestDistanceCountsChangedCharacters(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"a", "", 1},
		{"", "ab", 2},
		{"devices", "devices", 0},
		{"devices", "device", 1},
		{"devices", "devicse", 2},
		{"mqtt", "mqt", 1},
		{"kitten", "sitting", 3},
		{strings.Repeat("x", 33), "x", mostSegment},
	} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("%q and %q: %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func FuzzEveryPathGetsAReason(f *testing.F) {
	for _, p := range []string{"/device/5", "/api/v1/devices", "/%ff/x", "/mqtt/v1/", "//"} {
		f.Add("GET", p)
	}
	d := withRoutes()
	f.Fuzz(func(t *testing.T, method, path string) {
		c := &call{r: httptest.NewRequestWithContext(t.Context(), "GET", "/", strings.NewReader("")), segments: splitPath(path)}
		c.r.Method, c.r.URL.Path = method, path
		if r := d.whyNoCall(c); r.Says == "" || !utf8.ValidString(r.Error()) && utf8.ValidString(method) {
			t.Errorf("%v", r)
		}
	})
}
