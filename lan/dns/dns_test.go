package dns_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	miekg "github.com/miekg/dns"
	"go.uber.org/goleak"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/lan"
	"github.com/onelan/onelan/lan/dns"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// seen is a laptop with one LAN address besides the loopback.
func seen() lan.Seen {
	n := lan.Networks{
		{Name: "lo", Index: 1, Flags: net.FlagUp | net.FlagLoopback, Prefixes: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/8")}},
		{Name: "wlan0", Index: 77, Flags: net.FlagUp, Prefixes: []netip.Prefix{netip.MustParsePrefix("192.168.1.10/24")}},
	}
	return lan.Seen{Networks: n, Addresses: n.Addresses(netip.Addr{})}
}

// mustServe starts a responder on a free port, UDP and TCP, and returns its port. Time stands still.
func mustServe(t *testing.T, service string, at func() lan.Seen) (*dns.Responder, string) {
	t.Helper()
	udp, tcp, err := dns.Listen(t.Context(), "127.0.0.1:0", func() lan.Networks { return at().Networks })
	if err != nil {
		t.Fatal(err)
	}
	r := dns.Serve(dns.Config{
		UDP: udp, TCP: tcp, Seen: at, Service: netip.MustParseAddr(service), Clock: clock.NewManual(time.Unix(0, 0)), Log: slog.New(slog.DiscardHandler),
	})
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r, udp.LocalAddr().String()
}

func mustExchange(t *testing.T, network, server, name string) *miekg.Msg {
	t.Helper()
	q := new(miekg.Msg)
	q.SetQuestion(miekg.Fqdn(name), miekg.TypeA)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	m, _, err := (&miekg.Client{Net: network}).ExchangeContext(ctx, q, server)
	if err != nil {
		t.Fatalf("%s over %s: %v", name, network, err)
	}
	return m
}

func TestWhatOneIsToldDependsOnWhereMQTTListens(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ service, want string }{
		"on all: who asks on the loopback may be a relay, and gets the address for boards": {"::", "192.168.1.10"},
		"on one address: that one":               {"10.1.2.3", "10.1.2.3"},
		"on the loopback, asked on the loopback": {"127.0.0.1", "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, server := mustServe(t, tt.service, seen)
			for _, network := range []string{"udp", "tcp"} {
				m := mustExchange(t, network, server, "mqtt.heclouds.com")
				if len(m.Answer) != 1 || m.Answer[0].(*miekg.A).A.String() != tt.want {
					t.Errorf("over %s: %s", network, m)
				}
			}
		})
	}
	t.Run("a machine without a network is found by itself", func(t *testing.T) {
		t.Parallel()
		_, server := mustServe(t, "0.0.0.0", func() lan.Seen { s := seen(); s.Addresses = nil; return s })
		if m := mustExchange(t, "udp", server, "api.heclouds.com"); len(m.Answer) != 1 || m.Answer[0].(*miekg.A).A.String() != "127.0.0.1" {
			t.Errorf("got %s", m)
		}
	})
}

func TestCounts(t *testing.T) {
	t.Parallel()
	r, server := mustServe(t, "0.0.0.0", seen)
	mustExchange(t, "udp", server, "mqtt.heclouds.com")
	mustExchange(t, "tcp", server, "example.org")
	if answered, refused := r.Counts(); answered != 1 || refused != 1 {
		t.Errorf("answered %d, refused %d; want 1 each", answered, refused)
	}
}

func TestWhoAsksTooMuchIsCutOff(t *testing.T) {
	t.Parallel()
	r, server := mustServe(t, "0.0.0.0", func() lan.Seen { return lan.Seen{} })
	for range 200 {
		mustExchange(t, "udp", server, "mqtt.heclouds.com")
	}
	q := new(miekg.Msg).SetQuestion("mqtt.heclouds.com.", miekg.TypeA)
	_, _, err := (&miekg.Client{Net: "tcp", Timeout: 5 * time.Second}).Exchange(q, server)
	if err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("over its ration a connection must be closed, got %v", err)
	}
	if _, refused := r.Counts(); refused != 1 {
		t.Errorf("counted %d refused", refused)
	}
}

func TestClosingEndsIdleConnections(t *testing.T) {
	t.Parallel()
	r, server := mustServe(t, "0.0.0.0", seen)
	c, err := net.Dial("tcp", server)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	mustExchange(t, "tcp", server, "mqtt.heclouds.com") // accepted after c
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	_ = c.SetReadDeadline(clock.System().Now().Add(5 * time.Second))
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the idle connection: %v, want EOF", err)
	}
	if err := r.Close(); err != nil {
		t.Errorf("closing again: %v", err)
	}
}

// dig runs the program that people use to look at DNS.
func dig(t *testing.T, server string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath("dig")
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal("dig is missing, and nobody would see that the test was skipped: apt-get install dnsutils")
	}
	if err != nil {
		t.Skip("dig is not installed (Debian: bind9-dnsutils)")
	}
	host, port, _ := net.SplitHostPort(server)
	out, err := exec.CommandContext(t.Context(), path, append([]string{"-r", "@" + host, "-p", port, "+tries=1", "+time=5"}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("dig %v: %v\n%s", args, err, out)
	}
	return string(out)
}

func TestDig(t *testing.T) {
	t.Parallel()
	_, server := mustServe(t, "0.0.0.0", seen)
	for name, tt := range map[string]struct {
		args []string
		want []string
	}{
		"address":                {[]string{"mqtt.heclouds.com"}, []string{"status: NOERROR", "192.168.1.10", "aa "}},
		"short":                  {[]string{"+short", "api.onenet.hk.chinamobile.com"}, []string{"192.168.1.10\n"}},
		"over TCP":               {[]string{"+tcp", "api.zj.cmcconenet.com"}, []string{"status: NOERROR", "192.168.1.10"}},
		"mixed case":             {[]string{"mQtT.HEclouds.cOm"}, []string{"mQtT.HEclouds.cOm.", "192.168.1.10"}},
		"AAAA":                   {[]string{"AAAA", "mqtt.heclouds.com"}, []string{"status: NOERROR", "ANSWER: 0", "SOA"}},
		"any other name":         {[]string{"www.example.org"}, []string{"status: REFUSED", "ANSWER: 0"}},
		"ANY":                    {[]string{"ANY", "mqtt.heclouds.com", "+notcp"}, []string{"status: REFUSED"}},
		"a cookie and a big box": {[]string{"+bufsize=4096", "+cookie", "+dnssec", "mqtt.heclouds.com"}, []string{"status: NOERROR", "EDNS: version: 0"}},
		"without EDNS":           {[]string{"+noedns", "mqtt.heclouds.com"}, []string{"status: NOERROR", "192.168.1.10"}},
		"a zone transfer":        {[]string{"AXFR", "heclouds.com"}, []string{"Transfer failed"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := dig(t, server, tt.args...)
			for _, want := range tt.want {
				if !strings.Contains(out, want) {
					t.Errorf("dig %v lacks %q:\n%s", tt.args, want, out)
				}
			}
		})
	}
}
