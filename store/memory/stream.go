package memory

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"sort"

	"github.com/onelan/onelan/onenet"
)

// stream is a series of points, sorted by time and arrival. A device sends
// in order nearly always, so that a new point goes to the end.
type stream struct {
	reg    onenet.Datastream // without UpdatedAt and Current
	points []point           // the part that is filled may be in the hands of a dump, see shared
	coming int               // points under way in the batch that is being applied
	shared bool              // a dump has them: what is filled must stay as it is
	files  map[int64]*file   // by the Seq of their points
}

type point struct {
	at    int64 // milliseconds since 1970
	seq   int64
	value json.RawMessage
}

// compare says whether the point stands before, at or behind a place.
func (p point) compare(at, seq int64) int {
	return cmp.Or(cmp.Compare(p.at, at), cmp.Compare(p.seq, seq))
}

// add puts a point, the newest to arrive, in its place.
func (s *stream) add(p point) {
	n := len(s.points)
	if n == 0 || s.points[n-1].at <= p.at {
		s.points = append(s.points, p)
		return
	}
	i := s.from(p.at, p.seq)
	if s.shared {
		s.points, s.shared = slices.Concat(s.points[:i], []point{p}, s.points[i:]), false
		return
	}
	s.points = slices.Insert(s.points, i, p)
}

// from is the index of the first point at the place or behind it.
func (s *stream) from(at, seq int64) int {
	return sort.Search(len(s.points), func(i int) bool { return s.points[i].compare(at, seq) >= 0 })
}

// behind is the index of the first point behind the place.
func (s *stream) behind(at, seq int64) int {
	return sort.Search(len(s.points), func(i int) bool { return s.points[i].compare(at, seq) > 0 })
}

// dropOldest forgets the first n points, without moving the others.
func (s *stream) dropOldest(n int) {
	if !s.shared {
		clear(s.points[:n])
	}
	s.points = s.points[n:]
}

// dropBetween forgets the points from one index up to another.
func (s *stream) dropBetween(from, to int) {
	if from < to {
		s.points, s.shared = slices.Concat(s.points[:from], s.points[to:]), false
	}
}

// bounds are the indexes of the points between the places, of which neither counts itself.
func (s *stream) bounds(lo, hi onenet.Position) (from, to int) {
	from = s.behind(lo.At.UnixMilli(), lo.Seq)
	return from, max(from, s.from(hi.At.UnixMilli(), hi.Seq))
}

// between are the points between the places.
func (s *stream) between(lo, hi onenet.Position) []point {
	from, to := s.bounds(lo, hi)
	return s.points[from:to]
}

func (s *stream) datastream() onenet.Datastream {
	d := s.reg
	d.Tags = slices.Clone(d.Tags)
	if n := len(s.points); n > 0 {
		d.UpdatedAt = timeOf(s.points[n-1].at)
		d.Current = bytes.Clone(s.points[n-1].value)
	}
	return d
}
