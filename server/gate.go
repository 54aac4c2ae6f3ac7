package server

import (
	"io"
	"net/http"
	"sync"
)

// gate keeps calls and changes of the whole content apart: a change waits for the calls under way, and calls
// for the change. A call that has begun before a reset must not write into what comes after it.
type gate struct {
	sync.RWMutex
	epoch uint64 // guarded by RWMutex; how many changes there were
}

// shut waits for the calls under way and bars others, until the function that it returns is called.
func (g *gate) shut() (open func()) {
	g.Lock()
	g.epoch++
	return g.Unlock
}

// through lets calls to a handler pass when no change is under way.
func (g *gate) through(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.RLock()
		defer g.RUnlock()
		r.Body = &gatedBody{r.Body, g, g.epoch}
		next.ServeHTTP(w, r)
	})
}

// gatedBody steps out of the gate while it waits for its sender: a slow one must not hold up a change. When there
// was one meanwhile, the call belongs to a content that is no more: its connection is cut, as the devices' are.
type gatedBody struct {
	io.ReadCloser
	g     *gate
	epoch uint64
}

func (b *gatedBody) Read(p []byte) (int, error) {
	n, err := b.wait(p)
	if b.epoch != b.g.epoch {
		panic(http.ErrAbortHandler)
	}
	return n, err
}

func (b *gatedBody) wait(p []byte) (int, error) {
	b.g.RUnlock()
	defer b.g.RLock()
	return b.ReadCloser.Read(p)
}
