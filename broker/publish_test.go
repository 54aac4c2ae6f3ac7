package broker_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// Reference, sections 2.4 and 3.3.
func TestMessagesAreAcknowledgedAsTheirQoSPrescribes(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	for _, topic := range []string{"room1", "$dp", "$crsp/3f0c9b1e-5a77-5d2c-9e41-0b8d6a1f2c33", "$creq/x", "$sys/244754/1/dp/post/json"} {
		for qos := range byte(3) {
			p := publishPacket(topic, []byte("\x03\x00\x07{\"t\":1}"), qos, 10)
			c.handshake(p, qos)
			c.wantSilence()
		}
	}
}

// Reference, section 2.4: the paper prescribes 60, MQTT 62.
func TestPubrelIsTakenWithHeaderFlags0And2(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	s := login(t, srv, srv.Device(t), clean, 0)
	s.subscribe(0, "room1")
	c := login(t, srv, srv.Device(t), clean, 0)
	for _, head := range []byte{0x60, 0x62} {
		c.send(publishPacket("room1", []byte{head}, 2, 10))
		c.want(ackPacket(0x50, 10))
		c.send(ackPacket(head, 10))
		c.want(ackPacket(0x70, 10))
		s.send(ackPacket(0x50, s.wantMessage("room1", string(head), 2)))
		rel, err := s.next()
		if err != nil || rel[0] != 0x62 {
			t.Fatalf("got % X, %v; the C SDK demands 62 on receive", rel, err)
		}
		s.send([]byte{0x70, 2, rel[2], rel[3]})
	}
}

// Reference, section 2.4: KIT uses 10, 20 and 30 for ever; QoS 1 is not de-duplicated by id.
func TestConstantPacketIDsWorkForEver(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	for i := range 30 {
		topic := fmt.Sprint("t", i%3)
		c.subscribe(1, topic)
		c.publish(topic, "same", 1)
		c.send(ackPacket(0x40, c.wantMessage(topic, "same", 1)))
		c.handshake(dpPacket(fmt.Sprintf(`{"n":%d}`, i), 1, 10), 1)
		c.publish("nobody", "wants it", 2)
		c.send(unsubscribePacket(30, topic))
		c.want(ackPacket(0xB0, 30))
	}
	points, err := srv.Platform().Points(t.Context(), onenet.PointQuery{Ref: d.Ref(), Limit: 100})
	if err != nil || len(points) != 30 {
		t.Errorf("%d points are stored, %v; want 30", len(points), err)
	}
}

// Reference, section 2.2: the subscriber's QoS does not count.
func TestDeliveryHasThePublishersQoSWhateverWasGranted(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	p := login(t, srv, srv.Device(t), clean, 0)
	for granted := range byte(3) {
		s := login(t, srv, srv.Device(t), clean, 0)
		topic := fmt.Sprint("granted", granted)
		s.subscribe(granted, topic)
		for qos := range byte(3) {
			p.publish(topic, "x", qos)
			s.answer(s.wantMessage(topic, "x", qos), qos)
		}
	}
}

// answer plays the subscriber's part for a message to its end.
func (c *raw) answer(id uint16, qos byte) {
	c.t.Helper()
	switch qos {
	case 1:
		c.send(ackPacket(0x40, id))
	case 2:
		c.send(ackPacket(0x50, id))
		c.want(ackPacket(0x62, id))
		c.send(ackPacket(0x70, id))
	}
}

func TestPublisherGetsItsOwnMessageUnlessTheSwitchSaysOtherwise(t *testing.T) {
	t.Parallel()
	for _, echo := range []bool{true, false} {
		t.Run(fmt.Sprint("echo_to_self ", echo), func(t *testing.T) {
			t.Parallel()
			srv := onenettest.Start(t, onenettest.WithSwitches(func(s *onenet.Switches) { s.EchoToSelf = echo }))
			for _, flags := range []byte{clean, kept} {
				d, other := srv.Device(t), srv.Device(t)
				c := login(t, srv, d, flags, 0)
				s := login(t, srv, other, flags, 0)
				c.subscribe(1, "room1")
				s.subscribe(1, "room1")
				for qos := range byte(3) {
					c.publish("room1", "mine", qos)
					s.answer(s.wantMessage("room1", "mine", qos), qos)
					if echo {
						c.answer(c.wantMessage("room1", "mine", qos), qos)
					}
				}
				c.wantSilence()
				c.bye(srv, d)
				s.bye(srv, other)
			}
		})
	}
}

