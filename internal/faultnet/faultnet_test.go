package faultnet_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/faultnet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo is an upstream that answers every byte with itself, and counts who has left.
func echo(t *testing.T) (addr string, left chan struct{}) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	left = make(chan struct{}, 100)
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(c, c)
				_ = c.Close()
				left <- struct{}{}
			}()
		}
	}()
	t.Cleanup(func() { ln.Close() })
	return ln.Addr().String(), left
}

func mustDial(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	mustNil(t, c.SetDeadline(clock.System().Now().Add(faultnet.Patience)))
	return c
}

func mustNil(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mustSend(t *testing.T, c net.Conn, packets ...[]byte) {
	t.Helper()
	_, err := c.Write(bytes.Join(packets, nil))
	mustNil(t, err)
}

func mustGet(t *testing.T, c net.Conn, packets ...[]byte) {
	t.Helper()
	want := bytes.Join(packets, nil)
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, want) {
		t.Fatalf("got % X, %v; want % X", got, err, want)
	}
}

func mustEnd(t *testing.T, c net.Conn) error {
	t.Helper()
	_, err := io.Copy(io.Discard, c)
	if errors.Is(err, syscall.ETIMEDOUT) || isTimeout(err) {
		t.Fatal("the connection stands")
	}
	return err
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

var (
	hello = []byte{0x10, 4, 0, 2, 'h', 'i'}
	one   = []byte{0x32, 6, 0, 1, 'a', 0, 1, '1'}
	two   = []byte{0x30, 4, 0, 1, 'b', '2'}
	ack   = []byte{0x40, 2, 0, 1}
	ping  = []byte{0xC0, 0}
)

func TestFramesPassBothWaysAndAreCounted(t *testing.T) {
	t.Parallel()
	addr, _ := echo(t)
	p := faultnet.Start(t, addr)
	c := mustDial(t, p.Addr())
	long := append([]byte{0x30, 0xAC, 0x02, 0, 1, 'c'}, bytes.Repeat([]byte("x"), 297)...)
	mustSend(t, c, hello, one, long, ping)
	mustGet(t, c, hello, one, long, ping)
	n := p.Counts()
	if n.Up[faultnet.Publish] != 2 || n.Down[faultnet.Publish] != 2 || n.Topics["a"] != 1 || n.Topics["c"] != 1 || len(n.Logins) != 1 || len(n.Connections) != 1 {
		t.Errorf("counted %+v", n)
	}
	if want := bytes.Join([][]byte{hello, one, long, ping}, nil); !bytes.Equal(p.Sent()[0], want) {
		t.Errorf("captured % X", p.Sent()[0])
	}
}

func TestAFrameTellsWhatItIs(t *testing.T) {
	t.Parallel()
	addr, _ := echo(t)
	p := faultnet.Start(t, addr)
	frames := make(chan faultnet.Frame, 10)
	p.Judge(func(f faultnet.Frame) faultnet.Verdict {
		if f.Direction == faultnet.Up {
			frames <- f
		}
		return faultnet.Pass
	})
	c := mustDial(t, p.Addr())
	broken := []byte{0x32, 3, 0, 9, 'a'}
	mustSend(t, c, one, two, broken, ack)
	mustGet(t, c, one, two, broken, ack)
	for _, want := range []struct {
		kind           faultnet.Kind
		id             uint16
		topic, payload string
	}{{faultnet.Publish, 1, "a", "1"}, {faultnet.Publish, 0, "b", "2"}, {faultnet.Publish, 0, "", ""}, {faultnet.Puback, 1, "", ""}} {
		f := <-frames
		if f.Kind() != want.kind || f.ID() != want.id || f.Topic() != want.topic || string(f.Payload()) != want.payload {
			t.Errorf("%d, id %d, topic %q, payload %q; want %+v", f.Kind(), f.ID(), f.Topic(), f.Payload(), want)
		}
	}
}

func TestCutEndsEveryConnection(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]faultnet.Ending{"with RST": faultnet.Reset, "with FIN": faultnet.Finish} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr, left := echo(t)
			p := faultnet.Start(t, addr)
			c := mustDial(t, p.Addr())
			mustSend(t, c, hello)
			mustGet(t, c, hello)
			p.Cut(how)
			if err := mustEnd(t, c); (how == faultnet.Reset) != (err != nil) {
				t.Errorf("the client sees %v", err)
			}
			<-left
			again := mustDial(t, p.Addr())
			mustSend(t, again, hello)
			mustGet(t, again, hello)
		})
	}
}

