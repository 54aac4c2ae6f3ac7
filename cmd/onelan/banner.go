package main

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/lan"
	"github.com/onelan/onelan/server"
)

// banner is what a person reads when the server has started: where to point a board,
// how to log in, what to type next, and who can reach what.
type banner struct {
	ready  lab.Ready // the addresses really bound
	config server.Config
	lan    []lan.Address
	paint  painter
}

func (b banner) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s, the OneNET cloud on this machine\n", b.paint.paint(bold, "onelan "+b.ready.Version))
	b.boards(&s)
	if b.config.Demo {
		b.login(&s)
	}
	b.pages(&s)
	b.next(&s)
	b.upward(&s)
	b.open(&s)
	fmt.Fprintf(&s, "\nData is kept %s. Ctrl-C stops.\n\n", keptIn(b.config))
	return s.String()
}

func (b banner) title(s *strings.Builder, text string) {
	fmt.Fprintf(s, "\n%s\n", b.paint.paint(cyan, text))
}

// boards lists the addresses a device may use.
func (b banner) boards(s *strings.Builder) {
	if b.ready.MQTT == "" {
		return
	}
	_, port, _ := net.SplitHostPort(b.ready.MQTT)
	b.title(s, "Point your board at (MQTT, port "+port+")")
	for _, a := range lan.Serving(b.ready.MQTT, b.lan) {
		fmt.Fprintf(s, "  %s  %s\n", b.paint.paint(bold, fmt.Sprintf("%-15s", a.IP)), b.paint.paint(dim, a.Interface))
	}
}

// login shows what the tutorial's device proves itself with.
func (b banner) login(s *strings.Builder) {
	b.title(s, "Log in as the tutorial's device")
	for _, row := range [][3]string{
		{"client id", string(server.DemoDevice), "the device"},
		{"user name", string(server.DemoProduct), "the product"},
		{"password", string(server.DemoAuthInfo), "the device's auth info"},
	} {
		fmt.Fprintf(s, "  %-9s  %s  %s\n", row[0], b.paint.paint(bold, fmt.Sprintf("%-12s", row[1])), b.paint.paint(dim, row[2]))
	}
}

// pages says where the console is.
func (b banner) pages(s *strings.Builder) {
	if b.ready.Console == "" {
		return
	}
	b.title(s, "Watch it in a browser")
	fmt.Fprintf(s, "  %s\n", b.paint.paint(bold, localURL(b.ready.Console)+"/"))
	if b.ready.Console == b.ready.Lab {
		return
	}
	_, port, _ := net.SplitHostPort(b.ready.Console)
	for _, a := range lan.Serving(b.ready.Console, b.lan) {
		if !a.IP.IsLoopback() {
			fmt.Fprintf(s, "  %s  %s\n", b.paint.paint(bold, "http://"+net.JoinHostPort(a.IP.String(), port)+"/"), b.paint.paint(dim, a.Interface+", with the password"))
		}
	}
}

// next gives the lines to copy.
func (b banner) next(s *strings.Builder) {
	if b.ready.Lab == "" && b.ready.HTTP == "" {
		return
	}
	b.title(s, "Then, in another terminal")
	at := ""
	if url := localURL(b.ready.Lab); url != defaultLab {
		at = " --server " + url
	}
	if b.ready.Lab != "" {
		fmt.Fprintf(s, "  onelan watch%s\n", at)
	}
	if b.ready.Lab != "" && b.config.Demo {
		fmt.Fprintf(s, "  onelan send%s %s on\n", at, server.DemoDevice)
	}
	if b.ready.HTTP != "" && b.config.Demo {
		fmt.Fprintf(s, "  curl -H \"api-key: %s\" -d on \"%s/cmds?device_id=%s\"\n",
			string(server.DemoMasterKey), localURL(b.ready.HTTP), server.DemoDevice)
	}
}

// open says who can reach what: every port that is open, and no other.
func (b banner) open(s *strings.Builder) {
	b.title(s, "Open to")
	for _, d := range doors(b.ready) {
		fmt.Fprintf(s, "  %-27s  %-7s  %-18s  %s\n", d.name, d.protocol, shortAddr(d.addr), openTo(d.addr))
	}
	if b.config.ConsolePassword != "" && b.ready.Lab != "" && openTo(b.ready.Lab) != onlyHere {
		fmt.Fprintf(s, "  %s\n", b.paint.paint(bold, "Whoever reaches /_lab/ may do everything there: the console's password does not guard it."))
	}
}

// door is a listener by the name that people have for it.
type door struct{ name, protocol, addr string }

// doors lists the listeners that are on.
func doors(r lab.Ready) []door {
	const tcp, udp, both = "TCP", "UDP", "UDP+TCP"
	all := []door{
		{"MQTT", tcp, r.MQTT},
		{"MQTT over TLS", tcp, r.MQTTS},
		{"MQTT over WebSocket", tcp, r.WS},
		{"MQTT over WebSocket and TLS", tcp, r.WSS},
		{"REST API", tcp, r.HTTP},
		{labName(r), tcp, r.Lab},
		{"console", tcp, ownPages(r)},
		{"discovery, for boards", udp, r.Discovery},
		{"mDNS, the name onelan.local", udp, r.MDNS},
		{"DNS, OneNET's names only", both, r.DNS},
	}
	return slices.DeleteFunc(all, func(d door) bool { return d.addr == "" })
}

// labName is what the control door's address is good for.
func labName(r lab.Ready) string {
	if r.Console == r.Lab {
		return "console and /_lab/"
	}
	return "/_lab/ (onelan's commands)"
}

// ownPages is the console's address where it has one of its own.
func ownPages(r lab.Ready) string {
	if r.Console == r.Lab {
		return ""
	}
	return r.Console
}

// shortAddr writes a listener's address as people do: :6002 for all of this machine's.
func shortAddr(listener string) string {
	if ap, err := netip.ParseAddrPort(listener); err == nil && ap.Addr().IsUnspecified() {
		return fmt.Sprintf(":%d", ap.Port())
	}
	return listener
}

const onlyHere = "this machine only"

// openTo says who can reach a listener.
func openTo(listener string) string {
	ap, err := netip.ParseAddrPort(listener)
	switch {
	case err == nil && ap.Addr().Unmap().IsLoopback():
		return onlyHere
	default:
		return "everyone on your network"
	}
}

// localURL is a listener's address as a program on this machine calls it.
func localURL(listener string) string {
	ap, err := netip.ParseAddrPort(listener)
	if err != nil {
		return ""
	}
	host := ap.Addr().Unmap()
	if host.IsUnspecified() {
		host = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return "http://" + netip.AddrPortFrom(host, ap.Port()).String()
}
