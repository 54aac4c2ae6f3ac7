package server

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// What one client of the control door may take. The times are the operating system's: sockets know no other.
const (
	labHead    = 10 * time.Second // for the head of a call
	labIdle    = time.Minute      // between two calls of a connection
	labSilence = 10 * time.Second // within a body
	labHeader  = 64 << 10         // bytes of a head
	labConns   = 512              // at once; more wait to be accepted
)

// serveHTTP serves the control door on a listener.
func (s *Server) serveHTTP(ln net.Listener, h http.Handler) {
	srv := &http.Server{
		Handler: listening(h), ReadHeaderTimeout: labHead, IdleTimeout: labIdle, MaxHeaderBytes: labHeader,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	few := newFewAtOnce(ln, labConns)
	s.work.Go(func() {
		if err := srv.Serve(few); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("HTTP listener ended", "addr", ln.Addr().String(), "err", err)
		}
	})
	s.stop = append(s.stop, srv.Close)
}

// listening bounds how long the sender of a body may be silent. A whole body has no bound: a snapshot may be large.
func listening(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = &timedBody{r.Body, http.NewResponseController(w)}
		next.ServeHTTP(w, r)
	})
}

type timedBody struct {
	io.ReadCloser
	conn *http.ResponseController
}

// Read waits for labSilence at most. The deadline goes afterwards: net/http reads on by itself to see whether the
// client is still there, and a long answer would end with it.
func (b *timedBody) Read(p []byte) (int, error) {
	_ = b.conn.SetReadDeadline(clock.System().Now().Add(labSilence))
	n, err := b.ReadCloser.Read(p)
	_ = b.conn.SetReadDeadline(time.Time{})
	return n, err
}

// fewAtOnce is a listener that accepts the next connection when there is room for it.
type fewAtOnce struct {
	net.Listener
	room   chan struct{} // a token for each connection
	closed chan struct{}
	once   sync.Once
}

func newFewAtOnce(ln net.Listener, most int) *fewAtOnce {
	return &fewAtOnce{Listener: ln, room: make(chan struct{}, most), closed: make(chan struct{})}
}

// Accept waits for room, and then for a connection.
func (l *fewAtOnce) Accept() (net.Conn, error) {
	select {
	case l.room <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.room
		return nil, err
	}
	return &guest{Conn: c, leave: sync.OnceFunc(func() { <-l.room })}, nil
}

// Close ends Accept.
func (l *fewAtOnce) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
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
