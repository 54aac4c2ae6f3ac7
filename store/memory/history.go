package memory

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"github.com/onelan/onelan/onenet"
)

func timeOf(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// history does the part of a checked batch that adds to the life of devices.
func (w *world) history(b *onenet.Batch) {
	for _, m := range b.Logins {
		d := w.device(m.Ref)
		d.reg.LastLogin = milli(m.At)
		if d.reg.ActivatedAt.IsZero() {
			d.reg.ActivatedAt = d.reg.LastLogin
		}
	}
	for _, r := range b.DropStreams {
		w.dropStream(r)
	}
	for _, m := range b.PutStreams {
		s := w.device(m.Ref).stream(m.Stream, m.CreatedAt)
		s.reg.Unit, s.reg.UnitSymbol, s.reg.Tags = m.Unit, m.UnitSymbol, slices.Clone(m.Tags)
	}
	for i := range b.Points {
		w.addPoint(&b.Points[i])
	}
	for i := range b.PutCommands {
		w.putCommand(&b.PutCommands[i])
	}
}

func (w *world) dropStream(r onenet.StreamRef) {
	d := w.device(r.Ref)
	if d == nil || d.streams[r.Stream] == nil {
		return
	}
	w.dropFiles(d.streams[r.Stream])
	delete(d.streams, r.Stream)
}

// stream finds or makes a stream.
func (d *device) stream(id onenet.StreamID, created time.Time) *stream {
	s := d.streams[id]
	if s == nil {
		s = &stream{reg: onenet.Datastream{ID: id, CreatedAt: milli(created)}}
		d.streams[id] = s
	}
	return s
}

func (w *world) addPoint(sp *onenet.StoredPoint) {
	d := w.device(sp.Ref)
	s := d.stream(sp.Stream, sp.Received)
	w.points++
	p := point{at: sp.At.UnixMilli(), seq: w.points, value: bytes.Clone(sp.Value)}
	if sp.File != nil {
		if len(p.value) == 0 {
			p.value = fileValue(sp.File.Index)
		}
		w.addFile(d.product, s, p.seq, sp.File)
	}
	s.add(p)
	if len(s.points) > w.opt.Points {
		w.dropPoints(s, 1)
	}
}

func fileValue(index string) json.RawMessage {
	v, _ := json.Marshal(map[string]string{"index": index}) // strings always marshal
	return v
}

// dropPoints forgets the n oldest points of a stream and their files.
func (w *world) dropPoints(s *stream, n int) (files int) {
	for _, p := range s.points[:n] {
		if f := s.files[p.seq]; f != nil {
			w.shelf.drop(f)
			files++
		}
	}
	s.dropOldest(n)
	return files
}

func (w *world) pointsOf(q onenet.PointQuery) []onenet.Point {
	d := w.device(q.Ref)
	if d == nil {
		return nil
	}
	lo, hi := q.Between()
	var all []onenet.Point
	for _, id := range d.chosen(q.Streams) {
		all = appendPoints(all, id, d.streams[id].between(lo, hi), q)
	}
	if q.PerStream {
		return all
	}
	slices.SortFunc(all, func(a, b onenet.Point) int {
		c := onenet.Position{At: a.At, Seq: a.Seq}.Compare(onenet.Position{At: b.At, Seq: b.Seq})
		if q.Desc {
			return -c
		}
		return c
	})
	return all[:min(len(all), q.Most())]
}

// chosen are the ids of the streams that exist among the wanted, or of all, in order.
func (d *device) chosen(want []onenet.StreamID) []onenet.StreamID {
	var ids []onenet.StreamID
	for id := range d.streams {
		if len(want) == 0 || slices.Contains(want, id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// appendPoints appends the first of points that the query wants, in its direction.
func appendPoints(to []onenet.Point, id onenet.StreamID, points []point, q onenet.PointQuery) []onenet.Point {
	n := min(len(points), q.Most())
	for i := range n {
		p := points[i]
		if q.Desc {
			p = points[len(points)-1-i]
		}
		to = append(to, onenet.Point{Stream: id, At: timeOf(p.at), Value: bytes.Clone(p.value), Seq: p.seq})
	}
	return to
}
