package api_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/onelan/onelan/api"
	"github.com/onelan/onelan/internal/clock"
)

// mustServe puts a handler on loopback and gives the address and what was written to each
// connection, write by write.
func mustServe(t *testing.T, h http.Handler, log *slog.Logger) (string, *writes) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &writes{Listener: ln}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- api.Serve(ctx, w, h, log) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return ln.Addr().String(), w
}

// writes is a listener that notes every Write on its connections.
type writes struct {
	net.Listener
	mu  sync.Mutex
	all []string // guarded by mu
}

func (w *writes) Accept() (net.Conn, error) {
	nc, err := w.Listener.Accept()
	return &noted{nc, w}, err
}

func (w *writes) list() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.all...)
}

type noted struct {
	net.Conn
	to *writes
}

func (n *noted) Write(b []byte) (int, error) {
	n.to.mu.Lock()
	n.to.all = append(n.to.all, string(b))
	n.to.mu.Unlock()
	return n.Conn.Write(b)
}

func (n *noted) CloseWrite() error { return n.Conn.(*net.TCPConn).CloseWrite() }

// client is a raw connection.
type client struct {
	net.Conn
	br *bufio.Reader
}

func mustDial(t *testing.T, addr string) *client {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nc.Close() })
	if err := nc.SetDeadline(clock.System().Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return &client{nc, bufio.NewReader(nc)}
}

func (c *client) say(t *testing.T, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

// hear reads one answer: its head and its body.
func (c *client) hear(t *testing.T) (head, body string) {
	t.Helper()
	var lines strings.Builder
	for {
		line, err := c.br.ReadString('\n')
		if err != nil {
			t.Fatalf("after %q: %v", lines.String(), err)
		}
		lines.WriteString(line)
		if line == "\r\n" {
			break
		}
	}
	m := regexp.MustCompile(`\r\nContent-Length: (\d+)\r\n`).FindStringSubmatch(lines.String())
	if m == nil {
		t.Fatalf("no Content-Length: %q", lines.String())
	}
	var n int
	_, _ = fmt.Sscan(m[1], &n)
	b := make([]byte, n)
	if _, err := io.ReadFull(c.br, b); err != nil {
		t.Fatal(err)
	}
	return lines.String(), string(b)
}

func mustServeFixture(t *testing.T) (*fixture, string, *writes) {
	t.Helper()
	f := newFixture(t)
	addr, w := mustServe(t, f.door, slog.New(slog.NewTextHandler(f.log, nil)))
	return f, addr, w
}

func TestConnectionEndsWhereTheClientWantsIt(t *testing.T) {
	t.Parallel()
	_, addr, _ := mustServeFixture(t)
	tests := []struct {
		name, version, header string
		close                 bool
	}{
		{"HTTP/1.1 stays open", "1.1", "", false},
		{"HTTP/1.1 with Connection: close", "1.1", "Connection: close\r\n", true},
		{"HTTP/1.0 is closed", "1.0", "", true},
		{"HTTP/1.0 with Connection: keep-alive", "1.0", "Connection: keep-alive\r\n", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := mustDial(t, addr)
			call := "GET " + datapoints + " HTTP/" + tt.version + "\r\nHost:x\r\n" + tt.header + auth + "\r\n"
			c.say(t, call)
			head, _ := c.hear(t)
			if strings.Contains(head, "Connection: close") != tt.close {
				t.Errorf("got %q", head)
			}
			if tt.close {
				if b, err := c.br.ReadByte(); !errors.Is(err, io.EOF) {
					t.Errorf("after the answer: %q, %v; want the end", b, err)
				}
				return
			}
			c.say(t, call)
			c.hear(t)
		})
	}
}

// A client that sends on after the answer to its last call must not be reset: small
// stacks throw away what they have received when that happens.
func TestClosingIsGentleToAClientThatStillSends(t *testing.T) {
	t.Parallel()
	_, addr, _ := mustServeFixture(t)
	c := mustDial(t, addr)
	c.say(t, "GET "+datapoints+" HTTP/1.0\r\n"+auth+"\r\n")
	if _, err := c.br.Peek(1); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := io.WriteString(c, "\r\n"); err != nil {
			t.Fatalf("sending on: %v", err)
		}
	}
	_, body := c.hear(t)
	if _, err := c.br.ReadByte(); !errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("after %s: %v; want a plain end", body, err)
	}
}

func TestServeEndsWithIdleAndSilentClientsConnected(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- api.Serve(ctx, ln, f.door, slog.New(slog.DiscardHandler)) }()
	idle := mustDial(t, ln.Addr().String())
	idle.say(t, "GET "+datapoints+" HTTP/1.1\r\nHost:x\r\n"+auth+"\r\n")
	idle.hear(t)
	mustDial(t, ln.Addr().String()).say(t, "GET / HT")
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if _, err := idle.br.ReadByte(); err == nil {
		t.Error("the idle connection is still open")
	}
	if _, err := net.Dial("tcp", ln.Addr().String()); err == nil {
		t.Error("the listener is still open")
	}
}

func TestServeLetsACallUnderWayFinish(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cancel()
		_, _ = fmt.Fprintf(w, "done, %v", r.Context().Err())
	})
	go func() { ended <- api.Serve(ctx, ln, slow, slog.New(slog.DiscardHandler)) }()
	c := mustDial(t, ln.Addr().String())
	c.say(t, "GET / HTTP/1.1\r\nHost:x\r\n\r\n")
	if _, body := c.hear(t); body != "done, <nil>" {
		t.Errorf("got %q", body)
	}
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestPanicCostsOneConnectionAndNoOther(t *testing.T) {
	t.Parallel()
	log := &syncBuffer{}
	addr, _ := mustServe(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/panic" {
			panic("oh no")
		}
	}), slog.New(slog.NewTextHandler(log, nil)))
	other := mustDial(t, addr)
	c := mustDial(t, addr)
	c.say(t, "GET /panic HTTP/1.1\r\nHost:x\r\n\r\n")
	if _, err := c.br.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want the end", err)
	}
	other.say(t, "GET / HTTP/1.1\r\nHost:x\r\n\r\n")
	other.hear(t)
	if !strings.Contains(log.String(), "oh no") {
		t.Errorf("the log says %q", log)
	}
}

// flaky is a listener that fails before it works, as one does without file descriptors.
type flaky struct {
	net.Listener
	mu    sync.Mutex
	fails int // guarded by mu
}

func (f *flaky) Accept() (net.Conn, error) {
	f.mu.Lock()
	f.fails--
	fail := f.fails >= 0
	f.mu.Unlock()
	if fail {
		return nil, &net.OpError{Op: "accept", Err: syscall.EMFILE}
	}
	return f.Listener.Accept()
}

func TestServeOutlivesARunOutOfFileDescriptors(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	f := newFixture(t)
	go func() { ended <- api.Serve(ctx, &flaky{Listener: ln, fails: 3}, f.door, slog.New(slog.DiscardHandler)) }()
	c := mustDial(t, ln.Addr().String())
	c.say(t, "GET / HTTP/1.1\r\nHost:x\r\n\r\n")
	c.hear(t)
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestServeTellsWhenTheListenerIsGone(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = ln.Close()
	if err := api.Serve(t.Context(), ln, http.NotFoundHandler(), slog.New(slog.DiscardHandler)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want %v", err, net.ErrClosed)
	}
}
