package broker

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// Reasons for the end of a connection, as the journal tells them.
const (
	whyDisconnect = "the device said DISCONNECT"
	whyPeer       = "the device closed the connection without DISCONNECT"
	whyShutdown   = "the server is shutting down"
	whyTooMany    = "too many connections"
	whyStuck      = "the device takes nothing off the wire"
	whyRefused    = "the login was refused"
	whySilent     = "no CONNECT came in time"
)

// link is one connection, standing under Mochi as its net.Conn. What Mochi reads
// from it are frames that the link has judged; what Mochi writes joins the
// link's own output.
type link struct {
	broker *Broker
	mochi  *mqtt.Server // set when the link is admitted
	conn   net.Conn     // a socket, or TLS or WebSocket over one
	addr   string
	in     frames
	handed []byte // read by Mochi next (reading goroutine only)
	watch  watch

	// Set by the login, on the reading goroutine, before any other goroutine knows the link.
	attempt onenet.Attempt
	session *session
	will    *will
	by      onenet.CredentialKind

	state    linkState // reading goroutine only
	early    bool      // a packet came before the login (reading goroutine only)
	got      int64     // bytes read (reading goroutine only)
	subs     subscribing
	warned   map[string]struct{} // topics warned of (reading goroutine only)
	separate atomic.Bool         // one packet per write: the peer parses only the first of a read
	linger   atomic.Bool         // let the peer read the last answer before the connection goes

	outMu sync.Mutex
	out   []byte // guarded by outMu: not yet written
	acks  ackQueue

	scratch []byte // one packet, reused (reading goroutine only)
	d       dirt   // links that this one's messages went to (reading goroutine only)

	endOnce sync.Once
	why     atomic.Pointer[string] // why it ended: the first reason counts
	ended   chan struct{}          // closed when the link is to end
	greeter sync.WaitGroup         // the goroutine that sends what waited
	gone    chan struct{}          // closed when Mochi is done with it, and no goroutine works for it any more
}

type linkState int

const (
	awaitConnect linkState = iota
	loggedIn
	turnedDown
)

func newLink(b *Broker, c net.Conn) *link {
	l := &link{
		broker: b, conn: c, addr: c.RemoteAddr().String(),
		ended: make(chan struct{}), gone: make(chan struct{}),
	}
	l.in = frames{src: c, max: b.limits.PacketBytes}
	l.watch.link = l
	return l
}

// Read hands Mochi at most one frame, so that a frame is processed before the next
// one is judged. It returns io.EOF when the link has ended, for whatever reason.
func (l *link) Read(p []byte) (int, error) {
	for len(l.handed) == 0 {
		f, err := l.nextFrame()
		if err != nil {
			return 0, err
		}
		l.handed = l.judge(f)
	}
	n := copy(p, l.handed)
	l.handed = l.handed[n:]
	return n, nil
}

// nextFrame waits for a whole frame. Before it waits it writes out what the frames so
// far have caused, here and at other links.
func (l *link) nextFrame() (frame, error) {
	for {
		if l.hasEnded() {
			return frame{}, io.EOF
		}
		f, ok, err := l.in.next()
		if err != nil {
			l.badFrame(err)
			return frame{}, io.EOF
		}
		if ok {
			return f, nil
		}
		l.flush()
		l.d.flush()
		before := l.in.end - l.in.start
		if err := l.in.fill(); err != nil {
			l.lost(err)
			return frame{}, io.EOF
		}
		l.got += int64(l.in.end - l.in.start - before)
		l.watch.heard()
		if l.state == awaitConnect && l.notMQTT() {
			return frame{}, io.EOF
		}
	}
}

// lost ends the link because its peer is gone.
func (l *link) lost(err error) {
	switch {
	case l.hasEnded():
	case errors.Is(err, errStuck) || l.stuck():
		l.end(whyStuck)
	case l.state == awaitConnect:
		l.explainSilence()
		l.end(whyPeer)
	default:
		l.end(whyPeer)
	}
}

// stuck tells whether the connection was given up because its peer takes nothing: who reads
// from it learns only that it is closed.
func (l *link) stuck() bool {
	s := socketOf(l.conn)
	return s != nil && errors.Is(s.failure(), errStuck)
}

// end closes the connection; the first reason given is the one that is told.
func (l *link) end(why string) {
	l.endOnce.Do(func() {
		l.why.Store(&why)
		close(l.ended)
		l.watch.stop()
		l.flush()
		l.acks.abandon()
		if l.linger.Load() {
			l.halfClose()
			return
		}
		if why == whyStuck {
			if s := socketOf(l.conn); s != nil {
				s.abort()
			}
		}
		_ = l.conn.Close()
	})
}

// cut ends the link without regard for what it still has to say.
func (l *link) cut(why string) {
	l.end(why)
	_ = l.conn.Close() // again, for one that lingers
	if s := socketOf(l.conn); s != nil {
		s.abort() // with what the peer has not taken yet
	}
}

func (l *link) hasEnded() bool {
	select {
	case <-l.ended:
		return true
	default:
		return false
	}
}

// Close is called by Mochi when it is done with the connection. It leaves the end to over, which runs
// next: in between the hook OnDisconnect learns why.
func (l *link) Close() error { return nil }

// over runs when Mochi is done with the connection.
func (l *link) over() {
	l.end(whyPeer)
	if l.linger.Load() {
		l.drain()
	}
	if l.session != nil {
		l.broker.leave(l)
	}
	l.in.release()
	l.greeter.Wait()
	l.watch.working.Wait()
	l.broker.dismiss(l)
	close(l.gone)
}

// halfClose stops sending and keeps the connection: closing it with unread input
// would make the kernel throw away the answer that is on its way.
func (l *link) halfClose() {
	if s := socketOf(l.conn); s != nil {
		_ = s.tcp.CloseWrite()
	}
	_ = l.conn.SetReadDeadline(clock.System().Now().Add(time.Second))
}

// drain reads until the peer has closed too, for a second at most.
func (l *link) drain() {
	buf := make([]byte, 512)
	for n := 0; n < 4<<20; {
		m, err := l.conn.Read(buf)
		n += m
		if err != nil {
			break
		}
	}
	_ = l.conn.Close()
}

// socketOf finds the socket at the bottom of a connection.
func socketOf(c net.Conn) *socket {
	for {
		switch t := c.(type) {
		case *socket:
			return t
		case interface{ NetConn() net.Conn }: // tls.Conn, wsConn
			c = t.NetConn()
		default:
			return nil
		}
	}
}

// Deadlines are the watch's business, not Mochi's.

// SetDeadline does nothing.
func (l *link) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing.
func (l *link) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing.
func (l *link) SetWriteDeadline(time.Time) error { return nil }

// LocalAddr is the address the peer connected to.
func (l *link) LocalAddr() net.Addr { return l.conn.LocalAddr() }

// RemoteAddr is the peer's address.
func (l *link) RemoteAddr() net.Addr { return l.conn.RemoteAddr() }
