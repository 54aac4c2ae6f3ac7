// Package memory is a store that forgets: it serves --ephemeral and tests.
//
// Everything lies in maps and slices behind one lock; a new store costs
// microseconds. Nothing survives Close. So that a platform left running cannot grow
// for ever, the store holds a bounded number of points and commands and a bounded
// volume of files, and lets the oldest go; see Options.
//
// A Submit applies its batch at once, so there is nothing to wait for. Its done is
// called with no lock held, by this Submit or by another one that is calling the
// dones before it: one at a time and in the order in which the batches were applied.
package memory

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/onelan/onelan/onenet"
)

// Options bound the store. Zero fields take the defaults.
type Options struct {
	Points    int // kept per stream; 100,000 when 0
	Commands  int // kept per device; 10,000 when 0
	FileBytes int // kept in all; 256 MiB when 0
}

func (o Options) withDefaults() Options {
	if o.Points <= 0 {
		o.Points = 100_000
	}
	if o.Commands <= 0 {
		o.Commands = 10_000
	}
	if o.FileBytes <= 0 {
		o.FileBytes = 256 << 20
	}
	return o
}

// Store is an onenet.Store in memory.
type Store struct {
	opt Options

	mu      sync.RWMutex
	w       *world // guarded by mu; nil after Close
	calls   []call // guarded by mu: dones, of which
	called  int    // guarded by mu: this many were called
	calling bool   // guarded by mu: somebody is at it
}

type call struct {
	done func(error)
	err  error
}

// New returns an empty store with the default bounds.
func New() *Store { return NewWith(Options{}) }

// NewWith returns an empty store.
func NewWith(opt Options) *Store {
	opt = opt.withDefaults()
	return &Store{opt: opt, w: newWorld(opt)}
}

var errClosed = fmt.Errorf("store: %w", os.ErrClosed)

// Submit implements onenet.Store.
func (s *Store) Submit(b onenet.Batch, done func(error)) {
	s.submit(func(w *world) error { return w.apply(&b) }, done)
}

// submit makes a change and calls done in its turn.
func (s *Store) submit(change func(*world) error, done func(error)) {
	s.mu.Lock()
	err := errClosed
	if s.w != nil {
		err = change(s.w)
	}
	s.calls = append(s.calls, call{done, err})
	first := !s.calling
	s.calling = true
	s.mu.Unlock()
	if first {
		s.callDones()
	}
}

// callDones calls what waits, and what comes meanwhile. When a done panics, what
// waits behind it is left to the next Submit.
func (s *Store) callDones() {
	finished := false
	defer func() {
		if !finished {
			s.mu.Lock()
			s.calling = false
			s.mu.Unlock()
		}
	}()
	for {
		c, ok := s.nextCall()
		if !ok {
			finished = true
			return
		}
		c.done(c.err)
	}
}

// nextCall takes the first call that waits. When there is none, the calling has ended.
func (s *Store) nextCall() (call, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.called == len(s.calls) {
		s.calls, s.called, s.calling = s.calls[:0], 0, false
		return call{}, false
	}
	c := s.calls[s.called]
	s.calls[s.called] = call{}
	s.called++
	return c, true
}

// Apply implements onenet.Store.
func (s *Store) Apply(ctx context.Context, b onenet.Batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	stored := make(chan error, 1)
	s.Submit(b, func(err error) { stored <- err })
	select {
	case err := <-stored:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Prune implements onenet.Store.
func (s *Store) Prune(ctx context.Context, before time.Time) (n int, err error) {
	err = s.change(ctx, func(w *world) { n = w.prune(before, pruneStep) })
	return n, err
}

// Close implements onenet.Store. What the store held is gone.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.w = nil
	return nil
}

func (s *Store) change(ctx context.Context, f func(*world)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.w == nil {
		return errClosed
	}
	f(s.w)
	return nil
}

// read runs f on the world, which f must not change.
func (s *Store) read(ctx context.Context, f func(*world) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.w == nil {
		return errClosed
	}
	return f(s.w)
}
