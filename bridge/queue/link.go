package queue

import (
	"context"
	"fmt"

	"github.com/onelan/onelan/onenet"
)

// Notify gives the channel on which the reader of a device hears, without polling, that there may be something new for Next. Several
// events may come as one.
func (q *Queue) Notify(ref onenet.DeviceRef) <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.laneLocked(ref).bell
}

// Online says that a connection for a device has come about: nothing is under way on it, and from now on messages of QoS 0 are taken.
func (q *Queue) Online(ref onenet.DeviceRef) {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.laneLocked(ref)
	l.online = true
	l.rewind()
}

// rewind forgets what was under way to the cloud: it is to be given again.
func (l *lane) rewind() {
	for _, s := range l.waiting.slots {
		s.out = false
	}
}

// Offline says that the connection of a device ended: nothing is under way any more, and what has QoS 0 is dropped unless
// the settings keep it. It gives how many that were.
func (q *Queue) Offline(ctx context.Context, ref onenet.DeviceRef) (int, error) {
	return q.change(ctx, func(c *change) {
		l := q.laneLocked(ref)
		l.online = false
		l.rewind()
		for _, s := range l.waiting.slots {
			if s.qos == 0 && !q.limits.KeepQoS0 {
				c.addLocked(move{lane: l, slot: s, column: onenet.UplinkDropUnsent})
			}
		}
	})
}

// Acked says that the cloud has acknowledged entries: they go, and are counted as delivered, in one batch. An entry that is gone
// already, or to which something else is happening, is left out; if it waits after that, Next gives it again.
func (q *Queue) Acked(ctx context.Context, ref onenet.DeviceRef, seqs []int64) error {
	_, err := q.change(ctx, func(c *change) {
		q.eachLocked(ref, seqs, func(l *lane, s *slot) {
			if !c.addLocked(move{lane: l, slot: s, column: onenet.UplinkDelivered}) {
				s.out = false // should the other change fail, it is given again
			}
		})
	})
	return err
}

// Died says that the connection ended for a reason that may lie in a message, and which entries its oldest unacknowledged message
// had: each gets a try more. An entry that was alone in the message and has used up its tries goes into quarantine; Pack
// puts fewer and fewer entries that had tries together, so that it comes to that. It reports whether it did. Call Offline, too.
func (q *Queue) Died(ctx context.Context, ref onenet.DeviceRef, seqs []int64, why string) (quarantined bool, err error) {
	_, err = q.change(ctx, func(c *change) {
		most := q.limits.Tries
		q.eachLocked(ref, seqs, func(l *lane, s *slot) {
			m := move{lane: l, slot: s, tries: s.tries + 1}
			switch {
			case l.waiting.find(s.seq) != s:
				return
			case most < 0:
			case len(seqs) > 1:
				m.tries = max(s.tries, min(m.tries, max(1, most-1))) // one at least, or it would share messages for ever
			case m.tries >= most:
				m.dead = fmt.Sprintf("%d connections ended while this was the oldest message without an acknowledgement, the last one: %s", m.tries, why)
			}
			quarantined = c.addLocked(m) && m.dead != ""
		})
	})
	return quarantined && err == nil, err
}
