package bridge_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

func TestAPlanIsChangedWithoutDroppingOtherLinks(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{devices: 4, plan: func(p *bridge.Plan) {
		p.Presence = bridge.Always
		p.Devices = p.Devices[:3]
	}})
	for i := range 3 {
		e.awaitState(i, bridge.Online)
	}
	p := e.Plan()
	p.LoginRate, p.Rate, p.TotalRate, p.Limits.Age, p.NoPack = 100, 50, 500, time.Hour, true
	p.Devices = []bridge.Device{e.device(0), e.device(1), e.device(3)}
	p.Devices[1].Topics = []bridge.Route{mustRoute(t, "down x")}
	got, err := e.Apply(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	rate := bridge.Changes{ // the rate is every device's
		Added: e.devices[3:], Removed: e.devices[2:3], Changed: e.devices[:2],
	}
	if d := cmp.Diff(rate, got); d != "" {
		t.Errorf("changes (-want +got):\n%s", d)
	}
	e.cloud.Wait(t, onenettest.Offline(e.there[2]))
	e.cloud.Wait(t, onenettest.Subscribed(e.there[1], "x"))
	e.awaitState(3, bridge.Online)
	if s := e.status(0); s.Link.Counts.Logins != 1 || s.Link.State != bridge.Online {
		t.Errorf("the first link did notice: %+v", s.Link)
	}
	if got, err = e.Apply(t.Context(), p); err != nil || got.Kept != 3 || len(got.Changed) != 0 {
		t.Errorf("the same again: %+v, %v", got, err)
	}
}

func TestRoutesUpAndPresenceChangeUnderALink(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(epoch)
	e := newEdge(t, setup{clock: now, plan: func(p *bridge.Plan) { p.Presence = bridge.Always }})
	e.awaitState(0, bridge.Online)
	if e.publish(0, "led", 1, "on") {
		t.Error("it goes up without a route")
	}
	d := e.device(0)
	d.Topics = []bridge.Route{mustRoute(t, "up led -> lamp")}
	if err := e.Put(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if !e.publish(0, "led", 1, "on") {
		t.Error("it stays here")
	}
	e.awaitDelivered(0, 1)
	d.Presence = bridge.Follow
	if err := e.Put(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if s := e.status(0); s.Link.Counts.Logins != 1 || s.Link.State != bridge.Online {
		t.Errorf("link %+v", s.Link)
	}
	now.Advance(bridge.Lingering)
	e.awaitState(0, bridge.Idle)
	e.mustVerify()
}

func TestWhatAnUnmappedDeviceHasWaitsForItsReturn(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{})
	if _, err := e.Pause(); err != nil {
		t.Fatal(err)
	}
	e.send(0, 1, points(1)[0])
	if err := e.Remove(t.Context(), e.devices[0]); err != nil {
		t.Fatal(err)
	}
	e.send(0, 1, points(2)[1]) // stays here
	if s := e.status(0); s.Mapped || s.Books.Waiting != 1 || s.Books.Accepted != 1 {
		t.Errorf("status %+v", s)
	}
	if err := e.Put(t.Context(), e.device(0)); err != nil {
		t.Fatal(err)
	}
	e.awaitDelivered(0, 1)
	if got := values(t, e.cloud, e.there[0]); len(got) != 1 || got[0] != "0" {
		t.Errorf("the cloud has %v", got)
	}
	e.mustVerify()
}

func TestADeviceThatIsDeletedTakesWhatItHadAlong(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(e *edge) error{
		"the device":  func(e *edge) error { return e.platform.RemoveDevice(e.t.Context(), e.devices[0]) },
		"the product": func(e *edge) error { return e.platform.RemoveProduct(e.t.Context(), localProduct) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEdge(t, setup{plan: func(p *bridge.Plan) { p.Presence = bridge.Always }})
			e.awaitState(0, bridge.Online)
			e.send(0, 1, points(1)[0])
			e.awaitDelivered(0, 1)
			e.proxy.DropAcks()
			e.send(0, 1, points(2)[1])
			if err := remove(e); err != nil {
				t.Fatal(err)
			}
			e.mustVerify()
			if s := e.status(0); s.Books.Accepted != 0 || s.Books.Waiting != 0 {
				t.Errorf("books %+v", s.Books)
			}
			e.proxy.Mend()
			b := e.content()
			if name == "the device" {
				b.AddProducts = nil
			}
			mustCommit(t, e.store, b)
			e.send(0, 0, points(3)[2]) // the same link goes on with the new device
			e.awaitDelivered(0, 1)
			if s := e.status(0); s.Books.Accepted != 1 {
				t.Errorf("books %+v", s.Books)
			}
			e.mustVerify()
		})
	}
}

