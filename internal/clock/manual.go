package clock

import (
	"sync"
	"time"
)

// Manual is a clock that stands still until it is advanced.
type Manual struct {
	mu  sync.Mutex
	now time.Time // guarded by mu
	due []*manualTimer
	n   uint64 // timers made so far: of two due together the older goes first
}

type manualTimer struct {
	clock *Manual
	at    time.Time
	order uint64
	f     func()
	set   bool
}

// NewManual returns a clock that shows start.
func NewManual(start time.Time) *Manual { return &Manual{now: start} }

// Now is the time the clock was last moved to.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// AfterFunc calls f from the Advance that reaches the moment d from now.
func (m *Manual) AfterFunc(d time.Duration, f func()) Timer {
	t := &manualTimer{clock: m, f: f}
	m.mu.Lock()
	m.armLocked(t, d)
	m.mu.Unlock()
	return t
}

// Advance moves the clock by d (0 or more) and runs what falls due on the way, in
// order of time, each call seeing its own moment as Now. It returns when all ran.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	end := m.now.Add(d)
	m.mu.Unlock()
	for {
		m.mu.Lock()
		t := m.nextLocked(end)
		if t == nil {
			m.now = end
			m.mu.Unlock()
			return
		}
		if t.at.After(m.now) {
			m.now = t.at
		}
		m.dropLocked(t)
		m.mu.Unlock()
		t.f()
	}
}

func (m *Manual) nextLocked(end time.Time) *manualTimer {
	var first *manualTimer
	for _, t := range m.due {
		if t.at.After(end) {
			continue
		}
		if first == nil || t.at.Before(first.at) || (t.at.Equal(first.at) && t.order < first.order) {
			first = t
		}
	}
	return first
}

func (m *Manual) armLocked(t *manualTimer, d time.Duration) {
	m.n++
	t.at, t.order, t.set = m.now.Add(max(d, 0)), m.n, true
	m.due = append(m.due, t)
}

func (m *Manual) dropLocked(t *manualTimer) {
	for i, have := range m.due {
		if have == t {
			m.due = append(m.due[:i], m.due[i+1:]...)
			break
		}
	}
	t.set = false
}

func (t *manualTimer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	was := t.set
	t.clock.dropLocked(t)
	return was
}

func (t *manualTimer) Reset(d time.Duration) bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	was := t.set
	t.clock.dropLocked(t)
	t.clock.armLocked(t, d)
	return was
}
