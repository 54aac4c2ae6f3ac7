package console_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
)

// front is one address behind which the console can be exchanged, as a restart does.
type front struct {
	*httptest.Server
	to atomic.Pointer[http.Handler]
}

func newFront(t *testing.T, to http.Handler) *front {
	t.Helper()
	f := &front{}
	f.to.Store(&to)
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := *f.to.Load()
		if h == nil {
			panic(http.ErrAbortHandler) // nobody is there
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		f.turn(nil)
		f.Close()
	})
	return f
}

// turn cuts what there is and leads elsewhere from now on; nil leads nowhere.
func (f *front) turn(to http.Handler) {
	f.to.Store(&to)
	f.CloseClientConnections()
}
