package sim

import (
	"context"
	"fmt"
	"net"
	"net/netip"
)

var here = netip.MustParseAddr("127.0.0.1")

// Localhost resolves "localhost" and nothing else. Addresses are never asked for.
func Localhost(_ context.Context, host string) (netip.Addr, error) {
	if host == "localhost" {
		return here, nil
	}
	return netip.Addr{}, fmt.Errorf("sim: no such host %q", host)
}

// Loopback lets packets reach this machine only; a broadcast is one packet to it.
func Loopback(to netip.AddrPort) []netip.AddrPort {
	switch {
	case IsBroadcast(to.Addr()):
		return []netip.AddrPort{netip.AddrPortFrom(here, to.Port())}
	case to.Addr().IsLoopback():
		return []netip.AddrPort{to}
	}
	return nil
}

// IsBroadcast tells a broadcast address, taking networks for ones of 256 addresses.
func IsBroadcast(a netip.Addr) bool { return a.Is4() && a.As4()[3] == 255 }

// OpenResolve asks this machine's resolver.
func OpenResolve(ctx context.Context, host string) (netip.Addr, error) {
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip4", host)
	if err != nil {
		return netip.Addr{}, err
	}
	return addrs[0].Unmap(), nil
}

// Open lets packets go where they are addressed to, into the LAN and beyond. A broadcast also reaches this machine, which does
// not hear its own on every system.
func Open(to netip.AddrPort) []netip.AddrPort {
	if IsBroadcast(to.Addr()) {
		return []netip.AddrPort{to, netip.AddrPortFrom(here, to.Port())}
	}
	return []netip.AddrPort{to}
}
