package broker_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// Reference, section 2.3, whose examples these are: the paper prescribes 0, MQTT prescribes 2.
func TestSubscribeAndUnsubscribeAreTakenWithHeaderFlags0And2(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	for _, c := range []struct{ name, subscribe, suback, unsubscribe string }{
		{"as the STM32 kit sends them", "80 0A 00 14 00 05 72 6F 6F 6D 31 02", "90 03 00 14 02", "A0 09 00 1E 00 05 72 6F 6F 6D 31"},
		{"as MQTT prescribes them", "82 0A 00 14 00 05 72 6F 6F 6D 31 01", "90 03 00 14 01", "A2 09 00 1E 00 05 72 6F 6F 6D 31"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := login(t, srv, srv.Device(t), clean, 0)
			r.sendHex(c.subscribe)
			r.wantHex(c.suback)
			r.sendHex("30 09 00 05 72 6F 6F 6D 31 68 69")
			r.wantHex("30 09 00 05 72 6F 6F 6D 31 68 69")
			r.sendHex(c.unsubscribe)
			r.wantHex("B0 02 00 1E")
			r.sendHex("30 09 00 05 72 6F 6F 6D 31 68 69")
			r.wantSilence()
		})
	}
}

// Reference, section 2.2: what cannot be subscribed gets 80, and the link stays.
func TestFilterThatThePlatformDoesNotKnowGets80AndTheLinkStays(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	for _, c := range []struct {
		filter string
		cause  onenet.Cause
	}{
		{"$creq/#", onenet.SubscribeCommand},
		{"$creq/", onenet.SubscribeCommand},
		{"$dp", onenet.SubscribeDollar},
		{"$SYS/broker/uptime", onenet.SubscribeDollar},
		{"$sys/244754/board/dp/post/json/accepted", onenet.SubscribeThing},
		{"$share/group/room1", onenet.SubscribeShared},
		{"#", onenet.SubscribeWildcard},
		{"room1/#", onenet.SubscribeWildcard},
		{"+", onenet.SubscribeWildcard},
		{"room/+/led", onenet.SubscribeWildcard},
		{"room+", onenet.SubscribeWildcard},
		{"", onenet.SubscribeEmpty},
		{strings.Repeat("t", 1025), onenet.SubscribeLong},
	} {
		t.Run(fmt.Sprintf("%.20q", c.filter), func(t *testing.T) {
			before := srv.Platform().Journal().Last()
			r := login(t, srv, srv.Device(t), clean, 0)
			r.send(subscribePacket(1, 0, c.filter))
			r.wantHex("90 03 00 01 80")
			r.wantSilence()
			srv.WaitAfter(t, before, onenettest.Refused(c.cause))
		})
	}
}

func TestSwitchDenySubCloseCutsTheLink(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithSwitches(func(s *onenet.Switches) { s.DenySub = onenet.DenySubClose }))
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	c.send(subscribePacket(1, 0, "#"))
	c.wantClosed()
	srv.Wait(t, onenettest.Offline(d))
}

func TestTopicOf1024CharactersCanBeSubscribed(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	topic := strings.Repeat("长", 1024)
	c := login(t, srv, srv.Device(t), clean, 0)
	c.subscribe(0, topic)
	c.publish(topic, "x", 0)
	c.wantMessage(topic, "x", 0)
}

// Reference, section 2.2: several filters per packet, one code each, granted as requested.
func TestEachFilterOfASubscribeGetsItsOwnCode(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	c := login(t, srv, srv.Device(t), clean, 0)
	c.send(packet(0x82, []byte{0, 7}, text("setting"), []byte{1}, text("#"), []byte{0}, text("a/b-c_9"), []byte{2},
		text("$dp"), []byte{1}, text("温度"), []byte{0}))
	c.wantHex("90 07 00 07 01 80 02 80 00")
	c.publish("温度", "25", 0)
	c.wantMessage("温度", "25", 0)
}

func TestProfile2016GrantsQoS0Whatever(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithSwitches(func(s *onenet.Switches) { s.Profile = onenet.Profile2016 }))
	c := login(t, srv, srv.Device(t), clean, 0)
	c.send(packet(0x82, []byte{0, 1}, text("a"), []byte{2}, text("#"), []byte{1}))
	c.wantHex("90 04 00 01 00 80")
	c.handshake(publishPacket("a", []byte("x"), 1, 10), 1)
	c.wantMessage("a", "x", 0)
}

// topics makes n names of topics.
func topics(prefix string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("%s%d", prefix, i)
	}
	return list
}

// Reference, section 2.2: 100 subscriptions per device.
func TestSubscription101OfADeviceIsRefused(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	c := login(t, srv, srv.Device(t), clean, 0)
	c.subscribe(0, topics("t", 60)...)
	c.send(subscribePacket(1, 1, topics("u", 45)...))
	c.want(packet(0x90, []byte{0, 1}, bytes.Repeat([]byte{1}, 40), bytes.Repeat([]byte{0x80}, 5)))
	srv.Wait(t, onenettest.Refused(onenet.SubscribeLimit))
	c.subscribe(2, "t0", "t59", "u39") // those it has are not counted again
	c.send(unsubscribePacket(30, "t0"))
	c.want(ackPacket(0xB0, 30))
	c.subscribe(0, "one more")
}

