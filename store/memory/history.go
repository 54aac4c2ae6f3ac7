package memory

import (
	"slices"
	"time"

	"github.com/onelan/onelan/onenet"
)

func timeOf(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// history does the part of a checked batch that is about the life of devices.
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
	for _, r := range b.DropPoints {
		w.dropRange(r)
	}
	w.putStreams(b.PutStreams)
	w.addPoints(b.Points)
	for i := range b.PutCommands {
		w.putCommand(&b.PutCommands[i])
	}
}

func (w *world) dropStream(r onenet.StreamRef) {
	d := w.device(r.Ref)
	if d == nil {
		return
	}
	if s := d.live()[r.Stream]; s != nil {
		w.dropFiles(s)
		delete(d.streams, r.Stream)
	}
}

// putStreams sets what people set on streams, or puts it by. What is for one device comes together.
func (w *world) putStreams(list []onenet.StreamMeta) {
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].Ref == list[0].Ref {
			n++
		}
		d := w.device(list[0].Ref)
		if !w.keeps || !d.putBy(stretch{metas: list[:n:n]}, w.opt.Points) {
			d.live()
			d.putStreams(list[:n])
		}
		list = list[n:]
	}
}

func (d *device) putStreams(list []onenet.StreamMeta) {
	for _, m := range list {
		s := d.stream(m.Stream, m.CreatedAt)
		s.reg.Unit, s.reg.UnitSymbol, s.reg.Tags = m.Unit, m.UnitSymbol, slices.Clone(m.Tags)
	}
}
