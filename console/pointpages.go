package console

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/onelan/onelan/onenet"
)

const (
	// pageBytes is about how much of values is read at once. A value may have 60 KiB, so a number of points alone bounds nothing.
	pageBytes = 4 << 20
	firstPage = 100 // points, before it is known how long they are
	leastPage = 16
)

// pointPages reads a range of points, as many at a time as fit into pageBytes.
type pointPages struct {
	p    *onenet.Platform
	q    onenet.PointQuery // its Limit and After are ours
	read int               // bytes of values so far
	end  bool
}

// next gives the points that follow; none at the end.
func (s *pointPages) next(ctx context.Context) ([]onenet.Point, error) {
	if s.end {
		return nil, nil
	}
	if s.q.Limit == 0 {
		s.q.Limit = firstPage
	}
	list, err := s.p.Points(ctx, s.q)
	if err != nil {
		return nil, err
	}
	if s.end = len(list) < s.q.Limit; len(list) == 0 {
		return nil, nil
	}
	last := list[len(list)-1]
	s.q.After = &onenet.Position{At: last.At, Seq: last.Seq}
	size := 0
	for _, p := range list {
		size += len(p.Value)
	}
	s.read += size
	s.q.Limit = min(max(pageBytes/max(size/len(list), 1), leastPage), onenet.MostPoints)
	return list, nil
}

// brief is the point with as much of its value as a page shows, in memory of its own.
func brief(p onenet.Point) onenet.Point {
	const enough = 512 // bytes
	if len(p.Value) <= enough {
		p.Value = bytes.Clone(p.Value)
		return p
	}
	p.Value, _ = json.Marshal(cut(longestText, valueText(p.Value))) // a text always marshals
	return p
}
