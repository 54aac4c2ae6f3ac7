package broker_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
	"github.com/onelan/onelan/store/memory"
)

// gatedStore holds changes back while it is shut, as a slow disk does.
type gatedStore struct {
	onenet.Store
	mu    sync.Mutex
	shut  bool     // guarded by mu
	queue []func() // guarded by mu
}

func (g *gatedStore) Submit(b onenet.Batch, done func(error)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		g.queue = append(g.queue, func() { g.Store.Submit(b, done) })
		return
	}
	g.Store.Submit(b, done)
}

func (g *gatedStore) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = true
}

func (g *gatedStore) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = false
	for _, submit := range g.queue {
		submit()
	}
	g.queue = nil
}

// startGated starts a platform on a gatedStore.
func startGated(t testing.TB, opts ...onenettest.Option) (*onenettest.Server, *gatedStore) {
	t.Helper()
	g := &gatedStore{Store: memory.New()}
	t.Cleanup(g.open) // before the platform closes: closing waits for what is under way
	srv := onenettest.Start(t, append(opts, withStore(g))...)
	return srv, g
}

func withStore(s onenet.Store) onenettest.Option {
	return onenettest.WithConfig(func(c *server.Config) { c.Store = s })
}

// fullStore cannot keep data points and queued or retained messages while it is full.
type fullStore struct {
	onenet.Store
	mu   sync.Mutex
	full bool // guarded by mu
}

var errFull = errors.New("no space left on device")

func (f *fullStore) Submit(b onenet.Batch, done func(error)) {
	f.mu.Lock()
	full := f.full && len(b.Points)+len(b.Enqueue)+len(b.Retain) > 0
	f.mu.Unlock()
	if full {
		done(errFull)
		return
	}
	f.Store.Submit(b, done)
}

func (f *fullStore) setFull(full bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.full = full
}

// lastingStore survives its platform, as a disk does.
type lastingStore struct{ onenet.Store }

// Close keeps everything.
func (lastingStore) Close() error { return nil }
