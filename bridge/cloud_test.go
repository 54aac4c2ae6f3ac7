package bridge_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// points are n payloads of $dp, {"n":0} and so on.
func points(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = string(onenettest.DP(fmt.Sprintf(`{"n":%d}`, i)))
	}
	return all
}

// stored is the value of each message that the cloud has got, in the order in which it got them.
func stored(t *testing.T, cloud *onenettest.Server, dev onenet.Device) (values []string) {
	t.Helper()
	for after := uint64(0); ; {
		records, lost := cloud.Platform().Journal().Read(after, 1<<10)
		if lost > 0 {
			t.Fatalf("the cloud's journal has forgotten %d records", lost)
		}
		if len(records) == 0 {
			return values
		}
		for _, r := range records {
			if r.Kind == onenet.KindData && r.Device == dev.ID {
				values = append(values, string(r.Points[0].Value))
			}
		}
		after = records[len(records)-1].Seq
	}
}

// cutter is a rule that ends connections at random moments, in every way there is.
func cutter(seed uint64, cuts, over int) faultnet.Rule {
	r := rand.New(rand.NewPCG(seed, 0))
	at := make([]int, cuts)
	for i := range at {
		at[i] = 1 + r.IntN(over)
	}
	slices.Sort(at)
	frames, standing := 0, false // a connection that is cut already cannot be cut again
	return func(f faultnet.Frame) faultnet.Verdict {
		switch f.Kind() {
		case faultnet.Connack:
			standing = true
			return faultnet.Pass
		case faultnet.Publish, faultnet.Puback:
			frames++
		default:
		}
		if len(at) == 0 || frames < at[0] || !standing {
			return faultnet.Pass
		}
		at, standing = at[1:], false
		how := []faultnet.Verdict{faultnet.Kill, faultnet.PassKill, faultnet.PassClose, faultnet.Kill, faultnet.Hush}
		return how[len(at)%len(how)]
	}
}

func TestNothingIsLostOverRandomCuts(t *testing.T) {
	t.Parallel()
	const messages, cuts, window = 2000, 20, 50
	q := newFakeQueue()
	q.add("$dp", 1, points(messages)...)
	r := newRig(t, q, func(c *bridge.Config) {
		c.Window, c.Keepalive = window, time.Second // what is silent shows after 1.25 s
	})
	r.proxy.Judge(cutter(731, cuts, 2*messages))
	r.Start()
	q.awaitEmpty(t)
	got, again := firsts(stored(t, r.cloud, r.dev))
	if d := cmp.Diff(numbers(messages), got); d != "" {
		t.Errorf("first arrivals (-want +got):\n%s", d)
	}
	s := r.Status()
	if again > cuts*window || again > s.Counts.Repeated {
		t.Errorf("%d arrived twice, of %d that were repeated; a cut may repeat %d", again, s.Counts.Repeated, window)
	}
	if s.Counts.Lost != cuts || s.Counts.HalfOpens != cuts/5 || s.Counts.Logins != cuts+1 || s.Counts.Quarantined != 0 {
		t.Errorf("counts %+v", s.Counts)
	}
	t.Logf("%d cuts, %d of them silent: 0 of %d lost, %d arrived twice", s.Counts.Lost, s.Counts.HalfOpens, messages, again)
}

// A cloud that is restarted a few times is no other client.
func TestACloudThatComesAndGoesIsNotAFightOverTheID(t *testing.T) {
	t.Parallel()
	r := newRig(t, newFakeQueue(), func(c *bridge.Config) { c.Timing.Strikes = 2 })
	r.Start()
	away := closedPort(t)
	_, n := r.awaitState(0, bridge.Online)
	for range 3 {
		r.proxy.Redirect(away)
		r.proxy.Cut(faultnet.Reset)
		_, n = r.awaitChange(n, "an attempt in vain", func(s bridge.Status) bool { return s.Trouble != nil && s.Trouble.Cause == bridge.CauseHungUp })
		r.proxy.Redirect(r.cloud.MQTTAddr())
		_, n = r.awaitState(n, bridge.Online)
	}
	if s := r.Status(); s.Counts.Evictions != 0 || s.Counts.Lost != 3 {
		t.Errorf("counts %+v", s.Counts)
	}
}

