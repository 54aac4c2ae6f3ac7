package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// span is a Bridge that notes what it is told, and says what it was made to say.
type span struct {
	status   lab.Bridge
	entries  []onenet.UplinkEntry
	left     int
	test     lab.BridgeTest
	err      error
	halfway  error           // Export fails with it in the middle
	draining chan<- struct{} // Drain says that it has begun, and waits until its context ends

	mu    sync.Mutex
	calls []string // guarded by mu
}

func (s *span) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, fmt.Sprintf(format, args...))
}

func (s *span) told() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

func (s *span) Status() (lab.Bridge, error) { return s.status, s.err }

func (s *span) Put(_ context.Context, ref onenet.DeviceRef, m lab.BridgeMapping) error {
	s.note("put %s %+v topics nil %t", ref, m, m.Topics == nil)
	return s.err
}

func (s *span) Remove(_ context.Context, ref onenet.DeviceRef) error {
	s.note("remove %s", ref)
	return s.err
}

func (s *span) SetTopics(_ context.Context, topics []string) (int, error) {
	s.note("topics %q", topics)
	return 3, s.err
}

func (s *span) reload(context.Context) (lab.BridgeReload, error) {
	s.note("reload")
	return lab.BridgeReload{Added: []string{"88001/1"}, Removed: []string{}, Changed: []string{}, Kept: 4}, s.err
}

func (s *span) Pause(refs ...onenet.DeviceRef) (int, error) {
	s.note("pause %v", refs)
	return 2, s.err
}

func (s *span) Resume(refs ...onenet.DeviceRef) (int, error) {
	s.note("resume %v", refs)
	return 2, s.err
}

func (s *span) Drain(ctx context.Context, refs ...onenet.DeviceRef) (int, error) {
	end, _ := ctx.Deadline()
	s.note("drain %v for %s", refs, end.Sub(clock.System().Now()).Round(time.Second))
	if s.draining != nil {
		s.draining <- struct{}{}
		<-ctx.Done()
		return s.left, ctx.Err()
	}
	return s.left, s.err
}

func (s *span) Test(_ context.Context, ref onenet.DeviceRef) (lab.BridgeTest, error) {
	s.note("test %s", ref)
	return s.test, s.err
}

func (s *span) Inspect(_ context.Context, q onenet.UplinkQuery) (list []onenet.UplinkEntry, _ error) {
	s.note("inspect %s dead %t after %d limit %d", q.Ref, q.Dead, q.After, q.Limit)
	for _, e := range s.entries {
		if e.Seq > q.After && len(list) < q.Limit && (e.Dead != "") == q.Dead {
			list = append(list, e)
		}
	}
	return list, s.err
}

func (s *span) Retry(_ context.Context, ref onenet.DeviceRef, seqs ...int64) (int, error) {
	s.note("retry %s %v", ref, seqs)
	return 5, s.err
}

func (s *span) Drop(_ context.Context, ref onenet.DeviceRef, dead bool, seqs ...int64) (int, error) {
	s.note("drop %s dead %t %v", ref, dead, seqs)
	return 7, s.err
}

func (s *span) Export(_ context.Context, w io.Writer, refs ...onenet.DeviceRef) error {
	s.note("export %v", refs)
	if s.err != nil {
		return s.err
	}
	_, err := io.WriteString(w, "{\"format\":\"x\"}\n")
	return errors.Join(err, s.halfway)
}

func newSpan(t *testing.T) (*span, *fixture) {
	t.Helper()
	s := &span{status: lab.Bridge{On: true, At: start, Upstream: "cloud:6002", Devices: []lab.BridgeDevice{
		{Product: ref.Product, Device: ref.Device, Mapped: true, State: "online", Books: lab.BridgeBooks{Accepted: 9, Waiting: 4, Quarantined: 5}},
		{Product: "9", Device: "gone", Books: lab.BridgeBooks{Accepted: 1, Quarantined: 1}},
	}}}
	return s, newFixture(t, with(func(d *door) {
		d.Bridge, d.ReloadBridge = func() Bridge { return s }, s.reload
	}))
}

func mustTell(t *testing.T, s *span, want ...string) {
	t.Helper()
	if d := cmp.Diff(want, s.told()); d != "" {
		t.Errorf("the bridge was told (-want +got):\n%s", d)
	}
}

func TestWithoutABridgeItsStatusSaysSoAndTheOtherCallsSayHowToHaveOne(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	status, body := f.do(t, "GET", "/_lab/bridge", "")
	if !strings.HasPrefix(body, `{"on":false,`) || status != http.StatusOK {
		t.Errorf("HTTP %d %s", status, body)
	}
	tried := 0
	for _, call := range newDoor(Config{}).patterns() {
		method, path, _ := strings.Cut(call, " ")
		if !strings.HasPrefix(path, "/_lab/bridge/") {
			continue
		}
		tried++
		path = strings.NewReplacer("{product}", "88001", "{device}", "700123456").Replace(path)
		status, body := f.do(t, method, path, "")
		var e lab.Error
		if err := json.Unmarshal([]byte(body), &e); err != nil || status != http.StatusConflict || !strings.Contains(e.Hint, "onelan serve --bridge") {
			t.Errorf("%s: HTTP %d %s", call, status, body)
		}
	}
	if tried != 13 {
		t.Errorf("%d calls were tried", tried)
	}
}

