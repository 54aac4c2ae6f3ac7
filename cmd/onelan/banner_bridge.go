package main

import (
	"fmt"
	"strings"

	"github.com/onelan/onelan/bridge"
)

// upward says what goes up over the bridge, where to, and what to look out for.
func (b banner) upward(s *strings.Builder) {
	plan := b.config.Bridge
	if plan == nil {
		return
	}
	title := "Over the bridge to"
	if plan.DryRun {
		title += " (a dry run: nobody logs in, onelan watch shows what would go up)"
	}
	b.title(s, title)
	list := upstreams(*plan)
	longest := 0
	for _, u := range list {
		longest = max(longest, len(u.addr))
	}
	for _, u := range list {
		fmt.Fprintf(s, "  %s  %s\n", b.paint.paint(bold, fmt.Sprintf("%-*s", longest, u.addr)), b.paint.paint(dim, u.security+", "+u.carried()))
	}
	if !plan.DryRun {
		fmt.Fprintf(s, "  %s\n", b.paint.paint(yellow, fight))
	}
}

// fight is what to look out for: OneNET ends the older of two sessions of a device (reference section 1.4).
const fight = "A board that is itself online there with the same id fights with the bridge: each login throws the other out."

// upstream is where devices go, with those that go there.
type upstream struct {
	addr, security string
	devices        []bridge.Device
	always         int // of them
}

// upstreams lists where the devices of a plan go, in its order.
func upstreams(p bridge.Plan) []*upstream {
	security := "plain text"
	if p.TLS != nil {
		security = "TLS"
	}
	byAddr := map[string]*upstream{}
	var list []*upstream
	for _, d := range p.Devices {
		addr, presence := p.Addr, p.Presence
		if d.Addr != "" {
			addr = d.Addr
		}
		if d.Presence != "" {
			presence = d.Presence
		}
		u := byAddr[addr]
		if u == nil {
			u = &upstream{addr: addr, security: security}
			byAddr[addr] = u
			list = append(list, u)
		}
		u.devices = append(u.devices, d)
		if presence == bridge.Always {
			u.always++
		}
	}
	return list
}

// carried says which devices go there, and when the cloud sees them.
func (u *upstream) carried() string {
	var text string
	switch one := u.devices[0]; {
	case len(u.devices) > 1:
		text = count(len(u.devices), "device")
	case one.Login.Product == string(one.Ref.Product) && one.Login.Device == string(one.Ref.Device):
		text = fmt.Sprintf("device %s", one.Ref.Device)
	default:
		text = fmt.Sprintf("device %s as %s of product %s", one.Ref.Device, one.Login.Device, one.Login.Product)
	}
	switch {
	case u.always == len(u.devices):
		return text + ", always online there"
	case u.always > 0:
		return text + fmt.Sprintf(", %d of them always online there", u.always)
	case len(u.devices) > 1:
		return text + ", online there while they are here"
	default:
		return text + ", online there while it is here"
	}
}
