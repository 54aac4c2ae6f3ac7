package api

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
)

// body is the body of one call. A client that asks first (Expect: 100-continue, as curl
// does before long bodies) is told to go on when somebody reads.
type body struct {
	io.ReadCloser
	goOn  func() error
	asked bool // it waits for our word
}

func newBody(ctx context.Context, nc net.Conn, r *http.Request) *body {
	asked := r.ProtoAtLeast(1, 1) && strings.EqualFold(r.Header.Get("Expect"), "100-continue")
	goOn := func() error {
		_ = nc.SetWriteDeadline(within(ctx, writeWithin))
		_, err := io.WriteString(nc, "HTTP/1.1 100 Continue\r\n\r\n")
		return err
	}
	return &body{ReadCloser: r.Body, goOn: goOn, asked: asked && r.ContentLength != 0}
}

// Read reads the body, after the word to go on where that was asked for.

func (b *body) Read(p []byte) (int, error) {
	if b.asked {
		b.asked = false
		if err := b.goOn(); err != nil {
			return 0, err
		}
	}
	return b.ReadCloser.Read(p)
}

// withheld tells whether the client still waits for our word: it may send the body or not, so no next
// call can be told from it.
func (b *body) withheld() bool { return b.asked }

// skip reads what nobody wanted, and tells whether the next call begins behind it.
func (b *body) skip() bool {
	_, err := io.CopyN(io.Discard, b.ReadCloser, maxRest)
	return errors.Is(err, io.EOF)
}
