package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/onelan/onelan/onenet"
)

// problem is an error as a page tells it: what happened, in the reader's language, with the platform's own words below.
type problem struct {
	status int
	key    string // of words; key+".fix" says what to do
	detail string
	field  string // of the form; empty: the form as a whole
}

func (p *problem) Error() string { return p.key + ": " + p.detail }

// problems gives each kind of error its status and words.
var problems = []struct {
	kind   error
	status int
	key    string
}{
	{onenet.ErrNotFound, http.StatusNotFound, "error.notfound"},
	{onenet.ErrExists, http.StatusConflict, "error.exists"},
	{onenet.ErrInvalid, http.StatusUnprocessableEntity, "error.invalid"},
	{onenet.ErrUnauthorized, http.StatusForbidden, "error.unauthorized"},
	{onenet.ErrOffline, http.StatusConflict, "error.offline"},
	{onenet.ErrExpired, http.StatusGone, "error.expired"},
	{onenet.ErrLimit, http.StatusRequestEntityTooLarge, "error.limit"},
}

// problemOf is what the reader gets to see of an error. What no table knows is our fault and stays hidden.
func problemOf(err error) *problem {
	if p, is := errors.AsType[*problem](err); is {
		return p
	}
	if tooBig, is := errors.AsType[*http.MaxBytesError](err); is {
		return &problem{status: http.StatusRequestEntityTooLarge, key: "error.form", detail: fmt.Sprintf("more than %d MB", tooBig.Limit>>20)}
	}
	for _, k := range problems {
		if errors.Is(err, k.kind) {
			return &problem{status: k.status, key: k.key, detail: err.Error()}
		}
	}
	return &problem{status: http.StatusInternalServerError, key: "error.internal"}
}

// fault is an error where it happened: beside a field of a form, or above it.
type fault struct {
	Key    string // of words; Key+".fix" says what to do
	Detail string
	Field  string // of the form; empty: the form as a whole
}

// faultOf is the error of a form, and its status.
func (d *door) faultOf(r *http.Request, err error) (*fault, int) {
	p := problemOf(err)
	d.note(r, p, err)
	f := &fault{Key: p.key, Detail: p.detail, Field: p.field}
	if e, is := errors.AsType[*onenet.Error](err); is {
		f.Field = e.Noun
	}
	return f, p.status
}

func (d *door) note(r *http.Request, p *problem, err error) {
	switch {
	case errors.Is(err, context.Canceled):
		d.log.Info("page not waited for", "method", r.Method, "path", r.URL.Path, "addr", r.RemoteAddr)
	case p.status == http.StatusInternalServerError:
		d.log.Error("page not answered", "method", r.Method, "path", r.URL.Path, "err", err)
	default:
		d.log.Info("page refused", "method", r.Method, "path", r.URL.Path, "addr", r.RemoteAddr, "status", p.status, "err", p.Error())
	}
}

// refuse answers with a page that says what went wrong.
func (d *door) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	d.note(r, p, err)
	page{name: "error", title: p.key, status: p.status, body: fault{Key: p.key, Detail: p.detail}}.write(d, w, r)
}
