package lan_test

import (
	"net"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/lan"
)

const up = net.FlagUp | net.FlagMulticast | net.FlagBroadcast

// iface is an interface with addresses.
func iface(index int, name string, prefixes ...string) lan.Interface {
	i := lan.Interface{Name: name, Index: index, Flags: up}
	if name == "lo" {
		i.Flags = net.FlagUp | net.FlagLoopback
	}
	for _, p := range prefixes {
		i.Prefixes = append(i.Prefixes, netip.MustParsePrefix(p))
	}
	return i
}

var desk = lan.Networks{
	iface(1, "lo", "127.0.0.1/8", "::1/128"),
	iface(2, "docker0", "172.17.0.1/16"),
	iface(3, "wlp2s0", "192.168.1.10/24", "fd00::10/64", "fe80::1/64"),
	iface(4, "enp1s0", "10.9.0.5/16"),
	iface(5, "enp2s0", "169.254.7.7/16"),
	iface(6, "ppp0", "203.0.113.9/32"),
	iface(7, "enp3s0", "203.0.113.70/24"),
}

func ip(s string) netip.Addr { return netip.MustParseAddr(s) }

func TestAddressesForBoards(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		wayOut string
		want   []string
	}{
		"the way to the internet comes first":                     {"192.168.1.10", []string{"192.168.1.10", "10.9.0.5", "203.0.113.70", "172.17.0.1", "203.0.113.9", "169.254.7.7"}},
		"a tunnel to the internet is no place for a board":        {"203.0.113.9", []string{"10.9.0.5", "192.168.1.10", "203.0.113.70", "172.17.0.1", "203.0.113.9", "169.254.7.7"}},
		"a public address that leads out is better than others":   {"203.0.113.70", []string{"203.0.113.70", "10.9.0.5", "192.168.1.10", "172.17.0.1", "203.0.113.9", "169.254.7.7"}},
		"an address that the machine gave itself is never better": {"169.254.7.7", []string{"10.9.0.5", "192.168.1.10", "203.0.113.70", "172.17.0.1", "203.0.113.9", "169.254.7.7"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, a := range desk.Addresses(ip(tt.wayOut)) {
				got = append(got, a.IP.String())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("order (-want +got)\n%s", diff)
			}
		})
	}
	t.Run("without a way out all are listed", func(t *testing.T) {
		t.Parallel()
		if got := desk.Addresses(netip.Addr{}); len(got) != 6 || got[0].Default {
			t.Errorf("got %+v", got)
		}
	})
}

func TestLocalIsWhoCanBeANeighbour(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"192.168.44.4": true, "10.1.1.1": true, "172.31.255.255": true, "127.0.0.1": true, "169.254.3.4": true, "fe80::9": true, "fd12::1": true,
		"203.0.113.71": true, // in the network of enp3s0
		"203.0.114.1":  false, "8.8.8.8": false, "172.32.0.1": false, "2001:db8::1": false, "100.64.0.1": false,
	} {
		if got := desk.Local(ip(name)); got != want {
			t.Errorf("%s: local is %t, want %t", name, got, want)
		}
	}
}

func TestFacing(t *testing.T) {
	t.Parallel()
	twins := lan.Networks{iface(1, "lo", "127.0.0.1/8"), iface(2, "eth0", "192.168.1.10/24", "10.0.0.1/24"), iface(3, "eth1", "192.168.1.20/24"), iface(4, "eth2", "172.20.0.1/16")}
	for name, tt := range map[string]struct {
		peer  string
		index int
		want  string
	}{
		"the address in the peer's network":                  {"10.0.0.77", 2, "10.0.0.1"},
		"of two interfaces in one network, where it came in": {"192.168.1.99", 3, "192.168.1.20"},
		"and the other": {"192.168.1.99", 2, "192.168.1.10"},
		"an unknown interface: who shares the network":          {"172.20.5.5", 0, "172.20.0.1"},
		"a routed peer: the first address of the interface":     {"10.77.0.1", 4, "172.20.0.1"},
		"this machine itself":                                   {"127.0.0.1", 1, "127.0.0.1"},
		"a peer beyond all, interface unknown: the route's own": {"127.9.9.9", 0, "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := twins.Facing(ip(tt.peer), tt.index); got != ip(tt.want) {
				t.Errorf("%s on %d is faced by %s, want %s", tt.peer, tt.index, got, tt.want)
			}
		})
	}
}

func TestReachable(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		bound, at string
		want      bool
	}{
		{"0.0.0.0", "192.168.1.10", true},
		{"::", "192.168.1.10", true},
		{"192.168.1.10", "192.168.1.10", true},
		{"::ffff:192.168.1.10", "192.168.1.10", true},
		{"192.168.1.10", "10.9.0.5", false},
		{"127.0.0.1", "10.9.0.5", false},
		{"127.0.0.1", "127.0.0.1", true},
	} {
		if got := lan.Reachable(ip(tt.bound), ip(tt.at)); got != tt.want {
			t.Errorf("bound to %s, asked at %s: %t, want %t", tt.bound, tt.at, got, tt.want)
		}
	}
}

func TestTheSystemHasALoopback(t *testing.T) {
	t.Parallel()
	n, err := lan.System()
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, i := range n {
		found = found || i.Loopback() && len(i.IPv4()) > 0
	}
	if !found {
		t.Errorf("no loopback among %+v", n)
	}
	if !n.Own(ip("127.0.0.1")) || n.Own(ip("198.51.100.77")) {
		t.Error("127.0.0.1 is this machine's, 198.51.100.77 is not")
	}
	if got := lan.WayTo(ip("127.0.0.1")); got != ip("127.0.0.1") {
		t.Errorf("the way to 127.0.0.1 leaves from %s", got)
	}
}

func TestThisMachinesAddressesAreIPv4(t *testing.T) {
	t.Parallel()
	list, err := lan.Addresses()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list {
		if !a.IP.Is4() || a.IP.IsLoopback() || a.Interface == "" {
			t.Errorf("%+v", a)
		}
	}
}
