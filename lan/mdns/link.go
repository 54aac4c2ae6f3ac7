package mdns

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"

	"github.com/onelan/onelan/lan"
)

// Port is the UDP port of multicast DNS.
const Port = 5353

// maxPacket is the longest packet there may be (RFC 6762 17).
const maxPacket = 9000

// group is where all listen.
var group = netip.AddrPortFrom(netip.AddrFrom4([4]byte{224, 0, 0, 251}), Port)

// Link carries packets to and from the networks.
type Link interface {
	// Read waits for a packet. After Close it returns net.ErrClosed.
	Read(b []byte) (int, *lan.Peer, error)
	// Multicast sends to all on the interface, Unicast back to one peer.
	Multicast(b []byte, i lan.Interface) error
	Unicast(b []byte, to *lan.Peer) error
	// Join makes Read get what is sent to all on the interface; a second call does nothing.
	Join(i lan.Interface) error
	Close() error
}

// Listen opens the link to this machine's networks. The port is shared with other responders on it.
func Listen(ctx context.Context, networks func() lan.Networks) (Link, error) {
	// Go gives a socket on a multicast address SO_REUSEADDR (and SO_REUSEPORT where that is needed too), and binds it to all.
	s, err := lan.Listen(ctx, net.JoinHostPort(group.Addr().String(), strconv.Itoa(Port)), networks)
	if err != nil {
		return nil, err
	}
	return socketLink{s}, nil
}

type socketLink struct{ socket *lan.Socket }

func (l socketLink) Read(b []byte) (int, *lan.Peer, error) {
	n, from, err := l.socket.ReadFrom(b)
	if err != nil {
		return n, nil, err
	}
	peer, ok := from.(*lan.Peer)
	if !ok {
		return n, nil, errors.New("no peer") // a lan.Socket gives nothing else
	}
	return n, peer, nil
}

func (l socketLink) Multicast(b []byte, i lan.Interface) error {
	return l.socket.Multicast(b, i, group)
}

func (l socketLink) Unicast(b []byte, to *lan.Peer) error {
	_, err := l.socket.WriteTo(b, to)
	return err
}

func (l socketLink) Join(i lan.Interface) error { return l.socket.Join(i, group.Addr()) }
func (l socketLink) Close() error               { return l.socket.Close() }