// Reference, section 0: 100 topics per product; here 3 of two devices.
func TestTopicsOfAProductAreLimited(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithLimits(func(l *onenet.Limits) { l.TopicsPerProduct = 3 }))
	a := login(t, srv, srv.Device(t), clean, 0)
	a.subscribe(0, "one", "two")
	d := srv.Device(t)
	b := login(t, srv, d, clean, 0)
	b.send(subscribePacket(1, 0, "two", "three", "four", "five", "one"))
	b.wantHex("90 07 00 01 00 00 80 80 00")
	srv.Wait(t, onenettest.Refused(onenet.SubscribeProduct))
	elsewhere := login(t, srv, srv.AddDevice(t, onenet.Device{Product: "88001"}), clean, 0)
	elsewhere.subscribe(0, "seven", "eight", "nine")
	b.bye(srv, d)
	a.subscribe(0, "four") // the other device's topic went with it
}

// Reference, section 1.4: malformed packets cut the connection.
func TestMalformedSubscribeClosesTheConnection(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	for _, c := range []struct {
		name, packet string
		cause        onenet.Cause
	}{
		{"no QoS byte", "82 07 00 01 00 03 61 62 63", onenet.SubscribeMalformed},
		{"packet id 0", "82 06 00 00 00 01 61 00", onenet.SubscribeMalformed},
		{"QoS 3", "82 06 00 01 00 01 61 03", onenet.SubscribeMalformed},
		{"no filter", "82 02 00 01", onenet.SubscribeMalformed},
		{"no body", "82 00", onenet.SubscribeMalformed},
		{"filter longer than the packet", "82 06 00 01 00 09 61 00", onenet.SubscribeMalformed},
		{"filter that is not UTF-8", "82 07 00 01 00 02 C3 28 00", onenet.SubscribeTopic},
		{"filter with a NUL", "82 07 00 01 00 02 61 00 00", onenet.SubscribeTopic},
		{"header flags 4", "84 06 00 01 00 01 61 00", onenet.SubscribeMalformed},
		{"header flags F", "8F 06 00 01 00 01 61 00", onenet.SubscribeMalformed},
		{"UNSUBSCRIBE without a filter", "A2 02 00 01", onenet.SubscribeMalformed},
		{"UNSUBSCRIBE with packet id 0", "A2 05 00 00 00 01 61", onenet.SubscribeMalformed},
		{"UNSUBSCRIBE with a filter longer than the packet", "A2 05 00 01 00 04 61", onenet.SubscribeMalformed},
		{"UNSUBSCRIBE with header flags 4", "A4 05 00 01 00 01 61", onenet.SubscribeMalformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := srv.Platform().Journal().Last()
			r := login(t, srv, d, clean, 0)
			r.sendHex(c.packet)
			r.wantClosed()
			srv.WaitAfter(t, before, onenettest.Refused(c.cause))
		})
	}
}

func TestUnsubscribeOfWhatWasNeverSubscribedIsAcknowledged(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	c := login(t, srv, srv.Device(t), clean, 0)
	c.subscribe(0, "mine")
	c.send(unsubscribePacket(30, "other", "#", "$dp"))
	c.want(ackPacket(0xB0, 30))
	c.publish("mine", "x", 0)
	c.wantMessage("mine", "x", 0)
}

func TestSeveralTopicsAreUnsubscribedAtOnce(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	c.subscribe(0, "a", "b", "c")
	c.send(unsubscribePacket(30, "a", "b"))
	c.want(ackPacket(0xB0, 30))
	for _, topic := range []string{"a", "b", "c"} {
		c.publish(topic, "x", 0)
	}
	c.wantMessage("c", "x", 0)
	c.wantSilence()
	srv.Wait(t, onenettest.Kind(onenet.KindUnsubscribed, d))
}

// What a subscriber asked for shows at retained messages only (reference, section 2.2).
func TestSubscribingAgainReplacesTheQoSAndGivesNoSecondCopy(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	p := login(t, srv, srv.Device(t), clean, 0)
	p.handshake(retainPacket("room1", "kept", 1, 10), 1)
	c := login(t, srv, srv.Device(t), clean, 0)
	for _, qos := range []byte{0, 2, 1} {
		c.subscribe(qos, "room1")
		m := c.message()
		if m.qos != qos || !m.retain || m.payload != "kept" {
			t.Fatalf("asked for QoS %d, got %+v", qos, m)
		}
		if qos == 1 {
			c.send(ackPacket(0x40, m.id))
		}
	}
	p.publish("room1", "live", 0)
	c.wantMessage("room1", "live", 0)
	c.wantSilence()
}

func TestAnUnsubscribedTopicIsForgottenByTheProduct(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithLimits(func(l *onenet.Limits) { l.TopicsPerProduct = 1 }))
	c := login(t, srv, srv.Device(t), clean, 0)
	for _, topic := range topics("t", 20) {
		c.subscribe(0, topic)
		c.send(unsubscribePacket(30, topic))
		c.want(ackPacket(0xB0, 30))
	}
}
