package broker_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// Reference, section 2.4: de-duplicated between PUBREC and PUBREL, and only there.
func TestQoS2MessageIsPassedOnExactlyOnceAndOnlyAfterPubrel(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	s := login(t, srv, srv.Device(t), clean, 0)
	s.subscribe(0, "room1", "marker")
	c := login(t, srv, srv.Device(t), clean, 0)
	p := publishPacket("room1", []byte("once"), 2, 7)
	c.send(p)
	c.want(ackPacket(0x50, 7))
	for range 3 {
		again := append([]byte{p[0] | 8}, p[1:]...)
		c.send(again)
		c.want(ackPacket(0x50, 7))
	}
	c.publish("marker", "not released yet", 0)
	s.wantMessage("marker", "not released yet", 0)
	for range 2 { // a PUBREL that is repeated because PUBCOMP was lost
		c.send(ackPacket(0x62, 7))
		c.want(ackPacket(0x70, 7))
	}
	s.answer(s.wantMessage("room1", "once", 2), 2)
	c.publish("marker", "released", 0)
	s.wantMessage("marker", "released", 0)
	c.send(p) // the id is free again: another message
	c.want(ackPacket(0x50, 7))
	c.send(ackPacket(0x62, 7))
	c.want(ackPacket(0x70, 7))
	s.answer(s.wantMessage("room1", "once", 2), 2)
}

func TestQoS2HandshakesOfSeveralMessagesMayOverlap(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	c := login(t, srv, srv.Device(t), clean, 0)
	c.subscribe(0, "room1")
	for id := range uint16(3) {
		c.send(publishPacket("room1", []byte{'a' + byte(id)}, 2, id+1))
		c.want(ackPacket(0x50, id+1))
	}
	for _, id := range []uint16{2, 3, 1} {
		c.send(ackPacket(0x62, id))
		c.want(ackPacket(0x70, id))
		c.answer(c.wantMessage("room1", string('a'+rune(id)-1), 2), 2)
	}
}

// Reference, section 2.4: for $dp data is saved on first receipt.
func TestQoS2DataIsStoredAtFirstReceiptAndOnce(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	for range 3 {
		c.send(dpPacket(`{"t":1}`, 2, 7))
		c.want(ackPacket(0x50, 7))
	}
	srv.Wait(t, onenettest.Point(d, "t", "1"))
	c.send(ackPacket(0x60, 7))
	c.want(ackPacket(0x70, 7))
	c.handshake(dpPacket(`{"t":2}`, 2, 10), 2)
	points, err := srv.Platform().Points(t.Context(), onenet.PointQuery{Ref: d.Ref()})
	if err != nil || len(points) != 2 {
		t.Errorf("%d points, %v; want 2", len(points), err)
	}
}

func TestUnfinishedQoS2MessageOfAKeptSessionIsReleasedAfterTheNextLogin(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	s := login(t, srv, srv.Device(t), clean, 0)
	s.subscribe(0, "room1")
	c := login(t, srv, d, kept, 0)
	c.send(publishPacket("room1", []byte("x"), 2, 7))
	c.want(ackPacket(0x50, 7))
	c.vanish(srv, d)
	c = login(t, srv, d, kept, 1)
	c.send(publishPacket("room1", []byte("x"), 2, 7)) // again, in case PUBREC was lost
	c.want(ackPacket(0x50, 7))
	c.send(ackPacket(0x62, 7))
	c.want(ackPacket(0x70, 7))
	s.answer(s.wantMessage("room1", "x", 2), 2)
	s.wantSilence()
}

func TestUnfinishedQoS2MessageOfACleanSessionIsForgotten(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	s := login(t, srv, srv.Device(t), clean, 0)
	s.subscribe(0, "room1")
	c := login(t, srv, d, clean, 0)
	c.send(publishPacket("room1", []byte("old"), 2, 10))
	c.want(ackPacket(0x50, 10))
	c.vanish(srv, d)
	c = login(t, srv, d, clean, 0)
	c.publish("room1", "new", 2)
	s.wantMessage("room1", "new", 2)
}

// Reference, section 2.4: KIT answers PUBREL with 60 02 00 0A where 70 and the id are due.
func TestWrongAnswerOfTheKitToPubrelCompletesTheHandshake(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithClock(dawn))
	d := srv.Device(t)
	kit := login(t, srv, d, kept, 0)
	kit.sendHex("80 0A 00 14 00 05 72 6F 6F 6D 31 02")
	kit.wantHex("90 03 00 14 02")
	p := login(t, srv, srv.Device(t), clean, 0)
	for range 3 {
		p.publish("room1", "x", 2)
		id := kit.wantMessage("room1", "x", 2)
		kit.send(ackPacket(0x50, id))
		kit.want(ackPacket(0x62, id))
		kit.sendHex("60 02 00 0A")
	}
	kit.wantSilence()
	srv.Advance(t, 31*time.Second) // had a handshake been left open, the link would be cut now
	kit.wantSilence()
	kit.bye(srv, d)
	login(t, srv, d, kept, 1).wantSilence() // and nothing is sent again
}

