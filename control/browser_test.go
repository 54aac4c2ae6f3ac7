package control

import (
	"context"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/onelan/onelan/control/lab"
)

// browser is what a browser adds to every request of its own accord.
type browser struct {
	name  string
	agent map[string]string
	fetch bool // it sends Sec-Fetch-*: 127.0.0.1 is a trustworthy origin to it
}

var browsers = []browser{
	{"Chrome", map[string]string{
		"User-Agent":         "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
		"Accept-Language":    "en-US,en;q=0.9",
		"Accept-Encoding":    "gzip, deflate, br, zstd",
		"sec-ch-ua":          `"Google Chrome";v="131", "Chromium";v="131", "Not_A Brand";v="24"`,
		"sec-ch-ua-mobile":   "?0",
		"sec-ch-ua-platform": `"Windows"`,
	}, true},
	{"Firefox", map[string]string{
		"User-Agent":      "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
		"Accept-Language": "en-US,en;q=0.5",
		"Accept-Encoding": "gzip, deflate, br, zstd",
		"Priority":        "u=4",
	}, true},
	{"Safari", map[string]string{
		"User-Agent":      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
		"Accept-Language": "en-GB,en;q=0.9",
		"Accept-Encoding": "gzip, deflate",
		"Priority":        "u=3, i",
	}, true},
	{"an old Safari", map[string]string{ // before 16.4: no Sec-Fetch
		"User-Agent":      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.6 Safari/605.1.15",
		"Accept-Language": "en-gb",
		"Accept-Encoding": "gzip, deflate",
	}, false},
}

// request is what a page makes a browser send.
type request struct {
	name   string
	method string
	path   string
	body   string
	header map[string]string // with what every browser sends of it
	fetch  map[string]string // the Sec-Fetch-* of those that send them
	want   int
}

const (
	evil = "http://evil.example"
	html = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
)

