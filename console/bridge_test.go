package console_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

// fakeBridge stands for the bridge; it writes down what it is told.
type fakeBridge struct {
	state   lab.Bridge
	entries []onenet.UplinkEntry
	left    int
	refusal *onenet.Refusal
	fails   error

	mu   sync.Mutex
	told []string // guarded by mu
}

func (f *fakeBridge) tell(what string, refs []onenet.DeviceRef, seqs ...int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.told = append(f.told, fmt.Sprintf("%s %v %v", what, refs, seqs))
	return len(refs), f.fails
}

func (f *fakeBridge) Status() (lab.Bridge, error)                  { return f.state, f.fails }
func (f *fakeBridge) Pause(refs ...onenet.DeviceRef) (int, error)  { return f.tell("pause", refs) }
func (f *fakeBridge) Resume(refs ...onenet.DeviceRef) (int, error) { return f.tell("resume", refs) }

func (f *fakeBridge) Drain(_ context.Context, refs ...onenet.DeviceRef) (int, error) {
	_, _ = f.tell("drain", refs)
	if f.left > 0 {
		return f.left, context.DeadlineExceeded
	}
	return 0, nil
}

func (f *fakeBridge) Test(_ context.Context, ref onenet.DeviceRef) (lab.BridgeTest, error) {
	_, err := f.tell("test", []onenet.DeviceRef{ref})
	return lab.BridgeTest{OK: f.refusal == nil, Took: "31ms", Refusal: f.refusal}, err
}

func (f *fakeBridge) Inspect(_ context.Context, q onenet.UplinkQuery) (out []onenet.UplinkEntry, _ error) {
	for _, e := range f.entries {
		if e.Ref == q.Ref && e.Seq > q.After && (e.Dead != "") == q.Dead && (q.Limit == 0 || len(out) < q.Limit) {
			out = append(out, e)
		}
	}
	return out, nil
}

func (f *fakeBridge) Retry(_ context.Context, ref onenet.DeviceRef, seqs ...int64) (int, error) {
	return f.tell("retry", []onenet.DeviceRef{ref}, seqs...)
}

func (f *fakeBridge) Drop(_ context.Context, ref onenet.DeviceRef, dead bool, seqs ...int64) (int, error) {
	return f.tell(fmt.Sprint("drop dead=", dead), []onenet.DeviceRef{ref}, seqs...)
}

// stuck is the device of cloudAway whose link does not work.
var stuck = onenet.DeviceRef{Product: "244754", Device: "527521930"}

// cloudAway is a bridge that the cloud refuses one of two devices.
func cloudAway(at time.Time) *fakeBridge {
	f := &fakeBridge{}
	f.state = lab.Bridge{
		On: true, At: at, Upstream: "mqtt.heclouds.com:6002", Totals: lab.BridgeBooks{Accepted: 1284, Delivered: 1264, Waiting: 17, Quarantined: 1, Dropped: map[string]int64{"oldest": 2}},
		Devices: []lab.BridgeDevice{
			{
				Product: "244754", Device: "527521926", Mapped: true, Here: true, State: "online", Since: at, Proved: at, Presence: "follow",
				Upstream: lab.BridgeLogin{Addr: "mqtt.heclouds.com:6002", Product: "88001", Device: "700123456"},
				Books:    lab.BridgeBooks{Accepted: 1264, Delivered: 1264}, Counts: lab.BridgeCounts{UpRate: 2.1, Logins: 1, Sent: 1264, Acked: 1264},
			},
			{
				Product: stuck.Product, Device: stuck.Device, Mapped: true, Here: true, State: "refused", Since: at, Next: at.Add(time.Minute), Presence: "always",
				Trouble: onenet.Refuse(onenet.LoginWrongPassword), TroubleAt: at, Upstream: lab.BridgeLogin{Addr: "mqtt.heclouds.com:6002", Product: "88001", Device: "700123457"},
				Books:  lab.BridgeBooks{Accepted: 20, Waiting: 17, Quarantined: 1, Dropped: map[string]int64{"oldest": 2}, Bytes: 612, Oldest: at},
				Counts: lab.BridgeCounts{Attempts: 4, Refusals: 4},
			},
		},
		Warnings: []string{"device 244754/527521930 is on the bridge, and does not exist here"},
	}
	for i := range 17 {
		f.entries = append(f.entries, onenet.UplinkEntry{
			Ref: stuck, Seq: int64(40 + i), At: at, Topic: "$dp", QoS: 1, Payload: append([]byte{3, 0, 20}, fmt.Sprintf(`{"temperature":2%d.%d}`, i/10, i%10)...),
		})
	}
	f.entries = append(f.entries, onenet.UplinkEntry{
		Ref: stuck, Seq: 39, At: at, Topic: "<b>log</b>", QoS: 1, Payload: []byte("<script>1</script>"), Tries: 5, Dead: "bridge.lost: the connection was lost; expected a connection with the cloud, got EOF",
	})
	return f
}

