package bridge_test

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/onenet"
)

func TestOneFailingDeviceDoesNotHinderTheOthers(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{devices: 3, plan: func(p *bridge.Plan) { p.Devices[1].Login.Password = "not its own password" }})
	for i := range e.devices {
		e.arrive(i)
		e.send(i, 1, points(1)[0])
	}
	e.awaitDelivered(0, 1)
	e.awaitDelivered(2, 1)
	s := e.awaitState(1, bridge.Refused)
	if s.Link.Trouble.Cause != bridge.CausePassword || s.Books.Waiting != 1 {
		t.Errorf("status %+v", s)
	}
	r := e.awaitRecord("the refusal", func(r *onenet.Record) bool { return r.Link == string(bridge.Refused) })
	if r.Refusal == nil || r.Refusal.Cause != bridge.CausePassword || strings.Contains(fmt.Sprintf("%+v", r), "not its own") {
		t.Errorf("the journal says %+v", r)
	}
	e.mustVerify()
}

func TestTheBooksBalanceAfterEveryFault(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(e *edge){
		"a cut": func(e *edge) { e.proxy.CutAfter(faultnet.Up, faultnet.Publish, 3) },
		"cuts while it drains": func(e *edge) {
			for n := range 5 {
				e.proxy.CutAfter(faultnet.Up, faultnet.Publish, 1+2*n)
			}
		},
		"lost acknowledgements": func(e *edge) { e.proxy.CutAfter(faultnet.Down, faultnet.Puback, 2) },
		"poison": func(e *edge) {
			e.proxy.KillOn(func(f faultnet.Frame) bool {
				return f.Topic() == "$dp" && strings.Contains(string(f.Payload()), `"n":7}`)
			})
		},
		"a full queue": func(e *edge) {
			p := e.Plan()
			p.Limits.Device.Entries = 5
			if _, err := e.Apply(e.t.Context(), p); err != nil {
				e.t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEdge(t, setup{plan: func(p *bridge.Plan) { p.NoPack, p.NoTimes, p.Limits.Tries, p.Window = true, true, 3, 5 }})
			fault(e)
			for i, p := range points(20) {
				e.send(0, byte(i%2), p)
			}
			if left, err := e.Drain(t.Context()); left != 0 || err != nil {
				t.Fatal(left, err)
			}
			e.mustVerify()
			s := e.status(0)
			if b := s.Books; b.Accepted != 20 || b.Quarantined != map[bool]int{true: 1}[name == "poison"] || b.Delivered == 0 {
				t.Errorf("books %+v", b)
			}
		})
	}
}

func TestWhatIsQuarantinedIsToldAndGoesUpWhenSomebodySaysSo(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{plan: func(p *bridge.Plan) { p.Limits.Tries = 2 }})
	e.proxy.KillOn(func(f faultnet.Frame) bool { return f.Topic() == "$dp" })
	e.send(0, 1, points(1)[0])
	e.await(0, "quarantine", func(s bridge.DeviceStatus) bool { return s.Books.Quarantined == 1 })
	r := e.awaitRecord("quarantine", func(r *onenet.Record) bool { return strings.Contains(r.Text, "in quarantine") })
	if r.Kind != onenet.KindBridge || r.Topic != "$dp" {
		t.Errorf("the journal says %+v", r)
	}
	list, err := e.Inspect(t.Context(), onenet.UplinkQuery{Ref: e.devices[0], Dead: true})
	if err != nil || len(list) != 1 || list[0].Dead == "" {
		t.Fatalf("in quarantine: %+v, %v", list, err)
	}
	e.proxy.Mend()
	if n, err := e.Retry(t.Context(), e.devices[0], list[0].Seq); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	e.awaitDelivered(0, 1)
	e.mustVerify()
}

