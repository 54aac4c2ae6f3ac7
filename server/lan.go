package server

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/lan"
	"github.com/onelan/onelan/lan/discovery"
	"github.com/onelan/onelan/lan/dns"
	"github.com/onelan/onelan/lan/mdns"
	"github.com/onelan/onelan/onenet"
)

// neighbours is how the networks around learn where the platform is. Its times are those of the wire, so they are real
// ones whatever the platform's clock shows.
type neighbours struct {
	networks        atomic.Pointer[func() lan.Networks] // nil until the watch begins
	discoverySocket *lan.Socket
	dnsSocket       *lan.Socket
	dnsListener     net.Listener

	watcher   *lan.Watcher
	discovery *discovery.Responder
	dns       *dns.Responder
	mdns      atomic.Pointer[mdns.Responder] // the watcher asks for it
	name      atomic.Pointer[string]         // by mDNS
}

// now are this machine's networks, for sockets that may be opened before anybody looks.
func (n *neighbours) now() lan.Networks {
	if f := n.networks.Load(); f != nil {
		return (*f)()
	}
	return nil
}

// listenLAN takes the UDP addresses, and that of DNS over TCP.
func (s *Server) listenLAN(ctx context.Context) (err error) {
	n := &s.lan
	if s.tellsBoards() {
		if n.discoverySocket, err = lan.Listen(ctx, s.config.Discovery, n.now); err != nil {
			return &ListenError{What: "Discovery", Addr: s.config.Discovery, Flag: "--no-discovery", Err: err}
		}
	}
	if s.config.DNS == "" {
		return nil
	}
	if n.dnsSocket, n.dnsListener, err = dns.Listen(ctx, s.config.DNS, n.now); err != nil {
		return &ListenError{What: "DNS", Addr: s.config.DNS, Flag: "--dns", Err: err}
	}
	return nil
}

