package server_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/server"
)

// street is a listener to which a test brings connections from wherever it says.
type street struct {
	come   chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newStreet() *street { return &street{come: make(chan net.Conn), closed: make(chan struct{})} }

func (s *street) Accept() (net.Conn, error) {
	select {
	case c := <-s.come:
		return c, nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

func (s *street) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}

func (s *street) Addr() net.Addr { return &net.TCPAddr{} }

// from is a connection that seems to come from an address, and tells when the server has closed it.
type from struct {
	net.Conn
	addr net.Addr
	gone func()
}

func (c from) RemoteAddr() net.Addr { return c.addr }

func (c from) Close() error {
	c.gone()
	return c.Conn.Close()
}

// visit is the other end of it.
type visit struct {
	net.Conn
	gone chan struct{}
}

// connect brings a connection; it fails when nobody accepts any.
func (s *street) connect(t *testing.T, ip string) visit {
	t.Helper()
	here, there := net.Pipe()
	t.Cleanup(func() { _ = here.Close() })
	_ = here.SetDeadline(clock.System().Now().Add(10 * time.Second))
	v := visit{here, make(chan struct{})}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	select {
	case s.come <- from{there, &net.TCPAddr{IP: net.ParseIP(ip), Port: 1}, sync.OnceFunc(func() { close(v.gone) })}:
	case <-ctx.Done():
		t.Fatal("it is not accepted")
	}
	return v
}

// asks makes a call on a connection.
func asks(c net.Conn) (status int, err error) {
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return 0, err
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0, err
	}
	_ = resp.Body.Close()
	return resp.StatusCode, nil
}

func TestAnAddressThatDripsOnEveryConnectionDoesNotKeepOthersOut(t *testing.T) {
	t.Parallel()
	const most, each = 20, 5
	s := newStreet()
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			w.WriteHeader(http.StatusNoContent)
		}
	})}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(server.NewFewAtOnce(s, most, each)) }()
	t.Cleanup(func() {
		_ = srv.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	drip := func(ip string) (visit, error) {
		c := s.connect(t, ip)
		_, err := fmt.Fprintf(c, "POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 16000\r\n\r\npassword=")
		return c, err
	}
	var held []visit
	for i := range 3 * most {
		c, err := drip(fmt.Sprintf("2001:db8::%x", i+1)) // one machine has the /64
		if (err == nil) != (i < each) {
			t.Fatalf("its connection number %d: %v", i+1, err)
		}
		held = append(held, c)
	}
	for _, ip := range []string{"192.0.2.7", "2001:db8:0:1::1", "127.0.0.1"} {
		if status, err := asks(s.connect(t, ip)); err != nil || status != http.StatusNoContent {
			t.Errorf("from %s: HTTP %d, %v", ip, status, err)
		}
	}
	for range each + 1 { // this machine, behind which a proxy may have everybody
		if _, err := drip("127.0.0.1"); err != nil {
			t.Errorf("from this machine: %v", err)
		}
	}
	_ = held[0].Close()
	<-held[0].gone
	if status, err := asks(s.connect(t, "2001:db8::1")); err != nil || status != http.StatusNoContent {
		t.Errorf("a connection that ended still counts: HTTP %d, %v", status, err)
	}
}
