package api

import (
	"sync"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// rate counts the calls of each product, second by second.
type rate struct {
	most  int // calls per second; 0 means no limit
	clock clock.Clock

	mu     sync.Mutex
	second time.Time                // guarded by mu
	calls  map[onenet.ProductID]int // guarded by mu: in that second
}

func newRate(most int, c clock.Clock) *rate { return &rate{most: most, clock: c} }

// count notes a call. ErrLimit when the product has had its calls of this second.
func (r *rate) count(id onenet.ProductID) error {
	if r.most <= 0 {
		return nil
	}
	now := r.clock.Now().Truncate(time.Second)
	r.mu.Lock()
	defer r.mu.Unlock()
	if !now.Equal(r.second) {
		r.second, r.calls = now, map[onenet.ProductID]int{}
	}
	r.calls[id]++
	if r.calls[id] > r.most {
		return onenet.Errorf(onenet.ErrLimit, "rate", "", "product %s made more than %d calls in a second (switch rest_rate)", id, r.most)
	}
	return nil
}
