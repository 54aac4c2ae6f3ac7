package broker_test

import (
	"fmt"
	"testing"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/store/memory"
)

// What Mochi does with messages on their way to a client.
func TestMochiSessionTraps(t *testing.T) {
	t.Parallel()
	runTraps(t, []trap{
		{"queued messages come out in random order", bareShufflesQueue, oursKeepsOrderOfQueue},
		{"a queued message is marked as repeated although it never was sent", bareMarksFirstDelivery, oursMarksRepetitionsOnly},
		{"a SUBSCRIBE with the id of a delivery is refused", bareRefusesSubscribe, oursGrantsSubscribe},
		{"a message of the device deletes the unacknowledged delivery of the same id", bareDeletesDelivery, oursResendsDelivery},
		{"a QoS 2 message of the device deletes the QoS 2 delivery of the same id", bareDeletesQoS2Delivery, oursFinishesBothHandshakes},
		{"messages beyond the queue are dropped without a word", bareDropsSilently, oursCountsWhatItDrops},
		{"retained messages are deleted after a day", bareDeletesRetainedAfterADay, oursKeepsRetainedForWeeks},
		{"PUBACK comes before the message is safe", bareAcknowledgesEarly, oursAcknowledgesWhenStored},
		{"an offline session hoards thousands of messages", bareHoards, oursKeepsTheNewestTen},
	})
}

func bareShufflesQueue(t *testing.T) {
	const messages = 50
	b := startBare(t, nil)
	c := b.login(t, "c", 0, 0)
	c.subscribe(1, "t")
	b.gone(t, c, "c")
	for i := range messages {
		b.publish(t, "t", fmt.Sprint(i), 1)
	}
	c = b.login(t, "c", 0, 1)
	for i := range messages {
		if m := c.message(); m.payload != fmt.Sprint(i) {
			return
		}
	}
	t.Error("they came in order")
}

func oursKeepsOrderOfQueue(t *testing.T) {
	const messages = 50
	srv := onenettest.Start(t, withoutGap(), onenettest.WithLimits(func(l *onenet.Limits) { l.OfflineMessages = messages }))
	d := awayFrom(t, srv, "t")
	p := login(t, srv, srv.Device(t), clean, 0)
	for i := range messages {
		p.publish("t", fmt.Sprint(i), 1)
	}
	c := login(t, srv, d, kept, 1)
	for i := range messages {
		c.wantMessage("t", fmt.Sprint(i), 1)
	}
}

func bareMarksFirstDelivery(t *testing.T) {
	b := startBare(t, nil)
	c := b.login(t, "c", 0, 0)
	c.subscribe(1, "t")
	b.gone(t, c, "c")
	b.publish(t, "t", "x", 1)
	if m := b.login(t, "c", 0, 1).message(); !m.dup {
		t.Errorf("got %+v", m)
	}
}

func oursMarksRepetitionsOnly(t *testing.T) {
	srv := onenettest.Start(t, withoutGap())
	d := awayFrom(t, srv, "t")
	login(t, srv, srv.Device(t), clean, 0).publish("t", "x", 1)
	for _, dup := range []bool{false, true} {
		if m := login(t, srv, d, kept, 1).message(); m.dup != dup {
			t.Errorf("got %+v, want DUP %v", m, dup)
		}
	}
}

func bareRefusesSubscribe(t *testing.T) {
	b := startBare(t, nil)
	c := b.login(t, "c", 2, 0)
	c.subscribe(1, "t")
	b.publish(t, "t", "x", 1)
	c.send(subscribePacket(c.message().id, 0, "u"))
	if p, err := c.next(); err != nil || p[0] != 0x90 || p[4] != 0x91 {
		t.Errorf("got % X, %v", p, err)
	}
}

func oursGrantsSubscribe(t *testing.T) {
	srv := onenettest.Start(t)
	c := login(t, srv, srv.Device(t), clean, 0)
	c.subscribe(1, "t")
	c.publish("t", "x", 1)
	id := c.wantMessage("t", "x", 1)
	c.send(subscribePacket(id, 0, "u"), unsubscribePacket(id, "u"))
	c.want([]byte{0x90, 3, byte(id >> 8), byte(id), 0})
	c.want(ackPacket(0xB0, id))
}

func bareDeletesDelivery(t *testing.T) {
	b := startBare(t, nil)
	c := b.login(t, "c", 0, 0)
	c.subscribe(1, "t")
	b.publish(t, "t", "a command", 1)
	id := c.message().id
	c.send(publishPacket("other", []byte("x"), 1, id))
	c.want(ackPacket(0x40, id))
	b.gone(t, c, "c")
	b.login(t, "c", 0, 1).wantSilence() // it was not acknowledged, and is not sent again
}

func oursResendsDelivery(t *testing.T) {
	srv := onenettest.Start(t, withoutGap())
	d := srv.Device(t)
	c := login(t, srv, d, kept, 0)
	c.subscribe(1, "t")
	login(t, srv, srv.Device(t), clean, 0).publish("t", "x", 1)
	id := c.wantMessage("t", "x", 1)
	c.send(publishPacket("other", []byte("x"), 1, id))
	c.want(ackPacket(0x40, id))
	c.vanish(srv, d)
	if m := login(t, srv, d, kept, 1).message(); m.payload != "x" || m.id != id {
		t.Errorf("got %+v", m)
	}
}

