package mdns_test

import (
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	miekg "github.com/miekg/dns"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/lan"
	"github.com/onelan/onelan/lan/mdns"
)

// ether is a network of cables: what is sent to all on one reaches every machine on it, the
// sender too, and is kept for the test to look at. Time is that of a synctest bubble.
type ether struct {
	t     *testing.T
	start time.Time

	mu    sync.Mutex
	links []*fakeLink // guarded by mu
	said  []said      // guarded by mu
}

// said is a packet that went over a cable.
type said struct {
	at    time.Duration // since the test began
	cable string
	from  netip.AddrPort
	to    netip.AddrPort // zero: all
	msg   *miekg.Msg
}

// newEther makes cables for a test that runs in a bubble.
func newEther(t *testing.T) *ether {
	return &ether{t: t, start: clock.System().Now()}
}

// fakeLink is one machine's link. An interface is plugged into the cable of its name, as far as a slash: lan/1 and lan/2 are
// both in lan.
type fakeLink struct {
	ether  *ether
	in     chan heard
	closed chan struct{}
	joined map[int]lan.Interface // guarded by ether.mu; by index
}

type heard struct {
	b    []byte
	peer *lan.Peer
}

func cableOf(i lan.Interface) string {
	cable, _, _ := strings.Cut(i.Name, "/")
	return cable
}

func (e *ether) plug() *fakeLink {
	l := &fakeLink{ether: e, in: make(chan heard, 1000), closed: make(chan struct{}), joined: map[int]lan.Interface{}}
	e.mu.Lock()
	e.links = append(e.links, l)
	e.mu.Unlock()
	return l
}

func (l *fakeLink) Read(b []byte) (int, *lan.Peer, error) {
	select {
	case h := <-l.in:
		return copy(b, h.b), h.peer, nil
	case <-l.closed:
		return 0, nil, net.ErrClosed
	}
}

func (l *fakeLink) Join(i lan.Interface) error {
	l.ether.mu.Lock()
	defer l.ether.mu.Unlock()
	l.joined[i.Index] = i
	return nil
}

func (l *fakeLink) Close() error { close(l.closed); return nil }

func (l *fakeLink) Multicast(b []byte, i lan.Interface) error {
	l.ether.send(b, cableOf(i), netip.AddrPortFrom(i.IPv4()[0], mdns.Port), netip.AddrPort{})
	return nil
}

func (l *fakeLink) Unicast(b []byte, to *lan.Peer) error {
	for _, i := range l.joined {
		if i.Index == to.Index {
			l.ether.send(b, cableOf(i), netip.AddrPortFrom(i.IPv4()[0], mdns.Port), to.From)
		}
	}
	return nil
}

// send puts a packet on a cable; one to all reaches all.
func (e *ether) send(b []byte, cable string, from, to netip.AddrPort) {
	msg := new(miekg.Msg)
	if err := msg.Unpack(b); err != nil {
		e.t.Errorf("not a DNS message: %v", err)
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.said = append(e.said, said{clock.System().Now().Sub(e.start), cable, from, to, msg})
	if to.IsValid() {
		return // nobody but the test listens on other ports
	}
	for _, l := range e.links {
		for _, i := range l.joined {
			if cableOf(i) != cable {
				continue
			}
			l.in <- heard{slices.Clone(b), &lan.Peer{From: from, Index: i.Index}}
		}
	}
}

// ask puts a question on a cable and returns what is said to it within the time.
func (e *ether) ask(cable, from string, q *miekg.Msg, within time.Duration) []said {
	e.t.Helper()
	b, err := q.Pack()
	if err != nil {
		e.t.Fatal(err)
	}
	e.mu.Lock()
	before := len(e.said) + 1
	e.mu.Unlock()
	e.send(b, cable, netip.MustParseAddrPort(from), netip.AddrPort{})
	clock.Sleep(clock.System(), within, nil)
	synctest.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.said[before:])
}

// all are the packets so far.
func (e *ether) all() []said {
	synctest.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.said)
}

// machine is a responder in a test.
type machine struct {
	*mdns.Responder
	mu    sync.Mutex
	names []string // guarded by mu; that it had, in order
}

func (m *machine) name() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.names) == 0 {
		return ""
	}
	return m.names[len(m.names)-1]
}

// machine starts a responder for MQTT at the address, on networks.
func (e *ether) machine(seed uint64, mqtt string, n ...lan.Interface) *machine {
	m := &machine{}
	m.Responder = mdns.Start(mdns.Config{
		Link: e.plug(), Networks: n, MQTT: netip.MustParseAddrPort(mqtt), TXT: []string{"rest=8080"}, Clock: clock.System(), Seed: seed,
		Log: slog.New(slog.NewTextHandler(e.t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})),
		Claimed: func(host string) {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.names = append(m.names, host)
		},
	})
	e.t.Cleanup(m.Close)
	return m
}

func iface(index int, cable string, prefixes ...string) lan.Interface {
	i := lan.Interface{Name: cable, Index: index, Flags: net.FlagUp | net.FlagMulticast}
	for _, p := range prefixes {
		i.Prefixes = append(i.Prefixes, netip.MustParsePrefix(p))
	}
	return i
}

func pass(d time.Duration) {
	clock.Sleep(clock.System(), d, nil)
	synctest.Wait()
}

func ask(name string, rrtype uint16) *miekg.Msg {
	m := new(miekg.Msg)
	m.Question = []miekg.Question{{Name: name, Qtype: rrtype, Qclass: miekg.ClassINET}}
	return m
}

// texts are records as "name type data", in the order of the packet.
func texts(list []miekg.RR) []string {
	var all []string
	for _, rr := range list {
		h := rr.Header()
		data := rr.String()[len(h.String()):]
		all = append(all, h.Name+" "+miekg.TypeToString[h.Rrtype]+" "+data)
	}
	return all
}