func TestAPoisonousMessageIsFoundAndTheRestGoesOn(t *testing.T) {
	t.Parallel()
	list := numbers(60)
	list[30], list[31] = "poison", "poison too"
	q := newFakeQueue(list...)
	q.tries = 4
	r := newRig(t, q, func(c *bridge.Config) { c.Timing.Strikes = 3 })
	a := watchArrivals(r.proxy, "up")
	r.proxy.KillOn(func(f faultnet.Frame) bool { return f.Topic() == "up" && f.Payload()[0] == 'p' })
	r.Start()
	q.awaitEmpty(t)
	acked, dead, died := q.snapshot()
	want := slices.Concat(numbers(60)[:30], numbers(60)[32:])
	if d := cmp.Diff(want, acked); d != "" {
		t.Errorf("acknowledged (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"poison", "poison too"}, dead); d != "" {
		t.Errorf("quarantined (-want +got):\n%s", d)
	}
	if d := cmp.Diff(map[string]int{"poison": 4, "poison too": 4}, died); d != "" {
		t.Errorf("blamed (-want +got):\n%s", d)
	}
	if got, _ := a.first(); !slices.Equal(got, list) {
		t.Errorf("sent %v", got)
	}
	if s := r.Status(); s.Counts.Quarantined != 2 || s.Counts.Evictions != 0 {
		t.Errorf("counts %+v", s.Counts)
	}
}

func TestAnUnacknowledgedMessageIsGivenUpAfterAWhile(t *testing.T) {
	t.Parallel()
	q := newFakeQueue("a", "swallowed", "b")
	q.tries = 2
	r := newRig(t, q, func(c *bridge.Config) { c.Timing.Ack, c.Window = 100*time.Millisecond, 1 })
	r.proxy.Judge(func(f faultnet.Frame) faultnet.Verdict {
		if string(f.Payload()) == "swallowed" {
			return faultnet.Drop
		}
		return faultnet.Pass
	})
	r.Start()
	q.awaitEmpty(t)
	acked, dead, _ := q.snapshot()
	if !slices.Equal(acked, []string{"a", "b"}) || !slices.Equal(dead, []string{"swallowed"}) {
		t.Errorf("acknowledged %q, quarantined %q", acked, dead)
	}
	r.awaitChange(0, "trouble", func(s bridge.Status) bool { return s.Trouble != nil && s.Trouble.Cause == bridge.CauseNoPuback })
	r.awaitChange(0, "the end of it", func(bridge.Status) bool { return r.Status().Trouble == nil })
}

func TestQoS0CountsAsDeliveredWhenItIsWritten(t *testing.T) {
	t.Parallel()
	q := newFakeQueue()
	q.add("$dp", 0, points(5)...)
	r := newRig(t, q, nil)
	r.proxy.DropAcks()
	r.Start()
	q.awaitEmpty(t)
	r.cloud.Wait(t, onenettest.Point(r.dev, "n", "4"))
	if s := r.Status(); s.Counts.Acked != 5 || !s.Proved.IsZero() {
		t.Errorf("%+v: what has no acknowledgement proves nothing", s)
	}
}

func TestAFaultOfTheQueueLosesNothing(t *testing.T) {
	t.Parallel()
	q := newFakeQueue()
	q.add("$dp", 1, points(10)...)
	q.breakWith(fmt.Errorf("disk full"))
	r := newRig(t, q, nil)
	r.Start()
	r.awaitChange(0, "trouble with the queue", func(s bridge.Status) bool { return s.Trouble != nil && s.Trouble.Cause == bridge.CauseQueue })
	q.breakWith(nil)
	q.awaitEmpty(t)
	if got, _ := firsts(stored(t, r.cloud, r.dev)); !slices.Equal(got, numbers(10)) {
		t.Errorf("the cloud has %v", got)
	}
}

func TestAStoppedLinkLeavesAsDevicesDo(t *testing.T) {
	t.Parallel()
	q := newFakeQueue()
	q.add("$dp", 1, points(100)...)
	r := newRig(t, q, nil)
	n := 0
	for range 3 {
		r.Start()
		_, n = r.awaitState(n, bridge.Online)
		r.Stop()
		_, n = r.awaitState(n, bridge.Idle)
	}
	r.Start()
	q.awaitEmpty(t)
	if got, again := firsts(stored(t, r.cloud, r.dev)); !slices.Equal(got, numbers(100)) || again != 0 {
		t.Errorf("the cloud has %v, %d twice", got, again)
	}
	if s := r.Status(); s.Counts.Lost != 0 || s.Counts.Repeated != 0 {
		t.Errorf("counts %+v", s.Counts)
	}
}
