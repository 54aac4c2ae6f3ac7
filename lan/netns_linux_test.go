package lan_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	miekg "github.com/miekg/dns"
	"golang.org/x/sys/unix"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/lan"
	"github.com/onelan/onelan/lan/discovery"
	"github.com/onelan/onelan/lan/dns"
	"github.com/onelan/onelan/lan/mdns"
)

// These tests build networks of their own: each place is a network namespace, cables between them are veth
// pairs. They need CAP_NET_ADMIN and the program ip, and are skipped without.

// place is a network namespace.
type place struct {
	t    *testing.T
	name string
}

var places atomic.Int32

func mustPlace(t *testing.T) place {
	t.Helper()
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("the program ip is not installed (Debian: iproute2)")
	}
	p := place{t, fmt.Sprintf("onelan-%d-%d", os.Getpid(), places.Add(1))}
	if out, err := exec.Command("ip", "netns", "add", p.name).CombinedOutput(); err != nil {
		t.Skipf("no network namespaces (they need CAP_NET_ADMIN): %s", out)
	}
	t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", p.name).Run() })
	p.ip("link set lo up")
	return p
}

// ip configures the place.
func (p place) ip(args string) {
	p.t.Helper()
	if out, err := exec.Command("ip", append([]string{"-n", p.name}, strings.Fields(args)...)...).CombinedOutput(); err != nil {
		p.t.Fatalf("ip %s: %v\n%s", args, err, out)
	}
}

// cable connects two places: dev here with one address, eth0 there with the other, which sends everything this way.
func (p place) cable(dev, here string, to place, there string) {
	p.t.Helper()
	p.ip("link add " + dev + " type veth peer name eth0 netns " + to.name)
	p.ip("addr add " + here + " brd + dev " + dev)
	p.ip("link set " + dev + " up")
	to.ip("addr add " + there + " brd + dev eth0")
	to.ip("link set eth0 up")
	to.ip("route add default dev eth0")
}

// in runs f with its thread in the place; sockets that it opens stay there.
func (p place) in(f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		ns, err := os.Open("/run/netns/" + p.name)
		if err != nil {
			done <- err
			return
		}
		defer ns.Close()
		if err = unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err == nil {
			err = f()
		}
		done <- err
	}()
	return <-done
}

func (p place) must(f func() error) {
	p.t.Helper()
	if err := p.in(f); err != nil {
		p.t.Fatalf("%s: %v", p.name, err)
	}
}

// system is lan.System of the place.
func (p place) system() (n lan.Networks, err error) {
	err = p.in(func() (err error) { n, err = lan.System(); return err })
	return n, err
}

// watch is a watcher of the place.
func (p place) watch(changed func(before, after lan.Seen)) *lan.Watcher {
	w := lan.Watch(lan.WatchConfig{
		Source: p.system, WayOut: func() netip.Addr { return netip.Addr{} }, Clock: clock.System(), Log: slog.New(slog.DiscardHandler), Changed: changed,
	})
	p.t.Cleanup(w.Close)
	return w
}

// discover asks for the broker as a board does, and returns the answer and who gave it.
func (p place) discover(to string) (answer, from string) {
	p.t.Helper()
	p.must(func() error {
		c, err := net.ListenPacket("udp4", ":0")
		if err != nil {
			return err
		}
		defer c.Close()
		_ = c.SetDeadline(clock.System().Now().Add(10 * time.Second))
		if _, err := c.WriteTo([]byte(discovery.Question), net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(to), discovery.Port))); err != nil {
			return err
		}
		buf := make([]byte, 100)
		n, peer, err := c.ReadFrom(buf)
		if err == nil {
			answer, from = string(buf[:n]), peer.(*net.UDPAddr).IP.String()
		}
		return err
	})
	return answer, from
}

