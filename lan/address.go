package lan

import (
	"cmp"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// Address is an IPv4 address of this machine that a board may be pointed at.
type Address struct {
	IP        netip.Addr
	Interface string
	Default   bool // what leaves for the internet goes this way
}

// Addresses lists this machine's IPv4 addresses but the loopback's, the one that a board in
// the same room can most probably reach first: the interface towards the internet, then other
// private addresses of real interfaces, then public ones, then those of virtual machines,
// containers and tunnels, then those that a machine gives itself for want of DHCP. None is left
// out, since nobody but the user knows where the board is. wayOut is what WayOut says.
func (n Networks) Addresses(wayOut netip.Addr) []Address {
	var list []Address
	for _, i := range n {
		if i.Loopback() {
			continue
		}
		for _, ip := range i.IPv4() {
			list = append(list, Address{IP: ip, Interface: i.Name, Default: ip == wayOut})
		}
	}
	slices.SortStableFunc(list, func(a, b Address) int {
		return cmp.Or(cmp.Compare(a.distance(), b.distance()), cmp.Compare(a.Interface, b.Interface), a.IP.Compare(b.IP))
	})
	return list
}

// Addresses is Networks.Addresses of the system, as it is now.
func Addresses() ([]Address, error) {
	n, err := System()
	return n.Addresses(WayOut()), err
}

func (a Address) distance() int {
	switch {
	case a.IP.IsLinkLocalUnicast():
		return 4
	case a.Virtual():
		return 3 // also when it is the way out: a board is not in the tunnel
	case a.Default:
		return 0
	case !a.IP.IsPrivate():
		return 2
	default:
		return 1
	}
}

// virtualNames start the names of interfaces that no cable or radio belongs to.
var virtualNames = []string{
	"docker", "br-", "veth", "virbr", "vmnet", "vbox", "vethernet", "vmware", "virtualbox", "wsl", "utun", "tun", "tap", "wg", "ppp", "zt",
	"tailscale", "cni", "flannel", "cali", "lxc", "lxd", "podman", "bridge1", "awdl", "llw",
}

// Virtual tells by its name whether the interface is that of a container, a virtual machine or a tunnel.
func (a Address) Virtual() bool {
	name := strings.ToLower(a.Interface)
	return slices.ContainsFunc(virtualNames, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// WayOut is this machine's address on the interface that leads to the internet, or the zero
// Addr when there is none. To connect a UDP socket makes the system choose a route; nothing is
// sent, and the address stands in a block for documentation (RFC 5737) anyway.
func WayOut() netip.Addr { return WayTo(netip.AddrFrom4([4]byte{198, 51, 100, 1})) }

// WayTo is this machine's address for packets to ip, as its routing table has it.
func WayTo(ip netip.Addr) netip.Addr {
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(ip, 9)))
	if err != nil {
		return netip.Addr{}
	}
	defer func() { _ = c.Close() }()
	if a, ok := c.LocalAddr().(*net.UDPAddr); ok {
		return a.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}

// Changed says which addresses went and which came between two lists.
func Changed(before, after []Address) (gone, come []Address) {
	return without(before, after), without(after, before)
}

func without(list, others []Address) []Address {
	return slices.DeleteFunc(slices.Clone(list), func(a Address) bool {
		return slices.ContainsFunc(others, func(b Address) bool { return a.IP == b.IP && a.Interface == b.Interface })
	})
}
