package control

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// maxWait bounds a wait; a caller that wants to wait longer asks again.
const maxWait = 60 * time.Second

// decode reads the JSON body into a new T. A field that T does not have is a mistake.
func decode[T any](r *http.Request) (T, error) {
	var v T
	text, err := readAll(r)
	if err != nil {
		return v, err
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		return v, onenet.Invalid("body", "not the JSON this call takes: %v", err)
	}
	if dec.More() {
		return v, onenet.Invalid("body", "something follows the JSON object")
	}
	return v, nil
}

// readAll reads the body, which answering has bounded.
func readAll(r *http.Request) ([]byte, error) {
	text, err := io.ReadAll(r.Body)
	if tooBig, is := errors.AsType[*http.MaxBytesError](err); is {
		return nil, onenet.Errorf(onenet.ErrLimit, "body", "", "at most %d bytes", tooBig.Limit)
	}
	return text, err
}

// query reads parameters and remembers the first that is wrong. Absent ones are zero.
type query struct {
	values url.Values
	err    error
}

func queryOf(r *http.Request) *query { return &query{values: r.URL.Query()} }

func (q *query) text(name string) string { return q.values.Get(name) }

func (q *query) fail(name, want string) {
	if q.err == nil {
		q.err = onenet.Invalid(name, "want %s, got %q", want, q.text(name))
	}
}

func (q *query) number(name string) uint64 {
	if q.text(name) == "" {
		return 0
	}
	n, err := strconv.ParseUint(q.text(name), 10, 63)
	if err != nil {
		q.fail(name, "a number from 0")
	}
	return n
}

func (q *query) count(name string) int {
	return int(min(q.number(name), 1<<31-1))
}

func (q *query) flag(name string) *bool {
	if q.text(name) == "" {
		return nil
	}
	b, err := strconv.ParseBool(q.text(name))
	if err != nil {
		q.fail(name, "1 or 0")
	}
	return &b
}

func (q *query) isSet(name string) bool {
	b := q.flag(name)
	return b != nil && *b
}

func (q *query) wait(name string) time.Duration {
	if q.text(name) == "" {
		return 0
	}
	d, err := time.ParseDuration(q.text(name))
	if err != nil || d < 0 {
		q.fail(name, "a duration such as 10s")
	}
	return min(d, maxWait)
}

// time reads RFC 3339, or the form OneNET uses, which is Beijing time.
func (q *query) time(name string) time.Time {
	text := q.text(name)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t, err = wire.ParseTime(text)
	}
	if err != nil {
		q.fail(name, "a time such as 2018-06-01T08:00:00+08:00")
	}
	return t
}
