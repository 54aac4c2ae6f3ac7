package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/onelan/onelan/onenet"
)

// errNoRequest is the error of bytes that begin no request line.
var errNoRequest = errors.New("no request line")

// otherVersion is the error of a request in a version of HTTP that is not spoken here.
type otherVersion string

func (v otherVersion) Error() string { return string(v) + " is not spoken here" }

func isLetter(b byte) bool { return 'A' <= b && b <= 'Z' || 'a' <= b && b <= 'z' }

// whyNonsense says what it may be that is no HTTP request. The text of err stays out of it: it may quote a header, and so a key.
func (c *conn) whyNonsense(first byte, err error) *onenet.Refusal {
	version, other := errors.AsType[otherVersion](err)
	switch {
	case first == 0x16:
		return onenet.Refuse(onenet.CallTLS)
	case first == 0x10:
		return onenet.Refuse(onenet.CallMQTT)
	case other:
		return onenet.Refuse(onenet.CallHTTP2).Want("HTTP/1.1", string(version))
	case errors.Is(err, errLongHead):
		return onenet.Refuse(onenet.CallLongHead).Want("at most 64 KiB", "more")
	case strings.HasPrefix(err.Error(), "malformed HTTP version") && strings.Contains(err.Error(), " HTTP/1."):
		return onenet.Refuse(onenet.CallBlank)
	}
	r := onenet.Refuse(onenet.CallNotHTTP)
	switch {
	case c.calls > 0:
		return r.Near("it follows a call on the same connection: the Content-Length of that was smaller than its body")
	case first == '{' || first == '[':
		return r.Near("a body came without a request line before it")
	case strings.Contains(err.Error(), "MIME header"):
		return r.Near("a header is not a name, a colon and a value on one line")
	}
	return r
}

// whyUnfinished says why a head that began did not end.
func (c *conn) whyUnfinished(err error) *onenet.Refusal {
	r := onenet.Refuse(onenet.CallUnfinished)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return r.Near("it did not end within %s", c.s.most.head)
	}
	return r.Near("the peer closed the connection")
}

// noCall marks the context of a request that is none: it stands for a connection that brought no call.
type noCall struct{}

// refuse tells why a connection brings no call: to the log, and to the handler as a request whose context says so. That
// way it passes through whatever stands before the door, like all other requests; what it answers goes nowhere.
func (s *server) refuse(ctx context.Context, addr string, r *onenet.Refusal) {
	s.log.Warn("not an HTTP request", "addr", addr, "cause", r.Cause, "says", r.Says, "got", r.Got, "near_miss", r.NearMiss, "fix", r.Fix)
	sign := http.Request{Method: "NONE", URL: &url.URL{Path: "/"}, Header: http.Header{}, Body: http.NoBody, RemoteAddr: addr}
	s.handler.ServeHTTP(newResponse(), sign.WithContext(context.WithValue(context.WithoutCancel(ctx), noCall{}, r)))
}

// refuseLink records a connection that brought no call; it is false for a call.
func (d *door) refuseLink(r *http.Request) bool {
	why, ok := r.Context().Value(noCall{}).(*onenet.Refusal)
	if ok {
		d.p.RefusedCall(r.Context(), onenet.CallAttempt{Addr: r.RemoteAddr}, nil, why)
	}
	return ok
}
