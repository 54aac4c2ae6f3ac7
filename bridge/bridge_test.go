package bridge_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

func TestPointsGoUpInOrderAndTheBooksBalance(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{})
	e.arrive(0)
	for i, p := range points(100) {
		e.send(0, byte(1+i%2), p)
	}
	e.awaitDelivered(0, 100)
	if d := cmp.Diff(numbers(100), values(t, e.cloud, e.there[0])); d != "" {
		t.Errorf("the cloud has (-want +got):\n%s", d)
	}
	s := e.status(0)
	if s.Books.Accepted != 100 || s.Link.Trouble != nil || s.Link.Proved.IsZero() || s.UpRate == 0 || !s.Here || !s.Mapped {
		t.Errorf("status %+v", s)
	}
	r := e.awaitRecord("word of the arrival", func(r *onenet.Record) bool { return strings.HasPrefix(r.Text, "the cloud has ") })
	if r.Kind != onenet.KindBridge || r.Link != string(bridge.Online) || r.Count == 0 || !strings.Contains(r.Text, "data point") {
		t.Errorf("the journal says %+v", r)
	}
	e.mustVerify()
}

func TestPointsOfAnotherDoorArePacked(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{})
	e.arrive(0)
	done := make(chan error, 1)
	at := epoch.Add(time.Hour)
	e.platform.Ingest(onenet.Upload{Ref: e.devices[0], Call: "POST /devices/{id}/datapoints", Points: []onenet.Datapoint{
		{Stream: "a", At: at, Value: []byte("1")},
		{Stream: "b", At: at, Value: []byte(`"x"`)},
		{Stream: "pic", At: at, File: &onenet.File{Data: []byte("JPEG")}},
	}}, func(err error) { done <- err })
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	e.awaitDelivered(0, 2)
	for stream, value := range map[onenet.StreamID]string{"a": "1", "b": `"x"`} {
		r := e.cloud.Wait(t, onenettest.Point(e.there[0], stream, value))
		if !r.Points[0].At.Equal(at) {
			t.Errorf("%s has the time %s, want %s", stream, r.Points[0].At, at)
		}
	}
	e.cloud.Wait(t, onenettest.That("the file", func(r *onenet.Record) bool {
		return r.Kind == onenet.KindData && r.Points[0].Stream == "pic"
	}))
	e.mustVerify()
}

func TestAPointThatCannotCarryATimeStaysHereAndTheOthersGo(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{})
	e.arrive(0)
	done := make(chan error, 1)
	deep := strings.Repeat("[", 200) + strings.Repeat("]", 200)
	long := `"` + strings.Repeat("x", 70_000) + `"`
	e.platform.Ingest(onenet.Upload{Ref: e.devices[0], Points: []onenet.Datapoint{
		{Stream: "long", At: epoch, Value: []byte(long)}, {Stream: "fine", At: epoch, Value: []byte("1")}, {Stream: "deep", At: epoch, Value: []byte(deep)},
	}}, func(err error) { done <- err })
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	e.cloud.Wait(t, onenettest.Point(e.there[0], "fine", "1"))
	e.awaitRecord("word of it", func(r *onenet.Record) bool {
		return r.Kind == onenet.KindBridge && strings.Contains(r.Text, `"long" stays here`)
	})
	e.mustVerify()
}

