package sqlite

import (
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/internal/pack"
)

// dumpStreams gives all of them, whether anything was set on them or not: they keep their time of creation.
func dumpStreams(c *conn, p *pack.Packer) error {
	return query(c, `SELECT d.product, d.id, s.id, s.unit, s.unit_symbol, s.tags, s.created_at
		FROM stream s JOIN device d ON d.pk = s.device ORDER BY s.pk`, func(r *row) error {
		m := onenet.StreamMeta{
			Ref:    onenet.DeviceRef{Product: onenet.ProductID(r.text()), Device: onenet.DeviceID(r.text())},
			Stream: onenet.StreamID(r.text()), Unit: r.text(), UnitSymbol: r.text(),
		}
		r.json(&m.Tags)
		m.CreatedAt = r.time()
		if r.err != nil {
			return r.err
		}
		return pack.Add(p, &p.B.PutStreams, m, 0)
	})
}

// dumpPoints goes device by device, each in the order of its history, so that points of one millisecond stay in
// the order of their arrival.
func dumpPoints(c *conn, p *pack.Packer) error {
	var refs []onenet.DeviceRef
	err := query(c, "SELECT product, id FROM device ORDER BY pk", func(r *row) error {
		refs = append(refs, onenet.DeviceRef{Product: onenet.ProductID(r.text()), Device: onenet.DeviceID(r.text())})
		return nil
	})
	if err != nil {
		return err
	}
	return each(refs, func(ref *onenet.DeviceRef) error { return dumpHistory(c, p, *ref) })
}

// dumpSQL finds a point's file in an index that has all it asks for.
const dumpSQL = `SELECT p.at, p.seq, p.value, f.pk
	FROM point p LEFT JOIN file f ON f.stream = p.stream AND f.at = p.at AND f.seq = p.seq
	WHERE p.stream = ? AND (p.at, p.seq) > (?, ?) AND (p.at, p.seq) < (?, ?) ORDER BY p.at, p.seq` + atMost

// dumpStep is how many points of each stream a dump reads at once.
const dumpStep = 100

func dumpHistory(c *conn, p *pack.Packer, ref onenet.DeviceRef) error {
	keys, err := streamKeys(c, ref, nil)
	if err != nil {
		return err
	}
	lo, hi := onenet.PointQuery{}.Between()
	list := make([]*series, len(keys))
	for i, k := range keys {
		list[i] = &series{c: c, sql: dumpSQL, key: k, lo: lo, hi: hi, ahead: dumpStep, most: dumpStep}
	}
	for e, err := range merged(list, false) {
		if err != nil {
			return err
		}
		if err := dumpPoint(c, p, ref, e); err != nil {
			return err
		}
	}
	return nil
}

// dumpPoint reads the point's file only now: files are large. Its stream is there already, so the time of receipt
// does not matter.
func dumpPoint(c *conn, p *pack.Packer, ref onenet.DeviceRef, e entry) error {
	sp := onenet.StoredPoint{Ref: ref, Received: e.At, Datapoint: onenet.Datapoint{Stream: e.Stream, At: e.At, Value: e.Value}}
	size := len(e.Value)
	if e.file != 0 {
		var err error
		if sp.File, err = fileAt(c, e.file); err != nil {
			return err
		}
		size += len(sp.File.Data)
	}
	return pack.Add(p, &p.B.Points, sp, size)
}
