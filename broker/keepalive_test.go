package broker_test

import (
	"strings"
	"testing"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// startWatched starts a platform whose time stands still and logs a device in with the keepalive.
func startWatched(t *testing.T, keepalive uint16, change func(*onenet.Switches)) (*onenettest.Server, onenet.Device, *raw) {
	t.Helper()
	if change == nil {
		change = func(*onenet.Switches) {}
	}
	srv := onenettest.Start(t, onenettest.WithClock(dawn), onenettest.WithSwitches(change))
	d := srv.Device(t)
	c := dial(t, srv)
	c.send(connectPacket(clean, keepalive, d))
	c.wantHex("20 02 00 00")
	return srv, d, c
}

// Reference, sections 1.4 and 12: how long a device may be silent, by keepalive and switches.
func TestSilentDeviceIsCutWhenItsKeepaliveRunsOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		keepalive uint16
		change    func(*onenet.Switches)
		after     time.Duration
	}{
		{"after one and a half keepalives", 60, nil, 90 * time.Second},
		{"after one keepalive with factor 1.0", 60, func(s *onenet.Switches) { s.KeepaliveTimes = 1 }, 60 * time.Second},
		{"after two keepalives with factor 2.0", 60, func(s *onenet.Switches) { s.KeepaliveTimes = 2 }, 120 * time.Second},
		{"the longest keepalive, which overflows Mochi's arithmetic", 65535, nil, 65535 * 3 * time.Second / 2},
		{"keepalive 0 when the switch gives it a length", 0, func(s *onenet.Switches) { s.KeepaliveZero = 1200 * time.Second }, 1800 * time.Second},
		{"a keepalive above the switch's maximum", 65535, func(s *onenet.Switches) { s.KeepaliveMax = 1200 * time.Second }, 1800 * time.Second},
		{"a keepalive below the switch's maximum", 60, func(s *onenet.Switches) { s.KeepaliveMax = 1200 * time.Second }, 90 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			srv, d, r := startWatched(t, c.keepalive, c.change)
			srv.Advance(t, c.after-1)
			if !srv.Platform().Presence(d.Ref()).Online {
				t.Fatalf("cut before %s", c.after)
			}
			srv.Advance(t, 1)
			r.wantClosed()
			if why := srv.Wait(t, onenettest.Offline(d)).Text; !strings.Contains(why, "keepalive") {
				t.Errorf("the journal says %q", why)
			}
		})
	}
}

func TestKeepalive0IsNeverCut(t *testing.T) {
	t.Parallel()
	srv, _, c := startWatched(t, 0, nil)
	srv.Advance(t, 365*24*time.Hour)
	c.wantSilence()
}

// Reference, section 1.4: counted from the last traffic of any kind.
func TestAnyPacketOfTheDevicePutsTheKeepaliveOff(t *testing.T) {
	t.Parallel()
	srv, d, c := startWatched(t, 60, nil)
	for _, step := range []struct {
		name   string
		packet []byte
		answer byte
	}{
		{"PINGREQ", []byte{0xC0, 0}, 0xD0},
		{"PUBLISH", publishPacket("room1", []byte("x"), 1, 10), 0x40},
		{"SUBSCRIBE", subscribePacket(20, 0, "room2"), 0x90},
		{"UNSUBSCRIBE", unsubscribePacket(30, "room2"), 0xB0},
		{"PUBREL", ackPacket(0x60, 7), 0x70},
	} {
		srv.Advance(t, 90*time.Second-1)
		c.send(step.packet)
		if p, err := c.next(); err != nil || p[0] != step.answer {
			t.Fatalf("%s at the last moment: got % X, %v; want %02X", step.name, p, err, step.answer)
		}
	}
	srv.Advance(t, 90*time.Second)
	c.wantClosed()
	srv.Wait(t, onenettest.Offline(d))
}

// What the platform sends is no sign of life.
func TestMessagesToTheDeviceDoNotPutTheKeepaliveOff(t *testing.T) {
	t.Parallel()
	srv, d, c := startWatched(t, 60, nil)
	srv.Advance(t, 89*time.Second)
	cmd := srv.Send(t, d, "ping")
	c.wantMessage("$creq/"+string(cmd.ID), "ping", 0)
	srv.Advance(t, time.Second)
	c.wantClosed()
}

// A year passes at once: whoever has a keepalive goes, whoever has none stays.
func TestJumpOfTheClockCutsByTheRulesOfKeepaliveOnly(t *testing.T) {
	t.Parallel()
	srv, d, c := startWatched(t, 1200, nil)
	e := srv.Device(t)
	forever := dial(t, srv)
	forever.send(connectPacket(clean, 0, e))
	forever.wantHex("20 02 00 00")
	srv.Advance(t, 365*24*time.Hour)
	c.wantClosed()
	srv.Wait(t, onenettest.Offline(d))
	forever.subscribe(1, "room1")
	forever.publish("room1", "still here", 0)
	forever.wantMessage("room1", "still here", 0)
	login(t, srv, d, clean, 0).wantSilence()
}
