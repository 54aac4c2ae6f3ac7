package broker_test

import (
	"io"
	"net"
	"strings"
	"testing"

	"github.com/onelan/onelan/onenet"
)

// FuzzLink feeds a connection with bytes of any kind, before and after a login, whole and in pieces: it must never
// panic, and must end when its peer does.
func FuzzLink(f *testing.F) {
	l := newLone(f, func(c *onenet.Config) { c.Switches.ConnackGap, c.Switches.BadDP = 0, onenet.BadDPIgnore })
	connects := [][]byte{nil, connectPacket(clean, 60, l.device), connectPacket(kept, 0, l.device)}
	for _, b := range [][]byte{
		connectPacket(clean, 60, l.device),
		willHello(l.device, 0xEE, "lwt", "off"),
		hello{"MQIsdp", 3, clean, 60, []string{"1", "2", "3"}}.packet(),
		subscribePacket(1, 2, "a", "$dp", "#"), unsubscribePacket(2, "a", "b"),
		publishPacket("a", []byte("x"), 0, 0), publishPacket("a", []byte("x"), 2, 7), retainPacket("a", "x", 1, 3),
		dpPacket(`{"t":1}`, 1, 10), publishPacket("$crsp/x", nil, 1, 10), ackPacket(0x40, 1), ackPacket(0x50, 1), ackPacket(0x60, 10),
		{0xC0, 0},
		{0xE0, 0},
		{0x30, 0xFF, 0xFF, 0xFF, 0x7F},
		{0x10, 0x80, 0x80, 0x80, 0x80, 0x01},
		append(append(subscribePacket(1, 2, "a"), publishPacket("a", []byte("x"), 2, 7)...), 0x62, 2, 0, 7, 0x50, 2, 0, 1, 0x70, 2, 0, 1),
	} {
		for how := range byte(6) {
			f.Add(how, b)
		}
	}
	f.Fuzz(func(t *testing.T, how byte, b []byte) {
		before := l.Journal().Last()
		l.talk(append(append([]byte(nil), connects[int(how)%len(connects)]...), b...), how >= 3)
		for {
			records, lost := l.Journal().Read(before, 1000)
			if len(records) == 0 && lost == 0 {
				return
			}
			before += lost
			for _, r := range records {
				if strings.Contains(r.Text, "internal error") {
					t.Fatal(r.Text)
				}
				before = r.Seq
			}
		}
	})
}

// talk serves a connection whose peer sends b, at once or in pieces of three bytes, and closes; it returns when all is over.
func (l *lone) talk(b []byte, pieces bool) {
	near, far := net.Pipe()
	served := make(chan struct{})
	go func() { defer close(served); l.broker.ServeConn(far) }()
	read := make(chan struct{})
	go func() { defer close(read); _, _ = io.Copy(io.Discard, near) }()
	size := len(b)
	if pieces {
		size = 3
	}
	for len(b) > 0 {
		n, err := near.Write(b[:min(size, len(b))])
		if b = b[n:]; err != nil {
			break // it has had enough
		}
	}
	near.Close()
	<-served
	<-read
}
