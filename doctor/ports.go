package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"slices"
	"strconv"
	"syscall"
)

// ports tells of each port whether it can be had, and who has it.
func ports(ctx context.Context, e Environment) []Finding {
	var list []Finding
	for _, l := range e.Listeners {
		if !l.Later || !e.has(l.Network, portOf(l.Addr)) {
			list = append(list, port(ctx, e, l))
		}
	}
	return append(list, otherBroker(ctx, e)...)
}

// otherBroker tells of a broker on MQTT's usual port, which is often taken for onelan, or onelan for it.
func otherBroker(ctx context.Context, e Environment) []Finding {
	const n, usual = note("ports"), 1883
	if err := e.Listen(ctx, "tcp", fmt.Sprintf(":%d", usual), false); !inUse(err) {
		return nil
	}
	who := e.Holder("tcp", usual)
	if who == "" {
		who = "another program"
	}
	return []Finding{n.say(Info, fmt.Sprintf("%d/tcp is in use by %s: a broker beside onelan, which boards with port %d find instead", usual, who, usual))}
}

// has tells whether one of the platform's own listeners is, or would be, on a port.
func (e Environment) has(network string, port uint16) bool {
	return slices.ContainsFunc(e.Listeners, func(l Listener) bool { return !l.Later && l.Network == network && portOf(e.addr(l)) == port })
}

func portOf(addr string) uint16 {
	_, text, _ := net.SplitHostPort(addr)
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0
	}
	return uint16(n)
}

func port(ctx context.Context, e Environment, l Listener) Finding {
	const n = note("ports")
	name := fmt.Sprintf("%d/%s %s", portOf(e.addr(l)), l.Network, l.What)
	if e.Running != nil && e.Running.Addrs[l.What] != "" {
		return n.say(OK, name+": the onelan that runs has it")
	}
	err := e.Listen(ctx, l.Network, l.Addr, l.Shared)
	switch {
	case err == nil && l.Shared:
		return n.say(OK, name+": can be shared")
	case err == nil:
		return n.say(OK, name+": free")
	case l.Later:
		return n.say(Info, name+": "+reason(e, l, err), later(l, err))
	case e.Running != nil:
		return n.say(Info, name+": not used by the onelan that runs; "+reason(e, l, err))
	case l.Shared:
		return n.say(Warn, name+": "+reason(e, l, err), "without it boards find this machine by its address or \"auto\" only: onelan serve "+l.Flag)
	}
	return n.say(Fail, name+": "+reason(e, l, err), remedy(l, err))
}

// wsaeAddrInUse is what Windows says; package syscall has no name for it.
const wsaeAddrInUse = syscall.Errno(10048)

func inUse(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, wsaeAddrInUse)
}

func denied(err error) bool { return errors.Is(err, fs.ErrPermission) }

// reason says why a port cannot be had.
func reason(e Environment, l Listener, err error) string {
	switch {
	case !inUse(err) && denied(err):
		return "needs rights"
	case !inUse(err):
		return err.Error()
	}
	if who := e.Holder(l.Network, portOf(l.Addr)); who != "" {
		return "in use by " + who
	}
	return "in use by another program"
}

// remedy says what to type about a port that cannot be had.
func remedy(l Listener, err error) string {
	switch {
	case l.Network == "udp" || l.What == "DNS":
		return "do without: onelan serve " + l.Flag + "; or end the other program"
	case inUse(err):
		return "end the other program, or take another port: onelan serve " + l.Flag + " " + nextPort(l.Addr)
	case denied(err):
		return "take a port of 1024 or higher: onelan serve " + l.Flag + " :6002"
	}
	return "choose another address: onelan serve " + l.Flag + " HOST:PORT"
}

// later says what to know of a port that is of use only to who asks for it.
func later(l Listener, err error) string {
	switch {
	case !inUse(err) && denied(err):
		return "only if you want it: sudo onelan serve " + l.Flag
	case l.What == "DNS":
		return "only if you want onelan to answer DNS: it can have one address of its own, onelan serve --dns 192.168.1.10:53"
	}
	return "only if you want it: onelan serve " + l.Flag
}

// nextPort is the address with a port one higher.
func nextPort(addr string) string {
	host, _, err := net.SplitHostPort(addr)
	n := portOf(addr)
	if err != nil || n == 0 || n == 65535 {
		return "HOST:PORT"
	}
	return net.JoinHostPort(host, strconv.Itoa(int(n)+1))
}
