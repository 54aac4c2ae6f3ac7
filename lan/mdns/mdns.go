// Package mdns makes this machine onelan.local and onenet.local on the networks around it, and tells
// browsers of _mqtt._tcp that OneNET is here. Phones, laptops and the ESP32's own getaddrinfo find it that way
// with nothing installed (RFC 6762, RFC 6763).
//
// The packets are miekg/dns's; what is done with them is ours. The library at hand for the whole of it,
// hashicorp/mdns v1.0.7, answers to the asker only and never to the group, does not repeat the question and id that
// plain resolvers want back, compares names by case, takes responses for questions, gives every interface the same addresses, as
// they were at the start, and neither probes for its names nor announces them.
//
// Names are probed for before they are used. When another machine has them already, this one becomes
// onelan-2.local, and says so. Each network is told the addresses that this machine has on it. Packets go over
// IPv4, which every board speaks and where every machine with both listens too; AAAA records come with it, but for link-local
// addresses, which mean nothing without the interface that most programs forget. The port is shared with the system's own
// responder (Avahi, Bonjour), which is not disturbed: nothing here is the machine's own name.
//
// Not done, as RFC 6762 allows: waiting for the rest of a list of known answers (the TC bit), and answers that gather
// several askers' questions.
package mdns

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	miekg "github.com/miekg/dns"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/lan"
)

// Config says what is told. All fields but TXT and Claimed are required.
type Config struct {
	Link     Link // the responder closes it
	Networks lan.Networks
	MQTT     netip.AddrPort // where MQTT listens
	TXT      []string       // key=value, for browsers
	Clock    clock.Clock
	Log      *slog.Logger
	Seed     uint64 // of the random delays that keep machines from speaking all at once
	// Claimed is called when this machine has a new name, "onelan.local" or one with a number.
	Claimed func(host string)
}

// Responder answers until it is closed. Its methods are safe for concurrent use.
type Responder struct {
	c       Config
	packets chan packet
	updates chan lan.Networks
	stop    chan struct{}
	closing sync.Once
	work    sync.WaitGroup

	// What follows belongs to the goroutine of run.
	random   *rand.Rand
	limit    *lan.Limiter
	jobs     *schedule
	networks []lan.Interface // those that can be spoken on
	own      map[netip.Addr]bool
	number   int  // of the names, from 1 on
	claiming int  // counts the attempts, so that what an older one left to do is not done
	claimed  bool // the names are ours
	told     string
	lost     int // names lost since the last change of the networks
	sent     map[string]time.Time
}

// packet is what came in.
type packet struct {
	msg  *miekg.Msg
	peer *lan.Peer
}

// Start begins to claim the names and to answer.
func Start(c Config) *Responder {
	r := &Responder{
		c: c, packets: make(chan packet), updates: make(chan lan.Networks), stop: make(chan struct{}),
		random: rand.New(rand.NewPCG(c.Seed, 0)), limit: lan.NewLimiter(c.Clock, perAsker, inAll),
		jobs: newSchedule(c.Clock), own: map[netip.Addr]bool{}, sent: map[string]time.Time{},
	}
	r.work.Go(r.read)
	r.work.Go(r.run)
	return r
}

// Update tells the responder that the networks have changed.
func (r *Responder) Update(n lan.Networks) {
	select {
	case r.updates <- n:
	case <-r.stop:
	}
}

// Close takes the names back, ends the answers and waits for what is under way. It may be called twice.
func (r *Responder) Close() {
	r.closing.Do(func() { close(r.stop) })
	r.work.Wait()
}

// read hands packets to run until the link is closed.
func (r *Responder) read() {
	buf := make([]byte, maxPacket)
	for {
		n, peer, err := r.c.Link.Read(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		msg := new(miekg.Msg)
		if err != nil || msg.Unpack(buf[:n]) != nil || msg.Opcode != miekg.OpcodeQuery || msg.Rcode != miekg.RcodeSuccess {
			continue // RFC 6762 18.3, 18.11: ignored in silence
		}
		select {
		case r.packets <- packet{msg, peer}:
		case <-r.stop:
		}
	}
}

// run is the life of the responder. All state is its own, so there is nothing to lock.
func (r *Responder) run() {
	r.update(r.c.Networks)
	for {
		r.jobs.arm()
		select {
		case p := <-r.packets:
			r.take(p)
		case n := <-r.updates:
			r.update(n)
		case <-r.jobs.due:
			r.jobs.run()
		case <-r.stop:
			r.jobs.stop()
			r.goodbye()
			_ = r.c.Link.Close() // it is given up either way
			return
		}
	}
}

// update takes up new networks: their interfaces join, and the names are claimed from the first one on.
func (r *Responder) update(n lan.Networks) {
	r.networks = r.networks[:0:0]
	for _, i := range n {
		for _, p := range i.Prefixes {
			r.own[p.Addr()] = true // for good: an echo of what was sent before may still be under way
		}
		if !r.usable(i) {
			continue
		}
		if err := r.c.Link.Join(i); err != nil {
			r.c.Log.Debug("mDNS: interface cannot be used", "interface", i.Name, "err", err)
			continue
		}
		r.networks = append(r.networks, i)
	}
	r.number, r.lost = 1, 0
	r.claim(0)
}

// usable tells whether the interface is one that neighbours can be on, and MQTT is open to.
func (r *Responder) usable(i lan.Interface) bool {
	list := r.addresses(i)
	return i.Flags&net.FlagMulticast != 0 && !i.Loopback() && len(list) > 0 && list[0].Is4()
}

// addresses are this machine's on the interface, as far as MQTT listens on them.
func (r *Responder) addresses(i lan.Interface) []netip.Addr {
	var list []netip.Addr
	for _, p := range i.Prefixes {
		if ip := p.Addr(); lan.Reachable(r.c.MQTT.Addr(), ip) && (ip.Is4() || !ip.IsLinkLocalUnicast()) {
			list = append(list, ip)
		}
	}
	slices.SortFunc(list, netip.Addr.Compare) // IPv4 first
	return list
}

// records are what the interface is told.
func (r *Responder) records(i lan.Interface) records {
	return newRecords(r.number, r.addresses(i), r.c.MQTT.Port(), r.c.TXT)
}

// onInterface finds where a packet came in; ok is false when it is none that we speak on, or
// the sender is not on that network (RFC 6762 11).
func (r *Responder) onInterface(p *lan.Peer) (lan.Interface, bool) {
	for _, i := range r.networks {
		if p.Index != 0 && p.Index != i.Index {
			continue
		}
		for _, prefix := range i.Prefixes {
			if prefix.Contains(p.From.Addr()) {
				return i, true
			}
		}
	}
	return lan.Interface{}, false
}

func (r *Responder) take(p packet) {
	i, ok := r.onInterface(p.peer)
	switch {
	case !ok:
	case p.msg.Response:
		r.heard(p.msg, r.records(i))
	case len(p.msg.Ns) > 0 && !r.claimed:
		r.rival(p.msg, r.records(i))
	case r.claimed:
		r.reply(p, i)
	}
}