func fetch(site, mode, dest string) map[string]string {
	return map[string]string{"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}
}

// hostile are the ways in which a page of another site can make its visitor's browser call us.
func hostile() []request {
	from := func(more ...string) map[string]string {
		h := map[string]string{"Referer": evil + "/"}
		for i := 0; i < len(more); i += 2 {
			h[more[i]] = more[i+1]
		}
		return h
	}
	const form, no = "application/x-www-form-urlencoded", http.StatusForbidden
	return []request{
		{"a form that is posted", "POST", "/_lab/reset", "a=b", from("Origin", evil, "Content-Type", form, "Accept", html), fetch("cross-site", "navigate", "document"), no},
		{"a form of a sandboxed frame", "POST", "/_lab/reset", "", map[string]string{"Origin": "null", "Content-Type": form, "Accept": html}, fetch("cross-site", "navigate", "iframe"), no},
		{"a form of plain text that is JSON", "POST", "/_lab/products", `{"id":"1","x=":""}`, from("Origin", evil, "Content-Type", "text/plain"), fetch("cross-site", "navigate", "document"), no},
		{"fetch without CORS", "POST", "/_lab/seed?reset=1", "products: []", from("Origin", evil, "Content-Type", "text/plain;charset=UTF-8", "Accept", "*/*"), fetch("cross-site", "no-cors", "empty"), no},
		{"sendBeacon", "POST", "/_lab/snapshot", "x", from("Origin", evil, "Content-Type", "text/plain;charset=UTF-8", "Accept", "*/*"), fetch("cross-site", "no-cors", "empty"), no},
		{"the question before fetch with CORS", "OPTIONS", "/_lab/reset", "", from("Origin", evil, "Accept", "*/*", "Access-Control-Request-Method", "POST",
			"Access-Control-Request-Headers", "content-type", "Access-Control-Request-Private-Network", "true"), fetch("cross-site", "cors", "empty"), no},
		{"fetch with CORS that reads", "GET", "/_lab/products?secrets=1", "", from("Origin", evil, "Accept", "*/*"), fetch("cross-site", "cors", "empty"), no},
		{"DELETE", "DELETE", "/_lab/products/88001", "", from("Origin", evil, "Accept", "*/*"), fetch("cross-site", "cors", "empty"), no},
		{"an image", "GET", "/_lab/journal?wait=60s", "", from("Accept", "image/avif,image/webp,image/*,*/*;q=0.8"), fetch("cross-site", "no-cors", "image"), no},
		{"a script", "GET", "/_lab/snapshot", "", from("Accept", "*/*"), fetch("cross-site", "no-cors", "script"), no},
		{"EventSource", "GET", "/_lab/journal", "", from("Origin", evil, "Accept", "text/event-stream", "Cache-Control", "no-cache"), fetch("cross-site", "cors", "empty"), no},
		{"a WebSocket", "GET", "/_lab/journal", "", map[string]string{
			"Origin": evil, "Connection": "Upgrade", "Upgrade": "websocket",
			"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
		}, fetch("cross-site", "websocket", "empty"), no},
		{"a frame", "GET", "/_lab/products", "", from("Accept", html, "Upgrade-Insecure-Requests", "1"), fetch("cross-site", "navigate", "iframe"), no},
		{"a link that is followed", "GET", "/_lab/ready", "", from("Accept", html, "Upgrade-Insecure-Requests", "1"), fetch("cross-site", "navigate", "document"), no},
		{"a page of another port of this machine", "POST", "/_lab/reset", "", map[string]string{"Origin": "http://127.0.0.1:3000", "Referer": "http://127.0.0.1:3000/"}, fetch("same-site", "cors", "empty"), no},
	}
}

// friendly is what the user's own browser sends for us.
func friendly(own string) []request {
	return []request{
		{"an address that is typed", "GET", "/_lab/ready", "", map[string]string{"Accept": html, "Upgrade-Insecure-Requests": "1"}, fetch("none", "navigate", "document"), http.StatusOK},
		{"a page of ours that reads", "GET", "/_lab/ready", "", map[string]string{"Accept": "*/*", "Referer": own + "/"}, fetch("same-origin", "cors", "empty"), http.StatusOK},
		{
			"a page of ours that writes", "POST", "/_lab/expect", `{"point":{}}`,
			map[string]string{"Accept": "*/*", "Origin": own, "Referer": own + "/", "Content-Type": "application/json"},
			fetch("same-origin", "cors", "empty"), http.StatusOK,
		},
	}
}

// as sends the request as the browser would, and gives the status.
func (f *fixture) as(t *testing.T, b browser, rq request, more ...string) int {
	t.Helper()
	h := maps.Clone(b.agent)
	maps.Copy(h, rq.header)
	if b.fetch {
		maps.Copy(h, rq.fetch)
	}
	var list []string
	for k, v := range h {
		list = append(list, k, v)
	}
	status, body := f.do(t, rq.method, rq.path, rq.body, append(list, more...)...)
	if status == http.StatusForbidden && !strings.Contains(body, `"hint"`) {
		t.Errorf("refused without a word: %s", body)
	}
	return status
}

// guardedFixture counts what a page must not reach.
func guardedFixture(t *testing.T) (*fixture, *atomic.Int32) {
	t.Helper()
	reached := &atomic.Int32{}
	return newFixture(t, with(func(d *door) {
		note := func() (lab.ResetDone, error) {
			reached.Add(1)
			return lab.ResetDone{}, nil
		}
		d.Reset = func(context.Context) (lab.ResetDone, error) { return note() }
		d.Seed = func(context.Context, []byte, bool) (lab.ResetDone, error) { return note() }
		d.Load = func(context.Context, io.Reader) (lab.ResetDone, error) { return note() }
		d.Save = func(context.Context, io.Writer) error { _, err := note(); return err }
	})), reached
}

func TestNoPageOfAnotherOriginReachesTheDoor(t *testing.T) {
	t.Parallel()
	for _, b := range browsers {
		for _, rq := range hostile() {
			t.Run(b.name+", "+rq.name, func(t *testing.T) {
				t.Parallel()
				f, reached := guardedFixture(t)
				if got := f.as(t, b, rq); got != rq.want {
					t.Errorf("HTTP %d, want %d", got, rq.want)
				}
				if _, err := f.c.Product(t.Context(), "88001"); err != nil || reached.Load() > 0 {
					t.Errorf("it has done something: %v, %d calls", err, reached.Load())
				}
			})
		}
	}
}

func TestANameThatPointsToThisMachineDoesNotOpenTheDoor(t *testing.T) {
	t.Parallel()
	f, reached := guardedFixture(t)
	port := f.url[strings.LastIndexByte(f.url, ':'):]
	rebound := "evil.example" + port // to the browser this is one origin with the page
	for _, b := range browsers {
		for _, rq := range friendly("http://" + rebound) {
			t.Run(b.name+", "+rq.name, func(t *testing.T) {
				t.Parallel()
				if got := f.as(t, b, rq, "Host", rebound); got != http.StatusForbidden || reached.Load() > 0 {
					t.Errorf("HTTP %d", got)
				}
			})
		}
	}
}

func TestTheUsersOwnBrowserIsAnswered(t *testing.T) {
	t.Parallel()
	f, _ := guardedFixture(t)
	for _, b := range browsers {
		for _, rq := range friendly(f.url) {
			t.Run(b.name+", "+rq.name, func(t *testing.T) {
				t.Parallel()
				if got := f.as(t, b, rq); got != rq.want {
					t.Errorf("HTTP %d, want %d", got, rq.want)
				}
			})
		}
	}
}

func TestProgramsAreAnswered(t *testing.T) {
	t.Parallel()
	f, _ := guardedFixture(t)
	for name, header := range map[string][]string{
		"curl":            {"User-Agent", "curl/8.5.0", "Accept", "*/*"},
		"Python requests": {"User-Agent", "python-requests/2.32.3", "Accept", "*/*", "Accept-Encoding", "gzip, deflate", "Connection", "keep-alive"},
		"PowerShell":      {"User-Agent", "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.22621.4391"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if status, body := f.do(t, "POST", "/_lab/reset", "", header...); status != http.StatusOK {
				t.Errorf("HTTP %d %s", status, body)
			}
		})
	}
}

func TestNoAnswerIsOfUseToAnotherOrigin(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, path := range []string{"/_lab/ready", "/_lab/journal", "/_lab/nothing", "/_lab/snapshot"} {
		resp, err := http.Get(f.url + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if h := resp.Header; h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cross-Origin-Resource-Policy") != "same-origin" ||
			h.Get("Access-Control-Allow-Origin") != "" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", path, h)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestEveryCallIsGuarded(t *testing.T) {
	t.Parallel()
	f, reached := guardedFixture(t)
	for _, pattern := range newDoor(Config{}).patterns() {
		method, path, _ := strings.Cut(pattern, " ")
		path = strings.NewReplacer("{product}", "88001", "{device}", "700123456", "{key}", "k", "{uuid}", "u").Replace(path)
		for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", evil}, {"Referer", evil}, {"Host", "evil.example"}} {
			if status, body := f.do(t, method, path, "", header...); status != http.StatusForbidden || reached.Load() > 0 {
				t.Errorf("%s with %v: HTTP %d %s", pattern, header, status, body)
			}
		}
	}
}
