package onenet

import (
	"context"
	"slices"
	"time"
)

// HistoryQuery asks for the history of one device (reference, section 5.7).
type HistoryQuery struct {
	Ref      DeviceRef
	Streams  []StreamID    // none means all
	Start    time.Time     // inclusive
	End      time.Time     // inclusive
	Duration time.Duration // from Start forward or, without Start, up to End; alone it means nothing
	Limit    int           // 1 to 6000; 0 means 100, and 1 when no range is given
	Desc     bool          // newest first
	After    *Position     // Next of the answer before
}

// History is an answer to a HistoryQuery.
type History struct {
	Points []Point   // in the order asked for; without a range grouped by stream
	Next   *Position // where to go on; nil when nothing remains
}

// History answers a query for points. With a range (a start, an end, or a place to go on
// from) the limit counts over all streams; without one, each stream gives its newest Limit points.
// ErrInvalid when limit, duration or range cannot be.
func (p *Platform) History(ctx context.Context, q HistoryQuery) (History, error) {
	if q.Start.IsZero() && q.End.IsZero() && q.After == nil {
		return p.newest(ctx, q)
	}
	pq, err := q.inRange()
	if err != nil {
		return History{}, err
	}
	points, err := p.Points(ctx, pq)
	if err != nil || len(points) < pq.Limit {
		return History{Points: points}, err
	}
	last := points[len(points)-1]
	next := Position{At: last.At, Seq: last.Seq}
	pq.After, pq.Limit = &next, 1
	rest, err := p.Points(ctx, pq)
	if err != nil || len(rest) == 0 {
		return History{Points: points}, err
	}
	return History{Points: points, Next: &next}, nil
}

func (q HistoryQuery) inRange() (PointQuery, error) {
	pq := PointQuery{
		Ref: q.Ref, Streams: q.Streams, Start: q.Start, End: q.End, Limit: q.Limit, Desc: q.Desc, After: q.After,
	}
	if pq.Limit == 0 {
		pq.Limit = DefaultPoints
	}
	var err error
	pq.Start, pq.End, err = Span(q.Start, q.End, q.Duration)
	return pq, err
}

// Span is the time that a caller means by a start, an end and a duration, of which any may be zero: the duration
// counts from the start forward or, without a start, from the end back; with both or neither it means nothing.
// ErrInvalid when the end lies before the start.
func Span(start, end time.Time, duration time.Duration) (from, to time.Time, err error) {
	switch {
	case duration < 0:
		return start, end, Invalid("duration", "want 0 or more seconds")
	case duration > 0 && !start.IsZero() && end.IsZero():
		end = start.Add(duration)
	case duration > 0 && start.IsZero() && !end.IsZero():
		start = end.Add(-duration)
	}
	if !start.IsZero() && !end.IsZero() && end.Before(start) {
		return start, end, Invalid("end", "it is before start")
	}
	return start, end, nil
}

func (p *Platform) newest(ctx context.Context, q HistoryQuery) (History, error) {
	if q.Limit == 0 {
		q.Limit = 1
	}
	points, err := p.Points(ctx, PointQuery{Ref: q.Ref, Streams: q.Streams, Limit: q.Limit, PerStream: true, Desc: true})
	if !q.Desc {
		eachStream(points, slices.Reverse)
	}
	return History{Points: points}, err
}

// eachStream calls f with each run of points of one stream.
func eachStream(points []Point, f func([]Point)) {
	for len(points) > 0 {
		n := slices.IndexFunc(points, func(pt Point) bool { return pt.Stream != points[0].Stream })
		if n < 0 {
			n = len(points)
		}
		f(points[:n])
		points = points[n:]
	}
}