func TestTheBridgeIsShownAsItStands(t *testing.T) {
	t.Parallel()
	s, f := newSpan(t)
	if d := cmp.Diff(s.status, must[lab.Bridge](t)(f.c.Bridge(t.Context()))); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := cmp.Diff(s.status.Devices[0], must[lab.BridgeDevice](t)(f.c.BridgeDevice(t.Context(), ref))); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	_, err := f.c.BridgeDevice(t.Context(), onenet.DeviceRef{Product: "88001", Device: "1"})
	wantError(t, err, http.StatusNotFound, "88001/1")
}

func TestADeviceIsPutOnTheBridgeAndTakenOff(t *testing.T) {
	t.Parallel()
	s, f := newSpan(t)
	m := lab.BridgeMapping{Upstream: lab.BridgeLogin{Device: "1", Password: "secret"}, Presence: "always"}
	done := must[lab.BridgeDone](t)(f.c.BridgePut(t.Context(), ref, m))
	if done.Devices != 1 || !strings.Contains(done.Note, "restart") {
		t.Errorf("got %+v", done)
	}
	mustTell(t, s, "put 88001/700123456 {Upstream:{Addr: Product: Device:1 Password:secret} Presence:always Topics:[]} topics nil true")
	must[lab.BridgeDone](t)(f.c.BridgePut(t.Context(), ref, lab.BridgeMapping{Topics: []string{}}))
	mustTell(t, s, "put 88001/700123456 {Upstream:{Addr: Product: Device: Password:} Presence: Topics:[]} topics nil false")
	done = must[lab.BridgeDone](t)(f.c.BridgeRemove(t.Context(), ref))
	if done.Devices != 1 || done.Left != 4 || done.Note == "" {
		t.Errorf("got %+v", done)
	}
	mustTell(t, s, "remove 88001/700123456")
	_, err := f.c.BridgePut(t.Context(), onenet.DeviceRef{Product: "88001", Device: "typo"}, m)
	wantError(t, err, http.StatusNotFound, "typo")
	mustTell(t, s)
}

func TestRoutesOfAllDevicesAreReplaced(t *testing.T) {
	t.Parallel()
	s, f := newSpan(t)
	done := must[lab.BridgeDone](t)(f.c.BridgeTopics(t.Context(), []string{"up a -> b"}))
	if done.Devices != 3 || done.Note == "" {
		t.Errorf("got %+v", done)
	}
	must[lab.BridgeDone](t)(f.c.BridgeTopics(t.Context(), nil))
	mustTell(t, s, `topics ["up a -> b"]`, `topics []`)
	if status, body := f.do(t, "PUT", "/_lab/bridge/topics", "{}"); status != http.StatusBadRequest {
		t.Errorf("an empty body takes all routes away: HTTP %d %s", status, body)
	}
	s.err = onenet.Invalid("topics", `"sideways a": want up, down or both`)
	_, err := f.c.BridgeTopics(t.Context(), []string{"sideways a"})
	wantError(t, err, http.StatusBadRequest, "sideways")
}

func TestLinksArePausedAndResumed(t *testing.T) {
	t.Parallel()
	s, f := newSpan(t)
	must[lab.BridgeDone](t)(f.c.BridgePause(t.Context()))
	must[lab.BridgeDone](t)(f.c.BridgePause(t.Context(), lab.BridgeRef{Device: ref.Device})) // the one device of that id
	must[lab.BridgeDone](t)(f.c.BridgePause(t.Context(), lab.BridgeRef{Device: "gone"}))     // it exists on the bridge alone
	must[lab.BridgeDone](t)(f.c.BridgeResume(t.Context(), lab.BridgeRef{Product: "9", Device: "gone"}))
	mustTell(t, s, "pause []", "pause [88001/700123456]", "pause [9/gone]", "resume [9/gone]")
	if status, body := f.do(t, "POST", "/_lab/bridge/pause", ""); status != http.StatusOK || body != "{\"devices\":2}\n" {
		t.Errorf("HTTP %d %s", status, body)
	}
	mustTell(t, s, "pause []")
	_, err := f.c.BridgePause(t.Context(), lab.BridgeRef{Device: "typo"})
	wantError(t, err, http.StatusNotFound, "typo")
	for _, body := range []string{`{"seqs":[1]}`, `{"dead":true}`, `{"device":"1"}`, `{"devices":[{}]}`, `nonsense`} {
		if status, answer := f.do(t, "POST", "/_lab/bridge/pause", body); status != http.StatusBadRequest {
			t.Errorf("%s: HTTP %d %s", body, status, answer)
		}
	}
	mustTell(t, s)
}

