package bridge

import (
	"errors"
	"slices"
	"time"
)

// past is what a Link remembers of its connections, to tell a message that kills them from another client that takes over: on
// the wire both are a connection that is closed by the cloud.
//
// What was under way when a connection died goes one at a time on the next. If that dies with one message under way, it is the
// message's fault until the contrary is shown; and because a client that takes over at once would make it look so, nothing is
// sent for a while after a login that follows an early death. What dies in that silence was not killed by a message.
type past struct {
	careful int64       // entries up to this number are sent alone
	blamed  span        // the message that was alone when a connection died, until it has arrived
	strikes []time.Time // early deaths in a row
}

// span is the entries of a message, from the first to the last. The message may come again in parts.
type span struct{ from, to int64 }

// death is the end of a connection that was on line.
type death struct {
	why   error
	at    time.Time
	lived time.Duration
	left  []Message // what was under way, the oldest first
	acked int64     // the newest entry that was acknowledged; 0 when none was
}

// finding is what a death means.
type finding struct {
	state State    // how the link stands now
	died  *Message // the message that is to blame
}

// judge says what a death means, and remembers what is of use for the next.
func (p *past) judge(d death, t Timing) finding {
	if d.acked >= p.blamed.to {
		p.blamed = span{}
	}
	var silent *silentError
	var source *sourceError
	switch {
	case errors.As(d.why, &silent):
		p.strikes = nil
		return finding{state: HalfOpen}
	case errors.As(d.why, &source):
		return finding{state: Connecting}
	}
	f := finding{state: Connecting}
	again := false
	if n := len(d.left); n > 0 {
		p.careful = max(p.careful, d.left[n-1].last())
		if n == 1 {
			f.died = &d.left[0]
			first := f.died.Entries[0]
			again = p.blamed.from <= first && first <= p.blamed.to
			p.blamed = span{first, f.died.last()}
		}
	}
	if again { // the same message twice: it is no fight over the id
		p.strikes = nil
		return f
	}
	if p.strike(d, t) {
		f.state = Evicted
	}
	return f
}

// strike counts a death if it was early, and reports whether there were too many.
func (p *past) strike(d death, t Timing) bool {
	if d.lived >= t.Early || errors.Is(d.why, errUnacknowledged) {
		p.strikes = nil
		return false
	}
	p.strikes = slices.DeleteFunc(p.strikes, func(at time.Time) bool { return d.at.Sub(at) >= t.StrikeTime })
	p.strikes = append(p.strikes, d.at)
	return len(p.strikes) >= t.Strikes
}

// unreachable notes that the cloud was away: then it was no other client that ended the connections.
func (p *past) unreachable() { p.strikes = nil }

// cautious tells whether the next connection should stay quiet at first.
func (p *past) cautious() bool { return len(p.strikes) > 0 || p.blamed != span{} }
