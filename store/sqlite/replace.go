package sqlite

import (
	"context"
	"errors"
	"iter"

	"github.com/onelan/onelan/onenet"
)

// Replace implements onenet.Store. It is one transaction, in which the writer itself takes the batches from the
// iterator; other batches wait meanwhile, and reads see the old content.
func (s *Store) Replace(ctx context.Context, batches iter.Seq2[onenet.Batch, error]) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	stored := make(chan error, 1)
	err := s.queue.put(ctx, job{
		work: func(*conn) error { return s.writer.replace(ctx, batches) },
		done: func(err error) { stored <- err },
	})
	if err != nil {
		return err
	}
	// Not even the end of ctx cuts this wait short: the caller must know which content the store has.
	err = <-stored
	if end, ok := errors.AsType[*ending](err); ok {
		return end.err
	}
	return err
}

// ending is an error that is no fault of the database: the iterator's, or that of a context which has ended.
type ending struct{ err error }

// Error implements error.
func (e *ending) Error() string { return e.err.Error() }

func (w *writer) replace(ctx context.Context, batches iter.Seq2[onenet.Batch, error]) error {
	if err := w.empty(); err != nil {
		return err
	}
	for b, err := range batches {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return &ending{err}
		}
		refusal, err := w.apply(&b)
		if err != nil {
			return err
		}
		if refusal != nil {
			return refusal
		}
	}
	if err := ctx.Err(); err != nil {
		return &ending{err}
	}
	return w.counters.save(w.c)
}

// empty deletes everything. Tables come before those they refer to: SQLite then drops whole trees instead of
// looking at each row, but for streams, whose trigger wants to see each.
func (w *writer) empty() error {
	for _, table := range []string{
		"point", "file", "command", "subscription", "session", "queued", "uplink", "uplink_count", "retained", "topic",
		"data_trigger", "api_key", "stream", "device", "product", "dropped_stream",
	} {
		if err := exec(w.c, "DELETE FROM "+table); err != nil {
			return err
		}
	}
	w.ids.clear()
	w.counters = counters{uplink: w.counters.uplink} // whose numbers are never given again
	w.counters.forget()
	return nil
}
