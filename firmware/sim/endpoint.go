package sim

import (
	"context"
	"net/netip"
	"strconv"
)

// What select.poll speaks of.
const (
	pollIn  = 1
	pollOut = 4
	pollBad = 32 // POLLNVAL: no such socket
)

// maxSockets is what the ESP32's lwIP has.
const maxSockets = 16

// endpoint is a socket of the program.
type endpoint interface {
	// ready is what can be done without waiting, in poll's bits.
	ready() int
	// close is the program's own.
	close()
	// abandon is what becomes of the socket when the chip stops.
	abandon()
}

func (l *life) socket(r request) answer {
	if len(l.endpoints) >= maxSockets {
		return errOutOfEverything.answer()
	}
	var e endpoint = newStream(l)
	if r.num(0) == 1 {
		d, err := newDatagrams(l)
		if err != nil {
			return errnoOf(err).answer()
		}
		e = d
	}
	fd := l.nextFD
	l.nextFD++
	l.endpoints[fd] = e
	return number(fd)
}

func (l *life) closeFD(r request) answer {
	e, ok := l.endpoints[r.num(0)]
	if !ok {
		return errBadFD.answer()
	}
	delete(l.endpoints, r.num(0))
	e.close()
	return done
}

// poll takes a limit and pairs of socket and wish; it gives one octet for each pair.
func (l *life) poll(r request) answer {
	var found []byte
	look := func() bool {
		found = found[:0]
		all := byte(0)
		for i := 1; i+1 < len(r.args); i += 2 {
			bits := pollBad
			if e, ok := l.endpoints[r.num(i)]; ok {
				bits = e.ready() & r.num(i+1)
			}
			found = append(found, byte(bits))
			all |= byte(bits)
		}
		return all != 0
	}
	l.wait(r.num(0), look)
	return octets(found)
}

// dnsPatience is how many milliseconds pass until a name is given up.
const dnsPatience = 14000

// resolve takes long to fail where questions vanish, as DNS does.
func (l *life) resolve(r request) answer {
	host := r.text(0)
	if a, err := netip.ParseAddr(host); err == nil {
		return octets(a.String())
	}
	lost, unreachable := l.b.radio.reach()
	if lost {
		if unreachable == 0 {
			l.pause(dnsPatience)
		}
		return errNoName.answer()
	}
	ctx, release := l.within(10 * dnsPatience)
	defer release()
	a, err := l.b.config.Resolve(ctx, host)
	if err != nil {
		return errNoName.answer()
	}
	return octets(a.String())
}

// address is the argument's: text and port.
func (r request) address(i int) (netip.AddrPort, bool) {
	a, err := netip.ParseAddrPort(r.text(i) + ":" + strconv.Itoa(r.num(i+1)))
	return a, err == nil
}

// within gives a context that ends after the board's milliseconds, or with its life.
func (l *life) within(ms int) (context.Context, func()) {
	ctx, cancel := context.WithTimeout(context.Background(), l.scaled(ms))
	left := make(chan struct{})
	go func() {
		select {
		case <-l.dead:
			cancel()
		case <-left:
		}
	}()
	return ctx, func() { close(left); cancel() }
}
