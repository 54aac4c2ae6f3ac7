// Package sqlite is the store that survives: one SQLite database in a directory.
//
// All changes go through one goroutine, which takes whatever waits, applies it in one
// transaction and commits once for all (group commit): many small batches share
// the cost of one fsync, and a batch that comes alone is committed at once. The
// results are told by a second goroutine while the first is at the next group. Reads
// run beside them on connections of their own; each sees one moment of the database.
//
// The database is in WAL mode, so a process that is killed loses nothing that was
// committed. A lock file keeps a second process out of the directory. What goes wrong
// with the disk or the database comes back as a *Problem, which says in its second
// line what to do; when the reason is gone, the store goes on by itself.
//
// Secrets are stored as they are, because their owner may ask for them. Directory and
// database are for their user alone.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/onelan/onelan/onenet"
)

// Options are the choices an owner has. The zero value is the safe one.
type Options struct {
	// Sync says what an acknowledged change survives: "full" (the default) the loss of
	// power, "normal" and "off" the death of the process only. With "off" a loss of
	// power can damage the database.
	Sync string
	Log  *slog.Logger // nil: silence
}

// The files in the data directory, beside those that SQLite adds.
const (
	databaseName = "onelan.db"
	lockName     = "onelan.lock"
)

// readers is the number of connections that read, dumpers the number of dumps that may run at once.
const (
	readers = 4
	dumpers = 2
)

// Store is an onenet.Store in a directory.
type Store struct {
	dir    string
	log    *slog.Logger
	lock   *flock.Flock
	queue  *queue
	writer *writer
	pool   *pool
	dumps  *pool // of connections for dumps, so that slow ones take none from the other reads

	closing sync.Once
	closed  chan struct{} // closed when Close begins
	failure error         // of Close; set before closing is done
}

// Open opens the store in the directory and makes both when they are not there.
func Open(dir string, opt Options) (_ *Store, err error) {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	sync, err := syncPragma(opt.Sync)
	if err != nil {
		return nil, err
	}
	s := &Store{dir: dir, log: opt.Log, queue: newQueue(), closed: make(chan struct{})}
	if s.lock, err = claim(dir); err != nil {
		return nil, err
	}
	if err := s.open(sync); err != nil {
		return nil, errors.Join(problem(dir, err), s.lock.Unlock())
	}
	s.log.Info("store opened", "database", s.path())
	return s, nil
}

func (s *Store) path() string { return filepath.Join(s.dir, databaseName) }

// open opens the connections, the writer's first: it makes the tables.
func (s *Store) open(sync string) error {
	c, err := openWriter(s.path(), sync)
	if err != nil {
		return err
	}
	if err = s.openReaders(); err == nil {
		s.writer, err = newWriter(c, s.queue, s.dir, s.log)
	}
	if err != nil {
		return errors.Join(err, s.closeReaders(), c.Close())
	}
	s.writer.start()
	return nil
}

func (s *Store) openReaders() (err error) {
	if s.pool, err = openPool(s.path(), readers); err != nil {
		return err
	}
	if s.dumps, err = openPool(s.path(), dumpers); err != nil {
		return err
	}
	return warm(s.pool)
}

// closeReaders ends the reads that run, and waits for them. A dump ends when its consumer comes back for more.
func (s *Store) closeReaders() error { return errors.Join(s.pool.close(), s.dumps.close()) }

// warm makes every reader open its files now, so that none has to later, when there may
// be no file descriptor left.
func warm(p *pool) error {
	for range readers { // the pool hands its connections out in turn
		err := p.run(context.Background(), func(c *conn) error { return exec(c, "SELECT n FROM counter") })
		if err != nil {
			return err
		}
	}
	return nil
}

var errClosed = fmt.Errorf("store: %w", os.ErrClosed)

// Submit implements onenet.Store.
func (s *Store) Submit(b onenet.Batch, done func(error)) {
	if err := s.queue.put(context.Background(), job{batch: b, done: done}); err != nil {
		done(err)
	}
}

// Apply implements onenet.Store.
func (s *Store) Apply(ctx context.Context, b onenet.Batch) error {
	return s.wait(ctx, job{batch: b})
}

// change runs f in a transaction of its own, in its turn among the batches.
func (s *Store) change(ctx context.Context, f func(*conn) error) error {
	return s.wait(ctx, job{work: f})
}

func (s *Store) wait(ctx context.Context, j job) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	stored := make(chan error, 1)
	j.done = func(err error) { stored <- err }
	if err := s.queue.put(ctx, j); err != nil {
		return err
	}
	select {
	case err := <-stored:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// slowClose is how long Close waits before it says what for.
const slowClose = 5 * time.Second

// Close implements onenet.Store.
func (s *Store) Close() error {
	s.closing.Do(func() {
		close(s.closed)
		s.queue.close()
		slow := time.AfterFunc(slowClose, func() {
			s.log.Warn("closing the store waits for the last commit, its done functions, running reads and dumps", "database", s.path())
		})
		defer slow.Stop()
		<-s.writer.gone
		// The writer's connection is closed last: the last one to close moves the WAL into the database.
		s.failure = errors.Join(s.closeReaders(), s.writer.c.Close(), s.lock.Unlock())
	})
	return s.failure
}
