package queue

import (
	"context"

	"github.com/onelan/onelan/onenet"
)

// move is what happens to one entry: it goes and is counted in a column, or it stays with other tries, waiting or dead.
type move struct {
	lane   *lane
	slot   *slot
	column onenet.UplinkColumn // empty: it stays
	tries  int
	dead   string
	early  bool // its room was given away when the change began
}

// change is a batch and what it will mean for memory. While it is under way no other one can touch its entries.
type change struct {
	q     *Queue
	moves []move
}

// addLocked takes a move into the change, unless something else is happening to the entry.
func (c *change) addLocked(m move) bool {
	if m.slot == nil || m.slot.busy {
		return false
	}
	m.slot.busy = true
	m.lane.work.Add(1)
	c.moves = append(c.moves, m)
	return true
}

// batch is the change as the store has to make it.
func (c *change) batch() (b onenet.Batch) {
	for _, m := range c.moves {
		if m.column == "" {
			b.PutUplink = append(b.PutUplink, onenet.UplinkEntry{Ref: m.lane.ref, Seq: m.slot.seq, Tries: m.tries, Dead: m.dead})
			continue
		}
		b.DropUplink = append(b.DropUplink, onenet.UplinkKey{Ref: m.lane.ref, Seq: m.slot.seq})
		b.CountUplink = tally(b.CountUplink, m.lane.ref, m.column)
	}
	return b
}

// tally adds one to the count of a column. Changes are of one device after the other, so it is nearly always the last.
func tally(counts []onenet.UplinkCount, ref onenet.DeviceRef, column onenet.UplinkColumn) []onenet.UplinkCount {
	for i := len(counts) - 1; i >= 0 && counts[i].Ref == ref; i-- {
		if counts[i].Column == column {
			counts[i].N++
			return counts
		}
	}
	return append(counts, onenet.UplinkCount{Ref: ref, Column: column, N: 1})
}

// do hands the change to the store and waits until memory knows how it went.
func (c *change) do(ctx context.Context) error {
	if len(c.moves) == 0 {
		return nil
	}
	done := make(chan error, 1)
	c.q.store.Submit(c.batch(), func(err error) {
		c.q.mu.Lock()
		c.settleLocked(err)
		c.q.endedLocked()
		c.q.mu.Unlock()
		done <- err
	})
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (q *Queue) endedLocked() { q.underway--; q.turn++ }

// settleLocked makes memory equal to the store, which has made the change, or has not.
func (c *change) settleLocked(err error) {
	for _, m := range c.moves {
		m.slot.busy = false
		m.slot.turn++
		if err == nil {
			m.doneLocked()
		} else if m.early {
			m.lane.hold(m.slot.amount())
		}
		m.lane.work.Done()
		m.lane.ring()
	}
}

func (m move) doneLocked() {
	l, s := m.lane, m.slot
	switch {
	case m.column != "":
		l.take(s)
		l.counts[m.column]++
		if !m.early {
			l.release(s.amount())
		}
		return
	case m.dead != "":
		if l.waiting.take(s) {
			l.dead.put(s)
		}
		s.out = false
	default:
		if l.dead.take(s) {
			l.waiting.put(s)
		}
	}
	s.tries = m.tries
}

// change collects moves under the lock and does them. It gives how many there were.
func (q *Queue) change(ctx context.Context, collect func(*change)) (int, error) {
	c := &change{q: q}
	q.mu.Lock()
	collect(c)
	if len(c.moves) > 0 {
		q.underway++
	}
	q.mu.Unlock()
	return len(c.moves), c.do(ctx)
}

// eachLocked calls f with the slots of those numbers that a device has.
func (q *Queue) eachLocked(ref onenet.DeviceRef, seqs []int64, f func(*lane, *slot)) {
	l := q.lanes[ref]
	if l == nil {
		return
	}
	for _, seq := range seqs {
		if s := l.find(seq); s != nil {
			f(l, s)
		}
	}
}
