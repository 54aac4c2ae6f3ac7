package broker_test

import (
	"bytes"
	"net"
	"strings"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// The STM32 kit that most student projects copy: clean 0, header flags 0, packet ids 10, 20 and 30, custom topics at QoS 2
// (reference, quirks 3, 12 and 20).
func TestConversationOfTheSTM32KitWorks(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	c := login(t, srv, d, kept, 0)
	c.sendHex("80 0A 00 14 00 05 72 6F 6F 6D 31 02")
	c.wantHex("90 03 00 14 02")
	for range 3 {
		c.handshake(dpPacket(`{"t":25.5}`, 1, 10), 1)
		c.send(publishPacket("room2", []byte("x"), 2, 10))
		c.want(ackPacket(0x50, 10))
		c.send(ackPacket(0x62, 10))
		c.want(ackPacket(0x70, 10))
		cmd := srv.Send(t, d, "LED=1")
		c.wantMessage("$creq/"+string(cmd.ID), "LED=1", 0)
		c.publish("$crsp/"+string(cmd.ID), "ok", 0)
		mustState(t, srv, cmd, onenet.CommandAnswered)
	}
	c.sendHex("A0 09 00 1E 00 05 72 6F 6F 6D 31")
	c.wantHex("B0 02 00 1E")
	c.wantSilence()
}

// Client requirement 8: one packet per read is what it parses.
func TestKitGetsOnePacketPerWriteEvenWhenItAsksForMuchAtOnce(t *testing.T) {
	t.Parallel()
	l := newLone(t, nil)
	writes := make(chan written, 100)
	c := l.serve(t, func(conn net.Conn) net.Conn { return recordingConn{conn, writes} })
	c.send(connectPacket(clean, 60, l.device))
	c.wantHex("20 02 00 00")
	<-writes
	go func() {
		_, _ = c.Write(append(mustHex(t, "80 0A 00 14 00 05 72 6F 6F 6D 31 02 C0 00 C0 00"),
			append(publishPacket("room1", []byte("a"), 0, 0), publishPacket("room1", []byte("b"), 1, 10)...)...))
	}()
	for i := range 6 { // SUBACK, two PINGRESPs, two messages and a PUBACK
		p, err := c.next()
		if err != nil {
			t.Fatal(err)
		}
		if w := <-writes; !bytes.Equal(w.b, p) {
			t.Errorf("packet %d was written as\n% X, want\n% X", i, w.b, p)
		}
	}
}

// Reference, section 4.1: the kit ignores a command of 84 bytes or more. That is not mended, but told.
func TestCommandTooLongForTheKitIsSentAndWarnedOf(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	kit, other := srv.Device(t), srv.Device(t)
	c, o := login(t, srv, kit, clean, 0), login(t, srv, other, clean, 0)
	c.sendHex("80 0A 00 14 00 05 72 6F 6F 6D 31 02")
	c.wantHex("90 03 00 14 02")
	for _, body := range []string{strings.Repeat("x", 83), strings.Repeat("x", 84)} {
		cmd := srv.Send(t, kit, body)
		c.wantMessage("$creq/"+string(cmd.ID), body, 0)
		cmd = srv.Send(t, other, body)
		o.wantMessage("$creq/"+string(cmd.ID), body, 0)
	}
	srv.Wait(t, onenettest.Warned(onenet.CommandLong))
	if n := countWarnings(srv); n != 1 {
		t.Errorf("%d warnings, want one: for 84 bytes to the kit", n)
	}
}
