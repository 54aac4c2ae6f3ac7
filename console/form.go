package console

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// form bounds what a form may bring, in bytes, and how long that may take in all: whoever lets it drip holds a connection.
type form struct {
	most   int64
	within time.Duration
}

// maxForm is for the largest: a table of devices.
const maxForm = 8 << 20

var (
	outsideForm = form{16 << 10, 15 * time.Second} // what anybody may send, before the password
	insideForm  = form{maxForm, 2 * time.Minute}
)

// errNoForm is a body that no page of ours sends.
var errNoForm = &problem{status: http.StatusBadRequest, key: "error.unread"}

// timed gives every body the time of a form outside. What a handler leaves unread net/http reads, to come to the next request, and
// for that it has no bound of its own.
func (d *door) timed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.Body != http.NoBody {
			b := &timedBody{r.Body, http.NewResponseController(w)}
			b.giveTime(d.outside.within)
			r.Body = b
		}
		next.ServeHTTP(w, r)
	})
}

// timedBody is a body with a deadline. What its form asks for may take longer: net/http takes the deadline off when the body is there
// and it begins to watch whether the client still is. The time is the operating system's: sockets know no other.
type timedBody struct {
	io.ReadCloser
	conn *http.ResponseController
}

func (b *timedBody) giveTime(within time.Duration) {
	_ = b.conn.SetReadDeadline(clock.System().Now().Add(within)) // what has no deadlines is no socket
}

// Read implements io.Reader.
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = &problem{status: http.StatusRequestTimeout, key: "error.slow"}
	}
	return n, err
}

// bounded lets a form through that its handler reads by itself.
func (*door) bounded(f form, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b, is := r.Body.(*timedBody); is {
			b.giveTime(f.within)
		}
		r.Body = http.MaxBytesReader(w, r.Body, f.most)
		next.ServeHTTP(w, r)
	})
}

// taking reads a form before anything is done about it: one that cannot be read is none, and not an empty one.
func (d *door) taking(f form, next http.Handler) http.Handler {
	return d.bounded(f, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := readForm(r); err != nil {
			d.refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	}))
}

// readForm reads a form without files. Of the address of a page that is only looked at, it takes what can be read.
func readForm(r *http.Request) error {
	looks := r.Method == http.MethodGet || r.Method == http.MethodHead
	kind, _, kindErr := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if !looks && r.ContentLength != 0 && (kindErr != nil || kind != "application/x-www-form-urlencoded") {
		return errNoForm
	}
	err := r.ParseForm()
	r.MultipartForm = &multipart.Form{} // FormValue would read the body of anything that calls itself one
	if err == nil || looks {
		return nil
	}
	return unread(err)
}

// unread is why a form could not be read.
func unread(err error) error {
	tooBig, is := errors.AsType[*http.MaxBytesError](err)
	switch {
	case is && tooBig.Limit < maxForm:
		return &problem{status: http.StatusRequestEntityTooLarge, key: "error.long"}
	case is, errors.Is(err, context.Canceled):
		return err
	}
	if p, is := errors.AsType[*problem](err); is {
		return p
	}
	return errNoForm
}

// wants tells what a form lacks that would be erased if it were taken as empty.
func wants(r *http.Request, fields ...string) error {
	for _, name := range fields {
		if !r.PostForm.Has(name) {
			return &problem{status: http.StatusBadRequest, key: "error.unread", detail: name}
		}
	}
	return nil
}
