package lan

import (
	"net/netip"
	"sync"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// mostSources is how many askers a Limiter tells apart within a second.
const mostSources = 1024

// Limiter bounds how many answers leave in a second, in all and to each address, so that
// nobody can use this machine to flood somebody else with packets in his name. It is safe for concurrent use.
type Limiter struct {
	clock      clock.Clock
	each, most int

	mu    sync.Mutex
	since time.Time          // guarded by mu; when the second began
	total int                // guarded by mu
	by    map[netip.Addr]int // guarded by mu
}

// NewLimiter allows each address so many answers a second, and all together most.
func NewLimiter(c clock.Clock, each, most int) *Limiter {
	return &Limiter{clock: c, each: each, most: most, by: map[netip.Addr]int{}}
}

// Allow tells whether ip may have an answer now, and counts it.
func (l *Limiter) Allow(ip netip.Addr) bool {
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if age := now.Sub(l.since); age >= time.Second || age < 0 {
		l.since, l.total = now, 0
		clear(l.by)
	}
	if l.total >= l.most || l.by[ip] >= l.each || len(l.by) >= mostSources && l.by[ip] == 0 {
		return false
	}
	l.total++
	l.by[ip]++
	return true
}
