package onenet

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// WantPoint is a data point that is stored. Empty fields match any.
type WantPoint struct {
	Product ProductID
	Device  DeviceID
	Stream  StreamID
	Value   string // JSON; 25.5 matches 25.50, and {"a":1,"b":2} matches {"b":2,"a":1}
}

func (w *WantPoint) String() string {
	s := "a point" + who(w.Product, w.Device)
	if w.Stream != "" {
		s += " in stream " + string(w.Stream)
	}
	if w.Value != "" {
		s += " with value " + clip(w.Value)
	}
	return s
}

func (w *WantPoint) check() error {
	if _, ok := parseJSON([]byte(w.Value)); w.Value != "" && !ok {
		return Invalid("value", "it is no JSON: %s (a text needs quotes)", clip(w.Value))
	}
	return nil
}

// judge looks into the record first, and into the store where the record shows only a part of what came.
func (w *WantPoint) judge(ctx context.Context, p *Platform, r *Record) (likeness, error) {
	v := likeness{near: nearRef(w.Product, w.Device, r)}
	switch r.Kind {
	case KindData:
		v.near += nearKind
	case KindRefused, KindWarning, KindDropped, KindMessage:
		if v.near > 0 {
			v.near += nearKindred
		}
		return v, nil
	default:
		return v, nil
	}
	best, short := w.compare(r.Points)
	v.near += best
	if !fitsRef(w.Product, w.Device, r) {
		return v, nil
	}
	if v.fits = w.all(best); v.fits {
		return v, nil
	}
	return w.ask(ctx, p, r, short, v)
}

// compare tells how near the nearest of the points comes, and which shows only a piece of its value.
func (w *WantPoint) compare(points []PointNote) (best int, short *PointNote) {
	for i, n := range points {
		near := w.nearPoint(n.Stream, n.Value)
		best = max(best, near)
		if !w.all(near) && (w.Stream == "" || w.Stream == n.Stream) && isClipped(n.Value) && short == nil {
			short = &points[i]
		}
	}
	return best, short
}

func (w *WantPoint) nearPoint(stream StreamID, value json.RawMessage) int {
	near := 0
	if w.Stream != "" && w.Stream == stream {
		near += nearName
	}
	if w.Value != "" && w.sameValue(value) {
		near += nearContents
	}
	return near
}

// all tells whether a point that comes this near has all that is asked for.
func (w *WantPoint) all(near int) bool {
	asked := 0
	if w.Stream != "" {
		asked += nearName
	}
	if w.Value != "" {
		asked += nearContents
	}
	return near == asked
}

func (w *WantPoint) sameValue(value json.RawMessage) bool {
	if string(value) == w.Value {
		return true
	}
	mine, _ := parseJSON([]byte(w.Value)) // check has read it
	theirs, ok := parseJSON(value)
	return ok && sameJSON(mine, theirs)
}

// isClipped tells whether a value may be the beginning of a longer one.
func isClipped(value json.RawMessage) bool {
	return len(value) > 64 && strings.HasSuffix(string(value), clipped+`"`)
}

// ask looks into the store for what the record does not show.
func (w *WantPoint) ask(ctx context.Context, p *Platform, r *Record, short *PointNote, v likeness) (likeness, error) {
	first, last, missing := r.First, r.Last, "the journal shows "+fmt.Sprint(len(r.Points))+" of its points"
	switch {
	case r.Count > len(r.Points):
	case short != nil:
		first, last, missing = short.At, short.At, "the journal shows the beginning of its value"
	default:
		return v, nil
	}
	found, n, err := w.inStore(ctx, p, r, first, last)
	switch {
	case err != nil:
		return v, err
	case found:
		v.fits, v.note = true, missing+"; the store has it"
	case n < r.Count && (short == nil || n == 0):
		v.note = missing + ", and the store does not have them all any more"
	}
	return v, nil
}

// inStore looks for the point among those that the store has of the device between two times, and counts them.
func (w *WantPoint) inStore(ctx context.Context, p *Platform, r *Record, first, last time.Time) (found bool, n int, err error) {
	const pages = 50 // more than one message can hold
	q := PointQuery{
		Ref: DeviceRef{r.Product, r.Device}, Limit: MostPoints, Start: first.Truncate(time.Millisecond), End: last,
	}
	for range pages {
		list, err := p.store.Points(ctx, q)
		if err != nil {
			return false, n, err
		}
		for _, pt := range list {
			if w.all(w.nearPoint(pt.Stream, pt.Value)) {
				return true, n, nil
			}
		}
		n += len(list)
		if len(list) < q.Limit {
			break
		}
		q.After = &Position{list[len(list)-1].At, list[len(list)-1].Seq}
	}
	return false, n, nil
}
