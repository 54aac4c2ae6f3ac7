// Package lan knows the networks that this machine is on: its addresses, which of them a
// board should be given, on which of them a packet came in, and when they change.
//
// It is the ground that the packages below it stand on (discovery, mdns, dns), and
// it tells the banner and the doctor what to show. It speaks no protocol of its own. Nobody
// needs rights for any of it, and no packet is sent to find anything out.
package lan

import (
	"net"
	"net/netip"
	"slices"
)

// Interface is a network interface that is up, with this machine's addresses on it.
type Interface struct {
	Name     string
	Index    int
	Flags    net.Flags
	Prefixes []netip.Prefix // an address of this machine and the length of its network, IPv4 and IPv6
}

// Networks are the interfaces of this machine at one moment.
type Networks []Interface

// Source lists the interfaces that are up.
type Source func() (Networks, error)

// System is the Source that asks the operating system.
func System() (Networks, error) {
	ifaces, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var list Networks
	for _, i := range ifaces {
		if i.Flags&net.FlagUp == 0 {
			continue
		}
		addrs, err := i.Addrs()
		if err != nil {
			continue // it went away meanwhile
		}
		list = append(list, Interface{Name: i.Name, Index: i.Index, Flags: i.Flags, Prefixes: prefixes(addrs)})
	}
	return list, nil
}

func prefixes(addrs []net.Addr) []netip.Prefix {
	var list []netip.Prefix
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			list = append(list, p)
		}
	}
	return list
}

// Loopback tells whether the interface leads nowhere but here.
func (i Interface) Loopback() bool { return i.Flags&net.FlagLoopback != 0 }

// IPv4 lists this machine's IPv4 addresses on the interface.
func (i Interface) IPv4() []netip.Addr {
	var list []netip.Addr
	for _, p := range i.Prefixes {
		if p.Addr().Is4() {
			list = append(list, p.Addr())
		}
	}
	return list
}

// contains tells whether ip is in one of the interface's networks.
func (i Interface) contains(ip netip.Addr) bool {
	return slices.ContainsFunc(i.Prefixes, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// Own tells whether ip is an address of this machine.
func (n Networks) Own(ip netip.Addr) bool {
	return ip.IsLoopback() || slices.ContainsFunc(n, func(i Interface) bool {
		return slices.ContainsFunc(i.Prefixes, func(p netip.Prefix) bool { return p.Addr() == ip })
	})
}

// Local tells whether ip can be a neighbour: private, link-local, of this machine, or in a
// network that this machine has an address in. Who else asks is on the internet, and gets no
// answer from what is meant for the desk.
func (n Networks) Local(ip netip.Addr) bool {
	return ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() ||
		slices.ContainsFunc(n, func(i Interface) bool { return i.contains(ip) })
}

// Facing is the IPv4 address under which a peer reaches this machine, when its packet came in
// on the interface with that index: the one in the peer's own network, or the interface's
// first, or what the routing table says. An unknown index is 0.
func (n Networks) Facing(peer netip.Addr, index int) netip.Addr {
	for _, same := range []bool{true, false} { // the index counts for more than a network that two interfaces share
		for _, i := range n {
			if same != (i.Index == index) {
				continue
			}
			for _, p := range i.Prefixes {
				if p.Addr().Is4() && p.Contains(peer) {
					return p.Addr()
				}
			}
		}
	}
	for _, i := range n {
		if ips := i.IPv4(); i.Index == index && len(ips) > 0 {
			return ips[0]
		}
	}
	return WayTo(peer)
}

// Reachable tells whether who asks at the address at can reach a listener that is bound to
// bound: it is bound to all addresses, or to that one.
func Reachable(bound, at netip.Addr) bool {
	bound = bound.Unmap()
	return bound.IsUnspecified() || bound == at || bound.IsLoopback() && at.IsLoopback()
}
