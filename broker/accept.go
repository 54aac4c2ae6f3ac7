package broker

import (
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// socketListener makes every connection it accepts a socket, so that TLS and
// WebSocket, which go on top, never wait for a peer either.
type socketListener struct {
	net.Listener
	broker *Broker
}

// Accept waits for the next connection.
func (l socketListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if t, ok := c.(*net.TCPConn); ok {
		// Room for the largest packet behind a full queue.
		most := l.broker.limits.QueueBytes + l.broker.limits.PacketBytes + 64<<10
		return newSocket(t, most, l.broker.limits.StuckFor), nil
	}
	return c, nil
}

// accept takes connections until the listener is closed. Running out of file
// descriptors is no reason to stop: it waits and goes on.
func (b *Broker) accept(ln net.Listener) {
	pause := 5 * time.Millisecond
	for {
		c, err := ln.Accept()
		if err == nil {
			pause = 5 * time.Millisecond
			b.serving.Go(func() { b.ServeConn(c) })
			continue
		}
		if errors.Is(err, net.ErrClosed) {
			return
		}
		b.log.Error("connection not accepted", "addr", ln.Addr().String(), "err", err, "again_in", pause)
		b.platform.Journal().Append(onenet.Record{Kind: onenet.KindSystem, Text: "connection not accepted: " + err.Error()})
		if !clock.Sleep(clock.System(), pause, b.done) {
			return
		}
		pause = min(2*pause, time.Second)
	}
}

// ServeConn serves one connection and returns when it is over. A panic in it ends
// this connection only.
func (b *Broker) ServeConn(c net.Conn) {
	l := newLink(b, c)
	defer func() {
		if cause := recover(); cause != nil {
			b.log.Error("panic in a connection", "addr", l.addr, "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
			b.platform.Journal().Append(onenet.Record{
				Kind: onenet.KindSystem, Addr: l.addr, Text: fmt.Sprintf("internal error in one connection, which was closed: %v", cause),
			})
			l.end("internal error")
		}
		l.over()
	}()
	if !b.admit(l) {
		l.end(whyTooMany)
		return
	}
	l.watch.start()
	_ = l.mochi.EstablishConnection("onenet", l)
}

// admit counts the link in, unless there are too many or the broker is closing. A link that comes during a reset
// waits for its end: it sees the platform of before or that of after, and nothing between.
func (b *Broker) admit(l *link) bool {
	b.mu.Lock()
	for b.barred != nil && len(b.links)+b.waiting < b.limits.Connections {
		opened := b.barred
		b.waiting++
		b.mu.Unlock()
		<-opened
		b.mu.Lock()
		b.waiting--
	}
	n := len(b.links) + b.waiting
	switch {
	case b.closed:
		b.mu.Unlock()
		return false
	case n >= b.limits.Connections:
		b.mu.Unlock()
		b.platform.Refused(onenet.Attempt{Addr: l.addr}, onenet.Refuse(onenet.LinkTooMany).
			Want(fmt.Sprintf("at most %d connections", b.limits.Connections), "one more"), "", nil)
		return false
	}
	b.links[l] = struct{}{}
	l.mochi = b.mochi
	b.mu.Unlock()
	return true
}

func (b *Broker) dismiss(l *link) {
	b.mu.Lock()
	delete(b.links, l)
	b.mu.Unlock()
}
