package bridge

import (
	"sync"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// Pacer lets so many through in a second and makes the others wait for their turn, in the order of their coming. A nil
// Pacer lets everything through.
type Pacer struct {
	clock clock.Clock
	every time.Duration
	slack time.Duration // how much unused time may be made up for

	mu   sync.Mutex
	next time.Time // guarded by mu: when the next may pass
}

// NewPacer lets perSecond through (more than 0), and up to burst at once after a pause.
func NewPacer(c clock.Clock, perSecond float64, burst int) *Pacer {
	every := time.Duration(float64(time.Second) / perSecond)
	return &Pacer{clock: c, every: every, slack: every * time.Duration(max(burst-1, 0))}
}

// Wait returns when it is the caller's turn, or when stop is closed; it reports whether it is.
func (p *Pacer) Wait(stop <-chan struct{}) bool {
	if p == nil {
		return true
	}
	now := p.clock.Now()
	return clock.Sleep(p.clock, p.reserve(now).Sub(now), stop)
}

// reserve is when the caller's turn is. Who leaves before it wastes it, so that the rate is never exceeded.
func (p *Pacer) reserve(now time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if floor := now.Add(-p.slack); p.next.Before(floor) {
		p.next = floor
	}
	turn := p.next
	p.next = turn.Add(p.every)
	return turn
}
