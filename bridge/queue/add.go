package queue

import (
	"sync"
	"time"

	"github.com/onelan/onelan/onenet"
)

// Addition is an entry on its way into the queue. Who got it must call Done, once it is known how the batch went.
type Addition struct {
	q     *Queue
	lane  *lane
	entry onenet.UplinkEntry
	slot  *slot               // nil when the entry is dropped as it comes
	lost  onenet.UplinkColumn // then why
	room  change              // what gives way to it
	once  sync.Once
}

// Add begins to take up a message of a device. The entry's Ref, At, Topic, QoS and Payload count; its Seq is the next one; a zero At means now. The order
// of the Adds of a device is the order in which they go to the cloud, whatever the order of their commits.
//
// With the policy Refuse and no room it gives ErrLimit, and the message is not accepted. Otherwise it is, even if
// only to be dropped and counted.
//
// Where the oldest should give way and all there are is on its way in or out of the store, the entry is taken beyond the limit.
func (q *Queue) Add(e onenet.UplinkEntry) (*Addition, error) {
	if e.At.IsZero() {
		e.At = q.clock.Now()
	}
	e.At, e.Tries, e.Dead = e.At.Truncate(time.Millisecond), 0, ""
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.laneLocked(e.Ref)
	a := &Addition{q: q, lane: l, room: change{q: q}}
	lost, ok := q.judgeLocked(l, e)
	if !ok {
		return nil, overLimit(e.Ref)
	}
	q.underway++
	l.work.Add(1)
	if a.lost = lost; lost == "" {
		q.last++
		e.Seq = q.last
		q.makeRoomLocked(l, e, &a.room)
		a.slot = newSlot(e)
		l.pending.put(a.slot)
		l.hold(a.slot.amount())
	}
	a.entry = e
	return a, nil
}

// judgeLocked says whether an entry is accepted, and in which column it is dropped at once.
func (q *Queue) judgeLocked(l *lane, e onenet.UplinkEntry) (lost onenet.UplinkColumn, ok bool) {
	if e.QoS == 0 && !l.online && !q.limits.KeepQoS0 {
		return onenet.UplinkDropUnsent, true
	}
	own := amount{1, int64(len(e.Payload))}
	alone := q.limits.Device.exceeded(own) || q.limits.Total.exceeded(own)
	full := q.limits.Device.exceeded(l.held.plus(own)) || q.limits.Total.exceeded(q.total.plus(own))
	switch {
	case !full:
		return "", true
	case q.limits.Policy == Refuse:
		return "", false
	case q.limits.Policy == DropNewest, alone: // no room would do
		return onenet.UplinkDropNewest, true
	default:
		return "", true
	}
}

// makeRoomLocked lets as many entries give way as the new one needs.
func (q *Queue) makeRoomLocked(l *lane, e onenet.UplinkEntry, c *change) {
	own := amount{1, int64(len(e.Payload))}
	for q.limits.Device.exceeded(l.held.plus(own)) && q.evictLocked(l, c) {
	}
	for q.limits.Total.exceeded(q.total.plus(own)) && q.evictLocked(q.largestLocked(own), c) {
	}
}

func (q *Queue) evictLocked(l *lane, c *change) bool {
	if l == nil {
		return false
	}
	m := move{lane: l, slot: l.victim(), column: onenet.UplinkDropOldest, early: true}
	if !c.addLocked(m) {
		return false
	}
	l.release(m.slot.amount())
	return true
}

// largestLocked is the device that has most of what there is too much of, and something that can give way.
func (q *Queue) largestLocked(coming amount) *lane {
	byBytes := q.limits.Total.heavy(q.total.plus(coming))
	var most *lane
	for _, l := range q.lanes {
		if (most == nil || l.larger(most, byBytes)) && l.victim() != nil {
			most = l
		}
	}
	return most
}

func (l *lane) larger(o *lane, byBytes bool) bool {
	a, b := int64(l.held.entries), int64(o.held.entries)
	if byBytes {
		a, b = l.held.bytes, o.held.bytes
	}
	return a > b || a == b && l.ref.String() < o.ref.String()
}

// Into puts the entry, its line in the books and what gives way to it into the batch. The payload must stay unchanged until Done.
func (a *Addition) Into(b *onenet.Batch) {
	out := a.room.batch()
	out.CountUplink = append(out.CountUplink, onenet.UplinkCount{Ref: a.entry.Ref, Column: onenet.UplinkAccepted, N: 1})
	if a.slot == nil {
		out.CountUplink = append(out.CountUplink, onenet.UplinkCount{Ref: a.entry.Ref, Column: a.lost, N: 1})
	} else {
		b.EnqueueUplink = append(b.EnqueueUplink, a.entry)
	}
	b.DropUplink = append(b.DropUplink, out.DropUplink...)
	b.CountUplink = append(b.CountUplink, out.CountUplink...)
}

// Dropped tells why the entry is dropped as it comes; empty when it is kept.
func (a *Addition) Dropped() onenet.UplinkColumn { return a.lost }

// Seq is the entry's number; 0 when it is dropped as it comes.
func (a *Addition) Seq() int64 { return a.entry.Seq }

// Done tells how the batch went: nil when it is safe. It is quick, calls no store, and only its first call counts.
func (a *Addition) Done(err error) {
	a.once.Do(func() {
		a.q.mu.Lock()
		defer a.q.mu.Unlock()
		a.room.settleLocked(err)
		a.settleLocked(err)
		a.q.endedLocked()
		a.lane.work.Done()
		a.lane.ring()
	})
}

func (a *Addition) settleLocked(err error) {
	l := a.lane
	if a.slot != nil {
		l.pending.take(a.slot)
	}
	switch {
	case err != nil && a.slot != nil:
		l.release(a.slot.amount())
	case err != nil:
	case a.slot == nil:
		l.counts[onenet.UplinkAccepted]++
		l.counts[a.lost]++
	default:
		l.counts[onenet.UplinkAccepted]++
		l.waiting.put(a.slot)
	}
}

// Submit adds an entry in a batch of its own and calls done like onenet.Store does. An error of Add is returned, and done not called.
func (q *Queue) Submit(e onenet.UplinkEntry, done func(error)) error {
	a, err := q.Add(e)
	if err != nil {
		return err
	}
	var b onenet.Batch
	a.Into(&b)
	q.store.Submit(b, func(err error) {
		a.Done(err)
		done(err)
	})
	return nil
}
