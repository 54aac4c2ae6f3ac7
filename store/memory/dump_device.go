package memory

import (
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/internal/pack"
)

// metas are the device's streams, whether anything was set on them or not: they keep their time of creation.
func (d *deviceMoment) metas(p *pack.Packer) error {
	for i := range d.streams {
		s := &d.streams[i].reg
		meta := onenet.StreamMeta{
			Ref: d.reg.Ref(), Stream: s.ID, Unit: s.Unit, UnitSymbol: s.UnitSymbol, Tags: s.Tags, CreatedAt: s.CreatedAt,
		}
		if err := pack.Add(p, &p.B.PutStreams, meta, 0); err != nil {
			return err
		}
	}
	return nil
}

// points are the device's history in its order, so that points of one millisecond stay in the order of their arrival.
func (d *deviceMoment) points(p *pack.Packer) error {
	list := make([]*series, len(d.streams))
	for i := range d.streams {
		list[i] = &d.streams[i].series
	}
	ref := d.reg.Ref()
	for e := range merged(list, false) {
		sp := e.stored(ref)
		size := len(sp.Value)
		if sp.File != nil {
			size += len(sp.File.Data)
		}
		if err := pack.Add(p, &p.B.Points, sp, size); err != nil {
			return err
		}
	}
	return nil
}

// stored is the point as it came in. Its stream is there already, so the time of receipt does not matter.
func (e entry) stored(ref onenet.DeviceRef) onenet.StoredPoint {
	at := timeOf(e.at)
	sp := onenet.StoredPoint{Ref: ref, Received: at, Datapoint: onenet.Datapoint{Stream: e.from.stream, At: at, Value: e.value}}
	if f := e.from.files[e.seq]; f != nil {
		file := f.File
		sp.File = &file
	}
	return sp
}

func (d *deviceMoment) orders(p *pack.Packer) error {
	for _, c := range d.commands {
		if err := pack.Add(p, &p.B.PutCommands, c.Command, len(c.Body)+len(c.Answer)); err != nil {
			return err
		}
	}
	return nil
}

func (d *deviceMoment) kept(p *pack.Packer) error {
	if d.session == nil {
		return nil
	}
	return pack.Add(p, &p.B.PutSessions, *d.session, 0)
}

func (d *deviceMoment) waiting(p *pack.Packer) error {
	for _, q := range d.queue {
		if err := pack.Add(p, &p.B.Enqueue, q, len(q.Payload)); err != nil {
			return err
		}
	}
	return nil
}