func bareDeletesQoS2Delivery(t *testing.T) {
	b := startBare(t, nil)
	c := b.login(t, "c", 0, 0)
	c.subscribe(2, "t")
	b.publish(t, "t", "x", 2)
	id := c.message().id
	c.send(publishPacket("other", []byte("y"), 2, id))
	c.want(ackPacket(0x50, id))
	c.send(ackPacket(0x62, id))
	c.want(ackPacket(0x70, id))
	b.gone(t, c, "c")
	b.login(t, "c", 0, 1).wantSilence() // the delivery is not sent again
}

func oursFinishesBothHandshakes(t *testing.T) {
	srv := onenettest.Start(t, withoutGap())
	d := srv.Device(t)
	c := login(t, srv, d, kept, 0)
	c.subscribe(2, "t")
	login(t, srv, srv.Device(t), clean, 0).publish("t", "x", 2)
	id := c.wantMessage("t", "x", 2)
	c.send(publishPacket("other", []byte("y"), 2, id))
	c.want(ackPacket(0x50, id))
	c.send(ackPacket(0x62, id))
	c.want(ackPacket(0x70, id))
	c.vanish(srv, d)
	c = login(t, srv, d, kept, 1)
	if m := c.message(); m.payload != "x" || m.id != id || !m.dup {
		t.Fatalf("got %+v", m)
	}
	c.answer(id, 2)
}

func bareDropsSilently(t *testing.T) {
	const messages = 1000
	released := make(chan struct{})
	b := startBare(t, func(o *mqtt.Options, s *spy) {
		o.Capabilities.MaximumClientWritesPending = 256
		s.encode = func(_ *mqtt.Client, pk packets.Packet) {
			if pk.FixedHeader.Type == packets.Publish {
				<-released // the client is slow for a moment
			}
		}
	})
	c := b.login(t, "c", 0, 0)
	c.subscribe(1, "t")
	for i := range messages {
		b.publish(t, "t", fmt.Sprint(i), 1)
	}
	close(released)
	received := c.count()
	for n := c.count(); n > 0; n = c.count() {
		received += n
	}
	b.gone(t, c, "c")
	received += b.login(t, "c", 0, 1).count()
	if received >= messages {
		t.Errorf("%d of %d arrived", received, messages)
	}
}

func bareDeletesRetainedAfterADay(t *testing.T) {
	expired := make(chan string, 100)
	b := startBare(t, func(_ *mqtt.Options, s *spy) { s.expired = func(topic string) { expired <- topic } })
	b.Topics.RetainMessage(packets.Packet{
		FixedHeader: packets.FixedHeader{Type: packets.Publish, Retain: true}, ProtocolVersion: 4,
		TopicName: "t", Payload: []byte("kept"), Created: clock.System().Now().Add(-25 * time.Hour).Unix(),
	})
	if topic := <-expired; topic != "t" {
		t.Errorf("%q expired", topic)
	}
}

func oursKeepsRetainedForWeeks(t *testing.T) {
	srv := onenettest.Start(t, onenettest.WithClock(dawn), withoutGap())
	d := awayFrom(t, srv, "queue")
	p := login(t, srv, srv.Device(t), clean, 0)
	p.handshake(retainPacket("t", "kept", 1, 10), 1)
	p.publish("queue", "waits", 1)
	srv.Advance(t, 47*time.Hour)
	login(t, srv, d, kept, 1).wantMessage("queue", "waits", 1)
	srv.Advance(t, 30*24*time.Hour)
	c := login(t, srv, srv.Device(t), clean, 0)
	c.subscribe(0, "t")
	c.wantRetained("t", "kept", 0)
}

func bareAcknowledgesEarly(t *testing.T) {
	released := make(chan struct{})
	b := startBare(t, func(_ *mqtt.Options, s *spy) {
		s.read = func(cl *mqtt.Client) {
			if cl.ID == "subscriber" {
				<-released // the message is on its way: it is in no queue yet, let alone on disk
			}
		}
	})
	s := b.login(t, "subscriber", 2, 0)
	s.send(subscribePacket(20, 1, "t"))
	released <- struct{}{} // Mochi asks at SUBSCRIBE, too
	s.wantHex("90 03 00 14 01")
	p := b.login(t, "publisher", 2, 0)
	p.send(publishPacket("t", []byte("x"), 1, 10))
	p.want(ackPacket(0x40, 10))
	close(released)
	s.message()
}

func oursAcknowledgesWhenStored(t *testing.T) {
	srv, store := startGated(t)
	d := awayFrom(t, srv, "t")
	p := login(t, srv, srv.Device(t), clean, 0)
	store.close()
	p.send(publishPacket("t", []byte("x"), 1, 10))
	p.wantSilence()
	store.open()
	p.want(ackPacket(0x40, 10))
	login(t, srv, d, kept, 1).wantMessage("t", "x", 1)
}

func bareHoards(t *testing.T) {
	const messages = 2000
	b := startBare(t, nil)
	c := b.login(t, "c", 0, 0)
	c.subscribe(1, "t")
	b.gone(t, c, "c")
	for range messages {
		b.publish(t, "t", "x", 1)
	}
	cl, _ := b.Clients.Get("c")
	if n := cl.State.Inflight.Len(); n != messages {
		t.Errorf("it keeps %d of %d", n, messages)
	}
}

func oursKeepsTheNewestTen(t *testing.T) {
	store := memory.New()
	srv := onenettest.Start(t, withStore(store))
	d := awayFrom(t, srv, "t")
	p := login(t, srv, srv.Device(t), clean, 0)
	for range 100 {
		p.publish("t", "x", 1)
	}
	queue, err := store.Queue(t.Context(), d.Ref())
	if err != nil || len(queue) != 10 {
		t.Errorf("%d wait, %v; want 10", len(queue), err)
	}
}
