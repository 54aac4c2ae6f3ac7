package api

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/onelan/onelan/internal/clock"
)

// response gathers an answer, so that it can leave in one write: many clients call
// recv once (reference, section 5.1).
type response struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newResponse() *response { return &response{header: http.Header{}} }

// Header is the answer's header.
func (w *response) Header() http.Header { return w.header }

// WriteHeader sets the status; the first call counts.
func (w *response) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

// Write adds to the body.
func (w *response) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

// ahead are the headers in the order in which OneNET was seen to send them.
var ahead = []string{"Date", "Content-Type", "Content-Length", "Connection", "Server", "Pragma"}

// bytes is the whole answer. The version is 1.1 also in answers to HTTP/1.0, as it was with OneNET.
func (w *response) bytes(method string, more bool) []byte {
	w.WriteHeader(http.StatusOK)
	h := w.header
	h.Set("Date", clock.System().Now().UTC().Format(http.TimeFormat))
	h.Set("Content-Length", fmt.Sprint(w.body.Len()))
	h.Set("Connection", "close")
	if more {
		h.Set("Connection", "keep-alive")
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "HTTP/1.1 %d %s\r\n", w.status, reason(w.status))
	rest := slices.DeleteFunc(slices.Sorted(maps.Keys(h)), func(k string) bool { return slices.Contains(ahead, k) })
	for _, k := range slices.Concat(ahead, rest) {
		for _, v := range h[k] {
			fmt.Fprintf(&out, "%s: %s\r\n", k, v)
		}
	}
	out.WriteString("\r\n")
	if method != http.MethodHead {
		out.Write(w.body.Bytes())
	}
	return out.Bytes()
}
