package broker_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
	"github.com/onelan/onelan/store/memory"
)

// eachLastingStore runs the test on both stores; start starts a platform on what the one before left.
func eachLastingStore(t *testing.T, test func(t *testing.T, start func(...onenettest.Option) *onenettest.Server)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		test(t, lasting(t))
	})
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		test(t, func(opts ...onenettest.Option) *onenettest.Server {
			return onenettest.Start(t, append(opts, onenettest.WithConfig(func(c *server.Config) { c.Ephemeral, c.DataDir = false, dir }))...)
		})
	})
}

// lasting starts platforms on one store that lies in memory.
func lasting(t *testing.T) (start func(...onenettest.Option) *onenettest.Server) {
	store := lastingStore{memory.New()}
	return func(opts ...onenettest.Option) *onenettest.Server {
		return onenettest.Start(t, append(opts, withStore(store))...)
	}
}

func mustClose(t testing.TB, srv *onenettest.Server) {
	t.Helper()
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
}

// Reference, section 1.4: clean=0 keeps the subscription list and what waits.
func TestKeptSessionSurvivesARestartOfThePlatform(t *testing.T) {
	t.Parallel()
	eachLastingStore(t, func(t *testing.T, start func(...onenettest.Option) *onenettest.Server) {
		srv := start(withoutGap())
		d, publisher := srv.Device(t), srv.Device(t)
		c := login(t, srv, d, kept, 0)
		c.subscribe(1, "room1", "room2", "gone")
		c.send(unsubscribePacket(30, "gone"))
		c.want(ackPacket(0xB0, 30))
		p := login(t, srv, publisher, clean, 0)
		p.publish("room1", "sent and not acknowledged", 1)
		c.wantMessage("room1", "sent and not acknowledged", 1)
		c.vanish(srv, d)
		p.publish("room1", "waits", 1)
		mustClose(t, srv)

		srv = start(withoutGap())
		p = login(t, srv, publisher, clean, 0)
		p.publish("room1", "came after the restart", 1)
		p.publish("gone", "unsubscribed", 1)
		c = login(t, srv, d, kept, 1)
		for _, text := range []string{"sent and not acknowledged", "waits", "came after the restart"} {
			c.answer(c.wantMessage("room1", text, 1), 1)
		}
		p.publish("room2", "live", 0)
		c.wantMessage("room2", "live", 0)
		c.bye(srv, d)
		mustClose(t, srv)

		srv = start(withoutGap())
		login(t, srv, d, kept, 1).wantSilence() // what was acknowledged is gone for good
	})
}

func TestCleanSessionDoesNotSurviveARestart(t *testing.T) {
	t.Parallel()
	start := lasting(t)
	srv := start()
	d := srv.Device(t)
	c := login(t, srv, d, kept, 0)
	c.subscribe(1, "room1")
	c.bye(srv, d)
	login(t, srv, d, clean, 0).bye(srv, d) // deletes what was kept
	mustClose(t, srv)
	srv = start()
	login(t, srv, d, kept, 0)
}

func TestRetainedMessagesAndWillsSurviveARestart(t *testing.T) {
	t.Parallel()
	eachLastingStore(t, func(t *testing.T, start func(...onenettest.Option) *onenettest.Server) {
		srv := start()
		d, lost := srv.Device(t), srv.Device(t)
		p := login(t, srv, d, clean, 0)
		p.handshake(retainPacket("room1", "kept", 1, 10), 1)
		p.handshake(retainPacket("room2", "kept", 1, 10), 1)
		p.handshake(retainPacket("room2", "", 1, 10), 1)
		loginWithWill(t, srv, lost, 0xE6, "lwt", "off").vanish(srv, lost)
		mustClose(t, srv)

		srv = start()
		c := login(t, srv, d, clean, 0)
		c.subscribe(1, "room1", "room2", "lwt")
		c.wantRetained("room1", "kept", 1)
		c.wantRetained("lwt", "off", 1)
		c.wantSilence()
		login(t, srv, lost, clean, 0).wantSilence() // its login erases its will, though the platform was restarted
		mustClose(t, srv)

		srv = start()
		c = login(t, srv, d, clean, 0)
		c.subscribe(0, "lwt")
		c.wantSilence()
	})
}

// The numbers of stored messages go on, so that their order does.
func TestOrderOfWaitingMessagesHoldsAcrossRestarts(t *testing.T) {
	t.Parallel()
	start := lasting(t)
	srv := start(withoutGap())
	d, publisher := awayFrom(t, srv, "room1"), srv.Device(t)
	for i := range 4 {
		p := login(t, srv, publisher, clean, 0)
		for j := range 4 {
			p.publish("room1", fmt.Sprint(4*i+j), 1)
		}
		mustClose(t, srv)
		srv = start(withoutGap())
	}
	c := login(t, srv, d, kept, 1)
	for i := 6; i < 16; i++ { // the newest ten
		c.answer(c.wantMessage("room1", fmt.Sprint(i), 1), 1)
	}
	c.wantSilence()
}

func TestCachedCommandSurvivesARestart(t *testing.T) {
	t.Parallel()
	start := lasting(t)
	srv := start(withoutGap())
	d := srv.Device(t)
	first := srv.Send(t, d, "first", onenettest.Within(time.Hour))
	second := srv.Send(t, d, "second", onenettest.Within(time.Hour))
	mustClose(t, srv)
	srv = start(withoutGap())
	c := login(t, srv, d, clean, 0)
	c.wantMessage("$creq/"+string(first.ID), "first", 0)
	c.wantMessage("$creq/"+string(second.ID), "second", 0)
	c.publish("$crsp/"+string(first.ID), "ok", 1)
	mustState(t, srv, first, onenet.CommandAnswered)
}

// mustState waits until the command is in the state and the store knows it.
func mustState(t testing.TB, srv *onenettest.Server, c onenet.Command, want onenet.CommandState) onenet.Command {
	t.Helper()
	var got onenet.Command
	waitUntil(t, fmt.Sprintf("command %s is %s", c.ID, want), func() bool {
		var err error
		if got, err = srv.Platform().Command(t.Context(), c.ID); err != nil {
			t.Fatal(err)
		}
		return got.State == want
	})
	return got
}
