package server_test

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	miekg "github.com/miekg/dns"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/server"
)

// mustAnswer sends a datagram and returns the answer.
func mustAnswer(t *testing.T, to, datagram string) string {
	t.Helper()
	c, err := net.Dial("udp4", to)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(clock.System().Now().Add(5 * time.Second))
	if _, err := c.Write([]byte(datagram)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 256)
	n, err := c.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	return string(buf[:n])
}

func mustStart(t *testing.T, c server.Config) *server.Server {
	t.Helper()
	s, err := server.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestBoardsAreToldThePortInForce(t *testing.T) {
	t.Parallel()
	c := quiet()
	c.Discovery = "127.0.0.1:0"
	s := mustStart(t, c)
	_, port, _ := net.SplitHostPort(s.MQTTAddr())
	if got, want := mustAnswer(t, s.DiscoveryAddr(), "onenet-local?"), `{"onenet-local": `+port+`}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestOneNETsNamesLeadHere(t *testing.T) {
	t.Parallel()
	c := quiet()
	c.DNS = "127.0.0.1:0"
	s := mustStart(t, c)
	q := new(miekg.Msg).SetQuestion("mqtt.heclouds.com.", miekg.TypeA)
	for _, network := range []string{"udp", "tcp"} {
		m, _, err := (&miekg.Client{Net: network}).Exchange(q, s.DNSAddr())
		if err != nil || len(m.Answer) != 1 || m.Answer[0].(*miekg.A).A.String() != "127.0.0.1" {
			t.Errorf("over %s: %v %s", network, err, m)
		}
	}
}

func TestPlatformForThisMachineOnlyIsSilentOnItsNetworks(t *testing.T) {
	t.Parallel()
	c := quiet() // MQTT on the loopback
	c.MDNS, c.Discovery = true, ":0"
	s := mustStart(t, c)
	if s.DiscoveryAddr() != "" || s.MDNSAddr() != "" || s.DNSAddr() != "" {
		t.Errorf("discovery %q, mDNS %q, DNS %q; want none", s.DiscoveryAddr(), s.MDNSAddr(), s.DNSAddr())
	}
}

func TestBusyLANPortNamesItsFlag(t *testing.T) {
	t.Parallel()
	busy, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = busy.Close() }) // after the parallel subtests
	tcp, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tcp.Close() })
	for name, tt := range map[string]struct {
		change func(*server.Config)
		flag   string
	}{
		"discovery":         {func(c *server.Config) { c.Discovery = busy.LocalAddr().String() }, "--no-discovery"},
		"DNS over UDP":      {func(c *server.Config) { c.DNS = busy.LocalAddr().String() }, "--dns"},
		"DNS over TCP only": {func(c *server.Config) { c.DNS = tcp.Addr().String() }, "--dns"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := quiet()
			tt.change(&c)
			_, err := server.Start(t.Context(), c)
			e, ok := errors.AsType[*server.ListenError](err)
			if !ok || e.Flag != tt.flag || !strings.Contains(e.Error(), "127.0.0.1:") {
				t.Errorf("got %v, want a ListenError that names %s", err, tt.flag)
			}
		})
	}
}

func TestUDPPortsAreFreeAgainAfterClose(t *testing.T) {
	t.Parallel()
	c := quiet()
	c.Discovery, c.DNS = "127.0.0.1:0", "127.0.0.1:0"
	s := mustStart(t, c)
	addrs := []string{s.DiscoveryAddr(), s.DNSAddr()}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, a := range addrs {
		p, err := net.ListenPacket("udp4", netip.MustParseAddrPort(a).String())
		if err != nil {
			t.Errorf("%s is still held: %v", a, err)
			continue
		}
		_ = p.Close()
	}
}
