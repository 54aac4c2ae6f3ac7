package mdns

import (
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// schedule keeps what is to be done later by one goroutine.
type schedule struct {
	clock clock.Clock
	jobs  []job
	due   chan struct{} // tells that a job may be due
	timer clock.Timer
}

type job struct {
	at time.Time
	do func()
}

func newSchedule(c clock.Clock) *schedule { return &schedule{clock: c, due: make(chan struct{}, 1)} }

func (s *schedule) after(d time.Duration, do func()) {
	s.jobs = append(s.jobs, job{s.clock.Now().Add(d), do})
}

// arm makes due tell when the next job is.
func (s *schedule) arm() {
	s.stop()
	if len(s.jobs) == 0 {
		return
	}
	first := s.jobs[0].at
	for _, j := range s.jobs {
		if j.at.Before(first) {
			first = j.at
		}
	}
	s.timer = s.clock.AfterFunc(first.Sub(s.clock.Now()), func() {
		select {
		case s.due <- struct{}{}:
		default:
		}
	})
}

func (s *schedule) stop() {
	if s.timer != nil {
		s.timer.Stop()
	}
}

// run does what is due, in the order of adding. What that adds waits for its turn.
func (s *schedule) run() {
	now := s.clock.Now()
	var due []job
	rest := s.jobs[:0:0]
	for _, j := range s.jobs {
		if j.at.After(now) {
			rest = append(rest, j)
		} else {
			due = append(due, j)
		}
	}
	s.jobs = rest
	for _, j := range due {
		j.do()
	}
}
