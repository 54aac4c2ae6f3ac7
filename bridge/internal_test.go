package bridge

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

func TestTheMeterLooksBackTenSeconds(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	var m meter
	step := func(d time.Duration, n int, want float64) {
		t.Helper()
		now = now.Add(d)
		m.add(n, now)
		if got := m.rate(now); got != want {
			t.Errorf("at %s: %v a second, want %v", now.UTC().Format(time.TimeOnly), got, want)
		}
	}
	step(0, 10, 1)
	step(500*time.Millisecond, 10, 2)
	step(9*time.Second, 30, 5)
	step(time.Second, 0, 3)
	step(8*time.Second, 0, 3)
	step(time.Second, 0, 0)
	step(time.Hour, 20, 2)
	step(-30*time.Minute, 5, 0.5) // somebody has set the clock back
}

func TestANewRateCountsAtOnceForThoseWhoWait(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(time.Unix(0, 0))
	p := NewPacer(now, 0, 1)
	for range 100 {
		if !p.Wait(nil) {
			t.Fatal("no limit, and it waits")
		}
	}
	p.Set(0.001)
	p.Wait(nil)
	waits := make(chan bool)
	go func() { waits <- p.Wait(nil) }()
	next := func() time.Time {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.next
	}
	for next().Before(time.Unix(0, 0).Add(2000 * time.Second)) { // until it has a turn
		runtime.Gosched()
	}
	p.Set(0)
	if !<-waits {
		t.Error("it was stopped")
	}
}

func TestWhoLeavesGivesHisTurnBack(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(time.Unix(0, 0))
	p := NewPacer(now, 1, 1)
	stop := make(chan struct{})
	close(stop)
	turn := func() int { return int(p.reserveLocked(now.Now()).Unix()) }
	if turn() != 0 {
		t.Fatal("the first waits")
	}
	for range 10 { // a link whose connections end before it may send anything
		if p.Wait(stop) {
			t.Fatal("it was stopped, and went through")
		}
	}
	if got := turn(); got != 1 {
		t.Errorf("the second comes after %d s, want 1", got)
	}
	two, three := p.reserveLocked(now.Now()), p.reserveLocked(now.Now())
	p.giveBack(two, p.changed)
	if got := []int{turn(), turn()}; got[0] != 2 || got[1] != 4 {
		t.Errorf("with 2 given back and 3 taken the next turns are %v", got)
	}
	p.giveBack(two, p.changed)
	p.giveBack(three, p.changed)
	p.giveBack(time.Unix(4, 0), p.changed)
	now.Advance(3 * time.Second)
	if got := turn(); got != 3 || len(p.left) != 0 {
		t.Errorf("after 3 s the next turn is %d, and %v are left", got, p.left)
	}
	p.giveBack(time.Unix(3, 0), p.changed)
	p.giveBack(time.Unix(4, 0), make(chan struct{}))
	if len(p.left) != 0 {
		t.Errorf("%v are left, of what is over or of another rate", p.left)
	}
}

func TestTheEchoesThatAreExpectedAreBounded(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	var e echoes
	from := &post{}
	key := func(i int) echoKey { return keyOfEcho("x", fmt.Append(nil, i)) }
	for i := range 2 * mostEchoes {
		e.expect(key(i), echo{from, int64(i), now.Add(time.Duration(i+1) * time.Second)}, now)
	}
	if e.n != mostEchoes || e.take(key(0), now) || !e.take(key(2*mostEchoes-1), now) {
		t.Errorf("%d are expected", e.n)
	}
	late := now.Add(2 * mostEchoes * time.Second)
	e.expect(key(0), echo{from, 1, late.Add(time.Second)}, late)
	e.expect(key(0), echo{from, 2, late.Add(time.Second)}, late)
	if e.n != 2 { // there was no room, and what was too late made it
		t.Errorf("%d are expected", e.n)
	}
	e.settle(key(0), from, 1, late.Add(time.Millisecond))
	if !e.take(key(0), late) || e.take(key(1), late) || len(e.byKey[key(0)]) != 1 || e.byKey[key(0)][0].seq != 2 {
		t.Errorf("after one copy: %+v", e.byKey)
	}
	e.lost(from, late)
	if e.take(key(0), late) {
		t.Error("a copy is expected of a connection that ended long ago")
	}
}

// A queue that is told late of an end takes what is under way on the next connection for lost.
func TestOfAnEndedConnectionNobodySpeaksButWhoEndedIt(t *testing.T) {
	t.Parallel()
	var told []Status
	l := &Link{config: Config{Changed: func(s Status) { told = append(told, s) }}.withDefaults()}
	l.subscribed(&line{}, []string{"late"})
	if len(told) != 0 || l.status.Refused != nil {
		t.Errorf("of a line that is gone: %+v", told)
	}
	l.tell(&Status{Linked: true}) // by who saw a line that is gone meanwhile
	if len(told) != 1 || !told[0].Linked {
		t.Errorf("told %+v", told)
	}
}

func TestTwoMessagesWithOneKeyTakeTopicAndPayload(t *testing.T) {
	t.Parallel()
	if keyOfEcho("a", []byte("bc")) == keyOfEcho("ab", []byte("c")) {
		t.Error("a topic runs into its payload")
	}
}

func TestWhoBarsTheGateWaitsForThoseInside(t *testing.T) {
	t.Parallel()
	var g gate
	g.enter()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := g.bar(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("barred with somebody inside: %v", err)
	}
	g.enter() // it is open again
	barred, through := make(chan error, 1), make(chan struct{})
	go func() { barred <- g.bar(t.Context()) }()
	g.leave()
	g.leave()
	if err := <-barred; err != nil {
		t.Error(err)
	}
	go func() { g.enter(); close(through); g.leave() }()
	runtime.Gosched()
	select {
	case <-through:
		t.Error("a barred gate lets somebody in")
	default:
	}
	g.lift()
	<-through
}
