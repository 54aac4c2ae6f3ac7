package queue

import (
	"context"

	"github.com/onelan/onelan/onenet"
)

// Reader gives the entries of one device as messages: what a link needs. It is stateless, and one at a time may read a device.
type Reader struct {
	Queue   *Queue
	Ref     onenet.DeviceRef
	Packing func() Packing // asked for each Next; its Now and Tries are set here
}

// Next gives up to limit messages (and the pieces that belong to the last) of what is not under way, none when there is nothing. With after 0, which a
// link asks for on a new connection, all that was under way comes again.
func (r *Reader) Next(ctx context.Context, after int64, limit int) ([]Parcel, error) {
	if after == 0 {
		r.Queue.Online(r.Ref)
	}
	p := r.Packing()
	p.Now, p.Tries = r.Queue.clock.Now(), r.Queue.tries()
	n := mostPacked
	if p.Off || p.Raw {
		n = limit
	}
	list, err := r.Queue.Next(ctx, r.Ref, n)
	if err != nil {
		return nil, err
	}
	all := Pack(list, p)
	for limit < len(all) && limit > 0 && all[limit-1].More {
		limit++
	}
	given := all[:min(limit, len(all))]
	r.Queue.putBack(r.Ref, seqs(all[len(given):]))
	return given, nil
}

// mostPacked is how many entries are read in order to pack them: some messages full of small ones.
const mostPacked = 4096

func (q *Queue) tries() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.limits.Tries
}

// putBack says that entries which Next gave did not go to the cloud.
func (q *Queue) putBack(ref onenet.DeviceRef, seqs []int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.eachLocked(ref, seqs, func(l *lane, s *slot) {
		s.out = false
		l.ring()
	})
}

// seqs are the entries that are through when these parcels are.
func seqs(parcels []Parcel) (list []int64) {
	for _, p := range parcels {
		if !p.More {
			list = append(list, p.Seqs...)
		}
	}
	return list
}

// Acked says that the cloud has acknowledged these messages, which are the oldest ones under way.
func (r *Reader) Acked(ctx context.Context, parcels []Parcel) error {
	return r.Queue.Acked(ctx, r.Ref, seqs(parcels))
}

// Died says that the connection ended for a reason that may lie in this message; see Queue.Died.
func (r *Reader) Died(ctx context.Context, p Parcel, why string) (quarantined bool, err error) {
	return r.Queue.Died(ctx, r.Ref, p.Seqs, why)
}

// Changed is Queue.Notify.
func (r *Reader) Changed() <-chan struct{} { return r.Queue.Notify(r.Ref) }