func TestSilenceClosesNothing(t *testing.T) {
	t.Parallel()
	addr, left := echo(t)
	p := faultnet.Start(t, addr)
	c := mustDial(t, p.Addr())
	mustSend(t, c, hello)
	mustGet(t, c, hello)
	p.Silence(true)
	late := mustDial(t, p.Addr())
	mustSend(t, c, one)
	mustSend(t, late, hello)
	p.Await(t, "both frames being taken", func(n faultnet.Counts) bool { return n.Up[faultnet.Publish] == 1 && n.Up[faultnet.Connect] == 2 })
	p.Silence(false)
	fresh := mustDial(t, p.Addr())
	mustSend(t, fresh, hello)
	mustGet(t, fresh, hello)
	mustSend(t, c, ping)
	mustNil(t, c.SetReadDeadline(clock.System().Now().Add(100*time.Millisecond)))
	if n, err := c.Read(make([]byte, 1)); !isTimeout(err) {
		t.Errorf("the silent connection gave %d bytes, %v", n, err)
	}
	c.Close()
	p.Await(t, "the client's leaving", func(n faultnet.Counts) bool { return n.Open == 2 })
	select {
	case <-left:
		t.Error("the upstream has learned that a half-open connection was closed")
	default:
	}
}

func TestARuleMakesOneConnectionSilent(t *testing.T) {
	t.Parallel()
	addr, _ := echo(t)
	p := faultnet.Start(t, addr)
	p.Judge(func(f faultnet.Frame) faultnet.Verdict {
		if f.Topic() == "b" {
			return faultnet.Hush
		}
		return faultnet.Pass
	})
	c, other := mustDial(t, p.Addr()), mustDial(t, p.Addr())
	mustSend(t, c, one)
	mustGet(t, c, one)
	mustSend(t, c, two, ping)
	mustSend(t, other, one, ping)
	mustGet(t, other, one, ping)
	p.Await(t, "the ping being taken", func(n faultnet.Counts) bool { return n.Up[faultnet.Pingreq] == 2 })
	mustNil(t, c.SetReadDeadline(clock.System().Now().Add(100*time.Millisecond)))
	if n, err := c.Read(make([]byte, 1)); !isTimeout(err) {
		t.Errorf("the silent connection gave %d bytes, %v", n, err)
	}
}

func TestRulesDecideByFrame(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault  func(*faultnet.Proxy)
		gets   [][]byte
		closed bool
	}{
		"cut after the second PUBLISH up": {func(p *faultnet.Proxy) { p.CutAfter(faultnet.Up, faultnet.Publish, 2) }, nil, true},
		"cut after the first PUBACK down": {func(p *faultnet.Proxy) { p.CutAfter(faultnet.Down, faultnet.Puback, 1) }, nil, true},
		"kill on one topic":               {func(p *faultnet.Proxy) { p.KillOn(func(f faultnet.Frame) bool { return f.Topic() == "b" }) }, nil, true},
		"drop acknowledgements":           {(*faultnet.Proxy).DropAcks, [][]byte{hello, one, two, ping}, false},
		"refuse the login":                {func(p *faultnet.Proxy) { p.RefuseLogin(4) }, [][]byte{{0x20, 2, 0, 4}}, true},
		"delay":                           {func(p *faultnet.Proxy) { p.Delay(5 * time.Millisecond) }, [][]byte{hello, one, two, ack, ping}, false},
		"mended":                          {func(p *faultnet.Proxy) { p.RefuseLogin(4); p.DropAcks(); p.Mend() }, [][]byte{hello, one, two, ack, ping}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr, _ := echo(t)
			p := faultnet.Start(t, addr)
			c.fault(p)
			client := mustDial(t, p.Addr())
			mustSend(t, client, hello, one, two, ack, ping)
			mustGet(t, client, c.gets...)
			if c.closed {
				_ = mustEnd(t, client)
			}
		})
	}
}

func TestAnUpstreamThatIsAwayIsAResetConnection(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	mustNil(t, err)
	p := faultnet.Start(t, ln.Addr().String())
	ln.Close()
	if c, err := net.Dial("tcp", p.Addr()); err == nil { // the RST may be faster than the handshake's end
		if mustEnd(t, c) == nil {
			t.Error("it was closed as if all were well")
		}
		c.Close()
	}
	addr, _ := echo(t)
	p.Redirect(addr)
	c := mustDial(t, p.Addr())
	mustSend(t, c, hello)
	mustGet(t, c, hello)
}
