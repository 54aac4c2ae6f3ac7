package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

func TestOnlyOurOwnNamesAreAnswered(t *testing.T) {
	t.Parallel()
	hash, err := console.HashPassword("correct horse")
	if err != nil {
		t.Fatal(err)
	}
	open := newRig(t, nil)
	locked := newRig(t, func(c *console.Config) { c.Password, c.Names = hash, []string{"onelan.local"} })
	port := func(r *rig) string { return r.url[strings.LastIndexByte(r.url, ':'):] }
	tests := []struct {
		host         string
		open, locked int // without and with a password
	}{
		{"127.0.0.1", http.StatusOK, http.StatusOK},
		{"localhost", http.StatusOK, http.StatusOK},
		{"[::1]", http.StatusOK, http.StatusOK},
		{"192.168.1.10", http.StatusForbidden, http.StatusOK},
		{"onelan.local", http.StatusForbidden, http.StatusOK},
		{"evil.example", http.StatusForbidden, http.StatusForbidden},
		{"localhost.evil.example", http.StatusForbidden, http.StatusForbidden},
	}
	for _, tt := range tests {
		t.Run(tt.host, func(t *testing.T) {
			t.Parallel()
			if got := open.call(t, "GET", "/login", "", "Host", tt.host+port(open)).status; got != tt.open {
				t.Errorf("without a password: HTTP %d, want %d", got, tt.open)
			}
			if got := locked.call(t, "GET", "/login", "", "Host", tt.host+port(locked)).status; got != tt.locked {
				t.Errorf("with a password: HTTP %d, want %d", got, tt.locked)
			}
		})
	}
	if got := open.call(t, "GET", "/", "", "Host", "127.0.0.1:1").status; got != http.StatusForbidden {
		t.Errorf("another port: HTTP %d", got)
	}
}

func TestAFormOfAnotherSiteChangesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	form := url.Values{"product": {"244754"}, "device": {"527521926"}}.Encode()
	for _, path := range console.Views() {
		path, isPost := strings.CutPrefix(path, "POST ")
		if !isPost {
			continue
		}
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			for name, header := range map[string][]string{
				"a browser of today": {"Sec-Fetch-Site", "cross-site", "Origin", "http://evil.example"},
				"an old browser":     {"Origin", "http://evil.example"},
			} {
				got := r.call(t, "POST", path, form, header...)
				if got.status != http.StatusForbidden || !strings.Contains(got.text, "Another web page") {
					t.Errorf("%s: HTTP %d\n%s", name, got.status, got.text)
				}
			}
		})
	}
}

// hostile are texts that would run, or would mislead, where one is not escaped.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `javascript:alert(1)`, `</title><script>alert(1)</script>`,
	`{{.Lang}}`, "a\r\nevent: rows\r\ndata: <script>alert(1)</script>", "\u202Egnp.exe", "</textarea><script>alert(1)</script>", "<!--", "]]>",
}

func TestWhatADeviceWritesIsShownAndNeverRun(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	d := r.Demo(t)
	c := r.Connect(t, d)
	for i, text := range hostile {
		d.Title, d.Desc = console.Cut(20, text), text
		if err := r.Platform().ChangeDevice(t.Context(), d); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		point := []onenet.Datapoint{{Stream: onenet.StreamID(text), Value: mustJSON(t, text)}}
		if err := r.Platform().IngestWait(t.Context(), onenet.Upload{Ref: d.Ref(), Points: point, Topic: text}); err != nil {
			t.Fatal(err)
		}
		c.Publish("t"+string(rune('a'+i)), 1, false, text).Wait()
		cmd := r.Send(t, d, text)
		c.Publish("$crsp/"+string(cmd.ID), 1, false, text).Wait()
		r.Wait(t, onenettest.CommandIs(cmd, onenet.CommandAnswered))
		r.login(t, onenet.Device{Product: onenet.ProductID(text), ID: onenet.DeviceID(text), AuthInfo: onenet.Secret(text)})
		pages := append(everyPage(d), "/device/stream?"+url.Values{"product": {"244754"}, "device": {string(d.ID)}, "stream": {text}}.Encode(),
			"/traffic?"+url.Values{"text": {text}, "device": {text}, "topic": {text}}.Encode(), "/devices?"+url.Values{"search": {text}}.Encode())
		for _, path := range pages {
			page := r.call(t, "GET", path, "")
			wantHarmless(t, path, text, page.text)
			if got := page.header.Get("Content-Security-Policy"); !strings.Contains(got, "script-src 'self'") || strings.Contains(got, "unsafe") {
				t.Errorf("%s: its policy is %q", path, got)
			}
		}
	}
}

var typed = regexp.MustCompile(` value="[^"]*"|<textarea[^>]*>[^<]*</textarea>`)

// wantHarmless tests that nothing of a hostile text stands in a page as it was written.
func wantHarmless(t *testing.T, path, text, html string) {
	t.Helper()
	html = typed.ReplaceAllString(html, "") // a form holds a text as it is, for its reader to change
	for _, bad := range []string{"<script>", "<img src=x", "' onmouseover='", `href="javascript:`, "\u202E"} {
		if strings.Contains(html, bad) {
			t.Errorf("%s shows %q of %q unescaped", path, bad, text)
		}
	}
}

func TestAFormLeadsOnlyToOurOwnPages(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/devices?page=2": "/devices?page=2", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/", "": "/", "/\tx": "/", "javascript:alert(1)": "/",
	} {
		if got := console.LocalPath(path); got != want {
			t.Errorf("localPath(%q) = %q, want %q", path, got, want)
		}
	}
}
