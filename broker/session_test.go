package broker_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// withoutGap makes logins greet at once, where a test is not about the gap.
func withoutGap() onenettest.Option {
	return onenettest.WithSwitches(func(s *onenet.Switches) { s.ConnackGap = 0 })
}

// awayFrom subscribes a device to the topic in a session that is kept, and logs it out.
func awayFrom(t testing.TB, srv *onenettest.Server, topic string) onenet.Device {
	t.Helper()
	d := srv.Device(t)
	c := login(t, srv, d, kept, 0)
	c.subscribe(1, topic)
	c.bye(srv, d)
	return d
}

// Reference, section 2.2: the newest ten, in order, at the publisher's QoS.
func TestNewestTenMessagesWaitForADeviceThatIsAway(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withoutGap())
	d := awayFrom(t, srv, "room1")
	p := login(t, srv, srv.Device(t), clean, 0)
	for i := range 15 {
		p.publish("room1", fmt.Sprint(i), byte(i%3))
		p.publish("another", fmt.Sprint(i), 1)
	}
	p.handshake(publishPacket("room1", []byte("last"), 1, 10), 1) // its PUBACK: all are stored
	if r := srv.Wait(t, onenettest.Dropped(d)); r.Topic != "room1" {
		t.Errorf("dropped: %+v", r)
	}
	c := login(t, srv, d, kept, 1)
	var ids [10]uint16
	for i := range 9 {
		ids[i] = c.wantMessage("room1", fmt.Sprint(6+i), byte(i%3))
	}
	ids[9] = c.wantMessage("room1", "last", 1)
	for i, id := range ids[:9] {
		c.answer(id, byte(i%3))
	}
	c.answer(ids[9], 1)
	c.wantSilence()
	c.bye(srv, d)
	login(t, srv, d, kept, 1).wantSilence() // delivered once
}

// Reference, section 2.2: within 48 hours.
func TestWaitingMessagesExpireAfter48Hours(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withoutGap(), onenettest.WithClock(dawn))
	d := awayFrom(t, srv, "room1")
	publish := func(text string) {
		p := login(t, srv, srv.Device(t), clean, 0)
		p.publish("room1", text, 1)
	}
	publish("too old")
	srv.Advance(t, time.Second)
	publish("just in time")
	srv.Advance(t, 48*time.Hour)
	c := login(t, srv, d, kept, 1)
	c.answer(c.wantMessage("room1", "just in time", 1), 1)
	c.wantSilence()
	srv.Wait(t, onenettest.Dropped(d))
}

func TestOldMessagesMakeRoomForNewOnesAfter48Hours(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withoutGap(), onenettest.WithClock(dawn))
	d := awayFrom(t, srv, "room1")
	for _, text := range []string{"first day", "third day"} {
		p := login(t, srv, srv.Device(t), clean, 0)
		p.publish("room1", text, 1)
		srv.Advance(t, 49*time.Hour)
	}
	login(t, srv, srv.Device(t), clean, 0).publish("room1", "fifth day", 1)
	c := login(t, srv, d, kept, 1)
	c.answer(c.wantMessage("room1", "fifth day", 1), 1)
	c.wantSilence()
}

// Reference, section 2.2: REST publishes to online subscribers only, at QoS 0.
func TestMessageOfThePlatformDoesNotWait(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withoutGap())
	d := awayFrom(t, srv, "/700123456/t")
	here := login(t, srv, srv.Device(t), clean, 0)
	here.subscribe(2, "/700123456/t")
	sensor := srv.AddDevice(t, onenet.Device{Product: d.Product, ID: "700123456"})
	login(t, srv, sensor, clean, 0).handshake(dpPacket(`{"t":1}`, 1, 10), 1)
	here.wantMessage("/700123456/t", "1", 0)
	login(t, srv, srv.Device(t), clean, 0).publish("/700123456/t", "an ordinary message", 1)
	c := login(t, srv, d, kept, 1)
	c.wantMessage("/700123456/t", "an ordinary message", 1)
}

func TestProfile2016KeepsNothingForADeviceThatIsAway(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithSwitches(func(s *onenet.Switches) { s.Profile, s.ConnackGap = onenet.Profile2016, 0 }))
	d := srv.Device(t)
	c := login(t, srv, d, kept, 0)
	c.subscribe(0, "room1")
	c.bye(srv, d)
	p := login(t, srv, srv.Device(t), clean, 0)
	p.publish("room1", "missed", 1)
	c = login(t, srv, d, kept, 1)
	p.publish("room1", "live", 1)
	c.wantMessage("room1", "live", 0)
}

// Reference, section 1.4: subscriptions are kept, until a clean login deletes them with all that waits.
func TestCleanLoginDeletesSubscriptionsAndWaitingMessages(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withoutGap())
	d := awayFrom(t, srv, "room1")
	p := login(t, srv, srv.Device(t), clean, 0)
	p.publish("room1", "waits", 1)
	c := login(t, srv, d, clean, 0)
	p.publish("room1", "for nobody", 1)
	c.wantSilence()
	c.bye(srv, d)
	c = login(t, srv, d, kept, 0)
	p.publish("room1", "for nobody", 1)
	c.wantSilence()
}

