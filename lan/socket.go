package lan

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/net/ipv4"
)

// Socket is a UDP socket for IPv4 that knows on which interface, and for which of this
// machine's addresses, a packet came in, and answers from there. A machine on two networks
// would otherwise answer from an address that the asker did not ask, or may not even reach.
// Where the system does not tell (Windows), the routing table chooses, which is the same
// unless two networks overlap.
//
// It is a net.PacketConn whose addresses are *Peer.
type Socket struct {
	net.PacketConn
	ip       *ipv4.PacketConn
	networks func() Networks
}

// Peer is who sent a packet, and where it came in.
type Peer struct {
	From  netip.AddrPort
	Index int        // of the interface; 0 when not known
	At    netip.Addr // the address of this machine that was asked; zero for a broadcast
}

// Network implements net.Addr.
func (p *Peer) Network() string { return "udp" }

func (p *Peer) String() string { return p.From.String() }

// Listen opens a Socket on "host:port". networks tells what this machine's addresses are.
func Listen(ctx context.Context, addr string, networks func() Networks) (*Socket, error) {
	var lc net.ListenConfig
	conn, err := lc.ListenPacket(ctx, "udp4", addr)
	if err != nil {
		return nil, err
	}
	s := &Socket{PacketConn: conn, ip: ipv4.NewPacketConn(conn), networks: networks}
	_ = s.ip.SetControlMessage(ipv4.FlagDst|ipv4.FlagInterface, true) // without it, see above
	return s, nil
}

// What Windows reports on reading: a datagram was longer than the buffer, or an earlier answer found
// nobody. Neither is of interest, and neither may end a server.
const (
	wsaeMsgSize   = syscall.Errno(10040)
	wsaeConnReset = syscall.Errno(10054)
)

// ReadFrom implements net.PacketConn; the address is a *Peer. Longer datagrams are cut to b, or left out.
func (s *Socket) ReadFrom(b []byte) (int, net.Addr, error) {
	n, cm, from, err := s.ip.ReadFrom(b)
	for errors.Is(err, wsaeMsgSize) || errors.Is(err, wsaeConnReset) {
		n, cm, from, err = s.ip.ReadFrom(b)
	}
	if err != nil {
		return n, nil, err
	}
	udp, ok := from.(*net.UDPAddr)
	if !ok {
		return n, nil, fmt.Errorf("a peer of network %s", from.Network())
	}
	p := &Peer{From: netip.AddrPortFrom(udp.AddrPort().Addr().Unmap(), udp.AddrPort().Port())}
	if cm != nil {
		p.Index = cm.IfIndex
		if at, ok := netip.AddrFromSlice(cm.Dst); ok && s.networks().Own(at.Unmap()) && !lastOf127(at.Unmap()) {
			p.At = at.Unmap()
		}
	}
	return n, p, nil
}

// lastOf127 is the broadcast address of the loopback, which passes for an address of this machine.
func lastOf127(ip netip.Addr) bool { return ip == netip.AddrFrom4([4]byte{127, 255, 255, 255}) }

// WriteTo implements net.PacketConn. Given a *Peer it writes from where that one asked.
func (s *Socket) WriteTo(b []byte, to net.Addr) (int, error) {
	p, ok := to.(*Peer)
	if !ok {
		return s.PacketConn.WriteTo(b, to)
	}
	udp := net.UDPAddrFromAddrPort(p.From)
	if p.Index != 0 {
		cm := &ipv4.ControlMessage{IfIndex: p.Index}
		if p.At.IsValid() {
			cm.Src = p.At.AsSlice()
		}
		if n, err := s.ip.WriteTo(b, cm, udp); err == nil {
			return n, nil
		}
	}
	return s.PacketConn.WriteTo(b, udp) // the interface or the address went meanwhile
}

// Facing is this machine's address as the peer sees it.
func (s *Socket) Facing(p *Peer) netip.Addr {
	if p.At.IsValid() {
		return p.At
	}
	return s.networks().Facing(p.From.Addr(), p.Index)
}

// Join makes the socket get what is sent to a multicast group on the interface. It may be called again.
func (s *Socket) Join(i Interface, group netip.Addr) error {
	iface, to := &net.Interface{Index: i.Index, Name: i.Name}, &net.UDPAddr{IP: group.AsSlice()}
	_ = s.ip.LeaveGroup(iface, to) // to join twice is an error, and each system has another one for it
	return s.ip.JoinGroup(iface, to)
}

// farthest lets a multicast packet pass for one of this network: no router passes it on, and receivers may check it (RFC 6762 11).
const farthest = 255

// Multicast sends to a group on one interface. Only one goroutine may call it.
func (s *Socket) Multicast(b []byte, i Interface, group netip.AddrPort) error {
	if err := s.ip.SetMulticastInterface(&net.Interface{Index: i.Index, Name: i.Name}); err != nil {
		return err
	}
	if err := s.ip.SetMulticastTTL(farthest); err != nil {
		return err
	}
	_, err := s.PacketConn.WriteTo(b, net.UDPAddrFromAddrPort(group))
	return err
}
