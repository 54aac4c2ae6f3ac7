package sqlite

import (
	"errors"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/onelan/onelan/onenet"
)

// TestStatementsAreNotPlannedAgain counts what SQLite asks its authorizer, which it does while it plans.
func TestStatementsAreNotPlannedAgain(t *testing.T) {
	t.Parallel()
	s := mustSeed(t)
	mustApply(t, s, valued(0, "1"))
	queries := map[string]func(c *conn, n int) error{
		"points": func(c *conn, n int) error {
			_, err := points(c, onenet.PointQuery{Ref: demo, Limit: 10 + n, Start: start.Add(time.Duration(n))})
			return err
		},
		"points backwards": func(c *conn, n int) error {
			_, err := points(c, onenet.PointQuery{Ref: demo, Limit: 10 + n, Desc: true})
			return err
		},
		"a page of devices": func(c *conn, n int) error {
			f := onenet.DeviceFilter{Product: demo.Product, Limit: 10 + n, Offset: n}
			where := deviceClauses(f)
			_, err := devices(c, where.String()+deviceOrder(f), append(where.args, f.Limit, f.Offset)...)
			return err
		},
		"waiting commands": func(c *conn, n int) error {
			q := onenet.CommandQuery{Waiting: start.Add(time.Duration(n) * time.Second), Limit: 10 + n}
			where := commandClauses(int64(10+n), q)
			_, err := commands(c, where.String()+commandOrder(q), append(where.args, q.Limit, 0)...)
			return err
		},
		"what waits for a device": func(c *conn, n int) error {
			return exec(c, "DELETE FROM queued WHERE device = ? AND seq = ?", 10+n, 20+n)
		},
		"a page of the uplink": func(c *conn, n int) error {
			return query(c, uplinkSQL, func(*row) error { return nil }, 10+n, n%2 == 0, 20+n, 30+n)
		},
		"an entry of the uplink": func(c *conn, n int) error {
			return errors.Join(exec(c, dropUplinkSQL, 10+n, 20+n), exec(c, putUplinkSQL, n, "poison", true, 10+n, 30+n))
		},
	}
	for name, run := range queries {
		err := s.change(t.Context(), func(c *conn) error {
			planned := 0
			err := c.SetAuthorizer(sqlite.AuthorizeFunc(func(sqlite.Action) sqlite.AuthResult {
				planned++
				return sqlite.AuthResultOK
			}))
			if err != nil {
				return err
			}
			defer func() { _ = c.SetAuthorizer(nil) }()
			if err := run(c, 0); err != nil {
				return err
			}
			if planned == 0 {
				t.Errorf("%s: the first run was not planned, so this test sees nothing", name)
			}
			planned = 0
			for n := range 3 {
				if err := run(c, n+1); err != nil {
					return err
				}
			}
			if planned > 0 {
				t.Errorf("%s: planned again", name)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
