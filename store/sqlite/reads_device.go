package sqlite

import (
	"context"

	"github.com/onelan/onelan/onenet"
)

// Device implements onenet.Store.
func (s *Store) Device(ctx context.Context, ref onenet.DeviceRef) (d onenet.Device, err error) {
	err = s.read(ctx, func(c *conn) error {
		list, err := devices(c, "WHERE product = ? AND id = ?", string(ref.Product), string(ref.Device))
		if err == nil && len(list) == 0 {
			err = onenet.NotFound("device", string(ref.Device))
		}
		if err == nil {
			d = list[0]
		}
		return err
	})
	return d, err
}

// Devices implements onenet.Store.
func (s *Store) Devices(ctx context.Context, f onenet.DeviceFilter) (page []onenet.Device, n int, err error) {
	where := deviceClauses(f)
	err = s.read(ctx, func(c *conn) error {
		page, err = devices(c, where.String()+deviceOrder(f), append(where.args, pageSize(f.Limit), max(f.Offset, 0))...)
		if err != nil {
			return err
		}
		n, err = total(c, len(page), f.Offset, f.Limit, "SELECT count(*) FROM device"+where.String(), where.args)
		return err
	})
	return page, n, err
}

// deviceOrder names the columns so that an index has them in this order already.
func deviceOrder(f onenet.DeviceFilter) string {
	if f.Product != "" {
		return " ORDER BY length(id), id" + onePage
	}
	return " ORDER BY length(id), id, length(product), product" + onePage
}

// atMost is a LIMIT that is an expression, because SQLite plans a statement anew whenever the parameter of a plain one is bound.
const (
	atMost  = " LIMIT ? + 0"
	onePage = atMost + " OFFSET ?"
)

// pageSize is the limit in the words of SQL.
func pageSize(limit int) int {
	if limit <= 0 {
		return -1
	}
	return limit
}

// total is how many rows there are in all; they are counted only when the page does not tell.
func total(c *conn, page, offset, limit int, sql string, args []any) (int, error) {
	if offset <= 0 && (limit <= 0 || page < limit) {
		return page, nil
	}
	n, err := one(c, sql, args...)
	return int(n), err
}

func deviceClauses(f onenet.DeviceFilter) *clauses {
	w := &clauses{}
	if f.Product != "" {
		w.add("product = ?", string(f.Product))
	}
	if f.Keywords != "" { // not LIKE, which minds neither case nor its own wildcards
		w.add("(substr(id, 1, length(?)) = ? OR substr(title, 1, length(?)) = ?)", f.Keywords, f.Keywords, f.Keywords, f.Keywords)
	}
	if f.Contains != "" { // lower minds ASCII only, and so does the memory's store
		w.add(`(instr(lower(id), lower(?)) OR instr(lower(title), lower(?)) OR
			EXISTS (SELECT 1 FROM json_each(tags) WHERE instr(lower(value), lower(?))))`, f.Contains, f.Contains, f.Contains)
	}
	if len(f.IDs) > 0 {
		w.add("id IN (SELECT value FROM json_each(?))", jsonText(f.IDs))
	}
	if f.AuthInfo != "" {
		w.add("auth_info = ? AND auth_info <> ''", string(f.AuthInfo)) // as the index has it
	}
	if f.Tag != "" {
		w.add("EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)", f.Tag)
	}
	if f.Private != nil {
		w.add("private = ?", *f.Private)
	}
	if !f.Begin.IsZero() {
		w.add("created_at >= ?", milliUp(f.Begin))
	}
	if !f.End.IsZero() {
		w.add("created_at < ?", milliUp(f.End))
	}
	return w
}

// devices reads the devices that a clause chooses.
func devices(c *conn, clause string, args ...any) (list []onenet.Device, err error) {
	err = eachDevice(c, func(d onenet.Device) error {
		list = append(list, d)
		return nil
	}, clause, args...)
	return list, err
}

func eachDevice(c *conn, f func(onenet.Device) error, clause string, args ...any) error {
	return query(c, `SELECT product, id, title, auth_info, protocol, description, tags, location, private, other, blocked,
		created_at, activated_at, last_login FROM device `+clause, func(r *row) error {
		d := onenet.Device{
			Product: onenet.ProductID(r.text()), ID: onenet.DeviceID(r.text()), Title: r.text(),
			AuthInfo: onenet.Secret(r.text()), Protocol: r.text(), Desc: r.text(),
		}
		r.json(&d.Tags)
		r.json(&d.Location)
		d.Private, d.Other, d.Blocked = r.flag(), r.bytes(), r.flag()
		d.CreatedAt, d.ActivatedAt, d.LastLogin = r.time(), r.time(), r.time()
		if r.err != nil {
			return r.err
		}
		return f(d)
	}, args...)
}