func TestAnIdOfTwoProductsNeedsTheProduct(t *testing.T) {
	t.Parallel()
	s, f := newSpan(t)
	f.add(t, onenet.Batch{
		AddProducts: []onenet.Product{{ID: "88002", Name: "q", MasterKey: "k2"}},
		AddDevices:  []onenet.Device{{Product: "88002", ID: ref.Device, AuthInfo: "x"}},
	})
	_, err := f.c.BridgeTest(t.Context(), lab.BridgeRef{Device: ref.Device})
	wantError(t, err, http.StatusConflict, "88002")
	mustTell(t, s)
}

func TestADrainTellsWhatIsLeft(t *testing.T) {
	t.Parallel()
	s, f := newSpan(t)
	if d := cmp.Diff(lab.BridgeDone{Devices: 1}, must[lab.BridgeDone](t)(f.c.BridgeDrain(t.Context(), 0))); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	s.left = 12
	got := must[lab.BridgeDone](t)(f.c.BridgeDrain(t.Context(), 20*time.Minute, lab.BridgeRef(ref)))
	if d := cmp.Diff(lab.BridgeDone{Devices: 1, Left: 12}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	mustTell(t, s, "drain [] for 1m0s", "drain [88001/700123456] for 20m0s")
	for _, wait := range []string{"2h", "0s", "-1s", "x"} {
		if status, body := f.do(t, "POST", "/_lab/bridge/drain?wait="+wait, ""); status != http.StatusBadRequest {
			t.Errorf("wait=%s: HTTP %d %s", wait, status, body)
		}
	}
	mustTell(t, s)
}

func TestADrainEndsWithItsTimeAndWithItsCaller(t *testing.T) {
	t.Parallel()
	s, f := newSpan(t)
	begun := make(chan struct{}, 2)
	s.draining, s.left = begun, 3
	if got := must[lab.BridgeDone](t)(f.c.BridgeDrain(t.Context(), time.Millisecond)); got.Left != 3 {
		t.Errorf("got %+v", got)
	}
	<-begun
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := f.c.BridgeDrain(ctx, time.Hour)
		ended <- err
	}()
	<-begun
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	f.stop() // returns when the handler has
}

func TestALoginToTheCloudIsTried(t *testing.T) {
	t.Parallel()
	s, f := newSpan(t)
	s.test = lab.BridgeTest{Took: "12ms", Refusal: &onenet.Refusal{Cause: "bridge.password-refused", Says: "no", Fix: "yes"}}
	got := must[lab.BridgeTest](t)(f.c.BridgeTest(t.Context(), lab.BridgeRef{Device: ref.Device}))
	if d := cmp.Diff(s.test, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	mustTell(t, s, "test 88001/700123456")
	if status, body := f.do(t, "POST", "/_lab/bridge/test", ""); status != http.StatusBadRequest {
		t.Errorf("a test of all: HTTP %d %s", status, body)
	}
	s.err = context.DeadlineExceeded
	_, err := f.c.BridgeTest(t.Context(), lab.BridgeRef(ref))
	wantError(t, err, http.StatusGatewayTimeout, "did not end")
	s.err = onenet.NotFound("link", ref.String())
	_, err = f.c.BridgeTest(t.Context(), lab.BridgeRef(ref))
	wantError(t, err, http.StatusNotFound, ref.String())
}

func TestReloadTellsWhatItHasChanged(t *testing.T) {
	t.Parallel()
	s, f := newSpan(t)
	want := lab.BridgeReload{Added: []string{"88001/1"}, Removed: []string{}, Changed: []string{}, Kept: 4}
	if d := cmp.Diff(want, must[lab.BridgeReload](t)(f.c.BridgeReload(t.Context()))); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	mustTell(t, s, "reload")
}

func TestReloadMayTurnTheBridgeOnOrOff(t *testing.T) {
	t.Parallel()
	var now Bridge
	turn, done := Bridge(nil), lab.BridgeReload{Added: []string{}, Removed: []string{}, Changed: []string{}}
	f := newFixture(t, with(func(d *door) {
		d.Bridge = func() Bridge { return now }
		d.ReloadBridge = func(context.Context) (lab.BridgeReload, error) { now = turn; return done, nil }
	}))
	_, err := f.c.BridgeReload(t.Context()) // it is off, and stays off
	wantError(t, err, http.StatusConflict, "off")
	turn = &span{status: lab.Bridge{On: true}}
	must[lab.BridgeReload](t)(f.c.BridgeReload(t.Context()))
	if got := must[lab.Bridge](t)(f.c.Bridge(t.Context())); !got.On {
		t.Error("it was turned on, and is not")
	}
	turn, done.Removed = nil, []string{"88001/1"}
	if got := must[lab.BridgeReload](t)(f.c.BridgeReload(t.Context())); len(got.Removed) != 1 {
		t.Errorf("got %+v", got)
	}
	if got := must[lab.Bridge](t)(f.c.Bridge(t.Context())); got.On {
		t.Error("it was turned off, and is not")
	}
}
