package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/rig"
)

// caller makes one call again and again. It reads no more of HTTP than it must: what is measured is the server.
type caller struct {
	load    restLoad
	addr    string
	request []byte
	conn    net.Conn
	in      *bufio.Reader
	body    []byte
}

func (c *caller) close() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

// call makes one call, and tells how long it took; with the connection, where each has its own.
func (c *caller) call(ctx context.Context) (time.Duration, error) {
	start := clock.System().Now()
	if c.conn == nil {
		conn, err := rig.Dial(ctx, c.addr, "")
		if err != nil {
			return 0, err
		}
		c.conn, c.in = conn.Conn, bufio.NewReader(conn.Conn)
		_ = c.conn.SetDeadline(start.Add(time.Minute))
	}
	if _, err := c.conn.Write(c.request); err != nil {
		return 0, err
	}
	body, err := c.answer()
	took := clock.System().Now().Sub(start)
	if c.load.fresh {
		c.close()
	}
	if err == nil && len(c.load.call.answer) > 0 && len(body) != len(c.load.call.answer) {
		err = fmt.Errorf("answered %q, not %q", body, c.load.call.answer)
	}
	return took, err
}

// answer reads an answer to its end. The body is good until the next call.
func (c *caller) answer() ([]byte, error) {
	length := -1
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		name, value, _ := strings.Cut(string(line), ":")
		if strings.EqualFold(name, "Content-Length") {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return nil, err
			}
		}
	}
	if length < 0 {
		return nil, fmt.Errorf("an answer of %s has no length", c.addr)
	}
	if cap(c.body) < length {
		c.body = make([]byte, length)
	}
	_, err := io.ReadFull(c.in, c.body[:length])
	return c.body[:length], err
}

// learn makes the call once, and keeps the answer.
func (c *restCall) learn(ctx context.Context, addr string) error {
	one := caller{load: restLoad{call: &restCall{}}, addr: addr, request: c.request(false)}
	defer one.close()
	if _, err := one.call(ctx); err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	c.answer = bytes.Clone(one.body)
	if !bytes.HasPrefix(c.answer, []byte(`{"errno":`)) || bytes.HasPrefix(c.answer, []byte(`{"errno":3`)) {
		return fmt.Errorf("%s: answered %q", c.name, c.answer)
	}
	return nil
}
