package bridge_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/onenettest"
)

func TestPresenceFollowsTheDevice(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(epoch)
	e := newEdge(t, setup{clock: now})
	e.cloudIs(0, false)
	first := e.arrive(0)
	e.awaitState(0, bridge.Online)
	e.leave(0, first)
	now.Advance(bridge.Lingering - time.Millisecond)
	second := e.arrive(0)
	now.Advance(time.Hour / 60)
	if s := e.status(0); s.Link.State != bridge.Online || s.Link.Counts.Logins != 1 {
		t.Errorf("a quick reconnect made the link %+v", s.Link)
	}
	e.leave(0, second)
	now.Advance(bridge.Lingering)
	e.awaitState(0, bridge.Idle)
	e.cloud.Wait(t, onenettest.Offline(e.there[0]))
	e.cloudIs(0, false)
	e.mustVerify()
}

func (e *edge) cloudIs(i int, online bool) {
	e.t.Helper()
	if got := e.cloud.Platform().Presence(e.there[i].Ref()).Online; got != online {
		e.t.Errorf("the cloud sees the device %v, want %v", got, online)
	}
}

func TestPresenceLastsUntilTheQueueIsEmpty(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(epoch)
	e := newEdge(t, setup{clock: now})
	session := e.arrive(0)
	e.awaitState(0, bridge.Online)
	release := e.holdAcks()
	e.send(0, 1, points(1)[0])
	e.proxy.Await(t, "the message", func(n faultnet.Counts) bool { return n.Topics["$dp"] == 1 })
	e.leave(0, session)
	now.Advance(10 * bridge.Lingering)
	if s := e.status(0); s.Link.State != bridge.Online || s.Books.Waiting != 1 {
		t.Errorf("with a message under way the link is %s, %d wait", s.Link.State, s.Books.Waiting)
	}
	release()
	e.awaitDelivered(0, 1)
	now.Advance(bridge.Lingering)
	e.awaitState(0, bridge.Idle)
	e.mustVerify()
}

// holdAcks keeps PUBACKs back by cutting what would bring them, until release.
func (e *edge) holdAcks() (release func()) {
	e.proxy.DropAcks()
	return func() {
		e.proxy.Mend()
		e.proxy.Cut(faultnet.Reset)
		e.await(0, "back-off", func(s bridge.DeviceStatus) bool { return !s.Link.Linked })
		if _, err := e.Resume(); err != nil {
			e.t.Error(err)
		}
	}
}

func TestPresenceAlwaysNeedsNoDevice(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{devices: 2, plan: func(p *bridge.Plan) { p.Devices[0].Presence = bridge.Always }})
	e.awaitState(0, bridge.Online)
	e.cloud.Wait(t, onenettest.Online(e.there[0]))
	if s := e.status(1); s.Link.State != bridge.Idle || s.Here {
		t.Errorf("the other is %+v", s)
	}
}

func TestAPauseBeatsAllAndDrainBeatsPresence(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{})
	if n, err := e.Pause(); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	session := e.arrive(0)
	e.awaitState(0, bridge.Paused)
	for _, p := range points(10) {
		e.send(0, 1, p)
	}
	e.leave(0, session)
	if left, err := e.Drain(t.Context()); left != 10 || err != nil {
		t.Errorf("a paused link drains: %d left, %v", left, err)
	}
	d := e.device(0)
	d.Presence = bridge.Always
	if err := e.Put(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if s := e.status(0); s.Link.State != bridge.Paused || s.Books.Waiting != 10 {
		t.Errorf("after Put: %s, %d wait", s.Link.State, s.Books.Waiting)
	}
	if _, err := e.Resume(e.devices[0]); err != nil {
		t.Fatal(err)
	}
	if left, err := e.Drain(t.Context(), e.devices[0]); left != 0 || err != nil {
		t.Errorf("%d left, %v", left, err)
	}
	if s := e.status(0); s.Books.Delivered != 10 {
		t.Errorf("books %+v", s.Books)
	}
	e.mustVerify()
}

func TestDrainBringsADeviceOnLineAndSaysWhatIsLeft(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{plan: func(p *bridge.Plan) { p.Limits = queue.Limits{KeepQoS0: true} }})
	e.proxy.RefuseLogin(4)
	e.send(0, 0, points(1)[0])
	ctx, cancel := context.WithCancel(t.Context())
	e.awaitState(0, bridge.Refused)
	cancel()
	if left, err := e.Drain(ctx); left != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d left, %v", left, err)
	}
	e.proxy.RefuseLogin(0)
	if _, err := e.Resume(); err != nil { // or it comes in half a minute
		t.Fatal(err)
	}
	if left, err := e.Drain(t.Context()); left != 0 || err != nil {
		t.Errorf("%d left, %v", left, err)
	}
	e.mustVerify()
}

// A cloud that finds half a login and its end may end the session of the next.
func TestALinkDoesNotLeaveInTheMiddleOfALogin(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(epoch)
	e := newEdge(t, setup{clock: now})
	e.proxy.Delay(200 * time.Millisecond)
	session := e.arrive(0)
	e.proxy.Await(t, "the login", func(n faultnet.Counts) bool { return len(n.Logins) == 1 })
	e.leave(0, session)
	now.Advance(bridge.Lingering)
	s := e.await(0, "the end", func(s bridge.DeviceStatus) bool { return s.Link.State == bridge.Idle })
	if s.Link.Counts.Logins != 1 || s.Link.Counts.Attempts != 1 {
		t.Errorf("counts %+v", s.Link.Counts)
	}
}
