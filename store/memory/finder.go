package memory

import (
	"slices"
	"time"

	"github.com/onelan/onelan/onenet"
)

// stream finds or makes a stream.
func (d *device) stream(id onenet.StreamID, created time.Time) *stream {
	s := d.streams[id]
	if s == nil {
		s = &stream{reg: onenet.Datastream{ID: id, CreatedAt: milli(created)}}
		d.streams[id] = s
	}
	return s
}

// find finds or makes the stream of each of a device's points, and room in it.
func find(d *device, points []onenet.StoredPoint) []*stream {
	f := finder{d: d}
	streams := make([]*stream, len(points))
	for i := range points {
		streams[i] = f.stream(&points[i])
		streams[i].coming++
	}
	for _, s := range streams {
		if s.coming > 0 {
			s.points = slices.Grow(s.points, s.coming)
			s.coming = 0
		}
	}
	return streams
}

// finder finds the streams of points that come one after the other. The streams of a device mostly come in the same
// order again and again, so that hardly anything has to be looked up.
type finder struct {
	d     *device
	order []*stream // as they came
	at    int       // where in the order the last one stands
}

// mostOrder bounds the order of a device whose streams come in none.
const mostOrder = 64

func (f *finder) stream(p *onenet.StoredPoint) *stream {
	if f.at < len(f.order) && f.order[f.at].reg.ID == p.Stream {
		return f.order[f.at]
	}
	if f.at++; f.at >= len(f.order) {
		f.at = 0
	}
	if len(f.order) > 0 && f.order[f.at].reg.ID == p.Stream {
		return f.order[f.at]
	}
	if len(f.order) == mostOrder {
		f.order = f.order[:0]
	}
	f.at = len(f.order)
	f.order = append(f.order, f.d.stream(p.Stream, p.Received))
	return f.order[f.at]
}
