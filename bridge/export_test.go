package bridge

import (
	"math/rand/v2"
	"time"
)

// Moved is closed when a link or the queue has moved.
func (b *Bridge) Moved() <-chan struct{} { return b.moved.wait() }

// Reserve is when the caller's turn is.
func (p *Pacer) Reserve(now time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.reserveLocked(now)
}

// Behind is the turn of who comes next.
func (p *Pacer) Behind() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.next
}

// Waits are the first n waits of a backoff.
func Waits(seed uint64, first, most time.Duration, n int) (waits []time.Duration) {
	b, r := backoff{first: first, most: most}, rand.New(rand.NewPCG(seed, 0))
	for range n {
		waits = append(waits, b.next(r))
	}
	return waits
}

// What tests wait for.
const (
	Lingering = lingering
	Patience  = patience
)
