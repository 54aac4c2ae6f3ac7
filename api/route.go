package api

import (
	"context"
	"net/http"
	"strings"
)

// route is one call of the API.
type route struct {
	method string
	path   string // segments; one in braces stands for any, and {id} for a device id
	do     func(context.Context, *call) (reply, error)
	refuse func(error) reply // how an error looks; nil: the envelope with HTTP 200
	open   bool              // it wants no key

	pattern []string // path, taken apart by New
}

// find gives the route of a request: the one whose path fits with the fewest braces. A request that
// fits none gets a route that does nothing.
func (d *door) find(r *http.Request) (route, *call) {
	segments := splitPath(r.URL.EscapedPath())
	best, braces := route{}, -1 // none yet
	for _, rt := range d.routes {
		n, fits := rt.fits(r.Method, segments)
		if fits && (braces < 0 || n < braces) {
			best, braces = rt, n
		}
	}
	if best.refuse == nil {
		best.refuse = func(err error) reply { return refusal(http.StatusOK, err) }
	}
	return best, &call{r: r, segments: segments, pattern: best.pattern, name: best.method + " " + best.path, params: parseParams(r.URL.RawQuery)}
}

// fits tells whether the route takes the method and the path, and with how many braces.
func (rt route) fits(method string, segments []string) (braces int, ok bool) {
	if rt.method != method || len(rt.pattern) != len(segments) {
		return 0, false
	}
	for i, p := range rt.pattern {
		switch {
		case strings.HasPrefix(p, "{"):
			braces++
		case p != segments[i]:
			return 0, false
		}
	}
	return braces, true
}

// name is the call as logs and errors name it: without what stands for the braces, which may be a key.
func (rt route) name(c *call) string {
	if rt.path == "" {
		return c.r.Method + " " + clip(c.r.URL.Path)
	}
	return rt.method + " " + rt.path
}
