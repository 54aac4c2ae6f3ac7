package broker_test

import (
	"fmt"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// wantRetained reads a PUBLISH with RETAIN.
func (c *raw) wantRetained(topic, payload string, qos byte) {
	c.t.Helper()
	m := c.message()
	if want := (message{topic: topic, payload: payload, qos: qos, id: m.id, retain: true}); m != want {
		c.t.Fatalf("wanted %+v\n   got %+v", want, m)
	}
	c.answer(m.id, qos)
}

// Reference, section 2.2: kept for new subscribers, at the QoS they ask for, RETAIN 1.
func TestRetainedMessageIsGivenToEachNewSubscriptionAtItsQoS(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	p := login(t, srv, srv.Device(t), clean, 0)
	for published := range byte(3) {
		topic := fmt.Sprint("room", published)
		p.handshake(retainPacket(topic, "kept", published, 10), published)
		p.wantSilence() // QoS 0 has no other sign that it was taken
		for asked := range byte(3) {
			c := login(t, srv, srv.Device(t), clean, 0)
			c.subscribe(asked, topic)
			c.wantRetained(topic, "kept", asked)
			c.wantSilence()
		}
	}
}

func TestLiveCopyOfARetainedMessageCarriesNoRetain(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	c := login(t, srv, srv.Device(t), clean, 0)
	c.subscribe(1, "room1")
	p := login(t, srv, srv.Device(t), clean, 0)
	for qos := range byte(3) {
		p.handshake(retainPacket("room1", "kept", qos, 10), qos)
		c.answer(c.wantMessage("room1", "kept", qos), qos)
	}
}

func TestNewestRetainedMessageReplacesTheOneBefore(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	p := login(t, srv, srv.Device(t), clean, 0)
	for _, text := range []string{"first", "second", "third"} {
		p.handshake(retainPacket("room1", text, 1, 10), 1)
	}
	p.publish("room1", "not retained", 1)
	c := login(t, srv, srv.Device(t), clean, 0)
	c.subscribe(0, "room1")
	c.wantRetained("room1", "third", 0)
	c.wantSilence()
}

// Reference, section 2.2: forwarded, then the topic's retained copy is cleared.
func TestEmptyRetainedMessageIsForwardedAndClearsTheTopic(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	c := login(t, srv, srv.Device(t), clean, 0)
	p := login(t, srv, srv.Device(t), clean, 0)
	p.handshake(retainPacket("room1", "kept", 1, 10), 1)
	c.subscribe(0, "room1")
	c.wantRetained("room1", "kept", 0)
	p.handshake(retainPacket("room1", "", 1, 10), 1)
	c.wantMessage("room1", "", 1)
	late := login(t, srv, srv.Device(t), clean, 0)
	late.subscribe(0, "room1")
	late.wantSilence()
}

func TestRetainedMessageOutlivesItsPublisher(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	p := login(t, srv, d, clean, 0)
	p.handshake(retainPacket("room1", "kept", 1, 10), 1)
	p.bye(srv, d)
	c := login(t, srv, d, clean, 0)
	c.subscribe(1, "room1")
	c.wantRetained("room1", "kept", 1)
}

// Reference, section 2.2: RETAIN on $dp is ignored.
func TestRetainOnDataIsIgnored(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	p := dpPacket(`{"t":1}`, 1, 10)
	p[0] |= 1
	c.handshake(p, 1)
	srv.Wait(t, onenettest.Point(d, "t", "1"))
	p = publishPacket("$crsp/x", []byte("ok"), 1, 10)
	p[0] |= 1
	c.handshake(p, 1)
	c.wantSilence()
}

// Reference, section 0: the platform of 2016 does not know retained messages.
func TestProfile2016RetainsNothing(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithSwitches(func(s *onenet.Switches) { s.Profile = onenet.Profile2016 }))
	p := login(t, srv, srv.Device(t), clean, 0)
	p.handshake(retainPacket("room1", "x", 1, 10), 1)
	c := login(t, srv, srv.Device(t), clean, 0)
	c.subscribe(0, "room1")
	c.wantSilence()
}

// What is retained is bounded as the product's topics are.
func TestRetainedMessageBeyondTheLimitIsDeliveredWarnedOfAndNotKept(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithLimits(func(l *onenet.Limits) { l.TopicsPerProduct = 2 }))
	c := login(t, srv, srv.Device(t), clean, 0)
	c.subscribe(0, "c")
	p := login(t, srv, srv.Device(t), clean, 0)
	for _, topic := range []string{"a", "b", "c"} {
		p.handshake(retainPacket(topic, "x", 1, 10), 1)
	}
	c.answer(c.wantMessage("c", "x", 1), 1)
	srv.Wait(t, onenettest.Warned(onenet.PublishRetained))
	p.handshake(retainPacket("a", "y", 1, 10), 1) // replacing needs no room
	c.send(unsubscribePacket(30, "c"))
	c.want(ackPacket(0xB0, 30))
	c.subscribe(0, "a", "b")
	c.wantRetained("a", "y", 0)
	c.wantRetained("b", "x", 0)
	c.wantSilence()
	p.handshake(retainPacket("b", "", 1, 10), 1) // makes room
	p.handshake(retainPacket("c", "z", 1, 10), 1)
	c.wantMessage("b", "", 1)
	c.send(unsubscribePacket(30, "a", "b"))
	c.want(ackPacket(0xB0, 30))
	c.subscribe(0, "c")
	c.wantRetained("c", "z", 0)
}

// The copy that is kept is shared by all who get it: the race detector looks on.
func TestManyDevicesGetARetainedMessageAtOnce(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	login(t, srv, srv.Device(t), clean, 0).handshake(retainPacket("room1", "kept", 1, 10), 1)
	var subscribers []*raw
	for range 20 {
		subscribers = append(subscribers, login(t, srv, srv.Device(t), clean, 0))
	}
	for i, c := range subscribers {
		c.send(subscribePacket(20, byte(i%2), "room1"))
	}
	for i, c := range subscribers {
		c.want([]byte{0x90, 3, 0, 20, byte(i % 2)})
		c.wantRetained("room1", "kept", byte(i%2))
	}
}
