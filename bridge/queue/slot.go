package queue

import (
	"cmp"
	"slices"
	"time"

	"github.com/onelan/onelan/onenet"
)

// slot is what memory knows of an entry. Guarded by Queue.mu.
type slot struct {
	seq   int64
	at    int64 // milliseconds
	size  int
	qos   byte
	tries int

	busy bool // a change of it is on its way into the store: no other may begin
	out  bool // Next gave it to the reader, who has not lost its connection since
	turn int  // changes that ended; tells whether something happened meanwhile
}

func newSlot(e onenet.UplinkEntry) *slot {
	return &slot{seq: e.Seq, at: e.At.UnixMilli(), size: len(e.Payload), qos: e.QoS, tries: e.Tries}
}

func (s *slot) amount() amount { return amount{1, int64(s.size)} }

func (s *slot) time() time.Time { return time.UnixMilli(s.at) }

// line is slots by number. They come at the end and mostly go from the front.
type line struct {
	slots []*slot
	bytes int64
}

func (l *line) place(seq int64) (int, bool) {
	if n := len(l.slots); n == 0 || l.slots[n-1].seq < seq {
		return n, false
	}
	return slices.BinarySearchFunc(l.slots, seq, func(s *slot, seq int64) int { return cmp.Compare(s.seq, seq) })
}

// find gives the slot of a number, or nil.
func (l *line) find(seq int64) *slot {
	if i, ok := l.place(seq); ok {
		return l.slots[i]
	}
	return nil
}

// after is the part behind a number.
func (l *line) after(seq int64) []*slot {
	i, _ := l.place(seq + 1)
	return l.slots[i:]
}

func (l *line) put(s *slot) {
	i, _ := l.place(s.seq)
	l.slots = slices.Insert(l.slots, i, s)
	l.bytes += int64(s.size)
}

// take removes a slot and reports whether it was there.
func (l *line) take(s *slot) bool {
	i, ok := l.place(s.seq)
	if !ok || l.slots[i] != s {
		return false
	}
	l.bytes -= int64(s.size)
	if i > 0 {
		l.slots = slices.Delete(l.slots, i, i+1)
		return true
	}
	l.slots[0] = nil // append leaves it behind when it needs room
	l.slots = l.slots[1:]
	return true
}