// A message that a device may not get back must not come back out of its queue either.
func TestWithoutEchoNothingOfItsOwnWaitsForAKeptSession(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithSwitches(func(s *onenet.Switches) { s.EchoToSelf, s.ConnackGap = false, 0 }))
	d := srv.Device(t)
	c := login(t, srv, d, kept, 0)
	c.subscribe(1, "room1")
	c.publish("room1", "mine", 1)
	c.bye(srv, d)
	p := login(t, srv, srv.Device(t), clean, 0)
	p.publish("room1", "another's", 1)
	c = login(t, srv, d, kept, 1)
	c.wantMessage("room1", "another's", 1)
}

// Reference, section 2.2.
func TestMessageToATopicThatNobodyWantsIsAccepted(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	for qos := range byte(3) {
		c.publish("nobody/wants/this", fmt.Sprint(qos), qos)
	}
	r := srv.Wait(t, onenettest.Message(d, "nobody/wants/this", []byte("2")))
	if r.Count != 0 {
		t.Errorf("%d receivers are recorded, want none", r.Count)
	}
}

// Reference, section 2.5: one message per point, the bare value, QoS 0.
func TestEachPointIsToldToSubscribersOfItsStreamAsBareText(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.AddDevice(t, onenet.Device{Product: "88001", ID: "700123456", AuthInfo: "a"})
	s := login(t, srv, srv.AddDevice(t, onenet.Device{Product: "88001"}), clean, 0)
	s.sendHex("82 11 00 01 00 0C 2F 37 30 30 31 32 33 34 35 36 2F 74 00")
	s.wantHex("90 03 00 01 00")
	spy := login(t, srv, srv.Device(t), clean, 0)
	spy.subscribe(0, "/700123456/t")
	c := login(t, srv, d, clean, 0)
	c.handshake(dpPacket(`{"t":25.5,"h":60}`, 1, 10), 1)
	s.wantHex("30 12 00 0C 2F 37 30 30 31 32 33 34 35 36 2F 74 32 35 2E 35")
	for _, v := range []struct{ json, text string }{
		{`"on"`, "on"}, {`"say \"hi\""`, `say "hi"`}, {`true`, "true"}, {`{"lon":1,"lat":2}`, `{"lon":1,"lat":2}`}, {`[1,2]`, "[1,2]"}, {`""`, ""},
	} {
		c.handshake(dpPacket(`{"t":`+v.json+`}`, 1, 10), 1)
		s.wantMessage("/700123456/t", v.text, 0)
	}
	points := `{"datastreams":[{"id":"t","datapoints":[{"value":1},{"value":2}]},{"id":"u","datapoints":[{"value":9}]},{"id":"t","datapoints":[{"value":3}]}]}`
	c.handshake(publishPacket("$dp", append([]byte{1, 0, byte(len(points))}, points...), 1, 10), 1)
	for _, v := range []string{"1", "2", "3"} {
		s.wantMessage("/700123456/t", v, 0)
	}
	s.wantSilence()
	spy.wantSilence()
}