func TestNobodyIsNamedThatIsNotOnTheBridge(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{})
	stranger := onenet.DeviceRef{Product: "1", Device: "2"}
	for name, call := range map[string]func() error{
		"Pause":  func() error { _, err := e.Pause(stranger); return err },
		"Resume": func() error { _, err := e.Resume(stranger); return err },
		"Drain":  func() error { _, err := e.Drain(t.Context(), stranger); return err },
		"Test":   func() error { _, err := e.Test(t.Context(), stranger); return err },
		"Remove": func() error { return e.Remove(t.Context(), stranger) },
	} {
		if err := call(); !errors.Is(err, onenet.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestADryRunTellsWhatWouldGoUpAndLogsInNowhere(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{plan: func(p *bridge.Plan) {
		p.DryRun, p.Devices[0].Login.Password = true, ""
		p.Topics = []bridge.Route{{Direction: bridge.Up, Local: "led", Cloud: "lamp"}}
	}})
	e.arrive(0)
	e.send(0, 1, points(1)[0])
	if e.publish(0, "led", 1, "on"); len(e.told(0)) != 2 {
		t.Fatalf("told %d records", len(e.told(0)))
	}
	for i, want := range []string{"$dp", "lamp"} {
		r := e.told(0)[i]
		if r.Topic != want || !strings.HasPrefix(r.Text, "would go up: as device "+string(e.there[0].ID)) {
			t.Errorf("record %d: %+v", i, r)
		}
	}
	if s := e.status(0); s.Link.State != bridge.Idle || s.Books.Accepted != 0 {
		t.Errorf("status %+v", s)
	}
	if left, err := e.Drain(t.Context()); left != 0 || err != nil {
		t.Error(left, err)
	}
	if n := len(e.proxy.Counts().Connections); n != 0 {
		t.Errorf("%d connections", n)
	}
	e.mustVerify()
}

func TestATestLogsInOnceWhileTheLinkStandsAside(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{plan: func(p *bridge.Plan) { p.Presence = bridge.Always }})
	e.awaitState(0, bridge.Online)
	if took, err := e.Test(t.Context(), e.devices[0]); err != nil || took <= 0 {
		t.Errorf("%s, %v", took, err)
	}
	s := e.awaitState(0, bridge.Online)
	if s.Link.Counts.Lost != 0 || s.Link.Counts.Evictions != 0 || len(e.proxy.Counts().Logins) != 3 {
		t.Errorf("%d logins, status %+v", len(e.proxy.Counts().Logins), s.Link)
	}
	e.proxy.RefuseLogin(5)
	var no *onenet.Refusal
	if _, err := e.Test(t.Context(), e.devices[0]); !errors.As(err, &no) || no.Cause != bridge.CauseForbidden {
		t.Errorf("got %v", err)
	}
}

// The cloud sends once what has waited for the device, to whoever logs in.
func TestATestTakesTheCommandsThatCome(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{})
	sent := e.cloud.Send(t, e.there[0], "on", onenettest.Within(time.Hour), onenettest.Confirmed()) // so that a slow machine may test twice
	for n, here := 1, false; !here; n++ {
		if _, err := e.Test(t.Context(), e.devices[0]); err != nil {
			t.Fatal(err)
		}
		_, err := e.platform.Command(t.Context(), sent.ID)
		if here = err == nil; n == 20 && !here {
			t.Fatal("the command does not come")
		}
	}
	e.arrive(0)
	if err := e.platform.SendWaiting(t.Context(), e.devices[0]); err != nil {
		t.Fatal(err)
	}
	if got := <-e.doors.commands; got.id != sent.ID || got.body != "on" {
		t.Errorf("the device got %+v", got)
	}
}

func TestALinkTellsEachOfItsStatesOnce(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{timing: func(t *bridge.Timing) { t.Refused, t.RefusedMost = time.Millisecond, time.Millisecond }})
	e.proxy.RefuseLogin(3)
	session := e.arrive(0)
	e.proxy.Await(t, "three attempts", func(n faultnet.Counts) bool { return len(n.Logins) > 3 })
	if _, err := e.Pause(); err != nil {
		t.Fatal(err)
	}
	e.awaitState(0, bridge.Paused)
	e.proxy.RefuseLogin(0)
	if _, err := e.Resume(); err != nil {
		t.Fatal(err)
	}
	e.awaitState(0, bridge.Online)
	e.leave(0, session)
	e.awaitState(0, bridge.Idle)
	var got []string
	for _, r := range e.told(0) {
		cause := ""
		if r.Refusal != nil {
			cause = " " + string(r.Refusal.Cause)
		}
		got = append(got, r.Link+cause)
	}
	if want := []string{"connecting", "refused bridge.cloud-unavailable", "paused", "connecting", "online", "idle"}; !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}
