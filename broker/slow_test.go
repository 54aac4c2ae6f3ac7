package broker_test

import (
	"fmt"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// dropped counts the messages for the device that the journal says were given up.
func dropped(srv *onenettest.Server, d onenet.Device) int {
	n := 0
	for after := uint64(0); ; {
		records, lost := srv.Platform().Journal().Read(after, 1000)
		if len(records) == 0 && lost == 0 {
			return n
		}
		after += lost
		for _, r := range records {
			if r.Kind == onenet.KindDropped && r.Device == d.ID {
				n += r.Count
			}
			after = r.Seq
		}
	}
}

// count reads messages and acknowledges them until the next packet is the answer to a ping.
func (c *raw) count() int {
	c.t.Helper()
	c.send([]byte{0xC0, 0})
	for n := 0; ; n++ {
		p, err := c.next()
		if err != nil {
			c.t.Fatal(err)
		}
		if p[0] == 0xD0 {
			return n
		}
		if m := parseMessage(p); m.qos == 1 {
			c.send(ackPacket(0x40, m.id))
		}
	}
}

// A device that reads nothing costs the others nothing, and what is given up is counted.
func TestStuckSubscriberSlowsNobodyDownAndItsLossesAreCounted(t *testing.T) {
	t.Parallel()
	const messages, burst = 10000, 100
	srv := onenettest.Start(t)
	stuck := srv.Device(t)
	p := login(t, srv, srv.Device(t), clean, 0)
	s, filled := stick(t, srv, stuck, p, "flood")
	before := dropped(srv, stuck)
	good := login(t, srv, srv.Device(t), clean, 0)
	good.subscribe(0, "flood")
	packets := make([]byte, 0, burst*300)
	for i := range burst {
		packets = append(packets, publishPacket("flood", fmt.Appendf(make([]byte, 0, 256), "%0256d", i), 0, 0)...)
	}
	for range messages / burst {
		p.send(packets)
		for i := range burst {
			if m := good.message(); m.payload != fmt.Sprintf("%0256d", i) {
				t.Fatalf("wanted message %d, got %.300s", i, m.payload)
			}
		}
	}
	received := s.count() - filled
	s.bye(srv, stuck)
	waitUntil(t, "every message is accounted for", func() bool { return received+dropped(srv, stuck)-before == messages })
	if received == messages {
		t.Error("nothing was dropped: the device was not stuck")
	}
}

// Every message of a burst beyond the queue is either delivered or counted as dropped.
func TestBurstBeyondTheQueueIsDeliveredOrCounted(t *testing.T) {
	t.Parallel()
	oursCountsWhatItDrops(t)
}

func oursCountsWhatItDrops(t *testing.T) {
	t.Helper()
	const messages = 1000
	srv := onenettest.Start(t, onenettest.WithLimits(func(l *onenet.Limits) { l.Inflight, l.QueueMessages = 10, 100 }))
	for _, flags := range []byte{clean, kept} {
		d := srv.Device(t)
		c := login(t, srv, d, flags, 0)
		c.subscribe(1, "room1")
		p := login(t, srv, srv.Device(t), clean, 0)
		for i := range messages {
			p.publish("room1", fmt.Sprint(i), 1)
		}
		received := 0
		for n := c.count(); n > 0; n = c.count() {
			received += n
		}
		c.bye(srv, d)
		if received != 110 {
			t.Errorf("session %02X: %d arrived, want the 10 on their way and the 100 in the queue", flags, received)
		}
		waitUntil(t, "the others are counted", func() bool { return received+dropped(srv, d) == messages })
	}
}

// A queue of bytes is bounded as well as one of messages.
func TestQueueOfAWaitingDeviceIsBoundedInBytes(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithLimits(func(l *onenet.Limits) { l.Inflight, l.QueueBytes = 1, 100<<10 }))
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	c.subscribe(1, "room1")
	p := login(t, srv, srv.Device(t), clean, 0)
	for range 10 {
		p.publish("room1", string(make([]byte, 30<<10)), 1)
	}
	received := 0
	for n := c.count(); n > 0; n = c.count() {
		received += n
	}
	c.bye(srv, d)
	if received != 4 {
		t.Errorf("%d arrived, want the one on its way and three in 100 KiB", received)
	}
	waitUntil(t, "the others are counted", func() bool { return dropped(srv, d) == 6 })
}
