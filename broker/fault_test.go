package broker_test

import (
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// wrapListener wraps what it accepts.
type wrapListener struct {
	net.Listener
	wrap func(net.Conn) net.Conn
}

func (l wrapListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.wrap(c), nil
}

// bomb is a connection whose Read panics once it is lit.
type bomb struct {
	net.Conn
	lit *atomic.Bool
}

func (c bomb) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.lit.Load() {
		panic("a fault on purpose")
	}
	return n, err
}

// What is wrong in one connection is no harm to the others, nor to the device's next.
func TestPanicInOneConnectionLeavesTheOthersAlive(t *testing.T) {
	t.Parallel()
	for _, flags := range []byte{clean, kept} {
		l := newLone(t, nil)
		var lit atomic.Bool
		first := true
		addr := l.listen(t, func(ln net.Listener) net.Listener {
			return wrapListener{ln, func(c net.Conn) net.Conn {
				if first {
					first = false
					return bomb{c, &lit}
				}
				return c
			}}
		})
		c := dialAddr(t, addr)
		c.send(connectPacket(flags, 60, l.device))
		c.wantHex("20 02 00 00")
		c.subscribe(1, "room1")
		other := dialAddr(t, addr)
		other.send(connectPacket(flags, 60, l.addDevice(t)))
		other.wantHex("20 02 00 00")
		other.subscribe(1, "room1")
		lit.Store(true)
		c.send([]byte{0xC0, 0})
		c.wantClosed()
		l.wait(t, "the panic stands in the journal", func(r *onenet.Record) bool {
			return r.Kind == onenet.KindSystem && strings.Contains(r.Text, "a fault on purpose")
		})
		other.publish("room1", "alive", 0)
		other.wantMessage("room1", "alive", 0)
		c = dialAddr(t, addr)
		c.send(connectPacket(flags, 60, l.device))
		c.want([]byte{0x20, 2, map[byte]byte{clean: 0, kept: 1}[flags], 0})
		waitUntil(t, "only the two are left", func() bool { return l.broker.Connections() == 2 })
	}
}

func TestPanicBeforeTheLoginLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	l := newLone(t, nil)
	var lit atomic.Bool
	lit.Store(true)
	c := l.serve(t, func(conn net.Conn) net.Conn { return bomb{conn, &lit} })
	c.send([]byte{0x10})
	c.wantClosed()
	waitUntil(t, "the connection is forgotten", func() bool { return l.broker.Connections() == 0 })
}

func TestClosingThePlatformEndsEveryConnectionAndMayBeDoneTwice(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	var clients []*raw
	for range 10 {
		clients = append(clients, login(t, srv, srv.Device(t), kept, 0))
	}
	clients = append(clients, dial(t, srv)) // one that never says anything
	waitUntil(t, "all are accepted", func() bool { return srv.Connections() == len(clients) })
	mustClose(t, srv)
	mustClose(t, srv)
	for _, c := range clients {
		c.wantClosed()
	}
	if c, err := net.Dial("tcp", srv.MQTTAddr()); err == nil {
		c.Close()
		t.Error("the platform still listens")
	}
}

// Devices come and go while the platform closes: nothing may hang or panic.
func TestClosingThePlatformInTheMiddleOfEverythingReturns(t *testing.T) {
	t.Parallel()
	for range 5 {
		srv := onenettest.Start(t)
		d := srv.Device(t)
		stop := make(chan struct{})
		for range 4 {
			go func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					c, err := net.Dial("tcp", srv.MQTTAddr())
					if err != nil {
						return
					}
					_, _ = c.Write(append(connectPacket(kept, 60, d), append(subscribePacket(1, 1, "a"), publishPacket("a", []byte("x"), 1, 1)...)...))
					_, _ = c.Read(make([]byte, 64))
					c.Close()
				}
			}()
		}
		srv.Wait(t, onenettest.Online(d))
		mustClose(t, srv)
		close(stop)
	}
}
