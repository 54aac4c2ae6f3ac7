package main

import (
	"cmp"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// lanAddress is an address that a board may be pointed at.
type lanAddress struct {
	ip    netip.Addr
	iface string
}

// localAddresses lists the IPv4 addresses of this machine, likely ones first, those of
// the loopback last.
func localAddresses() ([]lanAddress, error) {
	ifaces, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var list []lanAddress
	for _, i := range ifaces {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagLoopback != 0 {
			continue
		}
		addrs, err := i.Addrs()
		if err != nil {
			continue // it went away meanwhile
		}
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Unmap().Is4() {
				list = append(list, lanAddress{p.Addr().Unmap(), i.Name})
			}
		}
	}
	return byLikelihood(list), nil
}

// byLikelihood puts what a board in the same room can probably reach first: private
// addresses of real interfaces, then others, then those of virtual machines and containers,
// then those that a machine gives itself for want of DHCP.
func byLikelihood(list []lanAddress) []lanAddress {
	slices.SortStableFunc(list, func(a, b lanAddress) int {
		return cmp.Or(cmp.Compare(a.distance(), b.distance()), cmp.Compare(a.iface, b.iface), a.ip.Compare(b.ip))
	})
	return list
}

func (l lanAddress) distance() int {
	switch {
	case l.ip.IsLinkLocalUnicast():
		return 3
	case l.virtual():
		return 2
	case !l.ip.IsPrivate():
		return 1
	default:
		return 0
	}
}

func (l lanAddress) virtual() bool {
	name := strings.ToLower(l.iface)
	return slices.ContainsFunc([]string{"docker", "br-", "veth", "virbr", "vmnet", "vbox", "vethernet", "vmware", "virtualbox", "wsl", "utun", "tun", "tap", "zt", "tailscale", "cni", "flannel", "lxc", "podman"},
		func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}
