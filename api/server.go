package api

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// How long a client may take, and how much of it there may be. The times are the
// operating system's, whatever the platform's clock shows: sockets know no other.
const (
	idleFor     = 60 * time.Second // between two calls of one connection
	headWithin  = 10 * time.Second // from the first byte to the empty line
	bodyWithin  = 10 * time.Second
	writeWithin = 30 * time.Second
	lingerFor   = time.Second            // for the rest of what a client sends while we close
	maxHead     = 64 << 10               // bytes of request line and headers
	maxRest     = 4 << 20                // bytes of a body that nobody wanted, read so that the answer arrives (a picture over 800 KiB gets errno 5, no reset) and the next call can follow
	maxConns    = 2048                   // at once; for more the idle ones have to go
	graceFor    = 2 * time.Second        // for an answer under way when the server ends
	quietFor    = 100 * time.Millisecond // without a call: then a connection may be ended to make room
	cutEvery    = 20 * time.Millisecond
	firstPause  = 5 * time.Millisecond // when no connection can be accepted; it doubles
	lastPause   = time.Second
)

// Serve speaks HTTP/1 with whoever connects to ln, until ctx ends; then it lets the calls under
// way finish, waits for all of its goroutines and returns nil. ln is closed when it returns.
//
// It stands in the place of http.Server, because clients in the field need what that does not give
// (reference, section 5.1): an answer of any length with its head in one write, empty lines after a body whatever
// the method, the headers of OneNET's in their order, HTTP/1.1 in answers to HTTP/1.0, and an answer in
// the envelope, and a line in the log, for what is no HTTP at all. Requests are still
// parsed by net/http.
func Serve(ctx context.Context, ln net.Listener, h http.Handler, log *slog.Logger) error {
	return serve(ctx, ln, h, log, bounds{idle: idleFor, head: headWithin, body: bodyWithin, linger: lingerFor, conns: maxConns})
}

// bounds are what of the above a test may want to be otherwise.
type bounds struct {
	idle, head, body, linger time.Duration
	conns                    int // at once; for more the idle ones have to go
}

func serve(ctx context.Context, ln net.Listener, h http.Handler, log *slog.Logger, most bounds) error {
	s := &server{handler: h, log: log, most: most, conns: map[*conn]struct{}{}, free: make(chan struct{}, most.conns)}
	stop := context.AfterFunc(ctx, func() {
		_ = ln.Close() // ends Accept
		s.wake()
	})
	err := s.accept(ctx, ln)
	stop()
	_ = ln.Close() // again, or because Accept failed by itself
	s.wake()
	s.running.Wait()
	return err
}

type server struct {
	handler http.Handler
	log     *slog.Logger
	most    bounds
	free    chan struct{} // a token for each connection
	running sync.WaitGroup
	short   atomic.Bool // there is no room for a connection that comes

	mu    sync.Mutex
	conns map[*conn]struct{} // guarded by mu
}

func (s *server) accept(ctx context.Context, ln net.Listener) error {
	wait := firstPause
	for {
		if !s.takeRoom(ctx) {
			return nil
		}
		nc, err := ln.Accept()
		if err == nil {
			s.start(ctx, nc)
			wait = firstPause
			continue
		}
		<-s.free
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		}
		// Out of file descriptors, or the peer went again at once: neither is a reason to stop.
		s.log.Warn("connection not accepted", "err", err)
		pause(ctx, wait)
		wait = min(2*wait, lastPause)
	}
}

// takeRoom waits for room for one more connection; it reports false when the server ends. When there is none, the connection
// that has been idle for longest has to go: one that keeps quiet must not keep others out.
func (s *server) takeRoom(ctx context.Context) bool {
	select {
	case s.free <- struct{}{}:
		return ctx.Err() == nil
	default:
	}
	s.short.Store(true) // who ends a call from here on goes by himself
	defer s.short.Store(false)
	again := time.NewTicker(cutEvery)
	defer again.Stop()
	for {
		s.cutIdlest()
		select {
		case s.free <- struct{}{}:
			return true
		case <-ctx.Done():
			return false
		case <-again.C:
		}
	}
}

// cutIdlest ends the connection that has been idle for longest, if it has been so for a while: what has just come may have
// something to say that has not been looked at yet.
func (s *server) cutIdlest() {
	s.mu.Lock()
	defer s.mu.Unlock()
	var idlest *conn
	least := clock.System().Now().Add(-quietFor).UnixNano()
	for c := range s.conns {
		if since := c.idleSince.Load(); since != 0 && since < least && !c.unwanted.Load() {
			idlest, least = c, since
		}
	}
	if idlest != nil {
		idlest.unwanted.Store(true)
		_ = idlest.nc.SetReadDeadline(clock.System().Now())
	}
}

func (s *server) start(ctx context.Context, nc net.Conn) {
	c := newConn(s, nc)
	s.mu.Lock()
	s.conns[c] = struct{}{}
	s.mu.Unlock()
	s.running.Go(func() {
		defer func() { <-s.free }()
		c.serve(ctx)
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
	})
}

// wake ends the waiting of connections for their next call.
func (s *server) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.nc.SetReadDeadline(clock.System().Now())
		_ = c.nc.SetWriteDeadline(clock.System().Now().Add(graceFor))
	}
}

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}
