package metrics_test

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/metrics"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

// bridged is a rig with a bridge whose devices can be changed between scrapes.
func bridged(t *testing.T) (scrape func() []string, now *metrics.Bridge) {
	t.Helper()
	now = &metrics.Bridge{}
	r := newRig(t, memory.New())
	r.config.Bridge = func() metrics.Bridge { return *now }
	h := metrics.New(r.config) // one for all scrapes
	return func() []string {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/_lab/metrics", nil))
		var lines []string
		for line := range strings.Lines(w.Body.String()) {
			if rest, is := strings.CutPrefix(line, "onelan_bridge_"); is {
				lines = append(lines, strings.TrimSuffix(rest, "\n"))
			}
		}
		return lines
	}, now
}

func TestABridgeThatIsOffHasItsSeriesAt0(t *testing.T) {
	t.Parallel()
	scrape, _ := bridged(t)
	lines := scrape()
	for _, line := range lines {
		if !strings.HasSuffix(line, " 0") {
			t.Error(line)
		}
	}
	if len(lines) != 7+4+9+5 {
		t.Errorf("%d series:\n%s", len(lines), strings.Join(lines, "\n"))
	}
}

func TestTheBridgeIsToldInTotalsOverItsDevices(t *testing.T) {
	t.Parallel()
	scrape, now := bridged(t)
	now.Devices = []metrics.BridgeDevice{
		{
			Ref: ref, State: "online", Waiting: 3, Bytes: 300, Oldest: 90 * time.Second, Quarantined: 1,
			Accepted: 10, Delivered: 4, Dropped: map[string]int64{"oldest": 2},
			Logins: 1, Refusals: 2, Lost: 3, Sent: 4, Repeated: 5, Received: 6, Suppressed: 7,
		},
		{Ref: onenet.DeviceRef{Product: "1", Device: "2"}, State: "half-open", Waiting: 1, Bytes: 1, Oldest: time.Second, Accepted: 1, Logins: 10},
		{Ref: onenet.DeviceRef{Product: "1", Device: "3"}, Accepted: 5, Dropped: map[string]int64{"oldest": 1, "person": 4}}, // only its books are left
	}
	want := []string{
		"accepted_total 16", "connections_lost_total 3", "delivered_total 4",
		`dropped_total{reason="age"} 0`, `dropped_total{reason="newest"} 0`, `dropped_total{reason="offline"} 0`,
		`dropped_total{reason="oldest"} 3`, `dropped_total{reason="person"} 4`,
		`links{state="connecting"} 0`, `links{state="evicted"} 0`, `links{state="half-open"} 1`, `links{state="idle"} 0`,
		`links{state="online"} 1`, `links{state="paused"} 0`, `links{state="refused"} 0`,
		"login_refusals_total 2", "logins_total 11", "oldest_seconds 90", "quarantined_messages 1", "queue_bytes 301", "queue_messages 4",
		"received_messages_total 6", "repeated_messages_total 5", "sent_messages_total 4", "suppressed_total 7",
	}
	if d := cmp.Diff(want, scrape()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestCountersOfTheBridgeNeverFall: to Prometheus a counter that falls has begun anew, and all of it counts once more.
func TestCountersOfTheBridgeNeverFall(t *testing.T) {
	t.Parallel()
	scrape, now := bridged(t)
	other := onenet.DeviceRef{Product: "1", Device: "2"}
	for _, step := range []struct {
		what    string
		devices []metrics.BridgeDevice
		want    []string
	}{
		{"at first", []metrics.BridgeDevice{{Ref: ref, Logins: 5, Accepted: 100, Dropped: map[string]int64{"age": 9}}, {Ref: other, Logins: 1}}, []string{"100", "9", "6"}},
		{"one has a new link", []metrics.BridgeDevice{{Ref: ref, Logins: 2, Accepted: 101, Dropped: map[string]int64{"age": 9}}, {Ref: other, Logins: 1}}, []string{"101", "9", "8"}},
		{"one was taken off", []metrics.BridgeDevice{{Ref: other, Logins: 2}}, []string{"101", "9", "9"}},
		{"it is back, with its books", []metrics.BridgeDevice{{Ref: ref, Accepted: 103, Dropped: map[string]int64{"age": 10}}, {Ref: other, Logins: 2}}, []string{"103", "10", "9"}},
		{"the bridge is off", nil, []string{"103", "10", "9"}},
		{"the platform was reset", []metrics.BridgeDevice{{Ref: ref, Accepted: 4, Dropped: map[string]int64{"age": 1}}}, []string{"107", "11", "9"}},
	} {
		now.Devices = step.devices
		var got []string
		for _, line := range scrape() {
			name, value, _ := strings.Cut(line, " ")
			if slices.Contains([]string{"accepted_total", `dropped_total{reason="age"}`, "logins_total"}, name) {
				got = append(got, value)
			}
		}
		if d := cmp.Diff(step.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", step.what, d)
		}
	}
}
