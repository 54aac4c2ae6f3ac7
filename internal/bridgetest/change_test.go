package bridgetest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/onenet"
)

// TestOneFailingDeviceDoesNotSlowTheOthers has one device whose login is refused and one whose messages kill the connection, beside a third.
func TestOneFailingDeviceDoesNotSlowTheOthers(t *testing.T) {
	t.Parallel()
	c := startChain(t, setup{devices: 3, plan: func(p *bridge.Plan) {
		p.Devices[0].Login.Password, p.NoPack, p.Limits.Tries = "wrong", true, -1
	}})
	refused, poisoned, well := c.pairs[0], c.pairs[1], c.pairs[2]
	c.proxy.KillOn(func(f faultnet.Frame) bool { return containsStream(f, "poison") })
	c.awaitLink(t, refused, bridge.Refused)
	c.mustBoard(t, refused).mustUpload(t, "n", 0, 100)
	c.mustBoard(t, poisoned).mustUpload(t, "poison", 0, 100)
	b := c.mustBoard(t, well)
	b.mustUpload(t, "n", 0, 200)
	c.await(t, "delivery of the device that is well", func() bool { return c.status(t, well.here.Ref()).Books.Delivered == 200 })
	if got := kept(t, c.cloud, well.there, "n"); !slices.Equal(got, upTo(200)) {
		t.Errorf("the cloud has %d of 200 messages", len(got))
	}
	for _, p := range c.pairs[:2] {
		if s := c.status(t, p.here.Ref()); s.Books.Waiting != 100 {
			t.Errorf("%s: books %+v, want 100 waiting", p.here.ID, s.Books)
		}
	}
	if s := c.status(t, well.here.Ref()).Link.Counts; s.Lost != 0 || s.Logins != 1 {
		t.Errorf("the link of the device that is well: %+v", s)
	}
	c.mustVerify(t)
}

