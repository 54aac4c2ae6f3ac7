package sqlite

import (
	"context"
	"slices"

	"zombiezen.com/go/sqlite"

	"github.com/onelan/onelan/onenet"
)

// Streams implements onenet.Store.
func (s *Store) Streams(ctx context.Context, ref onenet.DeviceRef) (list []onenet.Datastream, err error) {
	err = s.read(ctx, func(c *sqlite.Conn) error {
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
	err = s.read(ctx, func(c *sqlite.Conn) error {
		list, err = points(c, q)
		return err
	})
	return list, err
}

type streamKey struct {
	pk int64
	id onenet.StreamID
}

// points reads stream by stream, because a stream is what the table is sorted by. Once
// enough points are found, the last of them bounds what the next stream can add, so that
// a device with many streams is not read many times over.
func points(c *sqlite.Conn, q onenet.PointQuery) ([]onenet.Point, error) {
	keys, err := streamKeys(c, q)
	if err != nil {
		return nil, err
	}
	lo, hi := q.Between()
	var all []onenet.Point
	for _, k := range keys {
		if all, err = appendPoints(all, c, k, lo, hi, q); err != nil {
			return nil, err
		}
		if q.PerStream || len(all) < q.Most() || len(keys) == 1 {
			continue
		}
		all = nearest(all, q)
		if last := placeOf(all[len(all)-1]); q.Desc {
			lo = last
		} else {
			hi = last
		}
	}
	if q.PerStream {
		return all, nil
	}
	return nearest(all, q), nil
}

// streamKeys are the wanted streams that exist, by id.
func streamKeys(c *sqlite.Conn, q onenet.PointQuery) (keys []streamKey, err error) {
	err = query(c, `SELECT s.pk, s.id FROM device d JOIN stream s ON s.device = d.pk WHERE d.product = ? AND d.id = ? ORDER BY s.id`,
		func(r *row) error {
			k := streamKey{r.num(), onenet.StreamID(r.text())}
			if len(q.Streams) == 0 || slices.Contains(q.Streams, k.id) {
				keys = append(keys, k)
			}
			return nil
		}, string(q.Ref.Product), string(q.Ref.Device))
	return keys, err
}

const (
	pointsSQL     = `SELECT at, seq, value FROM point WHERE stream = ? AND (at, seq) > (?, ?) AND (at, seq) < (?, ?) ORDER BY at, seq LIMIT ?`
	pointsDescSQL = `SELECT at, seq, value FROM point WHERE stream = ? AND (at, seq) > (?, ?) AND (at, seq) < (?, ?) ORDER BY at DESC, seq DESC LIMIT ?`
)

func appendPoints(to []onenet.Point, c *sqlite.Conn, k streamKey, lo, hi onenet.Position, q onenet.PointQuery) ([]onenet.Point, error) {
	sql := pointsSQL
	if q.Desc {
		sql = pointsDescSQL
	}
	err := query(c, sql, func(r *row) error {
		to = append(to, onenet.Point{Stream: k.id, At: r.time(), Seq: r.num(), Value: r.bytes()})
		return nil
	}, k.pk, milli(lo.At), lo.Seq, milli(hi.At), hi.Seq, q.Most())
	return to, err
}

func placeOf(p onenet.Point) onenet.Position { return onenet.Position{At: p.At, Seq: p.Seq} }

// nearest sorts points in the direction of the query and keeps as many as it wants.
func nearest(all []onenet.Point, q onenet.PointQuery) []onenet.Point {
	slices.SortFunc(all, func(a, b onenet.Point) int {
		if q.Desc {
			a, b = b, a
		}
		return placeOf(a).Compare(placeOf(b))
	})
	return all[:min(len(all), q.Most())]
}

const fileSQL = `SELECT f.name, f.description, f.size, f.data
	FROM file f JOIN stream s ON s.pk = f.stream JOIN device d ON d.pk = s.device WHERE f.name = ? AND d.product = ?`

// File implements onenet.Store.
func (s *Store) File(ctx context.Context, id onenet.ProductID, index string) (f onenet.File, err error) {
	found := false
	err = s.read(ctx, func(c *sqlite.Conn) error {
		err := query(c, fileSQL, func(r *row) error {
			f = onenet.File{Index: r.text(), Desc: r.bytes(), Size: int(r.num()), Data: r.bytes()}
			found = true
			return nil
		}, index, string(id))
		if err == nil && !found {
			err = onenet.NotFound("file", index)
		}
		return err
	})
	return f, err
}
