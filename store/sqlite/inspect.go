package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"zombiezen.com/go/sqlite"
)

// Health is what Inspect finds.
type Health struct {
	InUse  bool  // a store is open in the directory
	Exists bool  // there is a database
	Size   int64 // of it
}

// inspectWithin is how long Inspect reads. What is damaged in a database that takes longer shows when it is used.
const inspectWithin = 5 * time.Second

// Inspect looks at the database in a directory without changing it: whether a store has it open, and whether it is ours and
// whole. A fault of it comes back as a *Problem.
func Inspect(ctx context.Context, dir string) (Health, error) {
	h := Health{InUse: inUse(dir)}
	path := filepath.Join(dir, databaseName)
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return h, nil
	}
	if err != nil {
		return h, problem(dir, err)
	}
	h.Exists, h.Size = true, info.Size()
	ctx, cancel := context.WithTimeout(ctx, inspectWithin)
	defer cancel()
	return h, problem(dir, whole(ctx, path))
}

// inUse tries the lock for as long as a look takes.
func inUse(dir string) bool {
	name := filepath.Join(dir, lockName)
	if _, err := os.Stat(name); err != nil {
		return false // to try it would make it
	}
	lock := flock.New(name)
	free, err := lock.TryRLock()
	if err != nil || !free {
		return err == nil
	}
	_ = lock.Unlock()
	return false
}

// whole reads the database from end to end, or until ctx ends.
func whole(ctx context.Context, path string) (err error) {
	raw, err := sqlite.OpenConn(path, sqlite.OpenReadOnly)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, raw.Close()) }()
	c := newConn(raw)
	c.SetBusyTimeout(busyPatience)
	c.SetInterrupt(ctx.Done())
	if err := isOurs(c, path); err != nil {
		return err
	}
	verdict := ""
	err = query(c, "PRAGMA quick_check(1)", func(r *row) error {
		verdict = r.text()
		return nil
	})
	switch {
	case ctx.Err() != nil:
		return nil
	case err == nil && verdict != "ok":
		return problem(filepath.Dir(path), sqlite.ResultCorrupt.ToError())
	}
	return err
}
