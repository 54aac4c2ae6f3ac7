package api

import (
	"bufio"
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// conn is one connection of a client.
type conn struct {
	s  *server
	nc net.Conn
	in *headLimit
	br *bufio.Reader

	calls     int          // answered so far
	idleSince atomic.Int64 // Unix nanoseconds; 0 during a call
	unwanted  atomic.Bool  // it has been idle while there is no room for others
}

func newConn(s *server, nc net.Conn) *conn {
	in := &headLimit{from: nc}
	c := &conn{s: s, nc: nc, in: in, br: bufio.NewReader(in)}
	c.idleSince.Store(clock.System().Now().UnixNano())
	return c
}

// serve answers calls until one is the last, or ctx ends. A panic costs this connection and no other.
func (c *conn) serve(ctx context.Context) {
	defer func() {
		if v := recover(); v != nil && v != http.ErrAbortHandler { //nolint:errorlint // as net/http does it
			c.s.log.Error("panic in a connection", "addr", c.nc.RemoteAddr().String(), "panic", v, "stack", string(debug.Stack()))
		}
		_ = c.nc.Close()
	}()
	for c.awaitCall(ctx) {
		more, err := c.answerOne(ctx)
		if err != nil {
			return // the client is gone
		}
		if !more {
			c.linger(ctx)
			return
		}
	}
}

// awaitCall waits for the first byte of a call. Firmware ends bodies with empty lines of
// its own, which belong to nothing and are passed over (reference, section 5.1).
func (c *conn) awaitCall(ctx context.Context) bool {
	_ = c.nc.SetReadDeadline(within(ctx, c.s.most.idle))
	c.idleSince.Store(clock.System().Now().UnixNano())
	defer c.idleSince.Store(0)
	if c.unwanted.Load() || c.calls > 0 && c.s.short.Load() { // asked after the deadline is set, which cutting it moves
		return false
	}
	for ctx.Err() == nil { // asked after the deadline is set: wake comes later, or ctx has ended
		c.in.left = maxHead
		b, err := c.br.ReadByte()
		if err != nil {
			return false
		}
		if b != '\r' && b != '\n' {
			return c.br.UnreadByte() == nil
		}
	}
	return false
}

// answerOne reads one call and answers it. It tells whether another may follow; an
// error means that nobody listens any more.
func (c *conn) answerOne(ctx context.Context) (more bool, err error) {
	_ = c.nc.SetReadDeadline(within(ctx, c.s.most.head))
	first, _ := c.br.Peek(1)
	r, err := c.readCall(first[0])
	if err != nil {
		return false, c.answerNonsense(ctx, first[0], err)
	}
	c.calls++
	c.in.left = math.MaxInt64
	_ = c.nc.SetReadDeadline(within(ctx, c.s.most.body))
	r.RemoteAddr = c.nc.RemoteAddr().String()
	body := newBody(ctx, c.nc, r)
	r.Body = body
	out := newResponse()
	// Not cancelled at the end of the server: what was begun is finished.
	c.s.handler.ServeHTTP(out, r.WithContext(context.WithoutCancel(ctx)))
	more = !r.Close && ctx.Err() == nil && !body.withheld()
	if err := c.write(ctx, out.bytes(r.Method, more)); err != nil {
		return false, err
	}
	return more && body.skip(), nil
}

// readCall reads the head of a call. What begins with no letter is no call, and has perhaps no line end to wait for.
func (c *conn) readCall(first byte) (*http.Request, error) {
	if !isLetter(first) {
		return nil, errNoRequest
	}
	r, err := http.ReadRequest(c.br)
	if err == nil && r.ProtoMajor != 1 {
		err = otherVersion(clip(r.Proto))
	}
	return r, err
}

// answerNonsense answers what is no HTTP request, and tells what it may be instead.
func (c *conn) answerNonsense(ctx context.Context, first byte, err error) error {
	if _, lost := errors.AsType[net.Error](err); lost || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		if ctx.Err() == nil { // it went away in the middle, or fell silent
			c.s.refuse(ctx, c.nc.RemoteAddr().String(), c.whyUnfinished(err))
		}
		return err
	}
	c.s.refuse(ctx, c.nc.RemoteAddr().String(), c.whyNonsense(first, err))
	out := newResponse()
	writeReply(out, refusal(http.StatusBadRequest, errBadRequest))
	return c.write(ctx, out.bytes(http.MethodGet, false))
}

func (c *conn) write(ctx context.Context, b []byte) error {
	_ = c.nc.SetWriteDeadline(within(ctx, writeWithin))
	_, err := c.nc.Write(b)
	return err
}

// linger closes so that the client gets the answer: a socket that is closed with
// bytes unread is reset, and small stacks then throw away what they have received.
func (c *conn) linger(ctx context.Context) {
	half, is := c.nc.(interface{ CloseWrite() error })
	if !is || half.CloseWrite() != nil {
		return
	}
	_ = c.nc.SetReadDeadline(within(ctx, c.s.most.linger))
	_, _ = io.CopyN(io.Discard, c.nc, maxRest)
}

// within is the moment d from now, or sooner when the server ends.
func within(ctx context.Context, d time.Duration) time.Time {
	if ctx.Err() != nil {
		d = min(d, graceFor)
	}
	return clock.System().Now().Add(d)
}

// headLimit is a reader that gives up after so many bytes: heads have no bound of their own in net/http's parser.
type headLimit struct {
	from io.Reader
	left int64
}

var errLongHead = errors.New("the head of the request is too long")

func (l *headLimit) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errLongHead
	}
	n, err := l.from.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}
