// Package clock is where time comes from: the system's, or one that a test moves by hand.
//
// Everything that waits or stamps takes a Clock, so that a test can let 31 days
// pass in a microsecond. It is the only package that may ask the system for the time.
package clock

import "time"

// Clock tells the time and calls back later. It is safe for concurrent use.
type Clock interface {
	// Now is the current time.
	Now() time.Time
	// AfterFunc calls f once, d from now, unless the Timer is stopped before.
	// The system's clock calls f on a goroutine of its own; a Manual clock calls
	// it on the goroutine that advances it.
	AfterFunc(d time.Duration, f func()) Timer
}

// Timer is a call that is due. Its methods mean what those of time.Timer mean.
type Timer interface {
	// Stop reports whether it kept the call from happening.
	Stop() bool
	// Reset makes the call due d from now; it reports whether it was still due.
	Reset(d time.Duration) bool
}

type system struct{}

// System is the operating system's clock.
func System() Clock { return system{} }

func (system) Now() time.Time { return time.Now() }

func (system) AfterFunc(d time.Duration, f func()) Timer { return time.AfterFunc(d, f) }

// Sleep waits for d on the clock, or until stop is closed; it reports whether it waited to the end.
func Sleep(c Clock, d time.Duration, stop <-chan struct{}) bool {
	if d <= 0 {
		return true
	}
	done := make(chan struct{})
	t := c.AfterFunc(d, func() { close(done) })
	defer t.Stop()
	select {
	case <-done:
		return true
	case <-stop:
		return false
	}
}
