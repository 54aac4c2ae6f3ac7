package sqlite

import (
	"context"
	"time"
)

// How much one step deletes at most, so that no batch waits for long. Files are large.
const (
	rowsPerStep  = 2000
	filesPerStep = 50
)

// Both find what goes in the order of the table.
const (
	prunePointsSQL = `DELETE FROM point WHERE (stream, at, seq) IN
		(SELECT p.stream, p.at, p.seq FROM stream s CROSS JOIN point p ON p.stream = s.pk WHERE p.at < ? LIMIT ?)`
	sweepPointsSQL = `DELETE FROM point WHERE stream = ?1 AND (at, seq) IN
		(SELECT at, seq FROM point WHERE stream = ?1 ORDER BY at, seq LIMIT ?2)`
)

// Prune implements onenet.Store.
func (s *Store) Prune(ctx context.Context, before time.Time) (n int, err error) {
	gone := 0
	err = s.change(ctx, func(c *conn) error {
		for _, part := range []struct {
			sql  string
			args []any
		}{
			{prunePointsSQL, []any{milliUp(before), rowsPerStep}},
			{
				"DELETE FROM file WHERE pk IN (SELECT pk FROM file WHERE at < ? LIMIT ?)",
				[]any{milliUp(before), filesPerStep},
			},
			{
				"DELETE FROM command WHERE pk IN (SELECT pk FROM command WHERE created_at < ? AND NOT (" + waits + " AND expires_at > ?) LIMIT ?)",
				[]any{milliUp(before), milli(before), rowsPerStep},
			},
		} {
			if err := exec(c, part.sql, part.args...); err != nil {
				return err
			}
			gone += c.Changes()
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return gone, nil
}

// sweep deletes some of what dropped streams left behind. A failure ends the sweeping
// until something is dropped again or the store is opened again.
func (w *writer) sweep() {
	left := false
	err := w.transact(func() error {
		stream, err := one(w.c, "SELECT stream FROM dropped_stream LIMIT 1")
		if err != nil || stream == 0 {
			return err
		}
		left = true
		return w.sweepStream(stream)
	})
	if err != nil {
		w.log.Warn("dropped points not deleted", "err", problem(w.dir, err))
	}
	w.sweeping = left && err == nil
}

func (w *writer) sweepStream(stream int64) error {
	err := exec(w.c, sweepPointsSQL, stream, rowsPerStep)
	if err != nil {
		return err
	}
	points := w.c.Changes()
	err = exec(w.c, "DELETE FROM file WHERE pk IN (SELECT pk FROM file WHERE stream = ? LIMIT ?)", stream, filesPerStep)
	if err != nil {
		return err
	}
	if points == rowsPerStep || w.c.Changes() == filesPerStep {
		return nil // there may be more
	}
	return exec(w.c, "DELETE FROM dropped_stream WHERE stream = ?", stream)
}
