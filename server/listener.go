package server

import (
	"net"
	"net/netip"
	"sync"

	"github.com/onelan/onelan/internal/peer"
)

// fewAtOnce is a listener that accepts the next connection when there is room for it. Of one address it takes no more than each, and
// closes what comes above that: whoever holds connections open for nothing must not keep others out.
type fewAtOnce struct {
	net.Listener
	room   chan struct{} // a token for each connection
	closed chan struct{}
	once   sync.Once
	each   int // 0: no bound

	mu sync.Mutex
	of map[netip.Prefix]int // guarded by mu: connections by where they come from
}

func newFewAtOnce(ln net.Listener, most, each int) *fewAtOnce {
	return &fewAtOnce{Listener: ln, room: make(chan struct{}, most), closed: make(chan struct{}), each: each, of: map[netip.Prefix]int{}}
}

// Accept waits for room, and then for a connection.
func (l *fewAtOnce) Accept() (net.Conn, error) {
	select {
	case l.room <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			<-l.room
			return nil, err
		}
		from := sourceOf(c.RemoteAddr())
		if l.enter(from) {
			return &guest{Conn: c, leave: sync.OnceFunc(func() { l.leave(from) })}, nil
		}
		_ = c.Close() // nothing was said on it
	}
}

// enter takes note of a connection; false when its address has as many as it may.
func (l *fewAtOnce) enter(from netip.Prefix) bool {
	if l.each == 0 || !from.IsValid() {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of[from] >= l.each {
		return false
	}
	l.of[from]++
	return true
}

func (l *fewAtOnce) leave(from netip.Prefix) {
	l.mu.Lock()
	if l.of[from]--; l.of[from] <= 0 {
		delete(l.of, from)
	}
	l.mu.Unlock()
	<-l.room
}

// Close ends Accept.
func (l *fewAtOnce) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// sourceOf is what of an address one machine has for certain. It is not valid for this machine's own, behind which a proxy may have
// everybody.
func sourceOf(a net.Addr) netip.Prefix {
	if loopback(a.String()) {
		return netip.Prefix{}
	}
	return peer.Range(a.String())
}

// guest gives its room back when it is closed.
type guest struct {
	net.Conn
	leave func()
}

// Close ends the connection.
func (c *guest) Close() error {
	c.leave()
	return c.Conn.Close()
}
