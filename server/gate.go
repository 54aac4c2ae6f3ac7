package server

import (
	"io"
	"net/http"
	"sync"
)

// gate keeps calls and changes of the whole content apart: a change waits for the calls under way, and calls
// for the change. A call that has begun before a reset must not write into what comes after it.
type gate struct{ sync.RWMutex }

// through lets calls to a handler pass when no change is under way.
func (g *gate) through(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.RLock()
		defer g.RUnlock()
		r.Body = &gatedBody{r.Body, g}
		next.ServeHTTP(w, r)
	})
}

// gatedBody steps out of the gate while it waits for its sender: a slow one must not hold up a reset.
type gatedBody struct {
	io.ReadCloser
	g *gate
}

func (b *gatedBody) Read(p []byte) (int, error) {
	b.g.RUnlock()
	defer b.g.RLock()
	return b.ReadCloser.Read(p)
}
