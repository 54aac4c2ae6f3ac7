package sqlite

import (
	"github.com/onelan/onelan/onenet"
)

// streamFor is the key of the stream of a point; the stream is made if need be.
func (w *writer) streamFor(p *onenet.StoredPoint) (int64, error) {
	ref := onenet.StreamRef{Ref: p.Ref, Stream: p.Stream}
	pk, err := w.stream(ref)
	if err != nil || pk != 0 {
		return pk, err
	}
	device, err := w.device(p.Ref)
	if err != nil {
		return 0, err
	}
	err = exec(w.c, "INSERT INTO stream (device, id, created_at) VALUES (?, ?, ?)", device, string(p.Stream), milli(p.Received))
	if err != nil {
		return 0, err
	}
	pk = w.c.LastInsertRowID()
	w.ids.rememberStream(ref, pk)
	return pk, nil
}

// addPoint is the busiest function of the store: one map lookup, one insert.
func (w *writer) addPoint(p *onenet.StoredPoint) error {
	stream, err := w.streamFor(p)
	if err != nil {
		return err
	}
	w.counters.point.n++
	value := p.Value
	if p.File != nil {
		if len(value) == 0 {
			value = []byte(jsonText(map[string]string{"index": p.File.Index}))
		}
		if err := w.addFile(p, stream, w.counters.point.n); err != nil {
			return err
		}
	}
	w.insertPoint.BindInt64(1, stream)
	w.insertPoint.BindInt64(2, milli(p.At))
	w.insertPoint.BindInt64(3, w.counters.point.n)
	w.insertPoint.BindBytes(4, value)
	return step(w.insertPoint)
}

const replaceFileSQL = `DELETE FROM file WHERE name = ? AND EXISTS
	(SELECT 1 FROM stream s JOIN device d ON d.pk = s.device WHERE s.pk = file.stream AND d.product = ?)`

// addFile keeps the file of a point, in place of an older one with its index.
func (w *writer) addFile(p *onenet.StoredPoint, stream, seq int64) error {
	if err := exec(w.c, replaceFileSQL, p.File.Index, string(p.Ref.Product)); err != nil {
		return err
	}
	return exec(w.c, "INSERT INTO file (stream, name, description, size, at, seq, data) VALUES (?, ?, ?, ?, ?, ?, ?)",
		stream, p.File.Index, textOrNull(p.File.Desc), p.File.Size, milli(p.At), seq, p.File.Data)
}

// dropPoints deletes the points of a range, and their files.
func (w *writer) dropPoints(r *onenet.PointRange) error {
	keys, err := streamKeys(w.c, r.Ref, r.Streams)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if r.Start.IsZero() && r.End.IsZero() {
			err = w.renew(r.Ref, k)
		} else {
			err = w.dropRange(k, r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

const (
	dropRangeSQL      = "DELETE FROM point WHERE stream = ? AND at BETWEEN ? AND ?"
	dropRangeFilesSQL = "DELETE FROM file WHERE stream = ? AND at BETWEEN ? AND ?"
)

func (w *writer) dropRange(k streamKey, r *onenet.PointRange) error {
	lo, hi := onenet.PointQuery{Start: r.Start, End: r.End}.Between()
	for _, sql := range []string{dropRangeSQL, dropRangeFilesSQL} {
		if err := exec(w.c, sql, k.pk, milli(lo.At), milli(hi.At)); err != nil {
			return err
		}
	}
	return nil
}

// renew gives a stream a new key and leaves all its points behind, to be swept away with those of dropped streams.
func (w *writer) renew(ref onenet.DeviceRef, k streamKey) error {
	const sql = `INSERT INTO stream (device, id, unit, unit_symbol, tags, created_at) VALUES (?, ?, ?, ?, ?, ?)`
	var args []any
	err := query(w.c, "DELETE FROM stream WHERE pk = ? RETURNING device, id, unit, unit_symbol, tags, created_at", func(r *row) error {
		args = []any{r.num(), r.text(), r.text(), r.text(), r.text(), r.num()}
		return nil
	}, k.pk)
	if err != nil {
		return err
	}
	delete(w.ids.streams, onenet.StreamRef{Ref: ref, Stream: k.id})
	w.sweeping = true
	return exec(w.c, sql, args...)
}
