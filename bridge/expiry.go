package bridge

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// expiry lets the queue give up, now and then, what has waited too long.
type expiry struct {
	bridge *Bridge
	ctx    context.Context // of the store's work; ended by stop
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu    sync.Mutex
	timer clock.Timer // guarded by mu
	ended bool        // guarded by mu
}

const expiryPeriod = time.Minute

func startExpiry(b *Bridge) *expiry {
	e := &expiry{bridge: b}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	e.mu.Lock()
	defer e.mu.Unlock()
	e.timer = b.clock.AfterFunc(expiryPeriod, e.run)
	return e
}

// run is called by the clock, which on a manual one waits for it: who advances the clock sees the effect.
func (e *expiry) run() {
	e.mu.Lock()
	if e.ended {
		e.mu.Unlock()
		return
	}
	e.work.Add(1)
	e.mu.Unlock()
	defer e.work.Done()
	e.bridge.expire(e.ctx)
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.ended {
		e.timer.Reset(expiryPeriod)
	}
}

func (b *Bridge) expire(ctx context.Context) {
	b.gate.enter()
	n, err := b.queue.Expire(ctx)
	b.gate.leave()
	if err != nil && !errors.Is(err, context.Canceled) {
		b.log.Error("bridge queue: what is too old could not be dropped", "count", n, "err", err)
	}
	if n > 0 {
		b.touched()
	}
}

// touched looks at everything anew after entries have changed without a link's doing.
func (b *Bridge) touched() {
	for _, p := range b.roster.Load().posts {
		p.story.poke()
		p.review()
	}
	b.moved.beat()
}

// stop ends it and waits for what is under way.
func (e *expiry) stop() {
	e.mu.Lock()
	e.ended = true
	e.timer.Stop()
	e.mu.Unlock()
	e.cancel()
	e.work.Wait()
}
