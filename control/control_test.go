package control

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

var (
	ref   = onenet.DeviceRef{Product: "88001", Device: "700123456"}
	start = time.Date(2018, 6, 1, 0, 0, 0, 0, time.UTC) // 08:00 in Beijing
)

const master = "MasterKeyOfProduct88001aaaa="

// fixture is a platform with one product and one device, the door to it on loopback, and a client.
type fixture struct {
	p     *onenet.Platform
	clock *clock.Manual
	store onenet.Store
	url   string
	c     *lab.Client
	stop  func() // ends the server, not the platform
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newFixture(t *testing.T, change ...func(*onenet.Config, *door)) *fixture {
	t.Helper()
	f := &fixture{clock: clock.NewManual(start)}
	cfg := onenet.Config{Store: memory.New(), Clock: f.clock}
	d := newDoor(Config{
		Info: func() lab.Ready { return lab.Ready{Ready: true, Version: "v1", MQTT: "[::]:6002"} },
		Log:  slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	for _, ch := range change {
		ch(&cfg, d)
	}
	f.store, f.p = cfg.Store, onenet.New(cfg)
	f.p.Attach(downlink{})
	d.p = f.p
	// The journal's long waits must end with the server: as a server does that is to shut down in time.
	ctx, cancel := context.WithCancel(context.Background())
	srv := httptest.NewUnstartedServer(d.handler())
	srv.Config.BaseContext = func(net.Listener) context.Context { return ctx }
	srv.Start()
	f.url, f.c = srv.URL, lab.New(srv.URL)
	f.stop = func() {
		cancel()
		f.c.Close()
		srv.Close()
	}
	t.Cleanup(func() {
		f.stop()
		_ = f.store.Close()
	})
	f.add(t, onenet.Batch{
		AddProducts: []onenet.Product{{ID: "88001", Name: "p", MasterKey: master, RegisterCode: "registercode0001", Dialect: onenet.Legacy, CreatedAt: start}},
		AddDevices: []onenet.Device{{
			Product: "88001", ID: "700123456", Title: "dev1", AuthInfo: "dev-sn-0001", Protocol: "MQTT", Private: true, CreatedAt: start,
		}},
	})
	return f
}

func (f *fixture) add(t *testing.T, b onenet.Batch) {
	t.Helper()
	if err := f.store.Apply(t.Context(), b); err != nil {
		t.Fatalf("fill the store: %v", err)
	}
}

// downlink takes every command.
type downlink struct{}

func (downlink) SendCommand(onenet.DeviceRef, onenet.CommandID, []byte) error { return nil }
func (downlink) Publish(onenet.ProductID, string, []byte) int                 { return 0 }
func (downlink) Disconnect(onenet.DeviceRef, string) bool                     { return false }
func (downlink) Forget(onenet.DeviceRef, string)                              {}
func (downlink) ForgetProduct(onenet.ProductID, string)                       {}

func (downlink) Deliver(_ onenet.DeviceRef, _ string, _ []byte, _ byte, done func(onenet.Delivered, error)) {
	done(onenet.NotWanted, nil)
}
func (downlink) Subscribers(onenet.ProductID, string) []onenet.DeviceID { return nil }
func (downlink) Subscriptions(onenet.DeviceRef) []string                { return nil }
func (downlink) Reset(_ context.Context, _ string, change func() error) error {
	return change()
}

// do makes a call by hand and gives status and body.
func (f *fixture) do(t *testing.T, method, path, body string, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, f.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// wantError tests that err is an answer with the status and that its message and hint say something.
func wantError(t *testing.T, err error, status int, says string) {
	t.Helper()
	e, is := errors.AsType[*lab.Error](err)
	if !is || e.Status != status || !strings.Contains(e.Message, says) || e.Hint == "" {
		t.Errorf("got %#v, want status %d, %q and a hint", err, status, says)
	}
}

// must gives a function that takes the results of a call and ends the test when there is an error.
func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestReadySaysWhatRunsWhere(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.p.Arrived(ref, 1, "10.0.0.7:1", "")
	got := must[lab.Ready](t)(f.c.Ready(t.Context()))
	want := lab.Ready{Ready: true, Version: "v1", MQTT: "[::]:6002", Online: 1, Journal: 1}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("ready (-want +got):\n%s", d)
	}
}

func TestUnknownCallIsNamed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, call := range []string{"GET /_lab/", "GET /_lab/nothing", "PATCH /_lab/products", "POST /_lab/ready", "GET /devices"} {
		method, path, _ := strings.Cut(call, " ")
		status, body := f.do(t, method, path, "")
		var e lab.Error
		if err := json.Unmarshal([]byte(body), &e); err != nil || status != http.StatusNotFound || !strings.Contains(e.Message, call) || e.Hint == "" {
			t.Errorf("%s: HTTP %d %s", call, status, body)
		}
	}
}

// brokenStore is a store that cannot list products.
type brokenStore struct {
	onenet.Store
	fail func() error
}

func (b brokenStore) Products(context.Context) ([]onenet.Product, error) { return nil, b.fail() }

func TestOurOwnFaultsStayInTheLog(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func() error{
		"an error of the store": func() error { return errors.New("the disk is on fire") },
		"a panic":               func() error { panic("the disk is on fire") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &syncBuffer{}
			f := newFixture(t, func(c *onenet.Config, d *door) {
				c.Store = brokenStore{c.Store, fail}
				d.log = slog.New(slog.NewTextHandler(log, nil))
			})
			_, err := f.c.Products(t.Context())
			wantError(t, err, http.StatusInternalServerError, "internal error")
			if !strings.Contains(log.String(), "on fire") {
				t.Errorf("the log says %q", log)
			}
			if _, err := f.c.Ready(t.Context()); err != nil {
				t.Errorf("the next call: %v", err)
			}
		})
	}
}

// syncBuffer is a log that a test reads while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  strings.Builder // guarded by mu
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
