package broker_test

import (
	"fmt"
	"sync"
	"sync/atomic"
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

// What Mochi does when a client logs in again.
func TestMochiTakeOverTraps(t *testing.T) {
	t.Parallel()
	runTraps(t, []trap{
		{"a dead peer with a full socket keeps its id", bareWaitsForDeadPeer, oursTakesOverDeadPeer},
		{"of two logins at once both stay", bareKeepsBoth, oursKeepsOne},
		{"the end of the old connection takes the new one's subscriptions away", bareLosesNewSubscriptions, oursKeepsNewSubscriptions},
		{"messages that come during a take-over are lost", bareLosesMessages, oursLosesNoMessages},
		{"a message comes before CONNACK", bareSendsBeforeConnack, oursSendsAfterConnack},
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

func bareWaitsForDeadPeer(t *testing.T) {
	b := startBare(t, nil)
	c := b.login(t, "c", 2, 0)
	c.subscribe(0, "flood") // and reads no more
	payload := string(make([]byte, 256<<10))
	waitUntil(t, "its socket is full", func() bool {
		b.publish(t, "flood", payload, 0)
		return atomic.LoadInt64(&b.Info.MessagesSent)+50 < atomic.LoadInt64(&b.Info.MessagesReceived)
	})
	second := dialAddr(t, b.addr)
	second.send(bareHello("c", 2, 0))
	_ = second.SetReadDeadline(clock.System().Now().Add(300 * time.Millisecond))
	if n, err := second.Read(make([]byte, 4)); err == nil {
		t.Errorf("%d bytes of CONNACK came", n)
	}
	c.Close()
}

func oursTakesOverDeadPeer(t *testing.T) {
	srv := onenettest.Start(t)
	d := srv.Device(t)
	stick(t, srv, d, login(t, srv, srv.Device(t), clean, 0), "flood")
	c := dial(t, srv)
	c.send(connectPacket(clean, 60, d))
	_ = c.SetReadDeadline(clock.System().Now().Add(5 * time.Second))
	if n, err := c.Read(make([]byte, 4)); n != 4 {
		t.Errorf("%d bytes of CONNACK came: %v", n, err)
	}
}

// meeting lets the first n that come go on when all of them have come.
func meeting(n int32) func() {
	var here atomic.Int32
	all := make(chan struct{})
	return func() {
		if here.Add(1) == n {
			close(all)
		}
		<-all
	}
}

func bareKeepsBoth(t *testing.T) {
	meet := meeting(2)
	b := startBare(t, func(_ *mqtt.Options, s *spy) {
		s.encode = func(_ *mqtt.Client, pk packets.Packet) {
			if pk.FixedHeader.Type == packets.Disconnect {
				meet() // both have found the old client, and no other
			}
		}
	})
	b.login(t, "c", 2, 0)
	first, second := dialAddr(t, b.addr), dialAddr(t, b.addr)
	first.send(bareHello("c", 2, 0))
	second.send(bareHello("c", 2, 0))
	for _, c := range []*raw{first, second} {
		c.wantHex("20 02 00 00")
		c.wantSilence()
	}
	first.wantSilence() // it is still there, beside the second
}

func oursKeepsOne(t *testing.T) {
	srv := onenettest.Start(t)
	d := srv.Device(t)
	for range 50 {
		first, second := dial(t, srv), dial(t, srv)
		var wg sync.WaitGroup
		for _, c := range []*raw{first, second} {
			wg.Go(func() { _, _ = c.Write(connectPacket(clean, 60, d)) })
		}
		wg.Wait()
		waitUntil(t, "one of them is left", func() bool { return srv.Connections() == 1 })
	}
}

func bareLosesNewSubscriptions(t *testing.T) {
	passed, released, taken := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var once, first sync.Once
	b := startBare(t, func(_ *mqtt.Options, s *spy) {
		// The old connection's goroutine has seen that nobody took it over, and is about to forget the client.
		s.qosDropped = func(*mqtt.Client) { once.Do(func() { close(passed) }); <-released }
		// The new one is taking it over right now.
		s.unsubscribed = func(*mqtt.Client) { first.Do(func() { close(taken); <-passed }) }
	})
	old := b.login(t, "c", 2, 0)
	old.subscribe(1, "t")
	b.publish(t, "t", "never acknowledged", 1)
	old.message()
	c := dialAddr(t, b.addr)
	c.send(bareHello("c", 2, 0))
	<-taken
	c.wantHex("20 02 00 00")
	c.subscribe(0, "t")
	close(released)
	waitUntil(t, "the old connection is over", func() bool { _, known := b.Clients.Get("c"); return !known })
	b.publish(t, "t", "for the new one", 0)
	c.wantSilence()
}

func oursKeepsNewSubscriptions(t *testing.T) {
	srv := onenettest.Start(t)
	d := srv.Device(t)
	p := login(t, srv, srv.Device(t), clean, 0)
	names := topics("t", 50)
	for range 20 {
		c := login(t, srv, d, clean, 0)
		c.subscribe(1, names...)
		for _, topic := range []string{names[0], names[49]} {
			p.publish(topic, "x", 1)
			c.wantMessage(topic, "x", 1)
		}
	}
}

func bareLosesMessages(t *testing.T) {
	var b *bareMochi
	var once sync.Once
	b = startBare(t, func(_ *mqtt.Options, s *spy) {
		// The old session's messages were copied; the new one is not known yet.
		s.qosDropped = func(*mqtt.Client) { once.Do(func() { _ = b.Publish("t", []byte("lost"), false, 1) }) }
	})
	old := b.login(t, "c", 0, 0)
	old.subscribe(1, "t")
	b.publish(t, "t", "before", 1)
	old.message()
	c := b.login(t, "c", 0, 1)
	b.publish(t, "t", "after", 1)
	for _, want := range []string{"before", "after"} {
		if m := c.message(); m.payload != want {
			t.Errorf("got %+v, want %q", m, want)
		}
	}
	c.wantSilence()
}

func oursLosesNoMessages(t *testing.T) { takeOverAgainAndAgain(t, 100, 10) }

func bareSendsBeforeConnack(t *testing.T) {
	var b *bareMochi
	var logins atomic.Int32
	released := make(chan struct{})
	b = startBare(t, func(_ *mqtt.Options, s *spy) {
		s.encode = func(_ *mqtt.Client, pk packets.Packet) {
			if pk.FixedHeader.Type == packets.Connack && logins.Add(1) == 2 {
				_ = b.Publish("t", []byte("early"), false, 0)
				<-released
			}
		}
	})
	c := b.login(t, "c", 0, 0)
	c.subscribe(1, "t")
	b.gone(t, c, "c")
	c = dialAddr(t, b.addr)
	c.send(bareHello("c", 0, 0))
	c.wantMessage("t", "early", 0)
	close(released)
	c.wantHex("20 02 01 00")
}

func oursSendsAfterConnack(t *testing.T) {
	srv := onenettest.Start(t, withoutGap())
	d := awayFrom(t, srv, "t")
	p := login(t, srv, srv.Device(t), clean, 0)
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
				p.publish("t", "x", 1)
			}
		}
	}()
	for range 30 {
		c := login(t, srv, d, kept, 1) // which wants CONNACK first
		c.message()
	}
	close(stop)
	<-done
}
