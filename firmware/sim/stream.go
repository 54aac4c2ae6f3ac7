package sim

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"
)

const (
	window       = 5744  // octets that lwIP takes in before the program has read them, and holds until the peer has acknowledged them
	synPatience  = 18000 // ms until lwIP gives up a connection that nobody answers
	writePortion = 50 * time.Millisecond
)

// stream is a TCP socket. A goroutine reads ahead, as the chip's network stack does, so that poll can tell.
type stream struct {
	l     *life
	radio *radio
	wires *wires
	conn  net.Conn // nil before connect, which starts pump

	mu        sync.Mutex
	room      *sync.Cond
	in        []byte // guarded by mu
	end       error  // guarded by mu: what comes after in; nil while the connection stands
	lost      bool   // guarded by mu: something vanished on the way, so nothing arrives any more
	unheard   int    // guarded by mu: octets sent since
	abandoned bool   // guarded by mu: there is no program any more
}

func newStream(l *life) *stream {
	s := &stream{l: l, radio: l.b.radio, wires: l.b.wires}
	s.room = sync.NewCond(&s.mu)
	return s
}

// pump reads until the peer ends the connection, or it is closed here.
func (s *stream) pump() {
	defer s.wires.remove(s)
	buf := make([]byte, 1460)
	for {
		n, err := s.conn.Read(buf)
		s.take(buf[:n], err)
		if err != nil {
			return
		}
	}
}

// take keeps what arrived, once there is room for it.
func (s *stream) take(b []byte, err error) {
	defer s.l.poke()
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.in) >= window && !s.lost && !s.abandoned {
		s.room.Wait()
	}
	if s.radio.silent() {
		s.lost = true
	}
	if s.lost || s.abandoned {
		return
	}
	s.in = append(s.in, b...)
	s.end = err
}

func (s *stream) ready() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	bits := 0
	if len(s.in) > 0 || s.end != nil {
		bits |= pollIn
	}
	if s.conn != nil && s.unheard < window {
		bits |= pollOut
	}
	return bits
}

// close says goodbye, if anybody can hear it.
func (s *stream) close() {
	s.mu.Lock()
	deaf := s.lost || s.radio.silent()
	s.mu.Unlock()
	s.abandon()
	if s.conn != nil && !deaf {
		_ = s.conn.Close()
	}
}

// die lets nothing arrive any more, in either direction.
func (s *stream) die() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost = true
	s.room.Broadcast()
}

// abandon leaves the peer in the belief that the connection stands.
func (s *stream) abandon() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.abandoned = true
	s.in = nil
	s.room.Broadcast()
}

// recv takes up to n octets. The end of the connection is none.
func (s *stream) recv(n int) ([]byte, errno) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case len(s.in) > 0:
		b := s.in[:min(n, len(s.in))]
		s.in = s.in[len(b):]
		s.room.Broadcast()
		return b, 0
	case s.end == nil:
		return nil, errAgain
	case errors.Is(s.end, io.EOF):
		return nil, 0
	}
	return nil, errnoOf(s.end)
}

// vanish says how much of n octets the stack takes that will reach nobody; ok is false when they do reach the peer.
func (s *stream) vanish(n int) (taken int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.lost && !s.radio.silent() {
		return 0, false
	}
	s.lost = true
	s.room.Broadcast()
	taken = min(n, window-s.unheard)
	s.unheard += taken
	return taken, true
}

func (l *life) stream(fd int) (*stream, errno) {
	s, ok := l.endpoints[fd].(*stream)
	switch {
	case !ok:
		return nil, errBadFD
	case s.conn == nil:
		return nil, errNotConnected
	}
	return s, 0
}

// connect takes socket, limit, address and port.
func (l *life) connect(r request) answer {
	s, ok := l.endpoints[r.num(0)].(*stream)
	if !ok || s.conn != nil {
		return errBadFD.answer()
	}
	to, ok := r.address(2)
	if !ok {
		return errInvalid.answer()
	}
	limit := r.num(1)
	if limit <= 0 || limit > synPatience {
		limit = synPatience
	}
	conn, e := l.dial(to, limit)
	if e != 0 {
		return e.answer()
	}
	s.conn = conn
	l.b.wires.add(s)
	l.b.work.Go(s.pump)
	return done
}

// dial connects to where the address leads, within the board's milliseconds.
func (l *life) dial(to netip.AddrPort, limit int) (net.Conn, errno) {
	lost, unreachable := l.b.radio.reach()
	if unreachable != 0 {
		return nil, unreachable
	}
	if lost {
		l.pause(limit)
		return nil, errTimeout
	}
	places := l.b.config.Route(to)
	if len(places) == 0 {
		return nil, errUnreachable
	}
	ctx, release := l.within(limit)
	defer release()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", places[0].String())
	if err != nil {
		return nil, errnoOf(err)
	}
	return conn, 0
}

// recv takes socket, limit and size.
func (l *life) recv(r request) answer {
	s, e := l.stream(r.num(0))
	if e != 0 {
		return e.answer()
	}
	if !l.wait(r.num(1), func() bool { return s.ready()&pollIn != 0 }) {
		return tooLate(r.num(1))
	}
	b, e := s.recv(r.num(2))
	if e != 0 {
		return e.answer()
	}
	return octets(b)
}

func tooLate(limit int) answer {
	if limit == 0 {
		return errAgain.answer()
	}
	return errTimeout.answer()
}

// send takes socket, limit and octets, and gives how many of them are on their way.
func (l *life) send(r request) answer {
	s, e := l.stream(r.num(0))
	if e != 0 {
		return e.answer()
	}
	data, limit := []byte(r.text(2)), r.num(1)
	if len(data) == 0 {
		return number(0)
	}
	if n, vanishes := s.vanish(len(data)); vanishes {
		return l.unheard(n, limit)
	}
	begin := l.b.clock.Now()
	for {
		_ = s.conn.SetWriteDeadline(l.b.clock.Now().Add(writePortion)) // a peer that reads nothing must not keep the board alive
		n, err := s.conn.Write(data)
		switch {
		case n > 0:
			return number(n)
		case errnoOf(err) != errTimeout:
			return errReset.answer()
		case limit == 0, limit > 0 && l.b.clock.Now().Sub(begin) > l.scaled(limit), l.isDead():
			return tooLate(limit)
		}
	}
}

// unheard answers for octets that nobody will get: the stack takes what it has room for, then nothing.
func (l *life) unheard(n, limit int) answer {
	if n > 0 {
		return number(n)
	}
	if limit < 0 {
		limit = synPatience
	}
	l.pause(limit)
	return tooLate(limit)
}
