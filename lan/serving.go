package lan

import "net/netip"

// Serving lists the addresses under which a listener can be reached from the network; for one that only this machine
// reaches, its own. all is what Addresses gives.
func Serving(listener string, all []Address) []Address {
	ap, err := netip.ParseAddrPort(listener)
	if err != nil {
		return nil
	}
	ip := ap.Addr().Unmap()
	switch {
	case ip.IsUnspecified():
		return append(all[:len(all):len(all)], Address{IP: netip.AddrFrom4([4]byte{127, 0, 0, 1}), Interface: "from this machine"})
	case ip.IsLoopback():
		return []Address{{IP: ip, Interface: "from this machine only"}}
	}
	for _, a := range all {
		if a.IP == ip {
			return []Address{a}
		}
	}
	return []Address{{IP: ip}}
}
