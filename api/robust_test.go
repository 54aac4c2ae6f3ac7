package api

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// strained is a server whose bounds a test can wait for.
type strained struct {
	addr  string
	calls atomic.Int64 // that reached the handler
}

func mustStrain(t *testing.T, most bounds) *strained {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &strained{addr: ln.Addr().String()}
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.calls.Add(1)
		_, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, `{"errno":0,"error":"succ"}`)
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, ln, h, slog.New(slog.DiscardHandler), most) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return s
}

func (s *strained) dial(t *testing.T) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// mustAnswer makes a call on a connection of its own and wants it answered.
func (s *strained) mustAnswer(t *testing.T) {
	t.Helper()
	c := s.dial(t)
	defer c.Close()
	_ = c.SetDeadline(clock.System().Now().Add(10 * time.Second))
	if _, err := io.WriteString(c, "GET /devices HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("HTTP %d", resp.StatusCode)
	}
}

// dribble sends the text byte by byte, as slowly as may be, until the server has had enough. It tells how long that took.
func dribble(c net.Conn, begin, text string) time.Duration {
	start := clock.System().Now()
	_, _ = io.WriteString(c, begin)
	for i := 0; ; i++ {
		if _, err := io.WriteString(c, text[i%len(text):i%len(text)+1]); err != nil {
			return clock.System().Now().Sub(start)
		}
		clock.Sleep(clock.System(), 200*time.Millisecond, nil)
	}
}

// A byte now and then is not enough to hold a connection: the whole head has its time, and so has the whole body.
func TestConnectionsThatDribbleAreCutInTimeAndHinderNobody(t *testing.T) {
	t.Parallel()
	const many = 1000
	for name, begin := range map[string]string{
		"headers": "GET /devices HTTP/1.1\r\nX-Slow: ",
		"a body":  "POST /devices HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mustStrain(t, bounds{idle: time.Minute, head: time.Second, body: time.Second, linger: 100 * time.Millisecond, conns: maxConns})
			before := runtime.NumGoroutine()
			took := make(chan time.Duration, many)
			for range many {
				c := s.dial(t)
				go func() { took <- dribble(c, begin, "a") }()
			}
			for range 20 {
				s.mustAnswer(t)
			}
			if n := runtime.NumGoroutine() - before; n > 2*2*many+100 { // ours and the server's, of this and of the other subtest
				t.Errorf("%d goroutines for %d connections", n, many)
			}
			for range many {
				if d := <-took; d > 10*time.Second {
					t.Fatalf("a connection was held for %s", d)
				}
			}
		})
	}
}

func TestConnectionThatSaysNothingIsCutInTime(t *testing.T) {
	t.Parallel()
	s := mustStrain(t, bounds{idle: 100 * time.Millisecond, head: time.Minute, body: time.Minute, linger: time.Second, conns: 8})
	c := s.dial(t)
	_ = c.SetReadDeadline(clock.System().Now().Add(10 * time.Second))
	if n, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("%d bytes, %v; wanted the end", n, err)
	}
}

// Who keeps connections open and quiet gives way to who has something to say.
func TestQuietConnectionsDoNotKeepOthersOut(t *testing.T) {
	t.Parallel()
	const most = 8
	s := mustStrain(t, bounds{idle: time.Minute, head: time.Minute, body: time.Minute, linger: time.Second, conns: most})
	for range 10 * most {
		s.dial(t)
	}
	for range most {
		s.mustAnswer(t)
	}
}

// Beyond the bound nobody is refused: who dribbles is cut, and the others' turn comes.
func TestCallsBeyondTheBoundOfConnectionsAreAnsweredInTheirTurn(t *testing.T) {
	t.Parallel()
	const most = 8
	s := mustStrain(t, bounds{idle: time.Minute, head: 50 * time.Millisecond, body: time.Minute, linger: time.Millisecond, conns: most})
	for range 10 * most {
		c := s.dial(t)
		if _, err := io.WriteString(c, "GET /devices HTTP/1.1\r\nX-Slow: "); err != nil {
			t.Fatal(err)
		}
	}
	s.mustAnswer(t)
}

func TestHeadIsBounded(t *testing.T) {
	t.Parallel()
	for name, head := range map[string]string{
		"many headers":     "GET /devices HTTP/1.1\r\n" + strings.Repeat("X-Header: value\r\n", 64<<10) + "\r\n",
		"a long header":    "GET /devices HTTP/1.1\r\nX-Long: " + strings.Repeat("a", 1<<20) + "\r\n\r\n",
		"a query of 1 MiB": "GET /devices?key_words=" + strings.Repeat("a", 1<<20) + " HTTP/1.1\r\n\r\n",
		"no end at all":    "GET /" + strings.Repeat("a", 2<<20),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mustStrain(t, bounds{idle: time.Minute, head: 10 * time.Second, body: time.Minute, linger: time.Second, conns: 8})
			c := s.dial(t)
			_ = c.SetDeadline(clock.System().Now().Add(10 * time.Second))
			go func() { _, _ = io.WriteString(c, head) }()
			answer, err := io.ReadAll(c)
			if err != nil && len(answer) == 0 {
				t.Fatalf("no answer: %v", err)
			}
			if !strings.HasPrefix(string(answer), "HTTP/1.1 400 ") {
				t.Errorf("answered %.80q", answer)
			}
			if n := s.calls.Load(); n > 1 { // the one that says why
				t.Errorf("%d calls", n)
			}
		})
	}
}
