package sqlite

import (
	"errors"
	"log/slog"

	"zombiezen.com/go/sqlite"

	"github.com/onelan/onelan/onenet"
)

// writer is the goroutine that changes the database. Its fields belong to that
// goroutine alone once it has started.
type writer struct {
	c     *conn
	queue *queue
	dir   string
	log   *slog.Logger

	begin, commit, rollback *sqlite.Stmt
	insertPoint             *sqlite.Stmt

	ids      ids
	counters counters
	sweeping bool // dropped streams have left points behind

	finished chan []job    // groups whose results are to be told, in order
	spare    chan []job    // empty slices to collect jobs in
	gone     chan struct{} // closed when all is told
}

func newWriter(c *conn, q *queue, dir string, log *slog.Logger) (*writer, error) {
	w := &writer{
		c: c, queue: q, dir: dir, log: log, ids: newIDs(),
		finished: make(chan []job, 1), spare: make(chan []job, 2), gone: make(chan struct{}),
	}
	w.spare <- nil
	w.spare <- nil
	for _, p := range []struct {
		stmt *(*sqlite.Stmt)
		sql  string
	}{
		{&w.begin, "BEGIN IMMEDIATE"},
		{&w.commit, "COMMIT"},
		{&w.rollback, "ROLLBACK"},
		{&w.insertPoint, "INSERT INTO point (stream, at, seq, value) VALUES (?, ?, ?, CAST(? AS TEXT))"},
	} {
		var err error
		if *p.stmt, err = c.Prepare(p.sql); err != nil {
			return nil, err
		}
	}
	left, err := one(c, "SELECT EXISTS (SELECT 1 FROM dropped_stream)")
	w.sweeping = left == 1
	return w, errors.Join(err, w.counters.load(c))
}

func (w *writer) start() {
	go w.tell()
	go w.write()
}

// write commits group after group until the queue is closed and empty. Between them it
// sweeps up a little, if there is something to sweep up.
func (w *writer) write() {
	defer close(w.finished)
	for {
		jobs, more := w.queue.take(<-w.spare, !w.sweeping)
		if !more {
			return
		}
		w.do(jobs)
		w.finished <- jobs
		if w.sweeping {
			w.sweep()
		}
	}
}

// tell calls the dones, in order. It is a goroutine of its own so that the next
// group is written meanwhile.
func (w *writer) tell() {
	defer close(w.gone)
	for jobs := range w.finished {
		for i := range jobs {
			jobs[i].done(jobs[i].err)
		}
		clear(jobs)
		w.spare <- jobs[:0]
	}
	for late := w.queue.refused(); len(late) > 0; late = w.queue.refused() {
		for i := range late {
			late[i].done(errClosed)
		}
	}
}

// do runs the jobs: batches that follow each other as one group, other work by itself.
func (w *writer) do(jobs []job) {
	for from := 0; from < len(jobs); {
		to := from
		for to < len(jobs) && jobs[to].work == nil {
			to++
		}
		if to > from {
			w.group(jobs[from:to])
			from = to
			continue
		}
		w.alone(&jobs[from])
		from++
	}
}

// alone runs work that is no batch. It may have changed anything, so nothing
// remembered holds afterwards.
func (w *writer) alone(j *job) {
	err := w.transact(func() error { return j.work(w.c) })
	w.ids.clear()
	j.err = problem(w.dir, errors.Join(err, w.counters.load(w.c)))
}

// group commits batches together. When it fails because of something in one of them,
// each gets a transaction of its own, so that only that one fails.
func (w *writer) group(jobs []job) {
	err := w.transact(func() error {
		for i := range jobs {
			refusal, err := w.apply(&jobs[i].batch)
			if err != nil {
				return err
			}
			jobs[i].err = refusal
		}
		return w.counters.save(w.c)
	})
	switch {
	case err == nil:
	case len(jobs) > 1 && !hitsAll(err):
		for i := range jobs {
			w.group(jobs[i : i+1])
		}
	default:
		err = problem(w.dir, err)
		for i := range jobs {
			jobs[i].err = err
		}
	}
}

// transact runs f in a transaction. After a failure nothing of it is left, neither in
// the database nor in what the writer remembers.
func (w *writer) transact(f func() error) error {
	err := step(w.begin)
	if err != nil {
		return err
	}
	if err = f(); err == nil {
		err = step(w.commit)
	}
	if err == nil {
		return nil
	}
	w.ids.clear()
	w.counters.forget()
	if !w.c.AutocommitEnabled() { // SQLite has not rolled back by itself
		err = errors.Join(err, step(w.rollback))
	}
	return err
}

// apply does one batch inside the group's transaction. A refusal leaves no trace of it;
// any other error is the end of the whole transaction.
func (w *writer) apply(b *onenet.Batch) (refusal, err error) {
	if changesRegistry(b) {
		err = w.guarded(func() error {
			if err := w.registry(b); err != nil {
				return err
			}
			return w.life(b)
		})
	} else {
		err = w.life(b)
	}
	if isRefusal(err) {
		return err, nil
	}
	return nil, err
}

// guarded runs f so that a refusal undoes what f did before it.
func (w *writer) guarded(f func() error) error {
	if err := exec(w.c, "SAVEPOINT batch"); err != nil {
		return err
	}
	err := f()
	if isRefusal(err) {
		w.ids.clear()
		if failure := exec(w.c, "ROLLBACK TO batch"); failure != nil {
			return failure
		}
	} else if err != nil {
		return err
	}
	if failure := exec(w.c, "RELEASE batch"); failure != nil {
		return failure
	}
	return err
}

func isRefusal(err error) bool {
	_, ok := errors.AsType[*onenet.Error](err)
	return ok
}

// life does the part of a batch that is about the life of devices. It refuses before
// it changes anything.
func (w *writer) life(b *onenet.Batch) error {
	for _, f := range []func(*onenet.Batch) error{w.check, w.lists, w.history, w.sessions, w.uplink} {
		if err := f(b); err != nil {
			return err
		}
	}
	return nil
}
