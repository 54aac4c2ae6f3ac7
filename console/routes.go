package console

import (
	"net/http"
	"slices"
	"strings"
)

// routes leads to handlers by method and path, and knows which methods a path has.
type routes struct {
	mux     *http.ServeMux
	methods map[string][]string // by path
}

func newRoutes() *routes { return &routes{http.NewServeMux(), map[string][]string{}} }

// handle takes a pattern of a method and a path.
func (t *routes) handle(pattern string, h http.Handler) {
	method, path, _ := strings.Cut(pattern, " ")
	path = strings.TrimSuffix(path, "{$}")
	t.mux.Handle(pattern, h)
	t.methods[path] = append(t.methods[path], method)
	if method == http.MethodGet { // which takes HEAD, too
		t.methods[path] = append(t.methods[path], http.MethodHead)
	}
	slices.Sort(t.methods[path])
}

// orElse leads what has no handler here elsewhere, and answers a known path with another method by itself.
func (t *routes) orElse(d *door, next http.Handler) http.Handler {
	t.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		allowed := t.methods[r.URL.Path]
		if len(allowed) == 0 {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		d.refuse(w, r, &problem{status: http.StatusMethodNotAllowed, key: "error.method"})
	})
	return t.mux
}
