package broker_test

import (
	"testing"

	"github.com/onelan/onelan/onenettest"
)

// hammer publishes to the topic without end until the returned function is called.
func hammer(t testing.TB, srv *onenettest.Server, topic string) (stop func()) {
	t.Helper()
	c := login(t, srv, srv.Device(t), clean, 0)
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-quit:
				return
			default:
				c.publish(topic, "noise", 1)
			}
		}
	}()
	return func() {
		close(quit)
		<-done
	}
}

// wantsTopic tells whether the device gets the topic's messages: it publishes two itself and looks which come back.
func (c *raw) wantsTopic(topic string) bool {
	c.t.Helper()
	c.send(publishPacket(topic, []byte("mine"), 0, 0), []byte{0xC0, 0})
	got := false
	for {
		p, err := c.next()
		switch {
		case err != nil:
			c.t.Fatal(err)
		case p[0] == 0xD0:
			return got
		case p[0]>>4 == 3:
			m := parseMessage(p)
			got = got || m.payload == "mine"
			if m.qos == 1 {
				c.send(ackPacket(0x40, m.id))
			}
		}
	}
}

// answerPast reads messages until the packet comes.
func (c *raw) answerPast(want []byte) {
	c.t.Helper()
	for {
		p, err := c.next()
		switch {
		case err != nil:
			c.t.Fatal(err)
		case p[0] == want[0]:
			return
		case p[0]>>4 == 3:
			if m := parseMessage(p); m.qos == 1 {
				c.send(ackPacket(0x40, m.id))
			}
		default:
			c.t.Fatalf("wanted % X, got % X", want, p)
		}
	}
}

// The broker remembers who wants a topic; no change may slip past what it remembers.
func TestSubscriptionsTakeEffectAtOnceWhileOthersPublish(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	stop := hammer(t, srv, "room1")
	defer stop()
	c := login(t, srv, srv.Device(t), clean, 0)
	for range 150 {
		c.send(subscribePacket(20, 0, "room1"))
		c.answerPast([]byte{0x90})
		if !c.wantsTopic("room1") {
			t.Fatal("a message did not come after SUBACK")
		}
		c.send(unsubscribePacket(30, "room1"))
		c.answerPast([]byte{0xB0})
		if c.wantsTopic("room1") {
			t.Fatal("a message came after UNSUBACK")
		}
	}
}

func TestCleanLoginWantsNothingOfWhatTheKeptSessionWantedWhileOthersPublish(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withoutGap())
	stop := hammer(t, srv, "room1")
	defer stop()
	d := srv.Device(t)
	for range 150 {
		c := login(t, srv, d, kept, 0)
		c.send(subscribePacket(20, 0, "room1"))
		c.answerPast([]byte{0x90})
		c = login(t, srv, d, clean, 0)
		if c.wantsTopic("room1") {
			t.Fatal("the clean session gets what the kept one wanted")
		}
	}
}