func TestUnsubscribedTopicKeepsNothingForADeviceThatIsAway(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withoutGap())
	d := srv.Device(t)
	c := login(t, srv, d, kept, 0)
	c.subscribe(1, "room1", "room2")
	c.send(unsubscribePacket(30, "room1"))
	c.want(ackPacket(0xB0, 30))
	c.bye(srv, d)
	p := login(t, srv, srv.Device(t), clean, 0)
	p.publish("room1", "x", 1)
	p.publish("room2", "y", 1)
	c = login(t, srv, d, kept, 1)
	c.wantMessage("room2", "y", 1)
	c.wantSilence()
}

func TestSubscriptionsOfAKeptSessionNeedNoSecondSubscribe(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withoutGap())
	d := srv.Device(t)
	c := login(t, srv, d, kept, 0)
	c.subscribe(0, topics("t", 20)...)
	for range 3 {
		c.bye(srv, d)
		c = login(t, srv, d, kept, 1)
	}
	p := login(t, srv, srv.Device(t), clean, 0)
	for _, topic := range topics("t", 20) {
		p.publish(topic, "live", 0)
		c.wantMessage(topic, "live", 0)
	}
}

// Reference, section 2.4: resent on reconnect, marked as repeated, under the same id, in order.
func TestUnacknowledgedMessagesAreSentAgainAfterTheNextLogin(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withoutGap())
	d := srv.Device(t)
	c := login(t, srv, d, kept, 0)
	c.subscribe(1, "room1")
	p := login(t, srv, srv.Device(t), clean, 0)
	ids := map[string]uint16{}
	for i := range 6 {
		text := fmt.Sprint(i)
		p.publish("room1", text, 1)
		ids[text] = c.wantMessage("room1", text, 1)
	}
	c.send(ackPacket(0x40, ids["1"]), ackPacket(0x40, ids["4"]))
	c.wantSilence() // both are taken note of
	for range 2 {
		c.vanish(srv, d)
		c = login(t, srv, d, kept, 1)
		for _, text := range []string{"0", "2", "3", "5"} {
			want := message{topic: "room1", payload: text, qos: 1, id: ids[text], dup: true}
			if m := c.message(); m != want {
				t.Fatalf("wanted %+v\n   got %+v", want, m)
			}
		}
	}
	for _, text := range []string{"0", "2", "3", "5"} {
		c.send(ackPacket(0x40, ids[text]))
	}
	c.wantSilence()
	c.bye(srv, d)
	login(t, srv, d, kept, 1).wantSilence()
}

// [MQTT-4.4.0-1]: a QoS 2 delivery goes on where it stopped.
func TestQoS2DeliveryGoesOnAfterTheNextLoginWhereItStopped(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withoutGap())
	d := srv.Device(t)
	c := login(t, srv, d, kept, 0)
	c.subscribe(2, "room1")
	p := login(t, srv, srv.Device(t), clean, 0)
	p.publish("room1", "received", 2)
	p.publish("room1", "unheard", 2)
	received := c.wantMessage("room1", "received", 2)
	unheard := c.wantMessage("room1", "unheard", 2)
	c.send(ackPacket(0x50, received))
	c.want(ackPacket(0x62, received))
	c.vanish(srv, d)
	c = login(t, srv, d, kept, 1)
	c.want(ackPacket(0x62, received))
	want := message{topic: "room1", payload: "unheard", qos: 2, id: unheard, dup: true}
	if m := c.message(); m != want {
		t.Fatalf("wanted %+v\n   got %+v", want, m)
	}
	c.send(ackPacket(0x70, received))
	c.answer(unheard, 2)
	c.bye(srv, d)
	login(t, srv, d, kept, 1).wantSilence()
}

func TestMessagesThatCameMeanwhileFollowThoseThatWereNotAcknowledged(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withoutGap())
	d := srv.Device(t)
	c := login(t, srv, d, kept, 0)
	c.subscribe(1, "room1")
	p := login(t, srv, srv.Device(t), clean, 0)
	p.publish("room1", "sent", 1)
	c.wantMessage("room1", "sent", 1)
	c.vanish(srv, d)
	p.publish("room1", "waited", 1)
	c = login(t, srv, d, kept, 1)
	p.publish("room1", "live", 1)
	for _, want := range []message{
		{topic: "room1", payload: "sent", qos: 1, dup: true}, {topic: "room1", payload: "waited", qos: 1}, {topic: "room1", payload: "live", qos: 1},
	} {
		m := c.message()
		c.send(ackPacket(0x40, m.id))
		m.id = 0
		if m != want {
			t.Fatalf("wanted %+v\n   got %+v", want, m)
		}
	}
}

// At most so many messages are on their way to a device without its acknowledgement.
func TestWindowOfUnacknowledgedMessagesIsBounded(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithLimits(func(l *onenet.Limits) { l.Inflight = 3 }))
	c := login(t, srv, srv.Device(t), clean, 0)
	c.subscribe(1, "room1")
	p := login(t, srv, srv.Device(t), clean, 0)
	for i := range 8 {
		p.publish("room1", fmt.Sprint(i), 1)
	}
	var ids []uint16
	for i := range 3 {
		ids = append(ids, c.wantMessage("room1", fmt.Sprint(i), 1))
	}
	c.wantSilence()
	p.publish("room1", "at QoS 0, which needs no room", 0)
	c.wantMessage("room1", "at QoS 0, which needs no room", 0)
	for i := 3; i < 8; i++ {
		c.send(ackPacket(0x40, ids[i-3]))
		ids = append(ids, c.wantMessage("room1", fmt.Sprint(i), 1))
		c.wantSilence()
	}
}
