package sim_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/onelan/onelan/firmware/sim"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// current is the newest value of each of the device's datastreams, as the REST API tells it.
func current(t *testing.T, srv *onenettest.Server, d onenet.Device) map[string]json.RawMessage {
	t.Helper()
	var answer struct {
		Data []struct {
			ID    string          `json:"id"`
			Value json.RawMessage `json:"current_value"`
		}
	}
	text := mustCall(t, srv, "GET", "/devices/"+string(d.ID)+"/datastreams", "")
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	out := map[string]json.RawMessage{}
	for _, s := range answer.Data {
		out[s.ID] = s.Value
	}
	return out
}

func TestReportsAreThereByREST(t *testing.T) {
	t.Parallel()
	srv, d, n := desktop(t)
	b := mustBoard(t, n, quick(d))
	b.must(0, serving("lan"))
	b.mustObey(srv, d, "on", 1)
	srv.Wait(t, onenettest.Point(d, "led", "1"))
	got := current(t, srv, d)
	for stream, want := range map[string]string{"led": "1", "rssi": "-50", "temp": "53"} {
		if string(got[stream]) != want {
			t.Errorf("%s is %s, want %s; all: %s", stream, got[stream], want, got)
		}
	}
	for _, stream := range []string{"uptime", "heap"} {
		var number float64
		if err := json.Unmarshal(got[stream], &number); err != nil || number < 0 {
			t.Errorf("%s is %s, want a number", stream, got[stream])
		}
	}
	mark := srv.Mark()
	b.mustObey(srv, d, "off", 0)
	srv.WaitAfter(t, mark, onenettest.Point(d, "led", "0"))
}

func TestReportsComeAtTheirInterval(t *testing.T) {
	t.Parallel()
	srv, d, n := desktop(t)
	b := mustBoard(t, n, with(unhurried(d), settings{"report_s": 5}), func(c *sim.Config) { c.Speed = 5 })
	b.must(0, serving("lan"))
	var uptimes []int
	mark := uint64(0)
	for len(uptimes) < 3 {
		r := srv.WaitAfter(t, mark, onenettest.Point(d, "uptime", ""))
		mark = r.Seq
		for _, p := range r.Points {
			if p.Stream == "uptime" {
				uptimes = append(uptimes, mustNumber(t, p.Value))
			}
		}
	}
	for i, up := range uptimes[1:] {
		if gap := up - uptimes[i]; gap < 4 || gap > 40 {
			t.Errorf("reports at %v s, want one every 5 s", uptimes)
		}
	}
}

func mustNumber(t *testing.T, text []byte) int {
	t.Helper()
	var n int
	if err := json.Unmarshal(text, &n); err != nil {
		t.Fatalf("%s is no number: %v", text, err)
	}
	return n
}

// Points that were measured while nobody listened arrive with the time at which they were measured.
func TestOfflinePointsArriveWithTheirTimes(t *testing.T) {
	t.Parallel()
	srv, d, n := desktop(t)
	b := mustBoard(t, n, with(quick(d), settings{"report_s": 0.3, "ntp": []string{"pool.ntp.org"}}))
	off, mark := mustLoseWiFi(t, srv, d, b)
	late := lateness(srv.WaitAfter(t, mark, onenettest.That("points of before", func(r *onenet.Record) bool {
		return r.Kind == onenet.KindData && r.Device == d.ID && len(lateness(r, 2*time.Second)) > 0
	})), 2*time.Second)
	if len(late) < 3 {
		t.Errorf("%d late points, want those of a second at every 0.3 s", len(late))
	}
	for i, p := range late {
		if p.At.Before(off.Add(-2*time.Second)) || p.At.After(clock.System().Now()) {
			t.Errorf("a point of %s, want one after %s", p.At, off)
		}
		if i > 0 && !p.At.After(late[i-1].At) {
			t.Errorf("a point of %s after one of %s", p.At, late[i-1].At)
		}
	}
}

// Without anybody who tells the time, late points say how late they are.
func TestBoardWithoutAClockSaysHowLateItsPointsAre(t *testing.T) {
	t.Parallel()
	srv, d, n := desktop(t)
	b := mustBoard(t, n, with(quick(d), settings{"report_s": 0.3, "ntp": []string{"pool.ntp.org"}}))
	b.NTP(false)
	_, mark := mustLoseWiFi(t, srv, d, b)
	r := srv.WaitAfter(t, mark, onenettest.Point(d, "late_s", ""))
	for _, p := range r.Points {
		if p.Stream == "late_s" && (mustNumber(t, p.Value) < 2 || mustNumber(t, p.Value) > 60) {
			t.Errorf("a point is late by %s s, want 2 and more", p.Value)
		}
	}
}

// mustLoseWiFi takes Wi-Fi from a board that reports until it has measured some more, and long enough for all of that to be late; then it
// waits until the board is back. It tells when that began, and behind which record.
func mustLoseWiFi(t *testing.T, srv *onenettest.Server, d onenet.Device, b *rig) (time.Time, uint64) {
	t.Helper()
	at := b.must(0, serving("lan"))
	srv.Wait(t, onenettest.Point(d, "uptime", ""))
	off, mark := clock.System().Now(), srv.Mark()
	b.WiFi(false)
	measured := b.Mark()
	for range 4 { // the first may still have been sent
		measured = b.must(measured, sim.Is(sim.Sensed))
	}
	clock.System().AfterFunc(2500*time.Millisecond, func() { b.WiFi(true) })
	b.must(at, serving("lan"))
	return off, mark
}

// lateness is the points in a record that are older than its receipt by that much, of one stream.
func lateness(r *onenet.Record, by time.Duration) []onenet.PointNote {
	var out []onenet.PointNote
	for _, p := range r.Points {
		if p.Stream == "uptime" && r.At.Sub(p.At) > by {
			out = append(out, p)
		}
	}
	return out
}