func TestAResetEndsWhatIsUnderWayAndGoesOn(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]bool{"that succeeds": false, "that fails": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEdge(t, setup{plan: func(p *bridge.Plan) { p.Presence = bridge.Always }})
			e.awaitState(0, bridge.Online)
			e.proxy.DropAcks()
			for _, p := range points(5) {
				e.send(0, 1, p)
			}
			why := errors.New("the file is bad")
			err := e.platform.Reset(t.Context(), "reset", func(yield func(onenet.Batch, error) bool) {
				if s := e.status(0); s.Link.State != bridge.Idle {
					t.Errorf("meanwhile the link is %s", s.Link.State)
				}
				e.proxy.Mend()
				if fails {
					yield(onenet.Batch{}, why)
					return
				}
				yield(e.content(), nil)
			})
			want := 0
			if fails {
				if want = 5; !errors.Is(err, why) {
					t.Errorf("got %v", err)
				}
			} else if err != nil {
				t.Error(err)
			}
			e.mustVerify()
			if b := e.status(0).Books; b.Waiting+int(b.Delivered) != want || b.Accepted != int64(want) { // some are through by now
				t.Errorf("books %+v", b)
			}
			e.awaitState(0, bridge.Online)
			e.send(0, 1, points(6)[5])
			e.await(0, "the new message", func(s bridge.DeviceStatus) bool { return s.Books.Waiting == 0 && s.Books.Delivered > 0 })
			e.mustVerify()
		})
	}
}

func TestAContentThatIsLoadedBringsItsWaitsAlong(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(epoch)
	e := newEdge(t, setup{clock: now})
	ref := e.devices[0]
	content := e.content()
	content.PutCommands = []onenet.Command{{
		ID: "5b1e1c9e-6a3b-5d3f-8a51-0b2a4a9d3c11", Product: ref.Product, Device: ref.Device, Body: []byte("on"), Upstream: true, Rev: 1,
		State: onenet.CommandCreated, CreatedAt: epoch, ExpiresAt: epoch.Add(time.Minute),
	}}
	if err := e.platform.Reset(t.Context(), "loaded", onenet.Contents(content)); err != nil {
		t.Fatal(err)
	}
	now.Advance(time.Minute)
	e.awaitRecord("the end of the wait", func(r *onenet.Record) bool {
		return r.Kind == onenet.KindCommand && r.State == onenet.CommandSendFailed && strings.Contains(r.Text, "its time ran out")
	})
}

func TestAllFaultsOfAPlanAreToldTogether(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{devices: 3})
	e.awaitState(0, bridge.Idle)
	p := e.Plan()
	p.Rate, p.Presence, p.CommandWait, p.EchoWait, p.Keepalive = -1, "sometimes", 32*24*time.Hour, -1, 1500*time.Millisecond
	p.Devices[0].Login.Password = ""
	p.Devices[1].Login = p.Devices[2].Login
	p.Devices[2].Addr = strings.ToUpper(p.Addr)
	p.Devices = append(p.Devices, p.Devices[2])
	p.Topics = []bridge.Route{{Direction: bridge.Up, Local: "$dp"}, {Direction: bridge.Both, Local: "a", Cloud: "b"}, {Direction: bridge.Up, Local: "a", Cloud: "c"}, {Direction: bridge.Down, Local: "d", Cloud: "b"}}
	_, err := e.Apply(t.Context(), p)
	if !errors.Is(err, onenet.ErrInvalid) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{
		"rate", "sometimes", "command wait", "echo wait", "whole seconds", "password is empty", "as 100001/700000001 is", "on the plan twice",
		"$dp, commands and answers go over the bridge by themselves", `"a" goes up by two routes`, `"b" comes down by two routes`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("nothing about %q in\n%v", want, err)
		}
	}
	if err := e.Plan().Validate(); err != nil {
		t.Errorf("the old plan is in force no more: %v", err)
	}
	wild, long := e.device(0), e.device(0)
	wild.Login.Device = "7/#"
	wild.Topics = []bridge.Route{{Direction: bridge.Down, Local: "a", Cloud: "{device}/config"}}
	long.Topics = []bridge.Route{{Direction: bridge.Up, Local: strings.Repeat("x", onenet.MaxTopicName-len("{device}")) + "{device}"}}
	for what, d := range map[string]bridge.Device{"no wildcards": wild, "characters": long} {
		if err := e.Put(t.Context(), d); !errors.Is(err, onenet.ErrInvalid) || !strings.Contains(err.Error(), what) {
			t.Errorf("a topic that becomes wrong with the id: %v", err)
		}
	}
	d := e.device(0)
	d.Addr = "nowhere"
	if err := e.Put(t.Context(), d); !errors.Is(err, onenet.ErrInvalid) {
		t.Errorf("Put: %v", err)
	}
}

func TestADeviceMayTakeOverTheLoginOfOneThatGoes(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{devices: 2, plan: func(p *bridge.Plan) { p.Presence = bridge.Always; p.Devices = p.Devices[:1] }})
	e.awaitState(0, bridge.Online)
	p := e.Plan()
	p.Devices = []bridge.Device{{Ref: e.devices[1], Login: e.device(0).Login}}
	if _, err := e.Apply(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	s := e.awaitState(1, bridge.Online)
	if s.Link.Counts.Logins != 1 || s.Link.Counts.Lost != 0 {
		t.Errorf("link %+v", s.Link)
	}
}

func TestTheDoubleTellingOfPointsIsWarnedOf(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{devices: 2})
	p := e.Plan()
	p.Devices[0].Topics = []bridge.Route{mustRoute(t, "down temperature -> /"+string(e.there[1].ID)+"/temperature")}
	if _, err := e.Apply(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if w := e.Warnings(); len(w) != 1 || !strings.Contains(w[0], "twice") {
		t.Errorf("warnings %q", w)
	}
}
