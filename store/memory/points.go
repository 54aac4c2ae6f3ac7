package memory

import (
	"encoding/json"

	"github.com/onelan/onelan/onenet"
)

// addPoints stores points, or puts them by. Those of one device come together.
func (w *world) addPoints(list []onenet.StoredPoint) {
	for len(list) > 0 {
		n, files := run(list)
		d := w.device(list[0].Ref)
		if w.keeps && !files && d.putBy(stretch{points: list[:n:n], before: w.points}, w.opt.Points) {
			w.points += int64(n)
		} else {
			w.addRun(d, list[:n])
		}
		list = list[n:]
	}
}

// run is how many points at the front are of one device, and whether one of them has a file.
func run(list []onenet.StoredPoint) (n int, files bool) {
	for n < len(list) && list[n].Ref == list[0].Ref {
		files = files || list[n].File != nil
		n++
	}
	return n, files
}

// addRun stores points of one device.
func (w *world) addRun(d *device, list []onenet.StoredPoint) {
	d.live()
	if len(list) == 1 { // as devices send them
		w.addPoint(d.product, d.stream(list[0].Stream, list[0].Received), &list[0])
		return
	}
	for i, s := range find(d, list) {
		w.addPoint(d.product, s, &list[i])
	}
}

func (w *world) addPoint(p *product, s *stream, sp *onenet.StoredPoint) {
	w.points++
	next := point{at: sp.At.UnixMilli(), seq: w.points, value: w.own(sp.Value)}
	if sp.File != nil {
		if len(next.value) == 0 {
			next.value = fileValue(sp.File.Index)
		}
		w.addFile(p, s, next.seq, sp.File)
	}
	s.add(next)
	if len(s.points) > w.opt.Points {
		w.dropPoints(s, 1)
	}
}

func fileValue(index string) json.RawMessage {
	v, _ := json.Marshal(map[string]string{"index": index}) // strings always marshal
	return v
}

// dropRange forgets the points of a range, and their files.
func (w *world) dropRange(r onenet.PointRange) {
	d := w.device(r.Ref)
	if d == nil {
		return
	}
	lo, hi := onenet.PointQuery{Start: r.Start, End: r.End}.Between()
	streams := d.live()
	for _, id := range d.chosen(r.Streams) {
		s := streams[id]
		from, to := s.bounds(lo, hi)
		w.shelf.dropOf(s, s.points[from:to])
		s.dropBetween(from, to)
	}
}

// dropPoints forgets the n oldest points of a stream and their files.
func (w *world) dropPoints(s *stream, n int) (files int) {
	files = w.shelf.dropOf(s, s.points[:n])
	s.dropOldest(n)
	return files
}
