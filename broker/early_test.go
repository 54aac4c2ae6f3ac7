package broker_test

import (
	"testing"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// dawn is where tests with a clock of their own begin.
var dawn = time.Date(2026, 3, 1, 8, 0, 0, 0, onenet.Beijing)

// Reference, section 1.4 and quirk 14.
func TestPacketsBeforeTheLoginAreDiscardedAndTheLoginStillWorks(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d, spy := srv.Device(t), srv.Device(t)
	s := login(t, srv, spy, clean, 0)
	s.subscribe(0, "room1")
	c := dial(t, srv)
	c.send(publishPacket("room1", []byte("too early"), 0, 0), dpPacket(`{"t":1}`, 1, 10),
		subscribePacket(1, 0, "room1"), []byte{0xC0, 0}, ackPacket(0x62, 3))
	srv.Wait(t, onenettest.Refused(onenet.LinkEarlyPacket))
	c.send(connectPacket(clean, 60, d))
	c.wantHex("20 02 00 00")
	c.publish("room1", "in time", 1)
	s.wantMessage("room1", "in time", 1)
	streams, err := srv.Platform().Streams(t.Context(), d.Ref())
	if err != nil || len(streams) != 0 {
		t.Errorf("streams %v, %v: what came before the login must be thrown away", streams, err)
	}
}

func TestSwitchPreConnackCloseCutsWhoTalksTooEarly(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithSwitches(func(s *onenet.Switches) { s.PreConnack = onenet.PreConnackClose }))
	c := dial(t, srv)
	c.send(publishPacket("room1", []byte("too early"), 0, 0))
	c.wantClosed()
}

func TestConnectionWithoutConnectIsCutAfterTheLimit(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithClock(dawn), onenettest.WithLimits(func(l *onenet.Limits) { l.ConnectWithin = 7 * time.Second }))
	c := dial(t, srv)
	c.send([]byte{0xC0, 0})
	srv.Wait(t, onenettest.Refused(onenet.LinkEarlyPacket)) // now its watch has begun
	srv.Advance(t, 7*time.Second-1)
	login(t, srv, srv.Device(t), clean, 0).wantSilence()
	if n := srv.Connections(); n != 2 {
		t.Fatalf("%d connections one nanosecond before the limit, want 2", n)
	}
	srv.Advance(t, 1)
	c.wantClosed()
	srv.Wait(t, onenettest.Refused(onenet.LinkConnectTimeout))
}

func TestConnectionThatComesAndGoesSilentlyIsExplained(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	dial(t, srv).Close()
	srv.Wait(t, onenettest.Refused(onenet.LinkNoConnect))
}

func TestConnectionsBeyondTheLimitAreClosed(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithLimits(func(l *onenet.Limits) { l.Connections = 2 }))
	d := srv.Device(t)
	first := login(t, srv, d, clean, 0)
	second := login(t, srv, srv.Device(t), clean, 0)
	third := dial(t, srv)
	third.wantClosed()
	srv.Wait(t, onenettest.Refused(onenet.LinkTooMany))
	first.bye(srv, d)
	second.wantSilence()
	waitUntil(t, "there is room again", func() bool { return srv.Connections() == 1 })
	login(t, srv, d, clean, 0).wantSilence()
}

// Other protocols that end up on port 6002 are named, and get nothing.
func TestPeerThatSpeaksAnotherProtocolIsNamedAndClosed(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	for _, c := range []struct {
		name, bytes string
		cause       onenet.Cause
	}{
		{"HTTP", "GET /devices HTTP/1.1\r\nHost: x\r\n\r\n", onenet.LinkHTTP},
		{"TLS", "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03", onenet.LinkTLS},
		{"EDP", "\x10\x14\x00\x03EDP\x01\x40\x00\x80", onenet.LinkEDP},
		{"AT commands", "AT+CIPSTART\r\n", onenet.LinkText},
		{"JSON", `{"temperature":25.5}`, onenet.LinkText},
		{"zeros", "\x00\x00\x00\x00", onenet.LinkNotMQTT},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := srv.Platform().Journal().Last()
			r := dial(t, srv)
			r.send([]byte(c.bytes))
			r.wantClosed()
			srv.WaitAfter(t, before, onenettest.Refused(c.cause))
		})
	}
}

// waitUntil asks again and again, for what leaves no record.
func waitUntil(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := clock.System().Now().Add(onenettest.Patience)
	for !ok() {
		if clock.System().Now().After(deadline) {
			t.Fatalf("waited %s until %s", onenettest.Patience, what)
		}
		clock.Sleep(clock.System(), time.Millisecond, t.Context().Done())
	}
}