// exchange asks a DNS server, from the address from when that is not empty.
func (p place) exchange(network, from, server, name string, patience time.Duration) (m *miekg.Msg, err error) {
	p.t.Helper()
	err = p.in(func() error {
		d := &net.Dialer{}
		if from != "" {
			d.LocalAddr = &net.UDPAddr{IP: net.ParseIP(from)}
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		c, err := d.DialContext(ctx, network, server) // here: the client below may not choose another thread
		if err != nil {
			return err
		}
		defer c.Close()
		_ = c.SetDeadline(clock.System().Now().Add(patience))
		conn := &miekg.Conn{Conn: c}
		if err := conn.WriteMsg(new(miekg.Msg).SetQuestion(name, miekg.TypeA)); err != nil {
			return err
		}
		m, err = conn.ReadMsg()
		return err
	})
	return m, err
}

func addressIn(m *miekg.Msg) string {
	if m == nil || len(m.Answer) == 0 {
		return "no address"
	}
	a, ok := m.Answer[0].(*miekg.A)
	if !ok {
		return "no address"
	}
	return a.A.String()
}

// laptop is a machine on four networks, of which two overlap, with a board on each.
func laptop(t *testing.T) (l place, boards map[string]place) {
	t.Helper()
	l = mustPlace(t)
	boards = map[string]place{}
	for i, net := range [][2]string{
		{"192.168.50.1/24", "192.168.50.2/24"}, {"10.44.0.1/16", "10.44.0.2/16"}, {"192.168.60.1/24", "192.168.60.2/24"}, {"192.168.60.9/24", "192.168.60.3/24"},
	} {
		b := mustPlace(t)
		l.cable(fmt.Sprintf("net%d", i), net[0], b, net[1])
		boards[strings.Split(net[0], "/")[0]] = b
	}
	return l, boards
}

func TestMultiHomedLaptopIsFoundOnEachNetwork(t *testing.T) {
	t.Parallel()
	l, boards := laptop(t)
	w := l.watch(nil)
	l.must(func() error {
		s, err := lan.Listen(context.Background(), ":6003", w.Networks)
		if err != nil {
			return err
		}
		r := discovery.Serve(discovery.Config{
			Socket: s, Networks: w.Networks, MQTT: netip.MustParseAddrPort("0.0.0.0:6002"), Clock: clock.System(), Log: slog.New(slog.DiscardHandler),
		})
		t.Cleanup(func() { _ = r.Close() })
		return nil
	})
	for want, board := range boards {
		for _, to := range []string{"255.255.255.255", want, want[:strings.LastIndexByte(want, '.')] + ".255"} {
			if strings.HasPrefix(want, "10.") && strings.HasSuffix(to, ".0.255") {
				to = "10.44.255.255"
			}
			if answer, from := board.discover(to); from != want || answer != `{"onenet-local": 6002}` {
				t.Errorf("the board beside %s asked %s and got %s from %s", want, to, answer, from)
			}
		}
	}
	t.Run("by the address it asked, though that is on another network", func(t *testing.T) {
		if _, from := boards["192.168.50.1"].discover("10.44.0.1"); from != "10.44.0.1" {
			t.Errorf("answered from %s", from)
		}
	})
}

func TestEachNetworkGetsItsAddressByDNS(t *testing.T) {
	t.Parallel()
	l, boards := laptop(t)
	w := l.watch(nil)
	l.must(func() error {
		udp, err := lan.Listen(context.Background(), ":53", w.Networks)
		if err != nil {
			return err
		}
		tcp, err := net.Listen("tcp4", ":53")
		if err != nil {
			return err
		}
		r := dns.Serve(dns.Config{UDP: udp, TCP: tcp, Seen: w.Seen, Service: netip.IPv4Unspecified(), Clock: clock.System(), Log: slog.New(slog.DiscardHandler)})
		t.Cleanup(func() { _ = r.Close() })
		return nil
	})
	for want, board := range boards {
		for _, network := range []string{"udp", "tcp"} {
			if network == "tcp" && strings.HasPrefix(want, "192.168.60.") {
				continue // the system's own TCP answers on one of two networks with the same range; nothing of ours is asked
			}
			m, err := board.exchange(network, "", want+":53", "mqtt.heclouds.com.", 10*time.Second)
			if got := addressIn(m); got != want {
				t.Errorf("over %s the board beside %s was told %s (%v)", network, want, got, err)
			}
		}
	}
	t.Run("an asker with a public address gets no answer", func(t *testing.T) {
		board := boards["192.168.50.1"]
		board.ip("addr add 203.0.113.50/32 dev eth0")
		l.ip("route add 203.0.113.50 dev net0")
		if m, err := board.exchange("udp", "203.0.113.50", "192.168.50.1:53", "mqtt.heclouds.com.", time.Second); err == nil {
			t.Errorf("it got %s", m)
		}
		if m, err := board.exchange("udp", "192.168.50.2", "192.168.50.1:53", "mqtt.heclouds.com.", 10*time.Second); err != nil || addressIn(m) != "192.168.50.1" {
			t.Errorf("its neighbour got %s, %v", m, err)
		}
	})
}

// responder starts mDNS in a place; names gets what it is called.
func (p place) responder(w *lan.Watcher, names chan string) *mdns.Responder {
	p.t.Helper()
	var r *mdns.Responder
	p.must(func() error {
		link, err := mdns.Listen(context.Background(), w.Networks)
		if err != nil {
			return err
		}
		r = mdns.Start(mdns.Config{
			Link: link, Networks: w.Networks(), MQTT: netip.MustParseAddrPort("0.0.0.0:6002"), Clock: clock.System(), Log: slog.New(slog.DiscardHandler),
			Seed: 1, Claimed: func(host string) { names <- host },
		})
		return nil
	})
	p.t.Cleanup(r.Close)
	return r
}

func mustName(t *testing.T, names chan string, want string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	select {
	case got := <-names:
		if got != want {
			t.Fatalf("it is called %s, want %s", got, want)
		}
	case <-ctx.Done():
		t.Fatalf("nobody is called %s", want)
	}
}

// resolve asks the group as a plain resolver does, from any port.
func (p place) resolve(name string) (string, error) {
	m, err := p.exchangeGroup(name)
	return addressIn(m), err
}

func (p place) exchangeGroup(name string) (m *miekg.Msg, err error) {
	err = p.in(func() error {
		c, err := net.ListenPacket("udp4", ":0")
		if err != nil {
			return err
		}
		defer c.Close()
		q, err := new(miekg.Msg).SetQuestion(name, miekg.TypeA).Pack()
		if err != nil {
			return err
		}
		_ = c.SetDeadline(clock.System().Now().Add(2 * time.Second))
		if _, err := c.WriteTo(q, &net.UDPAddr{IP: net.IPv4(224, 0, 0, 251), Port: mdns.Port}); err != nil {
			return err
		}
		buf := make([]byte, 1500)
		n, _, err := c.ReadFrom(buf)
		if err != nil {
			return err
		}
		m = new(miekg.Msg)
		return m.Unpack(buf[:n])
	})
	return m, err
}

func TestNameLeadsToTheAddressOnEachNetwork(t *testing.T) {
	t.Parallel()
	l, boards := laptop(t)
	names := make(chan string, 10)
	l.responder(l.watch(nil), names)
	mustName(t, names, "onelan.local")
	for want, board := range boards {
		for _, name := range []string{"onelan.local.", "OneNET.local."} {
			if got, err := board.resolve(name); got != want {
				t.Errorf("the board beside %s: %s is %s (%v)", want, name, got, err)
			}
		}
	}
}

func TestTwoLaptopsOnOneNetworkHaveTwoNames(t *testing.T) {
	t.Parallel()
	l, boards := laptop(t)
	names, others := make(chan string, 10), make(chan string, 10)
	l.responder(l.watch(nil), names)
	mustName(t, names, "onelan.local")
	other := boards["10.44.0.1"]
	other.responder(other.watch(nil), others)
	mustName(t, others, "onelan-2.local")
	if got, err := other.resolve("onelan-2.local."); err != nil || got != "10.44.0.2" {
		t.Errorf("onelan-2.local is %s, %v", got, err)
	}
	if got, err := other.resolve("onelan.local."); err != nil || got != "10.44.0.1" {
		t.Errorf("onelan.local is %s, %v", got, err)
	}
}

func TestPortOfMDNSIsSharedWithOthersOnTheMachine(t *testing.T) {
	t.Parallel()
	l, _ := laptop(t)
	l.must(func() error {
		i, err := net.InterfaceByName("net0")
		if err != nil {
			return err
		}
		c, err := net.ListenMulticastUDP("udp4", i, &net.UDPAddr{IP: net.IPv4(224, 0, 0, 251), Port: mdns.Port}) // as Avahi does
		if err == nil {
			t.Cleanup(func() { _ = c.Close() })
		}
		return err
	})
	names := make(chan string, 10)
	l.responder(l.watch(nil), names)
	mustName(t, names, "onelan.local")
}

func mustChange(t *testing.T, changes chan []lan.Address) []lan.Address {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	select {
	case after := <-changes:
		return after
	case <-ctx.Done():
		t.Fatal("the watcher saw no change")
		return nil
	}
}

func TestAddressOfARealInterfaceChanges(t *testing.T) {
	t.Parallel()
	l, b := mustPlace(t), mustPlace(t)
	l.cable("wlan0", "192.168.1.10/24", b, "192.168.1.99/24")
	b.ip("addr add 192.168.7.99/24 dev eth0")
	names := make(chan string, 10)
	var r atomic.Pointer[mdns.Responder]
	changes := make(chan []lan.Address, 10)
	w := l.watch(func(_, after lan.Seen) {
		r.Load().Update(after.Networks)
		changes <- after.Addresses
	})
	r.Store(l.responder(w, names))
	mustName(t, names, "onelan.local")
	l.ip("addr add 192.168.7.20/24 brd + dev wlan0")
	l.ip("addr del 192.168.1.10/24 dev wlan0")
	b.ip("addr del 192.168.1.99/24 dev eth0")
	b.ip("route replace default dev eth0")
	for { // the watcher may have looked between the two
		after := mustChange(t, changes)
		if len(after) == 1 && after[0].IP == netip.MustParseAddr("192.168.7.20") && after[0].Interface == "wlan0" {
			break
		}
	}
	var got []string
	for range 20 { // it probes for its name again first
		address, _ := b.resolve("onelan.local.")
		if got = append(got, address); address == "192.168.7.20" {
			break
		}
	}
	if !slices.Contains(got, "192.168.7.20") || slices.Contains(got, "192.168.1.10") {
		t.Errorf("onelan.local was %v", got)
	}
}
