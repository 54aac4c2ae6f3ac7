package broker

import (
	"cmp"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// errStuck ends a connection whose peer takes nothing off the wire.
var errStuck = errors.New("the peer takes nothing off the wire")

// socket is a TCP connection whose Write never waits: what the kernel does not take
// at once is parked and written by a goroutine that lives only while something is parked.
// So one stuck device cannot hold up whoever writes to it.
//
// It must not be seen to be a TCP connection: net.Buffers and io.Copy know ways into one that lead past Write.
type socket struct {
	net.Conn // tcp
	tcp      *net.TCPConn
	raw      syscall.RawConn
	most     int           // bytes on their way beyond which the peer is given up
	stuck    time.Duration // and so it is when it takes nothing for this long

	parkedBytes atomic.Int64
	mu          sync.Mutex
	parked      []byte // guarded by mu: not yet taken over by the goroutine
	flushing    bool   // guarded by mu: the goroutine lives
	failed      error  // guarded by mu
	closing     bool   // guarded by mu: close when nothing is parked any more
}

func newSocket(c *net.TCPConn, most int, stuck time.Duration) *socket {
	raw, err := c.SyscallConn()
	if err != nil {
		raw = nil // without it every write goes through the goroutine
	}
	return &socket{Conn: c, tcp: c, raw: raw, most: most, stuck: stuck}
}

// Write takes all of b or fails for good.
func (s *socket) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed != nil {
		return 0, s.failed
	}
	rest := b
	if !s.flushing {
		n, err := s.tryWrite(b)
		if err != nil {
			s.failed = err
			return 0, err
		}
		rest = b[n:]
	}
	if len(rest) == 0 {
		return len(b), nil
	}
	if s.backlog()+len(rest) > s.most {
		s.failed = errStuck
		_ = s.tcp.Close()
		return 0, errStuck
	}
	s.parked = append(s.parked, rest...)
	s.parkedBytes.Add(int64(len(rest)))
	if !s.flushing {
		s.flushing = true
		go s.flush()
	}
	return len(b), nil
}

// flush writes what is parked, waiting for the peer as long as it takes anything.
func (s *socket) flush() {
	for {
		s.mu.Lock()
		b := s.parked
		s.parked = nil
		if len(b) == 0 || s.failed != nil {
			s.flushing = false
			if s.closing {
				_ = s.tcp.Close()
			}
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		if err := s.writeAll(b); err != nil {
			s.mu.Lock()
			s.failed, s.flushing, s.parked = cmp.Or(s.failed, err), false, nil // the first reason counts
			s.parkedBytes.Store(0)
			s.mu.Unlock()
			_ = s.tcp.Close()
			return
		}
	}
}

// writeAll gives up when stuck passes without a single chunk taken.
func (s *socket) writeAll(b []byte) error {
	const chunk = 64 << 10
	for len(b) > 0 {
		s.extend()
		n, err := s.tcp.Write(b[:min(chunk, len(b))])
		b = b[n:]
		s.parkedBytes.Add(int64(-n))
		if err != nil && (n == 0 || !errors.Is(err, errDeadline)) {
			if errors.Is(err, errDeadline) {
				return errStuck
			}
			return err
		}
	}
	return nil
}

// extend gives the peer its time anew, but not once the connection is being closed.
func (s *socket) extend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closing {
		// The wire's time is real time, whatever clock the platform runs on.
		_ = s.tcp.SetWriteDeadline(clock.System().Now().Add(s.stuck))
	}
}

// backlog is how many bytes the kernel has not taken yet.
func (s *socket) backlog() int { return int(s.parkedBytes.Load()) }

// Close ends the connection; what is parked gets its chance to leave first.
func (s *socket) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flushing && s.failed == nil && !s.closing {
		s.closing = true
		_ = s.SetReadDeadline(clock.System().Now()) // nobody reads any more
		_ = s.tcp.SetWriteDeadline(clock.System().Now().Add(time.Second))
		return nil
	}
	return s.tcp.Close()
}

// failure is why no more can be written, or nil.
func (s *socket) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// SetDeadline bounds reads.
func (s *socket) SetDeadline(at time.Time) error { return s.SetReadDeadline(at) }

// SetWriteDeadline does nothing: no write waits, and the deadline of what is parked is the socket's own. Whoever
// sits on top (WebSocket does it with every message) would take it away.
func (s *socket) SetWriteDeadline(time.Time) error { return nil }

// abort ends the connection at once.
func (s *socket) abort() { _ = s.tcp.Close() }
