package console_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is a whole platform with a console on loopback, and a visitor who keeps cookies.
type rig struct {
	*onenettest.Server
	url    string
	door   http.Handler
	config console.Config
	http   *http.Client
}

func newRig(t *testing.T, change func(*console.Config), opts ...onenettest.Option) *rig {
	t.Helper()
	s := onenettest.Start(t, opts...)
	info := infoOf(s)
	c := console.Config{
		Platform: s.Platform(), Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Reset: s.Server.Reset, Zone: time.UTC,
		Info: func() console.Info { return info },
	}
	if change != nil {
		change(&c)
	}
	h, err := console.New(c)
	if err != nil {
		t.Fatal(err)
	}
	jar, _ := cookiejar.New(nil)
	r := &rig{Server: s, url: serve(t, h), door: h, config: c, http: &http.Client{Jar: jar, Transport: &http.Transport{}}}
	t.Cleanup(r.http.CloseIdleConnections)
	return r
}

// serve puts a handler on loopback; what hangs on live events ends with the test.
func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	srv := httptest.NewUnstartedServer(h)
	srv.Config.BaseContext = func(net.Listener) context.Context { return ctx }
	srv.Start()
	t.Cleanup(func() {
		cancel()
		srv.Close()
	})
	return srv.URL
}

func infoOf(s *onenettest.Server) console.Info {
	var i console.Info
	i.Ready.Ready, i.Version, i.MQTT, i.HTTP, i.Lab, i.Console = true, "test", s.MQTTAddr(), s.HTTPAddr(), s.LabAddr(), s.LabAddr()
	i.Started = s.Platform().Clock().Now()
	i.Boards = []console.Board{{Addr: "192.168.1.10:6002", Via: "wlan0"}, {Addr: s.MQTTAddr(), Via: "lo"}}
	i.Demo = true
	return i
}

// ask makes a request; header pairs follow. Its answer is closed when the test ends.
func (r *rig) ask(t *testing.T, method, path, body string, header ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
	}
	resp, err := r.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

// answered is an answer that was read to its end.
type answered struct {
	status  int
	header  http.Header
	path    string // where it led to
	cookies []*http.Cookie
	text    string
}

// call makes a request and reads the answer.
func (r *rig) call(t *testing.T, method, path, body string, header ...string) answered {
	t.Helper()
	resp := r.ask(t, method, path, body, header...)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answered{resp.StatusCode, resp.Header, resp.Request.URL.Path, resp.Cookies(), string(text)}
}

// get gives a page, which must be there.
func (r *rig) get(t *testing.T, path string, header ...string) string {
	t.Helper()
	got := r.call(t, http.MethodGet, path, "", header...)
	if got.status != http.StatusOK {
		t.Fatalf("GET %s: HTTP %d\n%s", path, got.status, got.text)
	}
	return got.text
}

// post fills a form in as a page of ours would, and gives the page that it leads to.
func (r *rig) post(t *testing.T, path string, fields url.Values, header ...string) (int, string) {
	t.Helper()
	got := r.call(t, http.MethodPost, path, fields.Encode(), append([]string{"Sec-Fetch-Site", "same-origin", "Origin", r.url}, header...)...)
	return got.status, got.text
}

// inFiles keeps the platform's data where a user's are.
func inFiles(t *testing.T) onenettest.Option {
	t.Helper()
	dir := t.TempDir()
	return onenettest.WithConfig(func(c *server.Config) { c.Ephemeral, c.DataDir = false, dir })
}
