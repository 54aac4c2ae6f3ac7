package bridge

import (
	"slices"
	"sync"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// Pacer lets so many through in a second and makes the others wait for their turn, in the order of their coming. A nil
// Pacer lets everything through.
type Pacer struct {
	clock clock.Clock
	burst int

	mu      sync.Mutex
	every   time.Duration // guarded by mu: 0 for no limit
	slack   time.Duration // guarded by mu: how much unused time may be made up for
	next    time.Time     // guarded by mu: when the next may pass
	left    []time.Time   // guarded by mu: turns before it whose owners have left, in order
	changed chan struct{} // guarded by mu: closed, and another in its place, by Set
}

// NewPacer lets perSecond through, and up to burst at once after a pause; 0 a second means no limit.
func NewPacer(c clock.Clock, perSecond float64, burst int) *Pacer {
	p := &Pacer{clock: c, burst: burst, changed: make(chan struct{})}
	p.every, p.slack = p.pace(perSecond)
	return p
}

func (p *Pacer) pace(perSecond float64) (every, slack time.Duration) {
	if perSecond <= 0 {
		return 0, 0
	}
	every = time.Duration(float64(time.Second) / perSecond)
	return every, every * time.Duration(max(p.burst-1, 0))
}

// Set changes the rate. Who waits gets a new turn.
func (p *Pacer) Set(perSecond float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	every, slack := p.pace(perSecond)
	if every == p.every {
		return
	}
	p.every, p.slack, p.left = every, slack, nil
	if soon := p.clock.Now().Add(every); soon.Before(p.next) {
		p.next = soon
	}
	close(p.changed)
	p.changed = make(chan struct{})
}

// Wait returns when it is the caller's turn, or when stop is closed; it reports whether it is.
func (p *Pacer) Wait(stop <-chan struct{}) bool {
	if p == nil {
		return true
	}
	for {
		p.mu.Lock()
		now, changed := p.clock.Now(), p.changed
		turn := p.reserveLocked(now)
		p.mu.Unlock()
		switch p.sleep(turn.Sub(now), stop, changed) {
		case slept:
			return true
		case stopped:
			p.giveBack(turn, changed)
			return false
		case woken: // with another rate
		}
	}
}

// giveBack leaves a turn to others. Were it wasted, a link whose connections are shorter than its pace is slow would come to its turn never.
func (p *Pacer) giveBack(turn time.Time, changed <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.changed != changed || !turn.After(p.clock.Now()) {
		return // it was one of another rate, or is over
	}
	i, _ := slices.BinarySearchFunc(p.left, turn, time.Time.Compare)
	p.left = slices.Insert(p.left, i, turn)
	for n := len(p.left); n > 0 && p.left[n-1].Add(p.every).Equal(p.next); n-- { // nobody waits behind it
		p.next, p.left = p.left[n-1], p.left[:n-1]
	}
}

// reserveLocked is when the caller's turn is: one that somebody has left, or the one behind all.
func (p *Pacer) reserveLocked(now time.Time) time.Time {
	if p.every == 0 {
		return now
	}
	for len(p.left) > 0 {
		turn := p.left[0]
		p.left = p.left[1:]
		if !turn.Before(now) {
			return turn
		}
	}
	if floor := now.Add(-p.slack); p.next.Before(floor) {
		p.next = floor
	}
	turn := p.next
	p.next = turn.Add(p.every)
	return turn
}

// waking is why a sleep ended.
type waking int

const (
	slept   waking = iota // to its end
	stopped               // nobody wants it any more
	woken                 // the rate is another one
)

func (p *Pacer) sleep(d time.Duration, stop, changed <-chan struct{}) waking {
	if d <= 0 {
		return slept
	}
	done := make(chan struct{})
	t := p.clock.AfterFunc(d, func() { close(done) })
	defer t.Stop()
	select {
	case <-done:
		return slept
	case <-stop:
		return stopped
	case <-changed:
		return woken
	}
}
