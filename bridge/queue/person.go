package queue

import (
	"context"
	"time"

	"github.com/onelan/onelan/onenet"
)

// Pick chooses entries of a device.
type Pick struct {
	Seqs []int64 // these; none means all
	Dead bool    // of those in quarantine, not of those that wait
}

// eachPickedLocked calls f with what is picked.
func (q *Queue) eachPickedLocked(ref onenet.DeviceRef, p Pick, f func(*lane, *slot)) {
	l := q.lanes[ref]
	if l == nil {
		return
	}
	from := &l.waiting
	if p.Dead {
		from = &l.dead
	}
	if len(p.Seqs) == 0 {
		for _, s := range from.slots {
			f(l, s)
		}
		return
	}
	q.eachLocked(ref, p.Seqs, func(l *lane, s *slot) {
		if from.find(s.seq) == s {
			f(l, s)
		}
	})
}

// Quarantine puts entries that wait aside, for a reason that people can read. It gives how many.
func (q *Queue) Quarantine(ctx context.Context, ref onenet.DeviceRef, seqs []int64, reason string) (int, error) {
	if reason == "" {
		return 0, onenet.Invalid("reason", "an entry in quarantine has one")
	}
	return q.change(ctx, func(c *change) {
		q.eachLocked(ref, seqs, func(l *lane, s *slot) {
			if l.waiting.find(s.seq) == s {
				c.addLocked(move{lane: l, slot: s, tries: s.tries, dead: reason})
			}
		})
	})
}

// Retry lets entries in quarantine wait again, at their old place and with all their tries: these, or all without seqs. It gives how many.
func (q *Queue) Retry(ctx context.Context, ref onenet.DeviceRef, seqs ...int64) (int, error) {
	return q.change(ctx, func(c *change) {
		q.eachPickedLocked(ref, Pick{Seqs: seqs, Dead: true}, func(l *lane, s *slot) {
			c.addLocked(move{lane: l, slot: s})
		})
	})
}

// Drop gives up entries because a person said so. It gives how many.
func (q *Queue) Drop(ctx context.Context, ref onenet.DeviceRef, p Pick) (int, error) {
	return q.change(ctx, func(c *change) {
		q.eachPickedLocked(ref, p, func(l *lane, s *slot) {
			c.addLocked(move{lane: l, slot: s, column: onenet.UplinkDropPerson})
		})
	})
}

// Expire drops what is older than it may become, and with the policy DropOldest what is over the limits. What is under way
// to the cloud is left alone, unless it is over the limits and all there is. It gives how many. Call it now and then.
func (q *Queue) Expire(ctx context.Context) (int, error) {
	return q.change(ctx, func(c *change) {
		if q.limits.Age > 0 {
			oldest := q.clock.Now().Add(-q.limits.Age)
			for _, l := range q.lanes {
				c.expireLocked(l, oldest)
			}
		}
		if q.limits.Policy == DropOldest {
			q.trimLocked(c)
		}
	})
}

func (c *change) expireLocked(l *lane, oldest time.Time) {
	for _, from := range []*line{&l.waiting, &l.dead} {
		for _, s := range from.slots {
			if !s.out && s.time().Before(oldest) && c.addLocked(move{lane: l, slot: s, column: onenet.UplinkDropAge, early: true}) {
				l.release(s.amount())
			}
		}
	}
}

func (q *Queue) trimLocked(c *change) {
	for _, l := range q.lanes {
		for q.limits.Device.exceeded(l.held) && q.evictLocked(l, c) {
		}
	}
	for q.limits.Total.exceeded(q.total) && q.evictLocked(q.largestLocked(amount{}), c) {
	}
}

// Inspect gives the entries that a query chooses, as Store.Uplink does, of those that are accepted and not gone. There may be fewer than
// its limit allows although more follow.
func (q *Queue) Inspect(ctx context.Context, query onenet.UplinkQuery) ([]onenet.UplinkEntry, error) {
	list, err := q.store.Uplink(ctx, query)
	if err != nil {
		return nil, err
	}
	return q.known(query, list), nil
}

// known drops from a list of the store what memory does not know yet, or not any more.
func (q *Queue) known(query onenet.UplinkQuery, list []onenet.UplinkEntry) []onenet.UplinkEntry {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.lanes[query.Ref]
	if l == nil {
		return nil
	}
	from := &l.waiting
	if query.Dead {
		from = &l.dead
	}
	kept := list[:0]
	for _, e := range list {
		if from.find(e.Seq) != nil {
			kept = append(kept, e)
		}
	}
	return kept
}
