package bridge

import (
	"math/rand/v2"
	"time"
)

// backoff is how long to wait before the next attempt: doubling, with jitter, so that links which fell together do not rise
// together.
type backoff struct {
	first, most time.Duration
	now         time.Duration // the base of the last wait; 0 when there was none
}

// next is between half of the base and all of it; the base doubles from call to call.
func (b *backoff) next(r *rand.Rand) time.Duration {
	b.now = min(max(2*b.now, b.first), b.most)
	return b.now/2 + time.Duration(r.Int64N(int64(b.now/2)+1))
}

func (b *backoff) reset() { b.now = 0 }
