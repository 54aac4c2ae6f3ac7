package bridgetest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/onenettest"
)

func TestHalfOpenShowsWithinOneAndAHalfKeepalives(t *testing.T) {
	t.Parallel()
	const keepalive = 4 * time.Second
	c := startChain(t, setup{plan: func(p *bridge.Plan) { p.Keepalive = keepalive }})
	p := c.pairs[0]
	c.awaitLink(t, p, bridge.Online)
	mark := c.edge.Mark()
	c.proxy.Silence(true)
	began := now()
	r := c.edge.WaitAfter(t, mark, p.link(bridge.HalfOpen))
	took := r.At.Sub(began)
	if most := keepalive * 3 / 2; took > most {
		t.Errorf("it took %s, want at most %s", took, most)
	}
	s := c.status(t, c.ref())
	if s.Link.Trouble == nil || s.Link.Trouble.Cause != bridge.CauseHalfOpen {
		t.Errorf("the trouble is %v", s.Link.Trouble)
	}
	c.proxy.Silence(false)
	c.awaitLink(t, p, bridge.Online)
	c.mustVerify(t)
	t.Logf("shown %s after the silence began, keepalive %s", took.Round(time.Millisecond), keepalive)
}

// TestHundredsOfDevicesReconnectAtTheRateOfLogins restarts the way to the cloud under 500 links.
func TestHundredsOfDevicesReconnectAtTheRateOfLogins(t *testing.T) {
	t.Parallel()
	const devices, rate = 500, 100
	began := now()
	c := startChain(t, setup{
		devices: devices, plan: func(p *bridge.Plan) { p.LoginRate = rate },
		cloud: []onenettest.Option{onenettest.WithConfig(quiet)}, edge: []onenettest.Option{onenettest.WithConfig(quiet)},
	})
	c.proxy.Await(t, "first logins", func(n faultnet.Counts) bool { return n.Down[faultnet.Connack] == devices })
	first := len(c.proxy.Counts().Logins)
	cut := now()
	c.proxy.Cut(faultnet.Reset)
	c.proxy.Await(t, "logins after the restart", func(n faultnet.Counts) bool { return n.Down[faultnet.Connack] >= 2*devices && n.Open == devices })
	logins := c.proxy.Counts().Logins
	mustKeepThePace(t, began, logins[:first], rate)
	mustKeepThePace(t, cut, logins[first:], rate)
	list, err := c.edge.Bridge().Status()
	if err != nil || len(list) != devices {
		t.Fatalf("%d devices, %v", len(list), err)
	}
	t.Logf("%d logins at the start and %d after the restart, rate %d: they took %s and %s", first, len(logins)-first, rate,
		logins[first-1].Sub(began).Round(time.Millisecond), logins[len(logins)-1].Sub(cut).Round(time.Millisecond))
	c.mustVerify(t)
}

// mustKeepThePace sees that nothing came before its turn, nor twice as much in a second as may: a machine that stands still for a while
// lets things come together that were sent in their turn.
func mustKeepThePace(t testing.TB, from time.Time, times []time.Time, rate int) {
	t.Helper()
	slices.SortFunc(times, time.Time.Compare)
	for i, at := range times {
		if turn := from.Add(time.Duration(i) * time.Second / time.Duration(rate)); at.Before(turn) {
			t.Errorf("number %d of %d came %s before its turn", i, len(times), turn.Sub(at))
			return
		}
	}
	if n := busiest(times, time.Second); n > 2*rate {
		t.Errorf("%d came within one second, the rate is %d", n, rate)
	}
}

// busiest is the highest number of times that lie within a span.
func busiest(times []time.Time, span time.Duration) (most int) {
	times = slices.SortedFunc(slices.Values(times), time.Time.Compare)
	from := 0
	for i, at := range times {
		for at.Sub(times[from]) >= span {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

// TestBusiestCounts shows that the test above can fail.
func TestBusiestCounts(t *testing.T) {
	t.Parallel()
	at := func(ms ...int) (list []time.Time) {
		for _, n := range ms {
			list = append(list, time.UnixMilli(int64(n)))
		}
		return list
	}
	if n := busiest(at(0, 2500, 500, 999, 1000, 1400), time.Second); n != 4 {
		t.Errorf("busiest second has %d, want 4: 500, 999, 1000 and 1400", n)
	}
}

func TestACloudThatIsRestartedIsDrainedInto(t *testing.T) {
	t.Parallel()
	c := startChain(t, setup{})
	p := c.pairs[0]
	b := c.mustBoard(t, p)
	c.awaitLink(t, p, bridge.Online)
	b.mustUpload(t, "n", 0, 10)
	c.mustDrain(t)
	c.proxy.Redirect("127.0.0.1:1") // nothing listens there
	c.proxy.Cut(faultnet.Reset)
	b.mustUpload(t, "n", 10, 50)
	c.proxy.Redirect(c.cloud.MQTTAddr())
	c.mustDrain(t)
	if got := kept(t, c.cloud, p.there, "n"); !slices.Equal(got, upTo(50)) {
		t.Errorf("the cloud has %v", got)
	}
}

func TestARefusedLoginSaysWhyAndLosesNothing(t *testing.T) {
	t.Parallel()
	c := startChain(t, setup{})
	p := c.pairs[0]
	c.awaitLink(t, p, bridge.Online)
	c.proxy.RefuseLogin(4)
	c.proxy.Cut(faultnet.Reset)
	status := c.awaitLink(t, p, bridge.Refused)
	if status.Link.Trouble == nil || status.Link.Trouble.Cause != bridge.CausePassword || status.Link.Trouble.Fix == "" {
		t.Errorf("the trouble is %v", status.Link.Trouble)
	}
	c.mustBoard(t, p).mustUpload(t, "n", 0, 5)
	if b := c.status(t, c.ref()).Books; b.Waiting != 5 {
		t.Errorf("books %+v, want 5 waiting", b)
	}
	c.mustVerify(t)
	c.proxy.Mend()
	c.mustDrain(t)
	if got := kept(t, c.cloud, p.there, "n"); !slices.Equal(got, upTo(5)) {
		t.Errorf("the cloud has %v", got)
	}
}

func TestAPoisonousMessageGoesIntoQuarantineAndTheRestGoesOn(t *testing.T) {
	t.Parallel()
	c := startChain(t, setup{plan: func(p *bridge.Plan) { p.NoPack, p.Limits.Tries = true, 3 }})
	p := c.pairs[0]
	c.proxy.KillOn(func(f faultnet.Frame) bool { return f.Topic() == "$dp" && slices.Contains(numbersOf(f), 13) })
	c.mustBoard(t, p).mustUpload(t, "n", 0, 30)
	c.await(t, "quarantine", func() bool { return c.status(t, c.ref()).Books.Quarantined == 1 })
	c.mustDrain(t)
	want := slices.Delete(upTo(30), 13, 14)
	if got := kept(t, c.cloud, p.there, "n"); !slices.Equal(slices.Compact(got), want) {
		t.Errorf("the cloud has %v", got)
	}
	if b := c.status(t, c.ref()).Books; b.Delivered != 29 || b.Quarantined != 1 {
		t.Errorf("books %+v", b)
	}
	c.proxy.Mend()
	if n, err := c.edge.Bridge().Retry(t.Context(), c.ref()); n != 1 || err != nil {
		t.Fatalf("retried %d, %v", n, err)
	}
	c.mustDrain(t)
	if got := kept(t, c.cloud, p.there, "n"); !slices.Contains(got, 13) {
		t.Errorf("after the retry the cloud has %v", got)
	}
}
