package doctor

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/lan"
)

// laptop is a machine where all is well; tests change it.
func laptop() Environment {
	return Environment{
		GOOS: "linux",
		Now:  func() time.Time { return time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC) },
		Listeners: []Listener{
			{What: "MQTT", Network: "tcp", Addr: ":6002", Flag: "--mqtt"},
			{What: "REST API", Network: "tcp", Addr: ":8080", Flag: "--http"},
			{What: "discovery", Network: "udp", Addr: ":6003", Flag: "--no-discovery"},
			{What: "mDNS", Network: "udp", Addr: ":5353", Flag: "--no-mdns", Shared: true},
			{What: "DNS", Network: "udp", Addr: ":53", Flag: "--dns :53", Later: true},
		},
		Networks:  func() (lan.Networks, error) { return lan.Networks{iface("wlan0", "192.168.1.10/24")}, nil },
		WayOut:    func() netip.Addr { return netip.MustParseAddr("192.168.1.10") },
		Listen:    func(context.Context, string, string, bool) error { return nil },
		Holder:    func(string, uint16) string { return "" },
		Reach:     func(context.Context, netip.Addr, uint16) error { return nil },
		Data:      func(context.Context) Data { return Data{Dir: "/data", Exists: true, Writable: true, Free: 1 << 30} },
		Firewalls: func(context.Context, uint16) []Firewall { return nil },
	}
}

func iface(name string, prefixes ...string) lan.Interface {
	i := lan.Interface{Name: name, Flags: net.FlagUp}
	for _, p := range prefixes {
		i.Prefixes = append(i.Prefixes, netip.MustParsePrefix(p))
	}
	return i
}

func networks(list ...lan.Interface) func() (lan.Networks, error) {
	return func() (lan.Networks, error) { return list, nil }
}

// busy refuses some ports.
func busy(err error, addrs ...string) func(context.Context, string, string, bool) error {
	return func(_ context.Context, _, addr string, _ bool) error {
		if slices.Contains(addrs, addr) {
			return &net.OpError{Op: "listen", Err: err}
		}
		return nil
	}
}

func TestAllIsWell(t *testing.T) {
	t.Parallel()
	list := Examine(t.Context(), laptop())
	if got := Worst(list); got != OK {
		t.Errorf("worst is %s: %+v", got, list)
	}
	var groups []string
	for _, f := range list {
		if len(groups) == 0 || groups[len(groups)-1] != f.Check {
			groups = append(groups, f.Check)
		}
	}
	if diff := cmp.Diff([]string{"platform", "addresses", "ports", "reachability", "firewall", "clock", "data"}, groups); diff != "" {
		t.Errorf("groups (-want +got)\n%s", diff)
	}
}

