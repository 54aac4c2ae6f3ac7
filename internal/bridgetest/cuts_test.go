package bridgetest_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/onenet"
)

// scissors is a rule that ends connections at random moments, in every way there is: with a reset before a frame, with a reset or a
// FIN behind one, and by silence. Between two cuts there is a login, and one to most frames of messages and acknowledgements.
func scissors(seed uint64, cuts, most int) faultnet.Rule {
	r := rand.New(rand.NewPCG(seed, 0))
	how := []faultnet.Verdict{faultnet.Kill, faultnet.PassKill, faultnet.PassClose, faultnet.Hush, faultnet.Kill}
	fresh, left := false, 1+r.IntN(most)
	return func(f faultnet.Frame) faultnet.Verdict {
		switch f.Kind() {
		case faultnet.Connack:
			fresh = true
			return faultnet.Pass
		case faultnet.Publish, faultnet.Puback:
		default:
			return faultnet.Pass
		}
		if left--; left > 0 || !fresh || cuts == 0 {
			return faultnet.Pass
		}
		cuts, fresh, left = cuts-1, false, 1+r.IntN(most)
		return how[cuts%len(how)]
	}
}

// auditor sees that the books balance after every change of a link, until it is stopped.
func (c *chain) auditor(t testing.TB) (stop func() (looks int)) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	looks := 0
	wg.Go(func() {
		j := c.edge.Platform().Journal()
		for after := j.Last(); j.Wait(ctx, after) == nil; {
			records, _ := j.Read(after, 256)
			after = records[len(records)-1].Seq
			if !slices.ContainsFunc(records, func(r *onenet.Record) bool { return r.Kind == onenet.KindBridge && r.Link != "" }) {
				continue
			}
			looks++
			if err := c.balanced(); err != nil {
				t.Errorf("after a fault: %v", err)
			}
		}
	})
	return sync.OnceValue(func() int {
		cancel()
		wg.Wait()
		return looks
	})
}

// TestNothingIsLostOverCuts uploads from several devices over a way that is cut again and again: while the backlog of an outage drains,
// and while messages come as fast as the edge takes them.
func TestNothingIsLostOverCuts(t *testing.T) {
	t.Parallel()
	for name, noPack := range map[string]bool{"each message for itself": true, "packed": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testCuts(t, noPack)
		})
	}
}

func testCuts(t *testing.T, noPack bool) {
	t.Helper()
	const devices, window = 4, 20
	messages, cuts := number(t, "BRIDGETEST_MESSAGES", 1000), number(t, "BRIDGETEST_CUTS", 8)
	c := startChain(t, setup{devices: devices, plan: func(p *bridge.Plan) {
		p.NoPack, p.Window, p.Keepalive = noPack, window, time.Second // what is silent shows after 1.25 s
		p.Limits.Tries = -1                                           // so many cuts on so few messages look like a message's fault
	}})
	frames := max(1, messages/cuts/4) // while what fell silent is found out, the others go on and nothing is cut
	if !noPack {
		frames = 3 // there are few, and how few is a matter of speed
	}
	var arrived arrivals
	c.proxy.Judge(arrived.under(scissors(seed(t, 731), cuts, frames)))
	stop := c.auditor(t)
	defer stop()
	c.uploadAll(t, messages/devices)
	c.mustDrain(t)
	again, repeated, lost, silent := 0, 0, 0, 0
	for _, p := range c.pairs {
		want := upTo(messages / devices)
		first, n := firsts(arrived.of(string(p.here.ID)))
		if d := cmp.Diff(want, first); d != "" {
			t.Errorf("first arrivals of %s (-want +got):\n%s", p.here.ID, d)
		}
		again += n
		got := kept(t, c.cloud, p.there, string(p.here.ID))
		if d := cmp.Diff(want, slices.Compact(got)); d != "" {
			t.Errorf("the cloud has of %s (-want +got):\n%s", p.here.ID, d)
		}
		s := c.status(t, p.here.Ref())
		repeated, lost, silent = repeated+s.Link.Counts.Repeated, lost+s.Link.Counts.Lost, silent+s.Link.Counts.HalfOpens
		if s.Books.Delivered != int64(messages/devices) || len(s.Books.Dropped) > 0 {
			t.Errorf("books %+v, want %d delivered", s.Books, messages/devices)
		}
	}
	if noPack && (again > cuts*window || again > repeated) {
		t.Errorf("%d arrived twice, of %d that were repeated; a cut may repeat %d", again, repeated, window)
	}
	if lost > cuts || noPack && lost < cuts || lost < cuts/2 { // packed there may be too few messages for all of them
		t.Errorf("%d connections were lost, want %d cuts", lost, cuts)
	}
	t.Logf("%d cuts, %d of them silent, books looked at %d times: 0 of %d lost, in order, %d points arrived twice (%d messages repeated)",
		lost, silent, stop(), messages, again, repeated)
}

// uploadAll uploads n messages of each device, half of them while the links are paused. The devices take turns.
func (c *chain) uploadAll(t *testing.T, n int) {
	t.Helper()
	if _, err := c.edge.Bridge().Pause(); err != nil {
		t.Fatal(err)
	}
	boards := make([]*board, len(c.pairs))
	for i, p := range c.pairs {
		boards[i] = c.mustBoard(t, p)
		boards[i].mustUpload(t, string(p.here.ID), 0, n/2)
	}
	if _, err := c.edge.Bridge().Resume(); err != nil {
		t.Fatal(err)
	}
	const turn = 25
	for from := n / 2; from < n; from += turn {
		for i, p := range c.pairs {
			boards[i].mustUpload(t, string(p.here.ID), from, min(from+turn, n))
		}
	}
}
