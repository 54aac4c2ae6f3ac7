package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// Whatever a body holds: it is refused with a number of the table, or what it sets can be shown again.
func FuzzDeviceBody(f *testing.F) {
	for _, body := range []string{
		`{"title":"a","desc":"d","tags":["lab"],"private":"true","location":{"lon":"1","lat":2,"ele":3},"auth_info":{"a": 1},"other":[1],"protocol":"edp"}`,
		`{"location":{"lon":1e999,"lat":"NaN"}}`, `{"location":[]}`, `{"tags":"x"}`, `{"tags":[[]]}`, `{"auth_info":12.5}`, `null`, `[]`, `{`, `""`, "\xff", `{"private":"\u0031"}`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/devices", strings.NewReader(body))
		m, err := (&call{r: r}).members()
		dev := onenet.Device{Title: "a"}
		if err == nil {
			m.setDevice(&dev)
			err = m.err
		}
		if code, text := wire.ErrnoOf(err); code == wire.ErrnoInternal || code.Text() == "" || !strings.HasPrefix(text, code.Text()) {
			t.Fatalf("%q: errno %d %s: %v", body, code, text, err)
		}
		if err != nil {
			return
		}
		if _, err := envelope(wire.Envelope{Data: deviceItemJSON{Title: dev.Title, Tags: dev.Tags, Other: dev.Other, AuthInfo: string(dev.AuthInfo)}}); err != nil {
			t.Errorf("%q: %v", body, err)
		}
		if l := dev.Location; l != nil && (l.Lon < -180 || l.Lon > 180 || l.Lat < -90 || l.Lat > 90) {
			t.Errorf("%q: %+v", body, l)
		}
		if text, err := json.Marshal(dev.Location); err != nil || !utf8.Valid(text) {
			t.Errorf("%q: %v", body, err)
		}
	})
}

func FuzzFileInAForm(f *testing.F) {
	for _, body := range []string{
		"--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\nx\r\n--b--\r\n",
		"--b\r\n\r\nx\r\n--b--", "--b--", "--b", "x", "", "--b\r\nContent-Disposition: form-data\r\n",
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		data, err := fileIn([]byte(body), "b")
		if (err == nil) != (len(data) > 0) || len(data) > len(body) {
			t.Errorf("%q: %d bytes, %v", body, len(data), err)
		}
		if code, _ := wire.ErrnoOf(err); err != nil && code != wire.ErrnoInvalidParameter && code != wire.ErrnoBodyRequired {
			t.Errorf("%q: errno %d: %v", body, code, err)
		}
	})
}
