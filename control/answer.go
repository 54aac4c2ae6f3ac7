package control

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

// call is one call: it reads the request and says what to answer, it does not write.
type call func(*http.Request) (answer, error)

type answer struct {
	status int
	body   any // nil: none
}

func ok(body any) answer      { return answer{http.StatusOK, body} }
func created(body any) answer { return answer{http.StatusCreated, body} }
func done() answer            { return answer{status: http.StatusNoContent} }

// maxBody bounds what a call may bring, in bytes. It is meant for tables of devices; JSON is small.
const maxBody = 8 << 20

// answering writes what a call answers.
func (d *door) answering(f call) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		a, err := f(r)
		if err != nil {
			d.refuse(w, r, err)
			return
		}
		writeJSON(w, a.status, a.body)
	})
}

func (d *door) refuse(w http.ResponseWriter, r *http.Request, err error) {
	e := errorOf(err)
	if e.Status == http.StatusInternalServerError {
		d.log.Error("call not answered", "method", r.Method, "path", pathOf(r), "err", err)
	} else {
		d.log.Info("call refused", "method", r.Method, "path", pathOf(r), "addr", r.RemoteAddr, "status", e.Status, "err", e.Message)
	}
	writeJSON(w, e.Status, e)
}

// pathOf is the path as logs may show it.
func pathOf(r *http.Request) string {
	path := r.URL.Path
	if key := r.PathValue("key"); key != "" {
		path = strings.ReplaceAll(path, key, onenet.Secret(key).Mask())
	}
	return path
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Cache-Control", "no-store")
	if body == nil {
		w.WriteHeader(status)
		return
	}
	text, err := json.Marshal(body)
	if err != nil { // a value that came as raw JSON and is none
		status, text = http.StatusInternalServerError, []byte(`{"error":"the answer cannot be written as JSON"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // the caller may be gone: nothing to do about it
}

var internalError = &lab.Error{
	Status: http.StatusInternalServerError, Message: "internal error", Hint: "the server's log says more",
}

// kinds gives each kind of error its status and says what to do about it.
var kinds = []struct {
	kind   error
	status int
	hint   string
}{
	{onenet.ErrNotFound, http.StatusNotFound, "`onelan product list` and `onelan device list` show what there is"},
	{onenet.ErrExists, http.StatusConflict, "choose another, or remove the one that is there"},
	{onenet.ErrInvalid, http.StatusBadRequest, "correct it and call again"},
	{onenet.ErrUnauthorized, http.StatusForbidden, "use a key that opens it"},
	{onenet.ErrOffline, http.StatusConflict, "wait until the device is here, or give a timeout so that the command waits for it"},
	{onenet.ErrExpired, http.StatusGone, "ask again from the beginning"},
	{onenet.ErrLimit, http.StatusRequestEntityTooLarge, "send less, or raise the limit in onelan.yaml"},
}

// errorOf is what the caller gets to see of an error. What no table knows is our fault and stays hidden.
func errorOf(err error) *lab.Error {
	if e, is := errors.AsType[*lab.Error](err); is {
		return e
	}
	for _, k := range kinds {
		if errors.Is(err, k.kind) {
			return &lab.Error{Status: k.status, Message: err.Error(), Hint: k.hint}
		}
	}
	return internalError
}
