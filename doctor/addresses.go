package doctor

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/onelan/onelan/lan"
)

// addresses lists this machine's addresses and says which one a board should be given.
func addresses(_ context.Context, e Environment) []Finding {
	const n = note("addresses")
	networks, err := e.Networks()
	if err != nil {
		return []Finding{n.say(Fail, "the network interfaces cannot be listed: "+err.Error())}
	}
	list := networks.Addresses(e.WayOut())
	if len(list) == 0 {
		return []Finding{n.say(Fail, "this machine has no address but its own loopback", "connect it to the network that the board is on")}
	}
	found := []Finding{best(n, list[0])}
	for _, a := range list[1:] {
		found = append(found, n.say(Info, fmt.Sprintf("%s (%s)%s", a.IP, a.Interface, remark(a))))
	}
	return append(found, overlaps(n, networks)...)
}

func best(n note, a lan.Address) Finding {
	switch {
	case a.IP.IsLinkLocalUnicast():
		return n.say(Warn, fmt.Sprintf("%s (%s) is all there is: the machine gave it to itself, because no router gave it one", a.IP, a.Interface),
			"check the cable or the Wi-Fi; a board with an address of that kind too would reach it")
	case a.Virtual():
		return n.say(Warn, fmt.Sprintf("%s (%s) is all there is: a virtual network, which no board is on", a.IP, a.Interface), "connect this machine to the network that the board is on")
	}
	return n.say(OK, fmt.Sprintf("%s (%s) is the one to give a board", a.IP, a.Interface))
}

func remark(a lan.Address) string {
	switch {
	case a.IP.IsLinkLocalUnicast():
		return ", given by itself: no router gave it one"
	case a.Virtual():
		return ", a virtual network: boards are not on it"
	case !a.IP.IsPrivate():
		return ", if the board is on that network; the address may be reachable from the internet"
	}
	return ", if the board is on that network"
}

// overlaps warns of two interfaces in one range of addresses: the system sends all that is for it by one of them, whichever the board is on.
func overlaps(n note, networks lan.Networks) []Finding {
	var found []Finding
	for x, i := range networks {
		for _, j := range networks[x+1:] {
			if range1, range2, ok := overlap(i, j); ok {
				found = append(found, n.say(Warn, fmt.Sprintf("%s (%s) and %s (%s) overlap: boards on one of the two get no answer", range1, i.Name, range2, j.Name),
					"turn one of the two off (cable or Wi-Fi, when both lead to one router), or give one network other addresses"))
			}
		}
	}
	return found
}

func overlap(i, j lan.Interface) (a, b netip.Prefix, ok bool) {
	for _, a := range i.Prefixes {
		for _, b := range j.Prefixes {
			if a.Addr().Is4() && b.Addr().Is4() && !a.IsSingleIP() && !b.IsSingleIP() && a.Overlaps(b) && !a.Addr().IsLoopback() {
				return a.Masked(), b.Masked(), true
			}
		}
	}
	return a, b, false
}

// reach connects to this machine by the address that boards get.
func reach(ctx context.Context, e Environment) []Finding {
	const n = note("reachability")
	networks, err := e.Networks()
	if err != nil {
		return nil // addresses has said so
	}
	list := networks.Addresses(e.WayOut())
	if len(list) == 0 {
		return nil
	}
	port := uint16(0)
	if e.Running != nil {
		if port = portOf(e.Running.Addrs["MQTT"]); port == 0 {
			return []Finding{n.say(Warn, "the onelan that runs does not listen for MQTT", "onelan serve without --mqtt off")}
		}
		if bound, err := netip.ParseAddrPort(e.Running.Addrs["MQTT"]); err == nil && bound.Addr().Unmap().IsLoopback() {
			return []Finding{n.say(Fail, "the onelan that runs listens for MQTT on this machine only: no board reaches it", "onelan serve --mqtt :6002")}
		}
	}
	at := netip.AddrPortFrom(list[0].IP, port)
	if err := e.Reach(ctx, list[0].IP, port); err != nil {
		return []Finding{n.say(Fail, fmt.Sprintf("this machine cannot connect to itself at %s: %v", label(at), err), "a firewall or a VPN on this machine stands in between; see below")}
	}
	return []Finding{n.say(OK, "this machine reaches itself at "+label(at)+"; whether a board does, only the board can tell",
		"from another machine: nc -vz "+list[0].IP.String()+" "+fmt.Sprint(e.mqttPort()), "networks for guests, and some access points, keep their clients from each other (client isolation)")}
}

func label(at netip.AddrPort) string {
	if at.Port() == 0 {
		return at.Addr().String()
	}
	return at.String()
}