// Reference, section 1.4: illegal bytes cut the connection.
func TestMalformedPublishClosesTheConnection(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	for _, c := range []struct {
		name, packet string
		cause        onenet.Cause
	}{
		{"topic with #", "30 05 00 03 61 2F 23", onenet.PublishWildcard},
		{"topic with +", "30 05 00 03 2B 2F 61", onenet.PublishWildcard},
		{"empty topic", "30 03 00 00 61", onenet.PublishEmpty},
		{"topic with a NUL", "30 04 00 02 61 00", onenet.PublishTopic},
		{"topic that is not UTF-8", "30 04 00 02 C3 28", onenet.PublishTopic},
		{"QoS 3", "36 05 00 01 61 00 0A", onenet.PublishQoS},
		{"packet id 0 at QoS 1", "32 05 00 01 61 00 00", onenet.PublishPacketID},
		{"packet id 0 at QoS 2", "34 05 00 01 61 00 00", onenet.PublishPacketID},
		{"no packet id at QoS 1", "32 03 00 01 61", onenet.PublishMalformed},
		{"half a packet id", "32 04 00 01 61 00", onenet.PublishMalformed},
		{"topic longer than the packet", "30 04 00 09 61 62", onenet.PublishMalformed},
		{"no body", "30 00", onenet.PublishMalformed},
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

// Reference, section 1.5.
func TestPacketOf4MiBIsTakenAndALongerOneClosesTheConnection(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	s := login(t, srv, srv.Device(t), clean, 0)
	s.subscribe(0, "big")
	const header = 1 + 4 + 2 + 3 + 2
	payload := bytes.Repeat([]byte("0123456789abcdef"), 4<<20/16)[:4<<20-header]
	c := login(t, srv, d, clean, 0)
	c.handshake(publishPacket("big", payload, 1, 10), 1)
	if m := s.message(); m.payload != string(payload) {
		t.Errorf("%d bytes arrived, want the %d that were sent", len(m.payload), len(payload))
	}
	c.publish("small", "works as before", 1)
	// One byte more. The header is enough: nothing is read for a packet that is too large.
	c.sendHex("32 FC FF FF 01")
	c.wantClosed()
	srv.Wait(t, onenettest.Refused(onenet.LinkTooLarge))
}

// Reference, quirks 6 and 4: success on the wire and no data; the platform says so at least in its journal.
func TestDataThatGoesNowhereIsWarnedOf(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	for _, w := range []struct {
		topic, payload string
		cause          onenet.Cause
	}{
		{"dp", "x", onenet.PublishDPTypo},
		{"$dp/", "x", onenet.PublishDPTypo},
		{"/dp", "x", onenet.PublishDPTypo},
		{"$DP", "x", onenet.PublishDPTypo},
		{"sensor/data", `{"temperature":25.5}`, onenet.PublishData},
		{"sensor/block", "\x03\x00\x07{\"t\":1}", onenet.PublishData},
		{"$creq/3f0c9b1e-5a77-5d2c-9e41-0b8d6a1f2c33", "on", onenet.PublishCommand},
		{"$crsp", "ok", onenet.CommandTopic},
		{"$sys/244754/board/thing/property/post", "{}", onenet.PublishThing},
		{"$other", "x", onenet.PublishDollar},
	} {
		before := srv.Platform().Journal().Last()
		for range 3 {
			c.publish(w.topic, w.payload, 1)
		}
		r := srv.WaitAfter(t, before, onenettest.Warned(w.cause))
		if r.Topic != w.topic {
			t.Errorf("warned of %q, want %q", r.Topic, w.topic)
		}
	}
	if diff := cmp.Diff(10, countWarnings(srv)); diff != "" {
		t.Errorf("warnings, once per topic (-want +got):\n%s", diff)
	}
	streams, err := srv.Platform().Streams(t.Context(), d.Ref())
	if err != nil || len(streams) != 0 {
		t.Errorf("streams %v, %v; want none", streams, err)
	}
}

func countWarnings(srv *onenettest.Server) int {
	records, _ := srv.Platform().Journal().Read(0, 10000)
	n := 0
	for _, r := range records {
		if r.Kind == onenet.KindWarning {
			n++
		}
	}
	return n
}

func TestMessageThatSomebodyGetsIsNotWarnedOf(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	c := login(t, srv, srv.Device(t), clean, 0)
	c.subscribe(0, "dp", "json")
	c.publish("dp", "x", 0)
	c.wantMessage("dp", "x", 0)
	c.publish("json", `{"t":1}`, 0)
	c.wantMessage("json", `{"t":1}`, 0)
	if n := countWarnings(srv); n != 0 {
		t.Errorf("%d warnings", n)
	}
}

// Reference, section 3.3: store nothing and close; or with the switch acknowledge and drop.
func TestMalformedDataClosesTheConnectionUnlessTheSwitchSaysIgnore(t *testing.T) {
	t.Parallel()
	for _, rule := range []onenet.BadDPRule{onenet.BadDPClose, onenet.BadDPIgnore} {
		t.Run(string(rule), func(t *testing.T) {
			t.Parallel()
			srv := onenettest.Start(t, onenettest.WithSwitches(func(s *onenet.Switches) { s.BadDP = rule }))
			d := srv.Device(t)
			for qos := range byte(3) {
				before := srv.Platform().Journal().Last()
				c := login(t, srv, d, clean, 0)
				p := publishPacket("$dp", []byte(`{"t":25.5}`), qos, 10) // plain JSON: its first byte is no type
				if rule == onenet.BadDPIgnore {
					c.handshake(p, qos)
					c.wantSilence()
				} else {
					c.send(p)
					c.wantClosed()
				}
				r := srv.WaitAfter(t, before, onenettest.That("a refusal of data", func(r *onenet.Record) bool {
					return r.Refusal != nil && r.Refusal.Stage == onenet.StageData
				}))
				if r.Topic != "$dp" || r.Device != d.ID {
					t.Errorf("got %+v", r)
				}
			}
			if streams, err := srv.Platform().Streams(t.Context(), d.Ref()); err != nil || len(streams) != 0 {
				t.Errorf("streams %v, %v; want none", streams, err)
			}
		})
	}
}
