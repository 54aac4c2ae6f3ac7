package lan_test

import (
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/lan"
)

func mustListen(t *testing.T, addr string) *lan.Socket {
	t.Helper()
	n, err := lan.System()
	if err != nil {
		t.Fatal(err)
	}
	s, err := lan.Listen(t.Context(), addr, func() lan.Networks { return n })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// mustAsk sends from a socket of its own to addr, has the server echo it, and returns who
// asked and where the echo came from.
func mustAsk(t *testing.T, s *lan.Socket, addr string) (asked *lan.Peer, from netip.AddrPort) {
	t.Helper()
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	port := s.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	if _, err := c.WriteTo([]byte("hello"), net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(addr), port))); err != nil {
		t.Fatal(err)
	}
	deadline := clock.System().Now().Add(5 * time.Second)
	_, _ = s.SetReadDeadline(deadline), c.SetReadDeadline(deadline)
	buf := make([]byte, 64)
	n, peer, err := s.ReadFrom(buf)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.WriteTo(buf[:n], peer); err != nil {
		t.Fatal(err)
	}
	n, back, err := c.ReadFrom(buf)
	if err != nil || string(buf[:n]) != "hello" {
		t.Fatalf("echo %q, %v", buf[:n], err)
	}
	return peer.(*lan.Peer), back.(*net.UDPAddr).AddrPort()
}

func TestSocketAnswersFromWhereItWasAsked(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ to, at, from string }{
		"an address of the loopback":      {"127.0.0.1", "127.0.0.1", "127.0.0.1"},
		"another address of the loopback": {"127.0.0.7", "127.0.0.7", "127.0.0.7"},
		"a broadcast is for no address":   {"127.255.255.255", "invalid IP", "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mustListen(t, ":0")
			peer, from := mustAsk(t, s, tt.to)
			if peer.At.String() != tt.at {
				t.Errorf("asked at %s, want %s", peer.At, tt.at)
			}
			if from.Addr().String() != tt.from {
				t.Errorf("answered from %s, want %s", from, tt.from)
			}
			if got, want := s.Facing(peer).String(), tt.from; got != want {
				t.Errorf("faces the peer as %s, want %s", got, want)
			}
		})
	}
}

func TestSocketWithoutTheInterfaceLetsTheSystemRoute(t *testing.T) {
	t.Parallel()
	s, c := mustListen(t, "127.0.0.1:0"), mustListen(t, "127.0.0.1:0")
	to := &lan.Peer{From: c.LocalAddr().(*net.UDPAddr).AddrPort(), Index: 9999, At: netip.MustParseAddr("127.0.0.1")}
	if _, err := s.WriteTo([]byte("x"), to); err != nil {
		t.Fatalf("an interface that went away: %v", err)
	}
	buf := make([]byte, 8)
	_ = c.SetReadDeadline(clock.System().Now().Add(5 * time.Second))
	if n, from, err := c.ReadFrom(buf); err != nil || n != 1 || from.String() != s.LocalAddr().String() {
		t.Errorf("got %d bytes from %v, %v", n, from, err)
	}
}

func TestClosedSocketSaysSo(t *testing.T) {
	t.Parallel()
	s := mustListen(t, "127.0.0.1:0")
	_ = s.Close()
	if _, _, err := s.ReadFrom(make([]byte, 8)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want net.ErrClosed", err)
	}
}
