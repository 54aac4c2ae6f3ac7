package server

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/onenet"
)

// SelfError says that a bridge would log in to this very server as a device that it carries: it would throw its own device out, and
// carry what it has carried.
type SelfError struct {
	Ref  onenet.DeviceRef // the device that would be carried
	Addr string           // of the upstream
}

func (e *SelfError) Error() string {
	return fmt.Sprintf("the bridge's upstream %s is this very server: the link of device %s would throw its own device out", e.Addr, e.Ref)
}

// Unwrap gives the kind.
func (e *SelfError) Unwrap() error { return onenet.ErrInvalid }

// notItself refuses a plan by which a link would log in here as a device of the plan.
func (s *Server) notItself(ctx context.Context, p bridge.Plan) error {
	carried := map[onenet.DeviceRef]bool{}
	for _, d := range p.Devices {
		carried[d.Ref] = true
	}
	ours := map[string]bool{} // upstreams, by address
	for _, d := range p.Devices {
		addr, as := upstreamOf(p, d)
		if !carried[as] {
			continue
		}
		own, asked := ours[addr]
		if !asked {
			own = s.isOurs(ctx, addr)
			ours[addr] = own
		}
		if own {
			return &SelfError{Ref: d.Ref, Addr: addr}
		}
	}
	return nil
}

// upstreamOf is where a device of the plan goes, and who it is there.
func upstreamOf(p bridge.Plan, d bridge.Device) (addr string, as onenet.DeviceRef) {
	addr, as = p.Addr, d.Ref
	if d.Addr != "" {
		addr = d.Addr
	}
	if d.Login.Product != "" {
		as.Product = onenet.ProductID(d.Login.Product)
	}
	if d.Login.Device != "" {
		as.Device = onenet.DeviceID(d.Login.Device)
	}
	return addr, as
}

// nameWithin is how long the name of an upstream may take: a network that is down must not hold up the start. An upstream whose name is not
// known is not refused: it may come later.
const nameWithin = 2 * time.Second

// isOurs tells whether an address leads to one of our MQTT doors. A hosts file or a DNS server that catches boards for this machine catches
// the bridge as well.
func (s *Server) isOurs(ctx context.Context, addr string) bool {
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return false
	}
	doors := s.doorsAt(uint16(port))
	if len(doors) == 0 {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, nameWithin)
	defer cancel()
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return false
	}
	for _, ip := range ips {
		for _, door := range doors {
			if leadsTo(ip.Unmap(), door) {
				return true
			}
		}
	}
	return false
}

// doorsAt are the addresses on which MQTT is listened for at a port.
func (s *Server) doorsAt(port uint16) []netip.Addr {
	var list []netip.Addr
	for _, text := range []string{s.MQTTAddr(), s.MQTTSAddr()} {
		if ap, err := netip.ParseAddrPort(text); err == nil && ap.Port() == port {
			list = append(list, ap.Addr().Unmap())
		}
	}
	return list
}

// leadsTo tells whether a connection to an address reaches a door.
func leadsTo(ip, door netip.Addr) bool {
	if !door.IsUnspecified() || ip == door {
		return ip == door
	}
	if ip.IsLoopback() || ip.IsUnspecified() {
		return true
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, a := range addrs {
		if n, is := a.(*net.IPNet); is {
			if own, ok := netip.AddrFromSlice(n.IP); ok && own.Unmap() == ip {
				return true
			}
		}
	}
	return false
}
