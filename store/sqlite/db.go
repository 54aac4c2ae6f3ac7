package sqlite

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"
)

// exec runs a statement that gives no rows. Statements are prepared once a connection.
func exec(c *conn, sql string, args ...any) error {
	return query(c, sql, func(*row) error { return nil }, args...)
}

// query runs a statement and f for each of its rows.
func query(c *conn, sql string, f func(*row) error, args ...any) (err error) {
	s, err := c.statement(sql)
	if err == nil {
		err = bind(s, args)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	defer func() { err = cmp.Or(err, s.Reset()) }()
	for {
		if more, err := s.Step(); err != nil || !more {
			return err
		}
		if err := f(&row{stmt: s}); err != nil {
			return err
		}
	}
}

// one is the number that a statement gives, 0 when it gives no row.
func one(c *conn, sql string, args ...any) (n int64, err error) {
	err = query(c, sql, func(r *row) error {
		n = r.num()
		return nil
	}, args...)
	return n, err
}

// step runs a statement that has no parameters or has them bound.
func step(s *sqlite.Stmt) error {
	if _, err := s.Step(); err != nil {
		return err
	}
	return s.Reset()
}

// row reads the columns of a row from left to right.
type row struct {
	stmt *sqlite.Stmt
	next int
	err  error // the first value that could not be read
}

func (r *row) column() int {
	r.next++
	return r.next - 1
}

// more tells whether there is another column.
func (r *row) more() bool { return r.next < r.stmt.ColumnCount() }

func (r *row) text() string { return r.stmt.ColumnText(r.column()) }
func (r *row) num() int64   { return r.stmt.ColumnInt64(r.column()) }
func (r *row) flag() bool   { return r.num() != 0 }

// bytes are nil for NULL, and not nil when they are merely empty.
func (r *row) bytes() []byte {
	i := r.column()
	n := r.stmt.ColumnLen(i)
	if n == 0 && r.stmt.ColumnIsNull(i) {
		return nil
	}
	b := make([]byte, n)
	r.stmt.ColumnBytes(i, b)
	return b
}

// time is zero for NULL.
func (r *row) time() time.Time {
	if i := r.column(); !r.stmt.ColumnIsNull(i) {
		return time.UnixMilli(r.stmt.ColumnInt64(i)).UTC()
	}
	return time.Time{}
}

// json reads a column of JSON into v; NULL leaves v as it is.
func (r *row) json(v any) {
	if b := r.bytes(); b != nil {
		if err := json.Unmarshal(b, v); err != nil && r.err == nil {
			r.err = err
		}
	}
}

// milli is how times are stored. The zero time is a number like any other.
func milli(t time.Time) int64 { return t.UnixMilli() }

// milliUp is the first stored time that is not before t.
func milliUp(t time.Time) int64 {
	if ms := milli(t); !time.UnixMilli(ms).Before(t) {
		return ms
	}
	return milli(t) + 1
}

// orNull is a time that may not have come yet.
func orNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return milli(t)
}

// jsonText is v as JSON. Only types of our own that always marshal are given to it.
func jsonText(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// textOrNull is JSON that may be absent.
func textOrNull(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return string(b)
}
