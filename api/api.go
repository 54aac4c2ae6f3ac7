// Package api is the HTTP door: the REST API of OneNET's multi-protocol platform.
//
// It translates calls to verbs of onenet.Platform and their results to the answers OneNET
// gives, byte for byte where clients look for texts (reference, section 5). It decides
// nothing. New makes the http.Handler; Serve puts it on a listener in the way
// that clients in the field need. Each resource has a file of its own with its routes.
//
// Calls of OneNET that are not built are answered with an error that names them,
// and so are calls that OneNET does not have. Every refused call stands in the journal and in the log with the reason
// that the answer is too short to hold (refusal.go). Everything may be called from any number of goroutines.
package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"

	"github.com/onelan/onelan/onenet"
)

// New makes the door to a platform.
func New(p *onenet.Platform, log *slog.Logger) http.Handler {
	d := &door{p: p, log: log, rate: newRate(p.Switches().RESTRate, p.Clock())}
	d.routes = d.table()
	for i := range d.routes {
		d.routes[i].pattern = splitPath(d.routes[i].path)
	}
	return d
}

// table is every call there is: the description of the API is made of it too.
func (d *door) table() []route {
	return slices.Concat(
		d.commandRoutes(), d.commandHistoryRoutes(), d.topicRoutes(),
		d.registerRoutes(), d.deviceRoutes(), d.datastreamRoutes(), d.datapointRoutes(), d.bindataRoutes(),
		d.keyRoutes(), d.triggerRoutes(), d.logRoutes(),
		unbuilt(),
	)
}

type door struct {
	p      *onenet.Platform
	log    *slog.Logger
	rate   *rate
	routes []route
}

// ServeHTTP answers one call.
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if v := recover(); v == http.ErrAbortHandler { //nolint:errorlint // a panic's value, not an error that was returned
			panic(v) // the connection is to end without an answer
		} else if v != nil {
			d.log.Error("panic in a call", "method", r.Method, "path", clip(r.URL.Path), "panic", v, "stack", string(debug.Stack()))
			writeReply(w, refusal(http.StatusOK, fmt.Errorf("panic: %v", v)))
		}
	}()
	if d.refuseLink(r) {
		return
	}
	rt, c := d.find(r)
	out, err := d.answer(r.Context(), rt, c)
	if err != nil {
		d.refused(r.Context(), rt, c, err)
		out = rt.refuse(err)
	}
	writeReply(w, out)
}

// answer checks the key and then does what the call asks for.
func (d *door) answer(ctx context.Context, rt route, c *call) (reply, error) {
	switch {
	case rt.do == nil:
		return reply{}, d.missing(rt, c)
	case rt.open:
		return rt.do(ctx, c)
	case c.key() == "":
		return reply{}, d.keyless(c)
	}
	access, err := d.p.Authorize(ctx, c.key())
	if err != nil {
		return reply{}, err
	}
	c.access = access
	if err := d.rate.count(access.Product); err != nil {
		return reply{}, err
	}
	return rt.do(ctx, c)
}

// clip bounds a text that came from outside.
func clip(s string) string {
	const most = 256
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
