package sqlite

import (
	"context"

	"github.com/onelan/onelan/onenet"
)

// Streams implements onenet.Store.
func (s *Store) Streams(ctx context.Context, ref onenet.DeviceRef) (list []onenet.Datastream, err error) {
	err = s.read(ctx, func(c *conn) error {
		return query(c, streamsSQL, func(r *row) error {
			d := onenet.Datastream{ID: onenet.StreamID(r.text()), Unit: r.text(), UnitSymbol: r.text()}
			r.json(&d.Tags)
			d.CreatedAt, d.UpdatedAt, d.Current = r.time(), r.time(), r.bytes()
			list = append(list, d)
			return r.err
		}, string(ref.Product), string(ref.Device))
	})
	return list, err
}

// streamsSQL finds the newest point of each stream at the end of its part of the table.
const streamsSQL = `SELECT s.id, s.unit, s.unit_symbol, s.tags, s.created_at, p.at, p.value
	FROM device d JOIN stream s ON s.device = d.pk
	LEFT JOIN point p ON p.stream = s.pk
		AND (p.at, p.seq) = (SELECT at, seq FROM point WHERE stream = s.pk ORDER BY at DESC, seq DESC LIMIT 1)
	WHERE d.product = ? AND d.id = ? ORDER BY s.id`

// Points implements onenet.Store.
func (s *Store) Points(ctx context.Context, q onenet.PointQuery) (list []onenet.Point, err error) {
	err = s.read(ctx, func(c *conn) error {
		list, err = points(c, q)
		return err
	})
	return list, err
}

func points(c *conn, q onenet.PointQuery) ([]onenet.Point, error) {
	keys, err := streamKeys(c, q.Ref, q.Streams)
	if err != nil {
		return nil, err
	}
	if !q.PerStream {
		return firstOf(c, nil, keys, q)
	}
	var all []onenet.Point
	for i := range keys {
		if all, err = firstOf(c, all, keys[i:i+1], q); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// firstOf appends as many points of the streams as the query wants, in its direction.
func firstOf(c *conn, to []onenet.Point, keys []streamKey, q onenet.PointQuery) ([]onenet.Point, error) {
	if len(keys) == 0 {
		return to, nil
	}
	lo, hi := q.Between()
	list := make([]*series, len(keys))
	for i, k := range keys {
		list[i] = &series{
			c: c, sql: pointsSQL, key: k, lo: lo, hi: hi, desc: q.Desc, ahead: firstStep(q.Most(), len(keys)), most: q.Most(),
		}
		if q.Desc {
			list[i].sql = pointsDescSQL
		}
	}
	left := q.Most()
	for e, err := range merged(list, q.Desc) {
		if err != nil {
			return nil, err
		}
		to = append(to, e.Point)
		if left--; left == 0 {
			break
		}
	}
	return to, nil
}

const (
	fileColumns = "SELECT f.name, f.description, f.size, f.data FROM file f"
	fileSQL     = fileColumns + ` JOIN stream s ON s.pk = f.stream JOIN device d ON d.pk = s.device WHERE f.name = ? AND d.product = ?`
)

// File implements onenet.Store.
func (s *Store) File(ctx context.Context, id onenet.ProductID, index string) (f onenet.File, err error) {
	err = s.read(ctx, func(c *conn) error {
		found, err := file(c, fileSQL, index, string(id))
		if err == nil && found == nil {
			err = onenet.NotFound("file", index)
		}
		if err == nil {
			f = *found
		}
		return err
	})
	return f, err
}

// fileAt reads the file of a key.
func fileAt(c *conn, pk int64) (*onenet.File, error) {
	return file(c, fileColumns+" WHERE f.pk = ?", pk)
}

// file reads the file that a query finds, nil when there is none.
func file(c *conn, sql string, args ...any) (f *onenet.File, err error) {
	err = query(c, sql, func(r *row) error {
		f = &onenet.File{Index: r.text(), Desc: r.bytes(), Size: int(r.num()), Data: r.bytes()}
		return nil
	}, args...)
	return f, err
}
