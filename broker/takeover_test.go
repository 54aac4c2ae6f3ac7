package broker_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// Reference, section 1.4: the server must cut the old one, the new one wins.
func TestSecondLoginOfADeviceThrowsTheFirstOut(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	first := login(t, srv, d, clean, 0)
	second := login(t, srv, d, clean, 0)
	first.wantClosed()
	if why := srv.Wait(t, onenettest.Offline(d)).Text; !strings.Contains(why, "logged in again from "+second.LocalAddr().String()) {
		t.Errorf("the journal says %q", why)
	}
	if !srv.Platform().Presence(d.Ref()).Online {
		t.Error("the device is offline after its second login")
	}
	cmd := srv.Send(t, d, "on")
	second.wantMessage("$creq/"+string(cmd.ID), "on", 0)
}

func TestThreeHundredLoginsAtOnceLeaveExactlyOneConnection(t *testing.T) {
	t.Parallel()
	const boards = 300
	srv := onenettest.Start(t)
	d := srv.Device(t)
	closed, reached := make(chan struct{}, boards), make(chan string, boards)
	for range boards {
		c := dial(t, srv)
		go func() {
			defer func() { closed <- struct{}{} }()
			if _, err := c.Write(connectPacket(clean, 60, d)); err != nil {
				return
			}
			for p, err := c.next(); err == nil; p, err = c.next() {
				if p[0] == 0x30 {
					reached <- parseMessage(p).payload
				}
			}
		}()
	}
	for range boards - 1 {
		<-closed
	}
	waitUntil(t, "one connection is left", func() bool { return srv.Connections() == 1 && srv.Platform().Presence(d.Ref()).Online })
	srv.Send(t, d, "on")
	if got := <-reached; got != "on" || len(closed) != 0 {
		t.Errorf("the survivor got %q, and %d more were closed", got, len(closed))
	}
	srv.Wait(t, onenettest.Refused(onenet.LinkTwoBoards))
	if !srv.Platform().Presence(d.Ref()).Online {
		t.Error("the device counts as offline while it is connected")
	}
}

func TestTwoBoardsWithOneIDAreReported(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithClock(dawn))
	d := srv.Device(t)
	login(t, srv, d, clean, 0)
	for range 3 {
		login(t, srv, d, clean, 0).wantSilence()
	}
	r := srv.Wait(t, onenettest.Refused(onenet.LinkTwoBoards))
	if r.Product != d.Product || r.Device != d.ID || r.Refusal.NearMiss == "" {
		t.Errorf("got %+v", r)
	}
}

func TestTakeOversThatAreFarApartAreNotReported(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithClock(dawn))
	d := srv.Device(t)
	for range 6 {
		login(t, srv, d, clean, 0).wantSilence()
		srv.Advance(t, 31*time.Second)
	}
	records, _ := srv.Platform().Journal().Read(0, 1000)
	for _, r := range records {
		if r.Kind == onenet.KindRefused {
			t.Errorf("reported: %s", r.Text)
		}
	}
}

func TestSameDeviceIDInTwoProductsAreTwoDevices(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	a := srv.AddDevice(t, onenet.Device{Product: "11111", ID: "700123456", AuthInfo: "auth-a"})
	b := srv.AddDevice(t, onenet.Device{Product: "22222", ID: "700123456", AuthInfo: "auth-b"})
	ca := login(t, srv, a, kept, 0)
	cb := login(t, srv, b, kept, 0)
	ca.subscribe(1, "room1")
	cb.subscribe(1, "room1")
	ca.publish("room1", "of a", 0)
	ca.wantMessage("room1", "of a", 0)
	ca.bye(srv, a)
	cb.publish("room1", "of b", 0)
	cb.wantMessage("room1", "of b", 0)
	if srv.Platform().Presence(a.Ref()).Online || !srv.Platform().Presence(b.Ref()).Online {
		t.Error("the presence of the two devices is mixed up")
	}
	login(t, srv, a, clean, 0)
	cb.bye(srv, b)
	login(t, srv, b, kept, 1) // the other device's clean login left this session alone
}

// Reference, section 1.3: 1 when clean is 0 and a stored session exists, else 0.
func TestSessionPresentIsSetForAKeptSessionOnly(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	for i, step := range []struct {
		flags, present byte
		why            string
	}{
		{clean, 0, "clean"},
		{clean, 0, "clean again"},
		{kept, 0, "kept after clean: there is none yet"},
		{kept, 1, "kept after kept"},
		{kept, 1, "and once more"},
		{clean, 0, "clean deletes it"},
		{kept, 0, "so that there is none"},
	} {
		c := login(t, srv, d, step.flags, step.present)
		c.bye(srv, d)
		if t.Failed() {
			t.Fatalf("step %d: %s", i, step.why)
		}
	}
	login(t, srv, d, kept, 1)
	login(t, srv, d, kept, 1) // of a device that is still connected
	login(t, srv, d, clean, 0)
	login(t, srv, d, kept, 0)
}

// stick makes a device that subscribes and then takes nothing off the wire, until the
// platform gives messages up that are for it; it returns how many were not given up.
func stick(t *testing.T, srv *onenettest.Server, d onenet.Device, publisher *raw, topic string) (c *raw, filled int) {
	t.Helper()
	c = dial(t, srv)
	c.send(connectPacket(clean, 0, d))
	c.wantHex("20 02 00 00")
	c.subscribe(1, topic)
	p := publishPacket(topic, make([]byte, 256<<10), 0, 0)
	sent := 0
	waitUntil(t, "a message is dropped", func() bool {
		publisher.send(p)
		publisher.wantSilence()
		sent++
		return dropped(srv, d) > 0
	})
	return c, sent - dropped(srv, d)
}

// Mochi without our socket waits for one and a half keepalives, for ever at 0.
func TestDeadPeerWithAFullSocketIsTakenOverAtOnce(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	stick(t, srv, d, login(t, srv, srv.Device(t), clean, 0), "flood")
	start := clock.System().Now()
	login(t, srv, d, clean, 0).wantSilence()
	if took := clock.System().Now().Sub(start); took > 4*time.Second {
		t.Errorf("the new login took %s", took)
	}
}

// Nothing of a kept session gets lost while the device logs in again and again.
func TestTakeOversLoseNothingAndKeepTheOrder(t *testing.T) {
	t.Parallel()
	takeOverAgainAndAgain(t, 300, 15)
}

func takeOverAgainAndAgain(t *testing.T, messages, logins int) {
	t.Helper()
	srv := onenettest.Start(t, onenettest.WithSwitches(func(s *onenet.Switches) { s.ConnackGap = 0 }),
		onenettest.WithLimits(func(l *onenet.Limits) { l.OfflineMessages = messages }))
	d := srv.Device(t)
	c := login(t, srv, d, kept, 0)
	c.subscribe(1, "count")
	p := login(t, srv, srv.Device(t), clean, 0)
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		for i := range messages {
			p.publish("count", fmt.Sprint(i), 1)
		}
	}()
	next := 0
	for n := range logins {
		until := messages * (n + 1) / logins
		for next < until {
			m := c.message()
			if !m.dup && m.payload != fmt.Sprint(next) {
				t.Fatalf("wanted message %d, got %+v", next, m)
			}
			if m.payload == fmt.Sprint(next) {
				next++
			}
			c.send(ackPacket(0x40, m.id))
		}
		if n < logins-1 {
			c = login(t, srv, d, kept, 1)
		}
	}
	<-sent
}
