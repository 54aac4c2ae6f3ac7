package onenet

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/onelan/onelan/internal/clock"
)

// Journal is the numbered history of everything: a ring of the newest Records.
//
// Writers never wait, neither for each other nor for readers; a reader asks for
// what follows a number and is told how many records it was too late for. The
// journal is for looking, not for keeping: what must survive is in the Store.
type Journal struct {
	clock clock.Clock
	ring  []atomic.Pointer[Record]
	last  atomic.Uint64 // newest number given out; its record may still be on its way
	cut   atomic.Uint64 // records up to this number are gone, as if they had never been
	tally tally

	waiting atomic.Int32 // readers asleep
	mu      sync.Mutex
	wake    chan struct{} // guarded by mu; closed when a record came while readers slept
}

// DefaultJournalSize is the capacity of a journal that was not given one.
const DefaultJournalSize = 16384

// NewJournal makes a journal that keeps the newest size records; 0 means DefaultJournalSize.
func NewJournal(c clock.Clock, size int) *Journal {
	if size <= 0 {
		size = DefaultJournalSize
	}
	return &Journal{clock: c, ring: make([]atomic.Pointer[Record], size), wake: make(chan struct{})}
}

// Append numbers and stamps the record, stores it and returns its number. The
// journal owns what the record points to from here on.
func (j *Journal) Append(r Record) uint64 {
	r.At = j.clock.Now()
	r.Seq = j.last.Add(1)
	j.tally.add(&r)
	j.slot(r.Seq).Store(&r)
	if j.waiting.Load() > 0 {
		j.mu.Lock()
		close(j.wake)
		j.wake = make(chan struct{})
		j.mu.Unlock()
	}
	return r.Seq
}

// Last is the number of the newest record, 0 when there is none.
func (j *Journal) Last() uint64 { return j.last.Load() }

// Cut makes the journal forget all records so far; the numbers go on. Readers are not told of a loss.
func (j *Journal) Cut() { j.cut.Store(j.last.Load()) }

// Read returns up to limit records that follow number after, in order, and how many
// records between after and the first of them are lost because the ring went past them.
func (j *Journal) Read(after uint64, limit int) (records []*Record, lost uint64) {
	after = max(after, j.cut.Load())
	last := j.last.Load()
	if size := uint64(len(j.ring)); last > size && after < last-size {
		lost = last - size - after
		after = last - size
	}
	for seq := after + 1; seq <= last && len(records) < limit; seq++ {
		r := j.slot(seq).Load()
		switch {
		case r == nil || r.Seq < seq: // numbered, not yet written: it and what follows come with the next Read
			return records, lost
		case r.Seq > seq && len(records) > 0: // overwritten while we read: the next Read tells of the loss
			return records, lost
		case r.Seq > seq:
			lost += r.Seq - seq
			seq = r.Seq
		}
		records = append(records, r)
	}
	return records, lost
}

// Wait returns when there is a record after the number, or with ctx's error.
func (j *Journal) Wait(ctx context.Context, after uint64) error {
	for {
		j.waiting.Add(1)
		j.mu.Lock()
		wake := j.wake
		j.mu.Unlock()
		if j.ready(after) {
			j.waiting.Add(-1)
			return nil
		}
		select {
		case <-wake:
			j.waiting.Add(-1)
		case <-ctx.Done():
			j.waiting.Add(-1)
			return ctx.Err()
		}
	}
}

// ready tells whether Read would return something.
func (j *Journal) ready(after uint64) bool {
	after = max(after, j.cut.Load())
	if j.last.Load() <= after {
		return false
	}
	r := j.slot(after + 1).Load()
	return r != nil && r.Seq > after
}

func (j *Journal) slot(seq uint64) *atomic.Pointer[Record] {
	return &j.ring[(seq-1)%uint64(len(j.ring))]
}
