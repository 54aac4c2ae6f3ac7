package queue

import (
	"sync"

	"github.com/onelan/onelan/onenet"
)

// lane is the queue of one device. Guarded by Queue.mu.
type lane struct {
	q       *Queue
	ref     onenet.DeviceRef
	pending line // on their way into the store
	waiting line
	dead    line // in quarantine
	counts  map[onenet.UplinkColumn]int64
	held    amount // of all three lines, without those that give way to others
	online  bool
	gone    bool           // nobody knows it any more: what still happens to it counts nowhere
	work    sync.WaitGroup // changes on their way into the store; none begins when it is gone
	bell    chan struct{}  // rung when there may be something to read
}

func (q *Queue) newLane(ref onenet.DeviceRef) *lane {
	return &lane{q: q, ref: ref, counts: map[onenet.UplinkColumn]int64{}, bell: make(chan struct{}, 1)}
}

// laneLocked is that of a device, which has one from now on.
func (q *Queue) laneLocked(ref onenet.DeviceRef) *lane {
	l := q.lanes[ref]
	if l == nil {
		l = q.newLane(ref)
		q.lanes[ref] = l
	}
	return l
}

// hold counts what comes, and release what goes, for the lane and for all of them.
func (l *lane) hold(a amount) {
	l.held = l.held.plus(a)
	if !l.gone {
		l.q.total = l.q.total.plus(a)
	}
}

func (l *lane) release(a amount) { l.hold(amount{}.minus(a)) }

// find gives an entry that waits or is in quarantine, or nil.
func (l *lane) find(seq int64) *slot {
	if s := l.waiting.find(seq); s != nil {
		return s
	}
	return l.dead.find(seq)
}

// take removes an entry from the line that has it.
func (l *lane) take(s *slot) {
	if !l.waiting.take(s) {
		l.dead.take(s)
	}
}

// readable are the entries that may go to the cloud now. What came later than an entry that is still on
// its way into the store waits for it: nothing overtakes.
func (l *lane) readable(n int, bytes int64) (list []*slot) {
	for _, s := range l.waiting.slots {
		if len(l.pending.slots) > 0 && s.seq > l.pending.slots[0].seq {
			break
		}
		if s.busy || s.out {
			continue
		}
		if bytes -= int64(s.size); len(list) == n || bytes < 0 && len(list) > 0 {
			break
		}
		list = append(list, s)
	}
	return list
}

// victim is the entry that gives way first, nil when there is none.
func (l *lane) victim() *slot {
	for _, s := range l.dead.slots {
		if !s.busy {
			return s
		}
	}
	var under *slot
	for _, s := range l.waiting.slots {
		switch {
		case s.busy:
		case !s.out:
			return s
		case under == nil:
			under = s
		}
	}
	return under
}

func (l *lane) ring() {
	select {
	case l.bell <- struct{}{}:
	default:
	}
}
