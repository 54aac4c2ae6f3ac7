// Package peer tells who is at the other end of a connection, as far as an address does.
package peer

import "net/netip"

// Range is the least that one machine has for certain of the address of a connection ("host:port"): all of an IPv4 address, and the
// /64 of an IPv6 one, in which it may take any. It is not valid where the text is no such address.
func Range(addr string) netip.Prefix {
	ap, err := netip.ParseAddrPort(addr)
	if err != nil {
		return netip.Prefix{}
	}
	ip, bits := ap.Addr().Unmap().WithZone(""), 64
	if ip.Is4() {
		bits = 32
	}
	p, _ := ip.Prefix(bits) // every address has that many
	return p
}