// TestAPlanIsChangedWhileMessagesFlow takes a device off and puts it on again, over and over; the other one does not notice.
func TestAPlanIsChangedWhileMessagesFlow(t *testing.T) {
	t.Parallel()
	c := startChain(t, setup{devices: 2, plan: func(p *bridge.Plan) { p.NoPack = true }})
	changed, steady := c.pairs[0], c.pairs[1]
	a, b := c.mustBoard(t, changed), c.mustBoard(t, steady)
	c.awaitLink(t, changed, bridge.Online)
	c.awaitLink(t, steady, bridge.Online)
	const rounds, each = 6, 20
	for i := range rounds {
		a.mustUpload(t, "n", i*each, (i+1)*each)
		b.mustUpload(t, "n", i*each, (i+1)*each)
		plan := c.edge.Bridge().Plan()
		plan.Window, plan.Devices = 20, slices.Clone(plan.Devices)
		plan.Devices[0].Topics = []bridge.Route{mustRoute(t, "up log")}
		if i%2 == 1 {
			plan.Devices[0].Topics = nil
		}
		if _, err := c.edge.Bridge().Apply(t.Context(), plan); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.edge.Bridge().Remove(t.Context(), changed.here.Ref()); err != nil {
		t.Fatal(err)
	}
	a.mustUpload(t, "local", 0, 1) // stays here
	if err := c.edge.Bridge().Put(t.Context(), changed.device()); err != nil {
		t.Fatal(err)
	}
	c.mustDrain(t)
	for _, p := range c.pairs {
		order, _ := firsts(received(t, c.cloud, p.there, "n"))
		if !slices.Equal(order, upTo(rounds*each)) {
			t.Errorf("%s: the cloud has %v", p.here.ID, order)
		}
		all := kept(t, c.cloud, p.there, "n")
		if d := cmp.Diff(upTo(rounds*each), slices.Compact(all)); d != "" {
			t.Errorf("%s: the cloud has (-want +got):\n%s", p.here.ID, d)
		}
	}
	if got := kept(t, c.cloud, changed.there, "local"); len(got) > 0 {
		t.Error("what was sent while the device was off the bridge has gone up")
	}
	if s := c.status(t, steady.here.Ref()).Link.Counts; s.Logins != 1 || s.Lost != 0 {
		t.Errorf("the other link noticed: %+v", s)
	}
}

// TestAResetLeavesNothingOfBeforeForTheCloud resets the platform while messages wait and others are under way.
func TestAResetLeavesNothingOfBeforeForTheCloud(t *testing.T) {
	t.Parallel()
	c := startChain(t, setup{})
	p := c.pairs[0]
	c.awaitLink(t, p, bridge.Online)
	c.away()
	c.mustBoard(t, p).mustUpload(t, "before", 0, 30)
	c.edge.Reset(t)
	if b := c.status(t, c.ref()).Books; b.Accepted != 0 || b.Waiting != 0 {
		t.Errorf("books %+v after the reset, want none", b)
	}
	c.mustVerify(t)
	c.back()
	c.mustBoard(t, p).mustUpload(t, "n", 0, 10)
	c.mustDrain(t)
	c.mustHave(t, "n", 10)
	if got := kept(t, c.cloud, p.there, "before"); len(got) > 0 {
		t.Errorf("of before the cloud has %v", got)
	}
}

// TestADeletedDeviceTakesItsQueueWithIt deletes a device whose messages wait.
func TestADeletedDeviceTakesItsQueueWithIt(t *testing.T) {
	t.Parallel()
	c := startBeforeNothing(t, setup{devices: 2})
	gone, stays := c.pairs[0], c.pairs[1]
	for _, p := range c.pairs {
		c.mustBoard(t, p).mustUpload(t, "n", 0, 10)
	}
	if err := c.edge.Platform().RemoveDevice(t.Context(), gone.here.Ref()); err != nil {
		t.Fatal(err)
	}
	c.mustVerify(t)
	c.back()
	c.mustDrain(t)
	if got := kept(t, c.cloud, gone.there, "n"); len(got) > 0 {
		t.Errorf("of the deleted device the cloud has %v", got)
	}
	if got := kept(t, c.cloud, stays.there, "n"); !slices.Equal(got, upTo(10)) {
		t.Errorf("of the other the cloud has %v", got)
	}
}

// TestASlowWayLosesNothing puts a tenth of a second between the edge and the cloud.
func TestASlowWayLosesNothing(t *testing.T) {
	t.Parallel()
	c := startChain(t, setup{plan: func(p *bridge.Plan) { p.NoPack, p.Window = true, 100 }})
	c.proxy.Delay(100 * time.Millisecond)
	c.mustBoard(t, c.pairs[0]).mustUpload(t, "n", 0, 400)
	c.mustDrain(t)
	c.mustHave(t, "n", 400)
	if s := c.status(t, c.ref()).Link.Counts; s.Repeated != 0 {
		t.Errorf("counts %+v, want nothing repeated", s)
	}
}

// TestTwoClientsWithOneIDAreFoundOutAndNothingIsLost lets the board itself log in to the cloud, with the id that the bridge has there.
func TestTwoClientsWithOneIDAreFoundOutAndNothingIsLost(t *testing.T) {
	t.Parallel()
	timing := quick()
	timing.Strikes, timing.StrikeTime, timing.Early = 3, time.Minute, 30*time.Second
	timing.Evicted, timing.EvictedMost = 20*time.Millisecond, 100*time.Millisecond
	c := startChain(t, setup{timing: timing})
	p := c.pairs[0]
	b := c.mustBoard(t, p)
	var rival *board
	for i := range 3 {
		// The state may tell of the fight already, and go on doing so for a while after a login.
		c.await(t, "next login", func() bool { return c.status(t, c.ref()).Link.Counts.Logins > i })
		rival = mustBoardAt(t, c.cloud.MQTTAddr(), onenet.Device{Product: p.there.Product, ID: p.there.ID, AuthInfo: p.there.AuthInfo})
	}
	s := c.awaitLink(t, p, bridge.Evicted)
	if s.Link.Trouble == nil || s.Link.Trouble.Cause != bridge.CauseEvicted || s.Link.Trouble.Fix == "" {
		t.Errorf("the trouble is %v", s.Link.Trouble)
	}
	b.mustUpload(t, "late", 0, 20)
	rival.leave()
	c.mustDrain(t)
	if got := kept(t, c.cloud, p.there, "late"); len(slices.Compact(got)) != 20 {
		t.Errorf("the cloud has %v", got)
	}
}