// TestFindings names, for each thing that can be wrong, what is told of it and what to do.
func TestFindings(t *testing.T) {
	t.Parallel()
	running := func(addrs map[string]string) func(*Environment) {
		return func(e *Environment) { e.Running = &Running{Version: "v1", Addrs: addrs} }
	}
	dataIs := func(d Data) func(*Environment) {
		return func(e *Environment) { e.Data = func(context.Context) Data { return d } }
	}
	wall := func(f Firewall) func(*Environment) {
		return func(e *Environment) { e.Firewalls = func(context.Context, uint16) []Firewall { return []Firewall{f} } }
	}
	for name, tt := range map[string]struct {
		change func(*Environment)
		want   Finding // Text and Do are parts
	}{
		"a server that runs":        {running(map[string]string{"MQTT": "[::]:6002"}), Finding{"platform", OK, "onelan v1 runs", nil}},
		"a port that it has":        {running(map[string]string{"MQTT": "[::]:7002"}), Finding{"ports", OK, "7002/tcp MQTT: the onelan that runs has it", nil}},
		"a server for this machine": {running(map[string]string{"MQTT": "127.0.0.1:6002"}), Finding{"reachability", Fail, "on this machine only", []string{"onelan serve --mqtt :6002"}}},
		"a server without MQTT":     {running(map[string]string{"REST API": "[::]:8080"}), Finding{"reachability", Warn, "does not listen for MQTT", nil}},
		"a busy port of a running one": {func(e *Environment) {
			running(map[string]string{"MQTT": "[::]:6002"})(e)
			e.Listen = busy(syscall.EADDRINUSE, ":8080")
		}, Finding{"ports", Info, "8080/tcp REST API: not used by the onelan that runs", nil}},
		"a busy port": {func(e *Environment) {
			e.Listen = busy(syscall.EADDRINUSE, ":6002")
			e.Holder = func(network string, port uint16) string {
				if network == "tcp" && port == 6002 {
					return "mosquitto (process 812)"
				}
				return ""
			}
		}, Finding{"ports", Fail, "6002/tcp MQTT: in use by mosquitto (process 812)", []string{"onelan serve --mqtt :6003"}}},
		"a busy port, on Windows":     {func(e *Environment) { e.Listen = busy(syscall.Errno(10048), ":6002") }, Finding{"ports", Fail, "in use by another program", []string{"--mqtt :6003"}}},
		"busy discovery":              {func(e *Environment) { e.Listen = busy(syscall.EADDRINUSE, ":6003") }, Finding{"ports", Fail, "6003/udp discovery", []string{"onelan serve --no-discovery"}}},
		"mDNS that cannot be shared":  {func(e *Environment) { e.Listen = busy(syscall.EADDRINUSE, ":5353") }, Finding{"ports", Warn, "5353/udp mDNS", []string{"onelan serve --no-mdns"}}},
		"a port below 1024":           {func(e *Environment) { e.Listeners[1].Addr = ":80"; e.Listen = busy(fs.ErrPermission, ":80") }, Finding{"ports", Fail, "80/tcp REST API: needs rights", []string{"--http :6002"}}},
		"DNS, which nobody asked for": {func(e *Environment) { e.Listen = busy(syscall.EADDRINUSE, ":53") }, Finding{"ports", Info, "53/udp DNS: in use", []string{"--dns 192.168.1.10:53"}}},
		"DNS without rights":          {func(e *Environment) { e.Listen = busy(syscall.EACCES, ":53") }, Finding{"ports", Info, "53/udp DNS: needs rights", []string{"sudo onelan serve --dns :53"}}},
		"an address that is not here": {func(e *Environment) { e.Listen = busy(syscall.EADDRNOTAVAIL, ":6002") }, Finding{"ports", Fail, "cannot assign", []string{"--mqtt HOST:PORT"}}},
		"a broker beside":             {func(e *Environment) { e.Listen = busy(syscall.EADDRINUSE, ":1883") }, Finding{"ports", Info, "1883/tcp is in use by another program", nil}},
		"no network":                  {func(e *Environment) { e.Networks = networks() }, Finding{"addresses", Fail, "no address but its own loopback", []string{"connect it"}}},
		"a system that does not tell": {func(e *Environment) { e.Networks = func() (lan.Networks, error) { return nil, errors.New("denied") } }, Finding{"addresses", Fail, "denied", nil}},
		"only virtual networks":       {func(e *Environment) { e.Networks = networks(iface("docker0", "172.17.0.1/16")) }, Finding{"addresses", Warn, "172.17.0.1 (docker0) is all there is", nil}},
		"only an address of its own":  {func(e *Environment) { e.Networks = networks(iface("eth0", "169.254.3.3/16")) }, Finding{"addresses", Warn, "no router gave it one", nil}},
		"a second address": {func(e *Environment) {
			e.Networks = networks(iface("wlan0", "192.168.1.10/24"), iface("eth0", "10.0.0.5/8"))
		}, Finding{"addresses", Info, "10.0.0.5 (eth0), if the board is on that network", nil}},
		"cable and Wi-Fi at one router": {func(e *Environment) {
			e.Networks = networks(iface("wlan0", "192.168.1.10/24"), iface("eth0", "192.168.1.11/24"))
		}, Finding{"addresses", Warn, "192.168.1.0/24 (wlan0) and 192.168.1.0/24 (eth0) overlap", []string{"turn one of the two off"}}},
		"a machine that blocks itself": {func(e *Environment) {
			e.Reach = func(_ context.Context, ip netip.Addr, _ uint16) error {
				return errors.New("timed out at " + ip.String())
			}
		}, Finding{"reachability", Fail, "timed out at 192.168.1.10", []string{"firewall"}}},
		"a clock without a battery":     {func(e *Environment) { e.Now = func() time.Time { return time.Unix(0, 0) } }, Finding{"clock", Fail, "the year 1970", []string{"set the clock"}}},
		"a clock elsewhere":             {func(*Environment) {}, Finding{"clock", OK, "10:00:00 +0000; OneNET shows Beijing time, as onelan's REST API does: 18:00:00", nil}},
		"a clock in China":              {func(e *Environment) { e.Now = func() time.Time { return time.Date(2026, 5, 4, 10, 0, 0, 0, beijing) } }, Finding{"clock", OK, "10:00:00 +0800, which is Beijing time", nil}},
		"data in memory":                {dataIs(Data{}), Finding{"data", Info, "kept in memory", nil}},
		"data in use":                   {dataIs(Data{Dir: "/d", Exists: true, InUse: true}), Finding{"data", OK, "/d is in use by an onelan", nil}},
		"data that cannot be written":   {dataIs(Data{Dir: "/d", Exists: true}), Finding{"data", Fail, "/d cannot be written", []string{"--data DIR"}}},
		"data that is not there yet":    {dataIs(Data{Dir: "/d", Writable: true}), Finding{"data", OK, "/d will be made", nil}},
		"a full disk":                   {dataIs(Data{Dir: "/d", Exists: true, Writable: true, Free: 5 << 20}), Finding{"data", Warn, "only 5.0 MiB are free", nil}},
		"a whole database":              {dataIs(Data{Dir: "/d", Exists: true, Writable: true, Database: true, Size: 900}), Finding{"data", OK, "the database is whole, 900 bytes", nil}},
		"a damaged database":            {dataIs(Data{Dir: "/d", Exists: true, Writable: true, Problem: errors.New("it is damaged\nhint: keep a copy")}), Finding{"data", Fail, "it is damaged", []string{"keep a copy"}}},
		"ufw, which is on":              {wall(Firewall{Name: "ufw", Known: true, Active: true}), Finding{"firewall", Warn, "ufw is on", []string{"sudo ufw allow from 192.168.0.0/16 to any port 6002,8080 proto tcp"}}},
		"ufw with the port":             {wall(Firewall{Name: "ufw", Known: true, Active: true, Opens: true}), Finding{"firewall", OK, "names port 6002", nil}},
		"ufw, which is off":             {wall(Firewall{Name: "ufw", Known: true}), Finding{"firewall", OK, "ufw is off", nil}},
		"rules that only root may read": {wall(Firewall{Name: "nftables"}), Finding{"firewall", Info, "only an administrator can read", []string{"nft list ruleset", "6002, 8080"}}},
		"firewalld":                     {wall(Firewall{Name: "firewalld", Known: true, Active: true}), Finding{"firewall", Warn, "firewalld is on", []string{"--add-port=6002/tcp --add-port=8080/tcp --add-port=6003/udp"}}},
		"iptables":                      {wall(Firewall{Name: "iptables", Known: true, Active: true}), Finding{"firewall", Warn, "iptables is on", []string{"--dports 6002,8080", "--dports 6003,5353"}}},
		"Windows":                       {wall(Firewall{Name: "windows"}), Finding{"firewall", Info, "windows is here", []string{"localport=6002,8080", "localport=6003,5353"}}},
		"macOS":                         {wall(Firewall{Name: "macos", Known: true, Active: true}), Finding{"firewall", Warn, "macos is on", []string{"socketfilterfw --add"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := laptop()
			tt.change(&e)
			list := Examine(t.Context(), e)
			if !slices.ContainsFunc(list, tt.want.like) {
				t.Errorf("nothing like %+v in\n%s", tt.want, story(list))
			}
		})
	}
}

// like tells whether another finding is of this kind and has these texts in it.
func (f Finding) like(other Finding) bool {
	all := strings.Join(other.Do, "\n")
	return f.Check == other.Check && f.Status == other.Status && strings.Contains(other.Text, f.Text) &&
		!slices.ContainsFunc(f.Do, func(part string) bool { return !strings.Contains(all, part) })
}

func story(list []Finding) string {
	var b strings.Builder
	for _, f := range list {
		b.WriteString(f.Check + " " + string(f.Status) + " " + f.Text + "\n   " + strings.Join(f.Do, "\n   ") + "\n")
	}
	return b.String()
}

func TestDisjointNetworksAreNoTrouble(t *testing.T) {
	t.Parallel()
	e := laptop()
	e.Networks = networks(
		iface("lo", "127.0.0.1/8"), iface("lo2", "127.0.0.2/8"), iface("wlan0", "192.168.1.10/24", "fe80::1/64"), iface("eth0", "192.168.2.10/24", "fe80::2/64"),
		iface("ppp0", "192.168.1.77/32"))
	for _, f := range addresses(t.Context(), e) {
		if f.Status == Warn {
			t.Errorf("%+v", f)
		}
	}
}

func TestPortIsToldOfOnce(t *testing.T) {
	t.Parallel()
	e := laptop()
	e.Listeners = append(e.Listeners, Listener{What: "REST for firmware", Network: "tcp", Addr: ":80", Flag: "--http-port 80", Later: true})
	told := func() (n int) {
		for _, f := range ports(t.Context(), e) {
			if strings.HasPrefix(f.Text, "80/tcp ") {
				n++
			}
		}
		return n
	}
	if got := told(); got != 1 {
		t.Errorf("port 80 is told of %d times", got)
	}
	e.Running = &Running{Version: "v1", Addrs: map[string]string{"REST API": "[::]:80"}}
	if got := told(); got != 1 {
		t.Errorf("when the REST API is on it, port 80 is told of %d times", got)
	}
}

func TestWorst(t *testing.T) {
	t.Parallel()
	for want, list := range map[Status][]Finding{
		OK: {{Status: Info}, {Status: OK}}, Warn: {{Status: Warn}, {Status: OK}}, Fail: {{Status: Fail}, {Status: Warn}},
	} {
		if got := Worst(list); got != want {
			t.Errorf("worst of %+v is %s", list, got)
		}
	}
}
