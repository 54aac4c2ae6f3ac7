package bridge

import (
	"context"
	"sync"
)

// gate is open for those who change the queue, as many as there are, or barred for the one who replaces its content. It is no lock:
// who is inside waits for the store.
type gate struct {
	mu     sync.Mutex
	inside int           // guarded by mu
	barred chan struct{} // guarded by mu: closed when the bar is lifted; nil while there is none
	empty  chan struct{} // guarded by mu: closed when the last goes out; nil while nobody waits for it
}

// enter waits while the gate is barred. Whoever is through must call leave.
func (g *gate) enter() {
	for {
		g.mu.Lock()
		barred := g.barred
		if barred == nil {
			g.inside++
			g.mu.Unlock()
			return
		}
		g.mu.Unlock()
		<-barred
	}
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inside--; g.inside == 0 && g.empty != nil {
		close(g.empty)
		g.empty = nil
	}
}

// bar lets nobody in any more and waits until all are out. Without an error lift must be called; there is one caller at a time.
func (g *gate) bar(ctx context.Context) error {
	g.mu.Lock()
	g.barred = make(chan struct{})
	if g.inside == 0 {
		g.mu.Unlock()
		return nil
	}
	empty := make(chan struct{})
	g.empty = empty
	g.mu.Unlock()
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		g.lift()
		return ctx.Err()
	}
}

func (g *gate) lift() {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.barred)
	g.barred, g.empty = nil, nil
}
