package bridge

import (
	"math/rand/v2"
	"time"
)

// Reserve is when the caller's turn is.
func (p *Pacer) Reserve(now time.Time) time.Time { return p.reserve(now) }

// Waits are the first n waits of a backoff.
func Waits(seed uint64, first, most time.Duration, n int) (waits []time.Duration) {
	b, r := backoff{first: first, most: most}, rand.New(rand.NewPCG(seed, 0))
	for range n {
		waits = append(waits, b.next(r))
	}
	return waits
}
