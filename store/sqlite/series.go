package sqlite

import (
	"iter"
	"slices"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/internal/merge"
)

const (
	pointsSQL     = `SELECT at, seq, value FROM point WHERE stream = ? AND (at, seq) > (?, ?) AND (at, seq) < (?, ?) ORDER BY at, seq` + atMost
	pointsDescSQL = `SELECT at, seq, value FROM point WHERE stream = ? AND (at, seq) > (?, ?) AND (at, seq) < (?, ?) ORDER BY at DESC, seq DESC` + atMost
)

type streamKey struct {
	pk int64
	id onenet.StreamID
}

// streamKeys are the wanted streams that exist, by id; none wanted means all.
func streamKeys(c *conn, ref onenet.DeviceRef, want []onenet.StreamID) (keys []streamKey, err error) {
	err = query(c, `SELECT s.pk, s.id FROM device d JOIN stream s ON s.device = d.pk WHERE d.product = ? AND d.id = ? ORDER BY s.id`,
		func(r *row) error {
			k := streamKey{r.num(), onenet.StreamID(r.text())}
			if len(want) == 0 || slices.Contains(want, k.id) {
				keys = append(keys, k)
			}
			return nil
		}, string(ref.Product), string(ref.Device))
	return keys, err
}

// series reads the points of one stream between two places, some at a time, because the table is sorted by stream.
type series struct {
	c      *conn
	sql    string
	key    streamKey
	lo, hi onenet.Position // neither counts itself
	desc   bool
	ahead  int     // how many to read the next time; then twice as many,
	most   int     // up to this
	ready  []entry // read and not yet given
	ended  bool    // there are no more to read
}

// entry is a point and, when the statement tells it, the key of its file.
type entry struct {
	onenet.Point
	file int64
}

// firstStep is how many points of each stream are read at first, so that streams which are filled alike are read once
// and hardly more is read than wanted.
func firstStep(most, streams int) int {
	if streams == 1 {
		return most
	}
	return most/streams + 2
}

func (s *series) next() (e entry, ok bool, err error) {
	if len(s.ready) == 0 && !s.ended {
		if err := s.read(); err != nil {
			return entry{}, false, err
		}
	}
	if len(s.ready) == 0 {
		return entry{}, false, nil
	}
	e, s.ready = s.ready[0], s.ready[1:]
	return e, true, nil
}

func (s *series) read() error {
	s.ready = make([]entry, 0, s.ahead)
	err := query(s.c, s.sql, func(r *row) error {
		e := entry{Point: onenet.Point{Stream: s.key.id, At: r.time(), Seq: r.num(), Value: r.bytes()}}
		if r.more() {
			e.file = r.num()
		}
		s.ready = append(s.ready, e)
		return nil
	}, s.key.pk, milli(s.lo.At), s.lo.Seq, milli(s.hi.At), s.hi.Seq, s.ahead)
	if err != nil {
		return err
	}
	n := len(s.ready)
	s.ended = n < s.ahead
	s.ahead = min(2*s.ahead, s.most)
	if n == 0 {
		return nil
	}
	if last := placeOf(s.ready[n-1]); s.desc {
		s.hi = last
	} else {
		s.lo = last
	}
	return nil
}

func placeOf(e entry) onenet.Position { return onenet.Position{At: e.At, Seq: e.Seq} }

// merged gives the points of all series in one order: by time, then by arrival.
func merged(list []*series, desc bool) iter.Seq2[entry, error] {
	compare := func(a, b entry) int { return placeOf(a).Compare(placeOf(b)) }
	if desc {
		compare = func(a, b entry) int { return placeOf(b).Compare(placeOf(a)) }
	}
	sources := make([]merge.Source[entry], len(list))
	for i, s := range list {
		sources[i] = s.next
	}
	return merge.Sorted(sources, compare)
}
