package rig

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// Conn is a client's connection. One goroutine may read while another writes.
type Conn struct {
	net.Conn
	buf  []byte // read, not yet taken
	room []byte
}

// Patience is how long a client waits for an answer.
const Patience = 10 * time.Second

// Dial connects to a broker and says nothing yet. from is the address to come from; empty for any.
func Dial(ctx context.Context, addr, from string) (*Conn, error) {
	d := net.Dialer{Timeout: Patience}
	if from != "" {
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(from)}
	}
	c, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &Conn{Conn: c}, nil
}

// Open connects and logs in; present tells whether the broker had kept the session.
func Open(ctx context.Context, addr string, l Login) (c *Conn, present bool, err error) {
	if c, err = Dial(ctx, addr, ""); err != nil {
		return nil, false, err
	}
	present, err = c.Login(l)
	if err != nil {
		_ = c.Close()
		return nil, false, err
	}
	return c, present, nil
}

// Login sends CONNECT and waits for the CONNACK.
func (c *Conn) Login(l Login) (present bool, err error) {
	if _, err := c.Write(l.Packet()); err != nil {
		return false, err
	}
	body, err := c.Await(Connack)
	if err != nil {
		return false, fmt.Errorf("login of %s: %w", l.Device, err)
	}
	if len(body) != 2 || body[1] != 0 {
		return false, fmt.Errorf("login of %s: CONNACK % X", l.Device, body)
	}
	return body[0] == 1, nil
}

// Subscribe subscribes to one topic and waits for the answer. Messages that come before it are lost.
func (c *Conn) Subscribe(topic string, qos byte) error {
	if _, err := c.Write(Subscribe(1, topic, qos)); err != nil {
		return err
	}
	body, err := c.Await(Suback)
	if err != nil {
		return fmt.Errorf("subscription to %s: %w", topic, err)
	}
	if !bytes.HasPrefix(body, []byte{0, 1}) || len(body) != 3 || body[2] > 2 {
		return fmt.Errorf("subscription to %s: SUBACK % X", topic, body)
	}
	return nil
}

// Await returns the body of the next packet with this head; others are passed over.
func (c *Conn) Await(head byte) ([]byte, error) {
	for {
		got, body, err := c.Next(Patience)
		if err != nil || got == head {
			return body, err
		}
	}
}

// Next reads one packet, waiting for it at most that long; 0 means for ever. The body is good until the next call.
func (c *Conn) Next(patience time.Duration) (head byte, body []byte, err error) {
	for {
		head, body, rest, ok := Cut(c.buf)
		if ok {
			c.buf = rest
			return head, body, nil
		}
		if err := c.fill(patience); err != nil {
			return 0, nil, err
		}
	}
}

// fill reads more, behind what is there.
func (c *Conn) fill(patience time.Duration) error {
	const least = 4 << 10
	if len(c.buf) == 0 {
		c.buf = c.room[:0]
	}
	if cap(c.buf)-len(c.buf) < least {
		if len(c.room) < len(c.buf)+least {
			c.room = make([]byte, 2*(len(c.buf)+least))
		}
		c.buf = c.room[:copy(c.room, c.buf)]
	}
	deadline := time.Time{}
	if patience > 0 {
		deadline = clock.System().Now().Add(patience)
	}
	if err := c.SetReadDeadline(deadline); err != nil {
		return err
	}
	n, err := c.Read(c.buf[len(c.buf):cap(c.buf)])
	c.buf = c.buf[:len(c.buf)+n]
	if n > 0 {
		return nil
	}
	return err
}
