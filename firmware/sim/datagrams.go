package sim

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
)

// backlog is how many datagrams wait for the program; more are lost, as on the chip.
const backlog = 8

// datagrams is a UDP socket.
type datagrams struct {
	l     *life
	radio *radio
	conn  net.PacketConn

	mu sync.Mutex
	in [][]byte // guarded by mu: "address port octets"
}

func newDatagrams(l *life) (*datagrams, error) {
	var lc net.ListenConfig
	conn, err := lc.ListenPacket(context.Background(), "udp4", outside(l.b.config.Route)+":0")
	if err != nil {
		return nil, err
	}
	d := &datagrams{l: l, radio: l.b.radio, conn: conn}
	l.b.work.Go(d.pump)
	return d, nil
}

// outside is the address to send from: the loopback's, unless datagrams leave this machine.
func outside(route func(netip.AddrPort) []netip.AddrPort) string {
	broadcast := netip.AddrPortFrom(netip.AddrFrom4([4]byte{255, 255, 255, 255}), 1)
	if slices.ContainsFunc(route(broadcast), func(p netip.AddrPort) bool { return !p.Addr().IsLoopback() }) {
		return ""
	}
	return here.String()
}

func (d *datagrams) pump() {
	buf := make([]byte, 2048)
	for {
		n, from, err := d.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		d.take(from.(*net.UDPAddr).AddrPort(), buf[:n])
	}
}

func (d *datagrams) take(from netip.AddrPort, b []byte) {
	defer d.l.poke()
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.in) < backlog && !d.radio.silent() {
		d.in = append(d.in, fmt.Appendf(nil, "%s %d %s", from.Addr().Unmap(), from.Port(), b))
	}
}

func (d *datagrams) ready() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.in) > 0 {
		return pollIn | pollOut
	}
	return pollOut
}

func (d *datagrams) next() []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	b := d.in[0]
	d.in = d.in[1:]
	return b
}

func (d *datagrams) close() { _ = d.conn.Close() }

func (d *datagrams) abandon() { d.close() }

// sendTo takes socket, address, port and octets.
func (l *life) sendTo(r request) answer {
	d, ok := l.endpoints[r.num(0)].(*datagrams)
	if !ok {
		return errBadFD.answer()
	}
	to, ok := r.address(1)
	if !ok {
		return errInvalid.answer()
	}
	lost, unreachable := l.b.radio.reach()
	if unreachable != 0 {
		return unreachable.answer()
	}
	data := []byte(r.text(3))
	if lost {
		return number(len(data))
	}
	for _, place := range l.b.config.Route(to) {
		// One of several places may be out of reach; a datagram that gets nowhere is the ordinary thing.
		_, _ = d.conn.WriteTo(data, net.UDPAddrFromAddrPort(place))
	}
	return number(len(data))
}

// recvFrom takes socket, limit and size.
func (l *life) recvFrom(r request) answer {
	d, ok := l.endpoints[r.num(0)].(*datagrams)
	if !ok {
		return errBadFD.answer()
	}
	if !l.wait(r.num(1), func() bool { return d.ready()&pollIn != 0 }) {
		return tooLate(r.num(1))
	}
	return octets(d.next())
}