func TestWhatIsTooOldOrDroppedByAPersonIsTold(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(epoch)
	e := newEdge(t, setup{clock: now, plan: func(p *bridge.Plan) { p.Limits.Age = 10 * time.Minute }})
	if _, err := e.Pause(); err != nil {
		t.Fatal(err)
	}
	e.send(0, 1, points(1)[0])
	now.Advance(11 * time.Minute)
	e.send(0, 1, points(1)[0])
	if n, err := e.Drop(t.Context(), e.devices[0], queue.Pick{}); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	now.Advance(2 * time.Second)
	want := map[onenet.UplinkColumn]int64{onenet.UplinkDropAge: 1, onenet.UplinkDropPerson: 1}
	if d := cmp.Diff(want, e.status(0).Books.Dropped); d != "" {
		t.Errorf("dropped (-want +got):\n%s", d)
	}
	for _, why := range []string{"longer than it may", "somebody said so"} {
		e.awaitRecord(why, func(r *onenet.Record) bool { return r.Kind == onenet.KindBridge && strings.Contains(r.Text, why) })
	}
	e.mustVerify()
}

func TestAFullQueueThatDropsNothingRefusesWhatComes(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{plan: func(p *bridge.Plan) {
		p.Limits = queue.Limits{Device: queue.Bound{Entries: 2}, Policy: queue.Refuse}
	}})
	if _, err := e.Pause(); err != nil {
		t.Fatal(err)
	}
	for _, p := range points(2) {
		e.send(0, 1, p)
	}
	done := make(chan error, 1)
	e.submit(0, 1, points(1)[0], func(err error) { done <- err })
	if err := <-done; !errors.Is(err, onenet.ErrLimit) {
		t.Errorf("got %v", err)
	}
	e.awaitRecord("the refusal", func(r *onenet.Record) bool {
		return r.Kind == onenet.KindBridge && strings.Contains(r.Text, "not accepted")
	})
	e.mustVerify()
}

func TestCloseIsQuickWhateverTheCloudDoes(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{timing: func(t *bridge.Timing) { t.Write = time.Hour }})
	e.arrive(0)
	e.awaitState(0, bridge.Online)
	e.proxy.Silence(true)
	for _, p := range points(50) {
		e.send(0, 1, p)
	}
	began := clock.System().Now()
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if took := clock.System().Now().Sub(began); took > 2*bridge.Patience+time.Second {
		t.Errorf("closing took %s", took)
	}
	if b := e.status(0).Books; b.Waiting != 50 {
		t.Errorf("books %+v", b)
	}
	e.send(0, 1, points(1)[0]) // the doors may close after the bridge
	if b := e.status(0).Books; b.Waiting != 51 {
		t.Errorf("books %+v", b)
	}
	if _, err := e.Apply(t.Context(), e.Plan()); err == nil {
		t.Error("a closed bridge takes a plan")
	}
	if err := e.Reset(t.Context(), func() error { return nil }); err != nil {
		t.Errorf("a closed bridge hinders a reset: %v", err)
	}
	e.mustVerify()
}

// stubborn is a cloud that accepts logins and then takes nothing more.
func stubborn(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() })
			_, _ = c.Read(make([]byte, 100))
			_, _ = c.Write([]byte{0x20, 2, 0, 0})
		}
	}()
	return ln.Addr().String()
}

func TestACloudThatTakesNothingIsCutInTheEnd(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(e *edge) error{
		"by Close": func(e *edge) error { return e.Close() },
		"by Reset": func(e *edge) error { return e.Reset(e.t.Context(), func() error { return nil }) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEdge(t, setup{timing: func(t *bridge.Timing) { t.Write, t.Ack = time.Minute, time.Hour }, plan: func(p *bridge.Plan) {
				p.Addr, p.Presence = stubborn(t), bridge.Always
				p.Topics = []bridge.Route{{Direction: bridge.Up, Local: "x", QoS: 1}}
			}})
			for range 8 {
				e.publish(0, "x", 1, strings.Repeat("x", 3<<20))
			}
			e.awaitEver("the messages under way", func() bool { return e.status(0).Link.InFlight > 1 })
			began := clock.System().Now()
			if err := end(e); err != nil {
				t.Error(err)
			}
			if took := clock.System().Now().Sub(began); took > bridge.Patience+3*time.Second {
				t.Errorf("it took %s", took)
			}
			if b := e.status(0).Books; b.Waiting != 8 {
				t.Errorf("books %+v", b)
			}
			e.mustVerify()
		})
	}
}
