// Package peer tells who is at the other end of a connection, and at which end of ours it came in, as far as addresses do.
package peer

import (
	"net"
	"net/http"
	"net/netip"
)

// OwnPort is the port that a request came in on; empty where the server does not tell.
func OwnPort(r *http.Request) string {
	addr, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return ""
	}
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return ""
	}
	return port
}

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
