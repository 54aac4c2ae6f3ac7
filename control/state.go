package control

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// notHere says that this onelan was put together without something.
func notHere(what string) error {
	return &lab.Error{
		Status: http.StatusNotFound, Message: "this onelan has no " + what,
		Hint: "it was started from a program that leaves it out; `onelan serve` has it",
	}
}

func (d *door) reset(r *http.Request) (answer, error) {
	if d.Reset == nil {
		return answer{}, notHere("seed to be reset to")
	}
	// Whoever asked may go: half a reset is none, and the next caller expects the whole.
	out, err := d.Reset(context.WithoutCancel(r.Context()))
	return ok(out), err
}

func (d *door) seed(r *http.Request) (answer, error) {
	if d.Seed == nil {
		return answer{}, notHere("seed files")
	}
	q := queryOf(r)
	reset := q.isSet("reset")
	if q.err != nil {
		return answer{}, q.err
	}
	file, err := readAll(r)
	if err != nil {
		return answer{}, err
	}
	out, err := d.Seed(context.WithoutCancel(r.Context()), file, reset)
	return ok(out), err
}

// saveSnapshot writes as it reads.
func (d *door) saveSnapshot(w http.ResponseWriter, r *http.Request) {
	if d.Save == nil {
		d.refuse(w, r, notHere("snapshots"))
		return
	}
	d.pour(w, r, "snapshot", "application/octet-stream", d.Save)
}

// pour answers with a file that is made while it is sent. When that fails in the middle the connection is cut, so that the
// caller does not take a part for the whole.
func (d *door) pour(w http.ResponseWriter, r *http.Request, kind, contentType string, from func(context.Context, io.Writer) error) {
	name := "onelan-" + d.p.Clock().Now().In(onenet.Beijing).Format("20060102-150405") + "." + kind
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	out := &patient{w: w, to: http.NewResponseController(w)}
	err := from(r.Context(), out)
	switch {
	case err == nil:
	case out.n == 0: // nothing has left: an error can still be told
		h.Del("Content-Disposition")
		d.refuse(w, r, err)
	default:
		d.log.Error("answer cut short", "kind", kind, "addr", r.RemoteAddr, "bytes", out.n, "err", err)
		panic(http.ErrAbortHandler)
	}
}

// patient is a writer that gives its reader a while for each piece, however long the whole takes.
type patient struct {
	w  io.Writer
	to *http.ResponseController
	n  int64
}

func (p *patient) Write(b []byte) (int, error) {
	_ = p.to.SetWriteDeadline(clock.System().Now().Add(stuckFor)) // a socket's: real time, as in stream.go
	n, err := p.w.Write(b)
	p.n += int64(n)
	return n, err
}

// loadSnapshot reads as it comes: a snapshot may be larger than memory. How long a sender may be silent is the server's matter.
func (d *door) loadSnapshot(w http.ResponseWriter, r *http.Request) {
	if d.Load == nil {
		d.refuse(w, r, notHere("snapshots"))
		return
	}
	out, err := d.Load(r.Context(), http.MaxBytesReader(w, r.Body, d.maxLoad))
	if tooBig, is := errors.AsType[*http.MaxBytesError](err); is {
		err = onenet.Errorf(onenet.ErrLimit, "snapshot", "", "at most %d bytes", tooBig.Limit)
	}
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, out)
}

func (d *door) metrics() http.Handler {
	if d.Metrics != nil {
		return d.Metrics
	}
	return d.answering(func(*http.Request) (answer, error) { return answer{}, notHere("metrics") })
}

func (d *door) openAPI(w http.ResponseWriter, r *http.Request) {
	if d.OpenAPI == nil {
		d.refuse(w, r, notHere("description of the REST API"))
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(d.OpenAPI()) // the caller may be gone: nothing to do about it
}
