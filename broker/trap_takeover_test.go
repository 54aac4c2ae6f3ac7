package broker_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenettest"
)

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

func bareWaitsForDeadPeer(t *testing.T) {
	b := startBare(t, nil)
	c := b.stick(t, "c")
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
