package bridge

import (
	"sync"
	"time"
)

// meter counts what happens in a second, over the last ten of them. The zero value is ready.
type meter struct {
	mu      sync.Mutex
	buckets [meterSeconds]int // guarded by mu: what happened in the seconds up to last
	last    int64             // guarded by mu: a Unix second
}

const meterSeconds = 10

func (m *meter) add(n int, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turnLocked(now)
	m.buckets[m.last%meterSeconds] += n
}

// rate is per second.
func (m *meter) rate(now time.Time) float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turnLocked(now)
	sum := 0
	for _, n := range m.buckets {
		sum += n
	}
	return float64(sum) / meterSeconds
}

// turnLocked empties the buckets of the seconds that have come since.
func (m *meter) turnLocked(now time.Time) {
	second := max(now.Unix(), 0)
	if second-m.last >= meterSeconds || second < m.last { // a clock may be set back
		clear(m.buckets[:])
		m.last = second
	}
	for m.last < second {
		m.last++
		m.buckets[m.last%meterSeconds] = 0
	}
}
