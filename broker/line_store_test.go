package broker_test

import (
	"context"
	"iter"
	"sync"
	"testing"

	"github.com/onelan/onelan/onenet"
)

// lineStore applies changes one after the other on a goroutine of its own, as a database does, and stops
// doing so while it is held.
type lineStore struct {
	onenet.Store
	mu   sync.Mutex
	more *sync.Cond // on mu
	line []func()   // guarded by mu
	held bool       // guarded by mu
	over bool       // guarded by mu
	done chan struct{}
}

func newLineStore(s onenet.Store) *lineStore {
	l := &lineStore{Store: s, done: make(chan struct{})}
	l.more = sync.NewCond(&l.mu)
	go l.run()
	return l
}

func (l *lineStore) run() {
	defer close(l.done)
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		for (len(l.line) == 0 || l.held) && !l.over {
			l.more.Wait()
		}
		if len(l.line) == 0 {
			return
		}
		next := l.line[0]
		l.line = l.line[1:]
		l.mu.Unlock()
		next()
		l.mu.Lock()
	}
}

func (l *lineStore) add(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.line = append(l.line, f)
	l.more.Broadcast()
}

// hold stops the line until release is called.
func (l *lineStore) hold() (release func()) {
	set := func(held bool) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.held = held
		l.more.Broadcast()
	}
	set(true)
	return func() { set(false) }
}

// await returns when so many changes wait.
func (l *lineStore) await(t testing.TB, n int) {
	t.Helper()
	waitUntil(t, "changes wait for the store", func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return len(l.line) >= n
	})
}

func (l *lineStore) Submit(b onenet.Batch, done func(error)) {
	l.add(func() { l.Store.Submit(b, done) })
}

func (l *lineStore) Apply(ctx context.Context, b onenet.Batch) error {
	return l.ask(ctx, func() error { return l.Store.Apply(context.WithoutCancel(ctx), b) })
}

func (l *lineStore) Replace(ctx context.Context, batches iter.Seq2[onenet.Batch, error]) error {
	return l.ask(ctx, func() error { return l.Store.Replace(ctx, batches) })
}

func (l *lineStore) ask(ctx context.Context, f func() error) error {
	answer := make(chan error, 1)
	l.add(func() { answer <- f() })
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *lineStore) Close() error {
	l.mu.Lock()
	l.over = true
	l.more.Broadcast()
	l.mu.Unlock()
	<-l.done
	return l.Store.Close()
}
