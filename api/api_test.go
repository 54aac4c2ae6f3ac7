package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/onelan/onelan/api"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

const (
	product   = onenet.ProductID("88001")
	device    = onenet.DeviceID("700123456")
	elsewhere = onenet.DeviceID("700999999") // a device of another product
	master    = "MasterKeyOfProduct88001aaaa="
	otherKey  = "MasterKeyOfProduct88002bbbb="
	deviceKey = "KeyOfDevice700123456ccccccc="
)

var (
	ref   = onenet.DeviceRef{Product: product, Device: device}
	start = time.Date(2018, 6, 1, 0, 0, 0, 0, time.UTC) // 08:00 in Beijing
)

// fixture is a platform with two products, and the door to it.
type fixture struct {
	p     *onenet.Platform
	clock *clock.Manual
	store onenet.Store
	down  *downlink
	door  http.Handler
	log   *syncBuffer
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newFixture(t *testing.T, change ...func(*onenet.Config)) *fixture {
	t.Helper()
	f := &fixture{clock: clock.NewManual(start), down: &downlink{}, log: &syncBuffer{}}
	c := onenet.Config{Store: memory.New(), Clock: f.clock, Switches: onenet.DefaultSwitches()}
	for _, ch := range change {
		ch(&c)
	}
	f.store = c.Store
	f.p = onenet.New(c)
	f.p.Attach(f.down)
	f.door = api.New(f.p, slog.New(slog.NewTextHandler(f.log, nil)))
	t.Cleanup(func() { _ = f.store.Close() })
	mustAdd(t, f.store, onenet.Batch{
		AddProducts: []onenet.Product{
			{ID: product, MasterKey: master, RegisterCode: "code1", Dialect: onenet.Legacy},
			{ID: "88002", MasterKey: otherKey, RegisterCode: "code2", Dialect: onenet.Legacy},
		},
		AddDevices: []onenet.Device{
			{Product: product, ID: device, Title: "dev1", AuthInfo: "dev-sn-0001", Protocol: "MQTT", Private: true, CreatedAt: start.Add(-time.Hour)},
			{Product: "88002", ID: elsewhere, Title: "far", AuthInfo: "far", Protocol: "MQTT", CreatedAt: start},
		},
		AddKeys: []onenet.Key{key(deviceKey, onenet.Permission{Resources: []onenet.Resource{{Device: device}}})},
	})
	return f
}

func key(k onenet.Secret, permissions ...onenet.Permission) onenet.Key {
	return onenet.Key{Product: product, Key: k, Title: "k", Permissions: permissions, CreatedAt: start}
}

func mustAdd(t *testing.T, s onenet.Store, b onenet.Batch) {
	t.Helper()
	if err := s.Apply(t.Context(), b); err != nil {
		t.Fatalf("fill the store: %v", err)
	}
}

// connect makes the device one that is here.
func (f *fixture) connect() { f.p.Arrived(ref, 1, "10.0.0.7:5000", "") }

// call makes a call and gives the answer.
func (f *fixture) call(t *testing.T, method, target, apiKey, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if apiKey != "" {
		r.Header.Set("api-key", apiKey)
	}
	w := httptest.NewRecorder()
	f.door.ServeHTTP(w, r)
	return w
}

// get is a GET with the master key, which must come with HTTP 200.
func (f *fixture) get(t *testing.T, target string) string {
	t.Helper()
	w := f.call(t, "GET", target, master, "")
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s: HTTP %d %s", target, w.Code, w.Body)
	}
	return w.Body.String()
}

// wantBody compares an answer to the letter.
func wantBody(t *testing.T, got *httptest.ResponseRecorder, want string) {
	t.Helper()
	if got.Code != http.StatusOK || got.Body.String() != want {
		t.Errorf("got HTTP %d %s\nwant HTTP 200 %s", got.Code, got.Body, want)
	}
}

// mustSend sends a command with the master key and gives its id.
func (f *fixture) mustSend(t *testing.T, query, body string) onenet.CommandID {
	t.Helper()
	w := f.call(t, "POST", "/cmds?device_id="+string(device)+query, master, body)
	var out struct {
		Errno int
		Data  struct {
			UUID onenet.CommandID `json:"cmd_uuid"`
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || out.Errno != 0 || out.Data.UUID == "" {
		t.Fatalf("POST /cmds: %s", w.Body)
	}
	return out.Data.UUID
}

// downlink takes every command.
type downlink struct {
	mu   sync.Mutex
	sent []sent             // guarded by mu
	gone []onenet.DeviceRef // guarded by mu: those to forget
}

type sent struct {
	Ref  onenet.DeviceRef
	ID   onenet.CommandID
	Body string
}

func (d *downlink) SendCommand(ref onenet.DeviceRef, id onenet.CommandID, body []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sent = append(d.sent, sent{ref, id, string(body)})
	return nil
}

func (*downlink) Publish(onenet.ProductID, string, []byte) int { return 0 }
func (*downlink) Disconnect(onenet.DeviceRef, string) bool     { return false }

func (d *downlink) Forget(ref onenet.DeviceRef, _ string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gone = append(d.gone, ref)
}

func (d *downlink) forgotten() []onenet.DeviceRef {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]onenet.DeviceRef(nil), d.gone...)
}

func (*downlink) ForgetProduct(onenet.ProductID, string) {}

func (*downlink) Subscribers(onenet.ProductID, string) []onenet.DeviceID { return nil }
func (*downlink) Subscriptions(onenet.DeviceRef) []string                { return nil }
func (*downlink) Deliver(_ onenet.DeviceRef, _ string, _ []byte, _ byte, done func(onenet.Delivered, error)) {
	done(onenet.NotWanted, nil)
}

func (*downlink) Reset(_ context.Context, _ string, change func() error) error {
	return change()
}

// syncBuffer is a log that a test reads while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer // guarded by mu
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