// mqttBound is the address that plain MQTT listens on; not valid when it does not.
func (s *Server) mqttBound() netip.AddrPort {
	ap, err := netip.ParseAddrPort(s.MQTTAddr())
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// openToLAN tells whether a board elsewhere can reach MQTT at all.
func (s *Server) openToLAN() bool {
	bound := s.mqttBound()
	return bound.IsValid() && !bound.Addr().IsLoopback()
}

// tellsBoards tells whether boards are answered where MQTT is. A platform for this machine only keeps quiet on its networks.
func (s *Server) tellsBoards() bool {
	host, _, _ := net.SplitHostPort(s.config.Discovery)
	here, err := netip.ParseAddr(host)
	return s.config.Discovery != "" && (s.openToLAN() || s.mqttBound().IsValid() && err == nil && here.IsLoopback())
}

// serveLAN begins to tell the networks.
func (s *Server) serveLAN(ctx context.Context) {
	n := &s.lan
	if n.discoverySocket == nil && n.dnsSocket == nil && !s.openToLAN() {
		return
	}
	n.watcher = lan.Watch(lan.WatchConfig{Source: lan.System, WayOut: lan.WayOut, Clock: clock.System(), Log: s.log, Changed: s.moved})
	networks := n.watcher.Networks
	n.networks.Store(&networks)
	if n.discoverySocket != nil {
		n.discovery = discovery.Serve(discovery.Config{
			Socket: n.discoverySocket, Networks: networks, MQTT: s.mqttBound(), Clock: clock.System(), Log: s.log,
		})
	}
	if n.dnsSocket != nil {
		n.dns = dns.Serve(dns.Config{
			UDP: n.dnsSocket, TCP: n.dnsListener, Seen: n.watcher.Seen, Service: s.namesAddress(), Clock: clock.System(), Log: s.log,
		})
	}
	if s.config.MDNS && s.openToLAN() {
		s.serveMDNS(ctx, networks)
	}
}

// namesAddress is what OneNET's names stand for: where MQTT listens, or else the REST API.
func (s *Server) namesAddress() netip.Addr {
	for _, listener := range []string{s.MQTTAddr(), s.HTTPAddr()} {
		if ap, err := netip.ParseAddrPort(listener); err == nil {
			return ap.Addr()
		}
	}
	return netip.IPv4Unspecified()
}

// serveMDNS begins to be onelan.local. It is a convenience that nobody asked for, so that a port which cannot be had stops nothing.
func (s *Server) serveMDNS(ctx context.Context, networks func() lan.Networks) {
	link, err := mdns.Listen(ctx, networks)
	if err != nil {
		s.note("onelan.local is off: port 5353 cannot be shared with the program that has it (" + err.Error() + ")")
		return
	}
	var txt []string
	if ap, err := netip.ParseAddrPort(s.HTTPAddr()); err == nil {
		txt = append(txt, fmt.Sprintf("rest=%d", ap.Port()))
	}
	s.lan.mdns.Store(mdns.Start(mdns.Config{
		Link: link, Networks: networks(), MQTT: s.mqttBound(), TXT: txt, Clock: clock.System(), Log: s.log, Seed: rand.Uint64(), Claimed: s.named,
	}))
}

// named is called when this machine has a name on its networks.
func (s *Server) named(host string) {
	s.lan.name.Store(&host)
	if host == mdns.Host {
		s.note("this machine is " + host)
		return
	}
	s.note(mdns.Host + " is taken on this network, so this machine is " + host + ": boards that were given " + mdns.Host + " find the other one")
}

// moved is called when the networks of this machine have changed.
func (s *Server) moved(before, after lan.Seen) {
	if r := s.lan.mdns.Load(); r != nil {
		r.Update(after.Networks)
	}
	if text := moveText(before.Addresses, after.Addresses); text != "" {
		s.note(text)
	}
}

// moveText says what a change of addresses means for boards; "" when none changed.
func moveText(before, after []lan.Address) string {
	gone, come := lan.Changed(before, after)
	text := ""
	switch {
	case len(gone) == 0 && len(come) == 0:
		return ""
	case len(come) == 0:
		text = "this machine lost the address " + list(gone)
	case len(gone) == 0:
		return "this machine has the new address " + list(come)
	default:
		text = "this machine's address changed from " + list(gone) + " to " + list(come)
	}
	text += ": boards that were given the old one must be given "
	if len(after) == 0 {
		return text + "a new one when there is a network again"
	}
	return text + after[0].IP.String() + ", or \"auto\" or " + mdns.Host + " for good"
}

func list(addresses []lan.Address) string {
	var parts []string
	for _, a := range addresses {
		parts = append(parts, fmt.Sprintf("%s (%s)", a.IP, a.Interface))
	}
	return strings.Join(parts, ", ")
}

// note puts what people should know of the networks into log and journal.
func (s *Server) note(text string) {
	s.log.Info("network", "note", text)
	s.platform.Journal().Append(onenet.Record{Kind: onenet.KindSystem, Text: text})
}

// closeLAN ends all of it, whatever there is.
func (s *Server) closeLAN() error {
	n := &s.lan
	if n.watcher != nil {
		n.watcher.Close()
	}
	var errs []error
	if r := n.mdns.Load(); r != nil {
		r.Close()
	}
	if n.discovery != nil {
		errs = append(errs, n.discovery.Close())
	} else if n.discoverySocket != nil {
		_ = n.discoverySocket.Close()
	}
	if n.dns != nil {
		errs = append(errs, n.dns.Close())
	} else if n.dnsSocket != nil {
		_, _ = n.dnsSocket.Close(), n.dnsListener.Close()
	}
	return errors.Join(errs...)
}

// DiscoveryAddr is the UDP address on which boards are told where MQTT is.
func (s *Server) DiscoveryAddr() string {
	if s.lan.discoverySocket == nil {
		return ""
	}
	return s.lan.discoverySocket.LocalAddr().String()
}

// DNSAddr is the address of the DNS responder, UDP and TCP.
func (s *Server) DNSAddr() string {
	if s.lan.dnsSocket == nil {
		return ""
	}
	return s.lan.dnsSocket.LocalAddr().String()
}

// MDNSAddr is the UDP address of mDNS.
func (s *Server) MDNSAddr() string {
	if s.lan.mdns.Load() == nil {
		return ""
	}
	return netip.AddrPortFrom(netip.IPv4Unspecified(), mdns.Port).String()
}

// MDNSName is this machine's name on its networks; empty before it has one. It may change.
func (s *Server) MDNSName() string {
	if name := s.lan.name.Load(); name != nil {
		return *name
	}
	return ""
}
