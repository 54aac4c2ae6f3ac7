package faultnet

import (
	"bufio"
	"context"
	"net"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// conn is a client's connection, and the one that was opened for it.
type conn struct {
	proxy    *Proxy
	client   net.Conn
	upstream net.Conn // guarded by proxy.mu until run has set it
	silent   bool     // guarded by proxy.mu
	ended    bool     // guarded by proxy.mu
	gone     bool     // guarded by proxy.mu: the client's side is closed
	sent     []byte   // guarded by proxy.mu
}

// run carries frames both ways until either side ends.
func (c *conn) run(upstream string) {
	defer c.end(Finish)
	var d net.Dialer
	up, err := d.DialContext(context.Background(), "tcp", upstream)
	if err != nil {
		c.end(Reset)
		return
	}
	if !c.attach(up) {
		_ = up.Close()
		return
	}
	left := make(chan struct{}) // by the upstream
	c.proxy.work.Go(func() {
		defer close(left)
		c.pump(up, c.client, Down)
		if !c.isSilent() { // who is half-open does not learn that the other side has left
			c.end(Finish)
		}
	})
	c.pump(c.client, up, Up)
	if c.isSilent() {
		c.leave()
		<-left
	}
}

// attach notes the upstream's side; it is false when the connection was ended meanwhile.
func (c *conn) attach(up net.Conn) bool {
	c.proxy.mu.Lock()
	defer c.proxy.mu.Unlock()
	c.upstream = up
	return !c.ended
}

// leave closes the client's side alone.
func (c *conn) leave() {
	c.proxy.mu.Lock()
	c.gone = true
	c.proxy.change.Broadcast()
	c.proxy.mu.Unlock()
	_ = c.client.Close()
}

func (c *conn) isSilent() bool {
	c.proxy.mu.Lock()
	defer c.proxy.mu.Unlock()
	return c.silent
}

// pump carries frames one way.
func (c *conn) pump(from, to net.Conn, d Direction) {
	late := make(chan delayed, 1<<10)
	written := make(chan struct{})
	go func() { defer close(written); c.deliver(to, late) }()
	defer func() { close(late); <-written }()
	r := bufio.NewReader(from)
	for {
		f, err := readFrame(r, d)
		if err != nil {
			return
		}
		verdict, due := c.proxy.judge(c, f)
		switch verdict {
		case Kill:
			c.end(Reset)
			return
		case refuse:
			_, _ = c.client.Write([]byte{byte(Connack) << 4, 2, 0, c.proxy.refusal()})
			c.end(Finish)
			return
		case Drop:
		default:
			late <- delayed{f.Raw, due, verdict}
		}
	}
}

type delayed struct {
	raw  []byte
	due  time.Time
	then Verdict
}

// deliver writes each frame when it is due.
func (c *conn) deliver(to net.Conn, late <-chan delayed) {
	for f := range late {
		clock.Sleep(c.proxy.clock, f.due.Sub(c.proxy.clock.Now()), c.proxy.done)
		_, err := to.Write(f.raw)
		switch {
		case f.then == PassKill:
			c.end(Reset)
		case f.then == PassClose || err != nil:
			c.end(Finish)
		}
	}
}

// end closes both sides, once. The upstream always sees a FIN, so that what was passed on to it arrives.
func (c *conn) end(how Ending) {
	c.proxy.mu.Lock()
	ended, up := c.ended, c.upstream
	c.ended, c.gone = true, true
	c.proxy.change.Broadcast()
	c.proxy.mu.Unlock()
	if ended {
		return
	}
	if tcp, ok := c.client.(*net.TCPConn); ok && how == Reset {
		_ = tcp.SetLinger(0)
	}
	_ = c.client.Close()
	if up != nil {
		_ = up.Close()
	}
}

// judge counts a frame and says what becomes of it, and when.
func (p *Proxy) judge(c *conn, f Frame) (Verdict, time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.change.Broadcast()
	now := p.clock.Now()
	p.count(c, f, now)
	v := p.verdictLocked(c, f)
	if v == Hush {
		c.silent = true
		return Drop, now
	}
	if v == Kill || v == PassKill || v == PassClose {
		p.counts.Killed++
	}
	return v, now.Add(p.faults.delay)
}

func (p *Proxy) count(c *conn, f Frame, now time.Time) {
	if f.Direction == Down {
		p.counts.Down[f.Kind()]++
		return
	}
	c.sent = append(c.sent, f.Raw...)
	p.counts.Up[f.Kind()]++
	switch f.Kind() {
	case Connect:
		p.counts.Logins = append(p.counts.Logins, now)
	case Publish:
		p.counts.Topics[f.Topic()]++
	default:
	}
}

func (p *Proxy) verdictLocked(c *conn, f Frame) Verdict {
	if c.silent {
		return Drop
	}
	if p.faults.refuse != 0 && f.Kind() == Connect {
		return refuse
	}
	for _, r := range p.faults.rules {
		if v := r(f); v != Pass {
			return v
		}
	}
	return Pass
}
