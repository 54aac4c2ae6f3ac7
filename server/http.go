package server

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
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
	eachConns  = 64               // of them of one address, where an address is not trusted: more are turned away
)

// serveHTTP serves the control door, or the console, on a listener. each bounds the connections of one address; 0 does not.
func (s *Server) serveHTTP(ln net.Listener, h http.Handler, each int) {
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: labHead, IdleTimeout: labIdle, MaxHeaderBytes: labHeader,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	few := newFewAtOnce(ln, labConns, each)
	s.work.Go(func() {
		if err := srv.Serve(few); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("HTTP listener ended", "addr", ln.Addr().String(), "err", err)
		}
	})
	s.stop = append(s.stop, srv.Close)
}

// listening bounds how long the sender of a body to the control door may be silent. A whole body has no bound: a snapshot may be
// large. (The console's forms have one, and it sets it by itself.)
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