// A device that sends PUBREL twice means its own message, not ours.
func TestRepeatedPubrelOfAnOrdinaryClientEndsNoHandshakeOfOurs(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	c := login(t, srv, srv.Device(t), clean, 0)
	c.subscribe(2, "room1")
	c.publish("other", "x", 2) // id 10
	login(t, srv, srv.Device(t), clean, 0).publish("room1", "y", 2)
	id := c.wantMessage("room1", "y", 2)
	c.send(ackPacket(0x50, id))
	c.want(ackPacket(0x62, id))
	c.send(ackPacket(0x62, 10))
	c.want(ackPacket(0x70, 10))
	c.send(ackPacket(0x50, id))
	c.want(ackPacket(0x62, id))
	c.send(ackPacket(0x70, id))
}

// Reference, section 1.4: the server cuts the connection; 30 s is our choice.
func TestQoS2HandshakeThatStopsCutsTheConnection(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		stop func(*raw, *raw) // leaves a handshake of the first client unfinished; the second can publish
	}{
		{"no PUBREL for a message", func(c, _ *raw) {
			c.send(publishPacket("room1", []byte("x"), 2, 7))
			c.want(ackPacket(0x50, 7))
		}},
		{"no PUBREL for data", func(c, _ *raw) {
			c.send(dpPacket(`{"t":1}`, 2, 7))
			c.want(ackPacket(0x50, 7))
		}},
		{"no PUBREL for a stray message to the platform", func(c, _ *raw) {
			c.send(publishPacket("$other", []byte("x"), 2, 7))
			c.want(ackPacket(0x50, 7))
		}},
		{"no PUBREC", func(c, p *raw) {
			p.publish("mine", "x", 2)
			c.wantMessage("mine", "x", 2)
		}},
		{"no PUBCOMP", func(c, p *raw) {
			p.publish("mine", "x", 2)
			id := c.wantMessage("mine", "x", 2)
			c.send(ackPacket(0x50, id))
			c.want(ackPacket(0x62, id))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			srv := onenettest.Start(t, onenettest.WithClock(dawn))
			d := srv.Device(t)
			stopped := login(t, srv, d, clean, 0)
			stopped.subscribe(2, "mine")
			c.stop(stopped, login(t, srv, srv.Device(t), clean, 0))
			srv.Advance(t, 30*time.Second-1)
			if !srv.Platform().Presence(d.Ref()).Online {
				t.Fatal("cut before 30 s")
			}
			srv.Advance(t, 1)
			stopped.wantClosed()
			srv.Wait(t, onenettest.Refused(onenet.LinkHandshake))
		})
	}
}

// A handshake that the device left unfinished on another connection is no reason to cut this one.
func TestHandshakeOfAnEarlierConnectionDoesNotCutTheNext(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithClock(dawn))
	d := srv.Device(t)
	c := login(t, srv, d, kept, 0)
	c.send(publishPacket("room1", []byte("x"), 2, 7))
	c.want(ackPacket(0x50, 7))
	c.vanish(srv, d)
	srv.Advance(t, time.Hour)
	c = login(t, srv, d, kept, 1) // rebooted: it numbers from 1 and knows nothing of 7
	c.send(publishPacket("room1", []byte("y"), 2, 1))
	c.want(ackPacket(0x50, 1))
	srv.Advance(t, 29*time.Second)
	c.send(ackPacket(0x62, 1))
	c.want(ackPacket(0x70, 1))
	srv.Advance(t, time.Second)
	c.wantSilence()
	c.send(ackPacket(0x62, 7)) // had it known, it could still release it
	c.want(ackPacket(0x70, 7))
}

func TestQoS1DeliveryWithoutPubackNeverCutsTheConnection(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithClock(dawn))
	c := login(t, srv, srv.Device(t), clean, 0)
	c.subscribe(1, "room1")
	c.publish("room1", "x", 1)
	c.wantMessage("room1", "x", 1)
	srv.Advance(t, 89*time.Second)
	c.wantSilence()
}

// More than a hundred messages between PUBREC and PUBREL are no client, but a fault.
func TestHundredAndFirstUnreleasedMessageClosesTheConnection(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	c := login(t, srv, srv.Device(t), clean, 0)
	for i := range uint16(100) {
		c.send(publishPacket("room1", fmt.Append(nil, i), 2, i+1))
		c.want(ackPacket(0x50, i+1))
	}
	c.send(publishPacket("room1", []byte("one more"), 2, 101))
	c.wantClosed()
	srv.Wait(t, onenettest.Refused(onenet.LinkHandshake))
}
