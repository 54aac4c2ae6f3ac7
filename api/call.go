package api

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// call is one request, taken apart.
type call struct {
	r        *http.Request
	segments []string // of the path, unescaped
	pattern  []string // of the route
	name     string   // of the route, as the documentation spells it
	params   map[string]string
	access   onenet.Access // what its key opens
	sent     []byte        // the body, once read
}

// key is what came as the key.
func (c *call) key() onenet.Secret { return onenet.Secret(c.r.Header.Get("api-key")) }

// path is what stands for {name} in the path.
func (c *call) path(name string) string {
	for i, p := range c.pattern {
		if p == "{"+name+"}" {
			return c.segments[i]
		}
	}
	return ""
}

// device is the device id in the path.
func (c *call) device() onenet.DeviceID { return onenet.DeviceID(c.path("id")) }

// method is what the call does to a device, in the words of a key's permissions.
func (c *call) method() string { return strings.ToLower(c.r.Method) }

// list is a parameter of names with commas between them.
func (c *call) list(name string) []string {
	return strings.FieldsFunc(c.params[name], func(r rune) bool { return r == ',' })
}

// number is a parameter from least to most; absent or empty, it is def.
func (c *call) number(name string, def, least, most int) (int, error) {
	text := c.params[name]
	if text == "" {
		return def, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, onenet.Invalid(name, "want %d to %d, got %q", least, most, text)
	}
	return n, nil
}

// time is a parameter; absent or empty, it is zero.
func (c *call) time(name string) (time.Time, error) {
	text := c.params[name]
	if text == "" {
		return time.Time{}, nil
	}
	t, err := wire.ParseTime(text)
	if err != nil {
		return t, onenet.Invalid(name, "%v", err)
	}
	return t, nil
}

// body is the body's bytes, whatever its type says: curl and the C SDK send everything as a form. It reads no
// more than one byte over most, so that the platform sees that it is too long.
func (c *call) body(most int) ([]byte, error) {
	if c.r.ContentLength > int64(most) {
		return nil, onenet.Errorf(onenet.ErrLimit, "body", "", "at most %d bytes, it has %d", most, c.r.ContentLength)
	}
	b, err := io.ReadAll(io.LimitReader(c.r.Body, int64(most)+1))
	c.sent = b
	switch {
	case err != nil:
		return nil, cutShort(err)
	case len(b) > most: // it came in chunks, which do not say beforehand how long it is
		return nil, onenet.Errorf(onenet.ErrLimit, "body", "", "at most %d bytes, it has more", most)
	case len(b) == 0:
		return nil, &wire.APIError{Code: wire.ErrnoBodyRequired}
	}
	return b, nil
}

// cutShort is the error of a body that ended early or never came: the caller's doing, not ours.
func cutShort(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return onenet.Invalid("Content-Length", "the body is shorter")
	}
	return onenet.Invalid("Content-Length", "the body did not come: %v", err)
}
