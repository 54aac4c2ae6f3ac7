package broker

import (
	"context"
	"sync"

	"github.com/onelan/onelan/onenet"
)

// settler finishes what waited for the store: acknowledgements and deliveries of
// messages that are now safe. The store's goroutine only drops the work off here;
// one goroutine does it in order and flushes each link once for all that came together.
type settler struct {
	mu     sync.Mutex
	work   []func(*dirt) // guarded by mu
	closed bool          // guarded by mu
	wake   chan struct{} // capacity 1
	done   chan struct{} // closed when run has returned
}

func newSettler() *settler {
	return &settler{wake: make(chan struct{}, 1), done: make(chan struct{})}
}

// add queues work; it never waits. After close the work is dropped, and add reports false: nobody is there to be told.
func (s *settler) add(f func(*dirt)) bool {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return false
	}
	s.work = append(s.work, f)
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return true
}

// depth is how much work waits.
func (s *settler) depth() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.work)
}

func (s *settler) run() {
	defer close(s.done)
	var spare []func(*dirt)
	var dirty dirt
	for range s.wake {
		s.mu.Lock()
		work := s.work
		s.work = spare[:0]
		closed := s.closed
		s.mu.Unlock()
		for i, f := range work {
			f(&dirty)
			work[i] = nil
		}
		dirty.flush()
		spare = work
		if closed {
			return
		}
	}
}

// close finishes what is queued and returns when the goroutine is gone.
func (s *settler) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
	<-s.done
}

// later stores a change that nobody waits for. It may be called with locks held.
func (b *Broker) later(batch onenet.Batch, ref onenet.DeviceRef) {
	b.settler.add(func(*dirt) { b.store.Submit(batch, b.logLoss(ref)) })
}

// drain returns when all that was added is done, and all that this added in turn.
func (s *settler) drain(ctx context.Context) error {
	for range 2 { // what is added by work lies behind the first mark and before the second
		done := make(chan struct{})
		s.add(func(*dirt) { close(done) })
		select {
		case <-done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// settled returns when all that later was given so far is in the store: a device that
// has just come back must not find there what it acknowledged on the connection before.
func (b *Broker) settled(ctx context.Context) {
	done := make(chan struct{})
	b.settler.add(func(*dirt) { b.store.Submit(onenet.Batch{}, func(error) { close(done) }) })
	select {
	case <-done:
	case <-ctx.Done():
	}
}
