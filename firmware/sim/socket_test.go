package sim_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/firmware/sim"
)

// mustPeer serves one TCP connection on loopback, and gives the port.
func mustPeer(t *testing.T, serve func(net.Conn)) int {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		serve(conn)
		_ = conn.Close()
	}()
	t.Cleanup(func() { _ = ln.Close(); <-done })
	return ln.Addr().(*net.TCPAddr).Port
}

// online is a program that begins with Wi-Fi and an open socket s.
const online = `
import network, select, socket, time
sta = network.WLAN()
sta.active(True)
sta.connect("any")
s = socket.socket()
p = select.poll()
p.register(s, select.POLLIN)
def told(step):
    try:
        return step()
    except OSError as e:
        return "OSError %%d" %% e.errno
s.connect(("127.0.0.1", %d))
`

// What the program sees of a socket is what it sees on a board: MicroPython's read and write, and the ESP32's numbers.
func TestSocketsBehaveAsOnAnESP32(t *testing.T) {
	t.Parallel()
	quit := func(net.Conn) {}
	say := func(text string) func(net.Conn) { return func(c net.Conn) { _, _ = io.WriteString(c, text) } }
	untilClosed := func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }
	for name, tt := range map[string]struct {
		peer    func(net.Conn)
		program string
		want    []string
	}{
		"read waits for all that it was asked for, or the end": {
			say("hello"), "print(s.read(2), s.read(9), s.read(9))", []string{"b'he' b'llo' b''"},
		},
		"recv gives what is there": {say("hello"), "print(s.recv(99), s.recv(99))", []string{"b'hello' b''"}},
		"without blocking there is None, or an error": {
			untilClosed, "s.setblocking(False)\nprint(s.read(1), told(lambda: s.recv(1)), p.poll(0))", []string{"None OSError 11 []"},
		},
		"a time limit ends a wait": {
			untilClosed, "s.settimeout(0.05)\nprint(told(lambda: s.read(1)), told(lambda: s.recv(1)))", []string{"OSError 116 OSError 116"},
		},
		"poll tells of data, and of the end": {
			say("x"), "print(p.poll(5000)[0][1], s.recv(9), p.poll(5000)[0][1], s.recv(9))", []string{"1 b'x' 1 b''"},
		},
		"poll tells where one may write": {
			untilClosed, "p.register(s, select.POLLIN | select.POLLOUT)\nprint(p.poll(5000)[0][1])", []string{"4"},
		},
		"what was written arrives": {
			func(c net.Conn) { _, _ = io.CopyN(c, c, 11) }, "print(s.write(b'hello '), s.send('world'), s.read(11))", []string{"6 5 b'hello world'"},
		},
		"much arrives too": {
			func(c net.Conn) { _, _ = c.Write(bytes.Repeat([]byte("0123456789"), 20000)) },
			"n = 0\nwhile True:\n    d = s.recv(1000)\n    if not d: break\n    n += len(d)\nprint(n)",
			[]string{"200000"},
		},
		"a reset is an error": {
			func(c net.Conn) {
				_, _ = io.CopyN(io.Discard, c, 1) // not before the board knows that it is connected
				_ = c.(*net.TCPConn).SetLinger(0)
			},
			"s.send('x')\nprint(told(lambda: s.recv(1)))",
			[]string{"OSError 104"},
		},
		"a closed socket is none any more": {
			quit, "s.close()\ns.close()\nprint(told(lambda: s.recv(1)), p.poll(0)[0][1])", []string{"OSError 9 32"},
		},
		"a second connection needs a second socket": {quit, "print(told(lambda: s.connect(('127.0.0.1', 1))))", []string{"OSError 9"}},
		"nothing listens on port 1": {
			quit, "print(told(lambda: socket.socket().connect(('127.0.0.1', 1))))", []string{"OSError 111"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := mustRun(t, fmt.Sprintf(online, mustPeer(t, tt.peer))+tt.program)
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("printed (-want +got):\n%s", d)
			}
		})
	}
}

// On a half-open connection writing goes well until lwIP's buffer is full, nothing comes, and connecting takes as long as it may.
func TestHalfOpenConnectionSwallowsABufferFull(t *testing.T) {
	t.Parallel()
	port := mustPeer(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	b := mustStart(t, nil, program(fmt.Sprintf(online, port)+`
s.setblocking(False)
print("connected")
while not machine.Pin(4).value():
    time.sleep_ms(5)
n = 0
while True:
    taken = s.write(bytes(1000))
    if taken is None:
        break
    n += taken
print(n, "bytes, then None")
s2 = socket.socket()
s2.settimeout(0.1)
print(told(lambda: s2.connect(("127.0.0.1", `+fmt.Sprint(port)+`))), told(lambda: socket.getaddrinfo("localhost", 1)))
`), func(c *sim.Config) {
		c.Files["/main.py"] = append([]byte("import machine\n"), c.Files["/main.py"]...)
		c.Speed = 20
	})
	at := b.must(0, sim.Printed("connected"))
	b.HalfOpen(true)
	b.SetPin(4, 1)
	at = b.must(at, sim.Printed("5744 bytes, then None"))
	b.must(at, sim.Printed("OSError 116 OSError -202"))
}
