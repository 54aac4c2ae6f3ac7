package bridge_test

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

func TestAPacerLetsSoManyThroughInASecond(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		burst int
		at    []time.Duration // when the turns are, from the first call on
	}{
		{1, []time.Duration{0, 100, 200, 300, 400}},
		{3, []time.Duration{0, 0, 0, 100, 200}},
	} {
		t.Run(fmt.Sprintf("burst %d", c.burst), func(t *testing.T) {
			t.Parallel()
			k := clock.NewManual(epoch)
			p := bridge.NewPacer(k, 10, c.burst)
			for i, want := range c.at {
				if got := p.Reserve(k.Now()).Sub(epoch); max(got, 0) != want*time.Millisecond {
					t.Errorf("turn %d comes after %s, want %d ms", i, got, want)
				}
			}
		})
	}
}

func TestWhoWaitsForHisTurnCanLeave(t *testing.T) {
	t.Parallel()
	k := clock.NewManual(epoch)
	p := bridge.NewPacer(k, 1, 1)
	stop := make(chan struct{})
	close(stop)
	if !p.Wait(nil) || p.Wait(stop) {
		t.Error("want the first through, and the second not")
	}
	var none *bridge.Pacer
	if !none.Wait(stop) {
		t.Error("no pacer holds nobody up")
	}
}

func TestABackoffDoublesWithJitter(t *testing.T) {
	t.Parallel()
	var all [][]time.Duration
	for seed := range uint64(2) {
		waits := bridge.Waits(seed, time.Second, 5*time.Second, 6)
		for i, base := range []time.Duration{1, 2, 4, 5, 5, 5} {
			if w := waits[i]; w < base*time.Second/2 || w > base*time.Second {
				t.Errorf("wait %d is %s, want from half of %d s on", i, w, base)
			}
		}
		all = append(all, waits)
	}
	if slices.Equal(all[0], all[1]) || !slices.Equal(all[0], bridge.Waits(0, time.Second, 5*time.Second, 6)) {
		t.Error("the seed does not decide the jitter")
	}
}

func TestARateHoldsOneDeviceAndAllOfThem(t *testing.T) {
	t.Parallel()
	for name, with := range map[string]func(*bridge.Config, *bridge.Pacer){
		"one":    func(c *bridge.Config, p *bridge.Pacer) { c.Rate = p },
		"of all": func(c *bridge.Config, p *bridge.Pacer) { c.Total = p },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := clock.NewManual(epoch)
			q := newFakeQueue(numbers(10)...)
			r := newRig(t, q, func(c *bridge.Config) {
				with(c, bridge.NewPacer(k, 1, 1))
				c.Clock, c.Keepalive, c.Timing.Ack = k, 0, time.Hour
			})
			r.Start()
			for sent := 1; sent <= 10; sent++ {
				q.await(t, "message", func(_, acked, _ int) bool { return acked >= sent })
				if got := r.Status().Counts.Sent; got > 1+int(k.Now().Sub(epoch)/time.Second) {
					t.Fatalf("%d messages were sent in %s", got, k.Now().Sub(epoch))
				}
				r.advanceUntil(k, 10*time.Millisecond, func(s bridge.Status) bool { return s.Counts.Sent > sent || sent == 10 })
			}
		})
	}
}

func TestAMessageThatWaitsForItsTurnTellsTheTimeWhenItIsNotFreshAnyMore(t *testing.T) {
	t.Parallel()
	k := clock.NewManual(epoch)
	q := newFakeQueue()
	for i := range int64(2) {
		q.waiting = append(q.waiting, bridge.Message{
			Entries: []int64{i + 1}, Topic: "up", QoS: 1, Payload: []byte("now"),
			Until: epoch.Add(time.Second), Aged: func() []byte { return []byte("as of then") },
		})
	}
	r := newRig(t, q, func(c *bridge.Config) {
		c.Rate, c.Clock, c.Keepalive, c.Timing.Ack = bridge.NewPacer(k, 0.5, 1), k, 0, time.Hour
	})
	seen := watchArrivals(r.proxy, "up")
	r.Start()
	q.await(t, "message", func(_, acked, _ int) bool { return acked == 1 })
	r.advanceUntil(k, 10*time.Millisecond, func(s bridge.Status) bool { return s.Counts.Acked == 2 })
	seen.mu.Lock()
	defer seen.mu.Unlock()
	if d := cmp.Diff([]string{"now", "as of then"}, seen.list); d != "" {
		t.Errorf("what went up (-want +got):\n%s", d)
	}
}

func TestNoConnectionDiesOfAMessageThatWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	k := clock.NewManual(epoch)
	pacer := bridge.NewPacer(k, 1, 1)
	pacer.Wait(nil) // the next turn comes in a second, which never passes
	q := newFakeQueue("x")
	r := newRig(t, q, func(c *bridge.Config) { c.Rate = pacer })
	r.Start()
	const cuts = 10
	for n := range cuts {
		r.awaitChange(0, "a login", func(s bridge.Status) bool { return s.Linked && s.Counts.Logins == n+1 })
		for end := clock.System().Now().Add(onenettest.Patience); !pacer.Behind().Equal(epoch.Add(2 * time.Second)); runtime.Gosched() {
			if clock.System().Now().After(end) {
				t.Fatal("the message does not come to wait for its turn")
			}
		}
		if s := r.Status(); s.InFlight != 0 {
			t.Errorf("%d messages are under way, and none has left", s.InFlight)
		}
		r.proxy.Cut(faultnet.Reset)
		r.awaitChange(0, "the loss", func(s bridge.Status) bool { return s.Counts.Lost == n+1 })
	}
	if _, _, died := q.snapshot(); len(died) != 0 {
		t.Errorf("blamed: %v", died)
	}
}

// What an upstream's restart must not cause: NanoMQ 2432, EMQX 15538.
func TestManyLinksComeBackAtTheRateOfLogins(t *testing.T) {
	t.Parallel()
	const links, perSecond = 200, 200
	cloud := onenettest.Start(t)
	p := faultnet.Start(t, cloud.MQTTAddr())
	pacer := bridge.NewPacer(clock.System(), perSecond, 1)
	var all []*bridge.Link
	var queues []*fakeQueue
	for i := range links {
		q := newFakeQueue("hello")
		c := linkConfig(p.Addr(), cloud.Device(t), q)
		c.Logins, c.Seed = pacer, uint64(i)
		c.Ref.Device = onenet.DeviceID(fmt.Sprintf("board %d", i))
		l, err := bridge.New(c)
		if err != nil {
			t.Fatal(err)
		}
		l.Start()
		all, queues = append(all, l), append(queues, q)
	}
	t.Cleanup(func() {
		var work sync.WaitGroup
		for _, l := range all {
			work.Go(l.Close)
		}
		work.Wait()
	})
	for _, q := range queues {
		q.awaitEmpty(t)
	}
	p.Cut(faultnet.Reset)
	for _, q := range queues {
		q.add("up", 1, "again")
	}
	for _, q := range queues {
		q.awaitEmpty(t)
	}
	logins := p.Counts().Logins
	if len(logins) != 2*links {
		t.Errorf("%d logins, want %d", len(logins), 2*links)
	}
	const late = 500 * time.Millisecond // by which the first of them may have been held up
	for _, phase := range [][]time.Time{logins[:links], logins[links:]} {
		for i, at := range phase {
			if soonest := time.Duration(i) * time.Second / perSecond; at.Sub(phase[0]) < soonest-late {
				t.Fatalf("login %d came %s after the first, want %s at the soonest", i, at.Sub(phase[0]), soonest)
			}
		}
	}
}