func TestTheBridgesPagesShowHowItStands(t *testing.T) {
	t.Parallel()
	r := newRig(t, posed)
	fix := onenet.Refuse(onenet.LoginWrongPassword).Fix
	for path, wants := range map[string][]string{
		"/bridge":              {"1,264", "refused", ">esp32-led</a><br><span class=\"mono quiet\">244754/527521926</span></td>", ">244754/527521930</a></td>", "is on the bridge, and does not exist here", "mqtt.heclouds.com:6002", fix, "Pause all"},
		console.LinkURL(stuck): {"Quarantine", "the connection was lost", "&lt;script&gt;", "temperature = ", "612 bytes", "the queue was full", fix, "always", "Test the login"},
		"/":                    {"1,264"},
		"/bridge/drop?" + console.RefValues(stuck).Encode(): {"no way back"},
	} {
		text := r.get(t, path, "Cookie", console.LangCookie+"=en")
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q:\n%s", path, want, text)
			}
		}
		if strings.Contains(text, "<script>1") || strings.Contains(text, "<b>log") {
			t.Errorf("%s shows a device's text unescaped:\n%s", path, text)
		}
	}
}

func TestTheBridgeIsToldWhatAFormSays(t *testing.T) {
	t.Parallel()
	f := cloudAway(time.Unix(1e9, 0))
	r := newRig(t, func(c *console.Config) { c.Bridge = func() console.Bridge { return f } })
	one := func(pairs ...string) url.Values {
		v := console.RefValues(stuck)
		for i := 0; i < len(pairs); i += 2 {
			v.Add(pairs[i], pairs[i+1])
		}
		return v
	}
	for _, step := range []struct {
		path   string
		fields url.Values
		told   string
		shows  string
	}{
		{"/bridge", url.Values{"does": {"pause"}}, "pause [] []", "Paused"},
		{"/bridge", one("does", "resume"), "resume [244754/527521930] []", "Resumed"},
		{"/bridge", one("does", "drain"), "drain [244754/527521930] []", "Everything has arrived"},
		{"/bridge/retry", one("seq", "39"), "retry [244754/527521930] [39]", "Back in the queue"},
		{"/bridge/retry", one(), "retry [244754/527521930] []", "Back in the queue"},
		{"/bridge/drop", one(), "drop dead=true [244754/527521930] []", "Given up"},
		{"/bridge/test", one(), "test [244754/527521930] []", "31ms"},
	} {
		f.told = nil
		status, text := r.post(t, step.path, step.fields, "Cookie", console.LangCookie+"=en")
		if status != http.StatusOK || !strings.Contains(text, step.shows) {
			t.Errorf("%s %v: HTTP %d, the page lacks %q:\n%s", step.path, step.fields, status, step.shows, text)
		}
		if d := cmp.Diff([]string{step.told}, f.told); d != "" {
			t.Errorf("%s %v (-want +got):\n%s", step.path, step.fields, d)
		}
	}
	f.left, f.refusal = 7, onenet.Refuse(onenet.LoginWrongPassword)
	if _, text := r.post(t, "/bridge", url.Values{"does": {"drain"}}, "Cookie", console.LangCookie+"=en"); !strings.Contains(text, "7 have not arrived yet") {
		t.Errorf("what a drain has left is not told:\n%s", text)
	}
	if _, text := r.post(t, "/bridge/test", one(), "Cookie", console.LangCookie+"=en"); !strings.Contains(text, "The login did not succeed") || !strings.Contains(text, f.refusal.Fix) {
		t.Errorf("why the cloud refused is not told:\n%s", text)
	}
}

func TestWhatTheBridgeCannotDoIsSaid(t *testing.T) {
	t.Parallel()
	off := newRig(t, func(c *console.Config) { c.Bridge = func() console.Bridge { return nil } })
	for _, path := range []string{"/bridge", "/bridge/retry", "/bridge/drop", "/bridge/test"} {
		if status, text := off.post(t, path, url.Values{"does": {"pause"}}, "Cookie", console.LangCookie+"=en"); status != http.StatusConflict || !strings.Contains(text, "onelan serve --bridge") {
			t.Errorf("%s while it is off: HTTP %d\n%s", path, status, text)
		}
	}
	f := cloudAway(time.Unix(1e9, 0))
	r := newRig(t, func(c *console.Config) { c.Bridge = func() console.Bridge { return f } })
	for _, row := range []struct {
		path   string
		fields url.Values
		want   int
	}{
		{"/bridge", url.Values{"does": {"fly"}}, http.StatusUnprocessableEntity},
		{"/bridge/retry", url.Values{"seq": {"x"}}, http.StatusUnprocessableEntity},
	} {
		if status, text := r.post(t, row.path, row.fields); status != row.want {
			t.Errorf("%s %v: HTTP %d\n%s", row.path, row.fields, status, text)
		}
	}
	if got := r.call(t, "GET", "/bridge/link?product=1&device=2", ""); got.status != http.StatusNotFound {
		t.Errorf("a device that it does not carry: HTTP %d", got.status)
	}
	f.fails = errors.New("the disk is gone")
	if got := r.call(t, "GET", "/bridge", ""); got.status != http.StatusInternalServerError || strings.Contains(got.text, "disk") {
		t.Errorf("a fault of ours: HTTP %d\n%s", got.status, got.text)
	}
}
