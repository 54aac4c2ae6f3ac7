package queue

import (
	"context"

	"github.com/onelan/onelan/onenet"
)

// Next gives up to n entries of a device that wait and are not under way to the cloud, in order, and not more than some megabytes
// of them; none when there is nothing. From then on they are under way: until Acked, or until Online and Offline, after which
// they are given again. What comes back from quarantine has its old place among those that follow, and so has what was
// about to be dropped when the store failed.
func (q *Queue) Next(ctx context.Context, ref onenet.DeviceRef, n int) ([]onenet.UplinkEntry, error) {
	for {
		r := q.beginRead(ref, n)
		if len(r.slots) == 0 {
			return nil, nil
		}
		list, err := q.store.Uplink(ctx, r.query)
		if err != nil {
			return nil, err
		}
		if list = q.endRead(r, list); len(list) > 0 {
			return list, nil
		}
		if err := ctx.Err(); err != nil { // all of it has just changed: look again
			return nil, err
		}
	}
}

// reading is a look into the store for entries of which memory knows.
type reading struct {
	lane  *lane
	slots []*slot
	turns []int
	query onenet.UplinkQuery
}

func (q *Queue) beginRead(ref onenet.DeviceRef, n int) (r reading) {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.laneLocked(ref)
	r = reading{lane: l, slots: l.readable(n, pageBytes)}
	if len(r.slots) == 0 {
		return r
	}
	for _, s := range r.slots {
		r.turns = append(r.turns, s.turn)
	}
	first, last := r.slots[0].seq, r.slots[len(r.slots)-1].seq
	r.query = onenet.UplinkQuery{Ref: ref, After: first - 1}
	r.query.Limit = l.between(first, last)
	return r
}

// between is how many entries the store may have waiting from one number to another: those on their way out, or back from
// quarantine, may be there.
func (l *lane) between(first, last int64) (n int) {
	from, _ := l.waiting.place(first)
	to, _ := l.waiting.place(last + 1)
	n = to - from
	for _, s := range l.dead.after(first - 1) {
		if s.busy && s.seq <= last {
			n++
		}
	}
	return n
}

// endRead keeps of what the store gave that which still waits, and finds out what memory is wrong about.
func (q *Queue) endRead(r reading, list []onenet.UplinkEntry) []onenet.UplinkEntry {
	q.mu.Lock()
	defer q.mu.Unlock()
	found := make(map[int64]onenet.UplinkEntry, len(list))
	for _, e := range list {
		found[e.Seq] = e
	}
	kept := list[:0]
	for i, s := range r.slots {
		e, ok := found[s.seq]
		switch {
		case s.busy || r.lane.gone || r.lane.waiting.find(s.seq) != s:
		case ok:
			s.out = true
			kept = append(kept, e)
		case s.turn == r.turns[i] && !full(r, list, s.seq):
			r.lane.disown(s)
		}
	}
	return kept
}

// full reports whether the store stopped before it could come to a number.
func full(r reading, list []onenet.UplinkEntry, seq int64) bool {
	return len(list) == r.query.Limit && list[len(list)-1].Seq < seq
}

// disown forgets an entry that the store has not got although the batch went well: its device was deleted while the entry was
// under way, and it was counted nowhere.
func (l *lane) disown(s *slot) {
	l.take(s)
	l.release(s.amount())
	l.counts[onenet.UplinkAccepted]--
}
