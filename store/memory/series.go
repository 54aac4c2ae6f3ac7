package memory

import (
	"bytes"
	"iter"
	"slices"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/internal/merge"
)

// series is a stretch of a stream's points, to be read in one direction.
type series struct {
	stream onenet.StreamID
	points []point
	files  map[int64]*file // by the Seq of their points
}

// entry is a point and where it was found.
type entry struct {
	point
	from *series
}

// source gives the points from first to last or, descending, from last to first.
func (s *series) source(desc bool) merge.Source[entry] {
	rest := s.points
	return func() (entry, bool, error) {
		n := len(rest)
		switch {
		case n == 0:
			return entry{}, false, nil
		case desc:
			e := entry{rest[n-1], s}
			rest = rest[:n-1]
			return e, true, nil
		}
		e := entry{rest[0], s}
		rest = rest[1:]
		return e, true, nil
	}
}

// merged gives the points of all series in one order: by time, then by arrival.
func merged(list []*series, desc bool) iter.Seq[entry] {
	compare := func(a, b entry) int { return a.compare(b.at, b.seq) }
	if desc {
		compare = func(a, b entry) int { return b.compare(a.at, a.seq) }
	}
	sources := make([]merge.Source[entry], len(list))
	for i, s := range list {
		sources[i] = s.source(desc)
	}
	return func(yield func(entry) bool) {
		for e, err := range merge.Sorted(sources, compare) {
			if err != nil || !yield(e) { // there are no errors: it all lies in memory
				return
			}
		}
	}
}

// pointsOf answers a query.
func (w *world) pointsOf(q onenet.PointQuery) []onenet.Point {
	d := w.device(q.Ref)
	if d == nil {
		return nil
	}
	lo, hi := q.Between()
	streams := d.live()
	var list []*series
	for _, id := range d.chosen(q.Streams) {
		list = append(list, &series{stream: id, points: streams[id].between(lo, hi)})
	}
	if !q.PerStream {
		return firstOf(nil, list, q)
	}
	var all []onenet.Point
	for i := range list {
		all = firstOf(all, list[i:i+1], q)
	}
	return all
}

// firstOf appends as many points of the series as the query wants, in its direction.
func firstOf(to []onenet.Point, list []*series, q onenet.PointQuery) []onenet.Point {
	left := q.Most()
	for e := range merged(list, q.Desc) {
		to = append(to, onenet.Point{Stream: e.from.stream, At: timeOf(e.at), Value: bytes.Clone(e.value), Seq: e.seq})
		if left--; left == 0 {
			break
		}
	}
	return to
}

// chosen are the ids of the streams that exist among the wanted, or of all, in order.
func (d *device) chosen(want []onenet.StreamID) []onenet.StreamID {
	streams := d.live()
	ids := make([]onenet.StreamID, 0, len(streams))
	for id := range streams {
		if len(want) == 0 || slices.Contains(want, id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
