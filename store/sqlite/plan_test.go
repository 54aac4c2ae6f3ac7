package sqlite

import (
	"strings"
	"testing"
	"time"

	"github.com/onelan/onelan/onenet"
)

// mustOpen opens a store in a directory of its own.
func mustOpen(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// plan is how SQLite runs a statement.
func plan(t *testing.T, s *Store, sql string, args ...any) string {
	t.Helper()
	var steps []string
	err := s.read(t.Context(), func(c *conn) error {
		return query(c, "EXPLAIN QUERY PLAN "+sql, func(r *row) error {
			r.next = 3
			steps = append(steps, r.text())
			return nil
		}, args...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(steps, "; ")
}

func TestQueriesUseTheirIndexes(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	devices := func(f onenet.DeviceFilter) (string, []any) {
		w := deviceClauses(f)
		return "SELECT title FROM device" + w.String() + deviceOrder(f), append(w.args, 1, 0)
	}
	commands := func(q onenet.CommandQuery) (string, []any) {
		w := commandClauses(1, q)
		return "SELECT body FROM command c" + w.String() + commandOrder(q), append(w.args, 1, 0)
	}
	points := []any{1, 0, 0, 0, 0, 1}
	for _, row := range []struct {
		name, index string
		sorted      bool // the rows come in order without sorting
		sql         string
		args        []any
	}{
		{name: "history forwards", index: "PRIMARY KEY (stream=? AND (at,seq)>(?,?) AND (at,seq)<(?,?))", sorted: true, sql: pointsSQL, args: points},
		{name: "history backwards", index: "PRIMARY KEY (stream=? AND (at,seq)>(?,?) AND (at,seq)<(?,?))", sorted: true, sql: pointsDescSQL, args: points},
		{name: "streams and their newest points", index: "SEARCH p USING PRIMARY KEY (stream=? AND at=? AND seq=?)", sorted: true, sql: streamsSQL, args: []any{"1", "2"}},
		{name: "pruning points", index: "SEARCH p USING PRIMARY KEY (stream=? AND at<?)", sql: prunePointsSQL, args: []any{0, 1}},
		{name: "pruning points, the outer half", index: "SEARCH point USING PRIMARY KEY", sql: prunePointsSQL, args: []any{0, 1}},
		{name: "sweeping points", index: "SEARCH point USING PRIMARY KEY (stream=?", sql: sweepPointsSQL, args: []any{1, 1}},
		{name: "a dump's points and their files", index: "file_of_point (stream=? AND at=? AND seq=?)", sorted: true, sql: dumpSQL, args: points},
		{name: "a dump's points in their order", index: "PRIMARY KEY (stream=? AND (at,seq)>(?,?) AND (at,seq)<(?,?))", sorted: true, sql: dumpSQL, args: points},
		{name: "deleting a range of points", index: "PRIMARY KEY (stream=? AND at>? AND at<?)", sql: dropRangeSQL, args: []any{1, 0, 1}},
		{name: "deleting the files of a range", index: "file_of_point (stream=? AND at>? AND at<?)", sql: dropRangeFilesSQL, args: []any{1, 0, 1}},
		{name: "topics in their order", index: "(product=?)", sql: topicsSQL, args: []any{"1"}},
		{name: "a page of the uplink", index: "uplink_of_device (device=? AND quarantined=? AND seq>?)", sorted: true, sql: uplinkSQL, args: []any{1, 0, 0, 1}},
		{name: "the depths of the uplink", index: "SCAN uplink USING COVERING INDEX uplink_of_device", sql: depthsSQL},
		{name: "taking an entry out", index: "uplink_of_device (device=? AND quarantined=? AND seq=?)", sql: dropUplinkSQL, args: []any{1, 1}},
		{name: "changing an entry", index: "uplink_of_device (device=? AND quarantined=? AND seq=?)", sql: putUplinkSQL, args: []any{1, "", false, 1, 1}},
		{name: "a file", index: "file_name (name=?", sql: fileSQL, args: []any{"f", "1"}},
		{name: "replacing a file", index: "file_name (name=?", sql: replaceFileSQL, args: []any{"f", "1"}},
	} {
		check(t, row.name, plan(t, s, row.sql, row.args...), row.index, row.sorted)
	}
	for name, f := range map[string]onenet.DeviceFilter{
		"device_of_product": {Product: "1"}, "device_by_id": {}, "device_auth_info": {Product: "1", AuthInfo: "x"},
		"device_named": {IDs: []onenet.DeviceID{"1", "2"}},
	} {
		sql, args := devices(f)
		check(t, "devices by "+name, plan(t, s, sql, args...), name, f.AuthInfo == "" && f.IDs == nil)
	}
	sql, args := commands(onenet.CommandQuery{Waiting: now})
	check(t, "waiting commands", plan(t, s, sql, args...), "command_waiting (device=? AND expires_at>?)", false)
	sql, args = commands(onenet.CommandQuery{Start: now, End: now, Desc: true})
	check(t, "commands of a device", plan(t, s, sql, args...), "command_of_device (device=? AND created_at>? AND created_at<?)", true)
}

func check(t *testing.T, name, plan, index string, sorted bool) {
	t.Helper()
	if !strings.Contains(plan, index) || strings.Contains(plan, "SCAN point") || sorted && strings.Contains(plan, "TEMP B-TREE") {
		t.Errorf("%s: the plan is %q, want %q in it, sorted %v", name, plan, index, sorted)
	}
}
