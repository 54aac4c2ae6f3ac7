package broker_test

import (
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// withGap changes the pause between CONNACK and what waited.
func withGap(d time.Duration) onenettest.Option {
	return onenettest.WithSwitches(func(s *onenet.Switches) { s.ConnackGap = d })
}

// Reference, quirk 11: what is glued to the CONNACK is lost to a kit that reads one packet at a time. With a gap of an
// hour nothing may come but answers.
func TestConnackArrivesAlone(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withGap(time.Hour))
	d := awayFrom(t, srv, "room1")
	login(t, srv, srv.Device(t), clean, 0).publish("room1", "waits", 1)
	srv.Send(t, d, "waits too", onenettest.Within(time.Hour))
	c := login(t, srv, d, kept, 1)
	for range 3 {
		c.wantSilence()
	}
}

// Reference, section 1.4: CONNACK, queued messages, commands; section 12: one write each, with a gap between.
func TestWhatWaitedIsSentInOrderOneWriteEachWithTheGapBetween(t *testing.T) {
	t.Parallel()
	const gap = 15 * time.Millisecond
	l := newLone(t, func(c *onenet.Config) { c.Switches.ConnackGap = gap })
	d := l.device
	c := l.serve(t, nil)
	c.send(connectPacket(kept, 60, d))
	c.wantHex("20 02 00 00")
	c.subscribe(1, "room1")
	c.send([]byte{0xE0, 0})
	c.wantClosed()
	waitUntil(t, "the device is away", func() bool { return !l.Presence(d.Ref()).Online })
	p := l.serve(t, nil)
	p.send(connectPacket(clean, 60, l.addDevice(t)))
	p.wantHex("20 02 00 00")
	want := []string{"CONNACK"}
	for i := range 3 {
		p.publish("room1", fmt.Sprint("message ", i), byte(i%2))
		want = append(want, fmt.Sprint("message ", i))
	}
	p.publish("room1", "message 3", 1)
	want = append(want, "message 3")
	for i := range 3 {
		body := fmt.Sprint("command ", i)
		if _, err := l.SendCommand(t.Context(), d.Ref(), onenet.CommandRequest{Body: []byte(body), Timeout: time.Hour}); err != nil {
			t.Fatal(err)
		}
		want = append(want, body)
	}
	writes := make(chan written, 100)
	c = l.serve(t, func(conn net.Conn) net.Conn { return recordingConn{conn, writes} })
	c.send(connectPacket(kept, 60, d))
	last := time.Time{}
	for i, text := range want {
		got, err := c.next()
		if err != nil {
			t.Fatalf("waiting for %s: %v", text, err)
		}
		w := <-writes
		if len(w.b) != len(got) {
			t.Errorf("%s was written together with other packets: % X", text, w.b)
		}
		if i == 0 {
			if got[0] != 0x20 {
				t.Fatalf("first of all came % X", got)
			}
		} else if m := parseMessage(got); m.payload != text {
			t.Fatalf("wanted %q, got %+v", text, m)
		}
		if pause := w.at.Sub(last); i > 0 && pause < gap {
			t.Errorf("%s came %s after what was before it, want at least %s", text, pause, gap)
		}
		last = w.at
	}
}

// Messages that come while a device is being greeted wait, and are what they were.
func TestMessagesThatComeDuringTheGreetingFollowItUnharmed(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withGap(100*time.Millisecond))
	d := srv.Device(t)
	first := srv.Send(t, d, "cached", onenettest.Within(time.Hour))
	c := login(t, srv, d, clean, 0)
	c.subscribe(0, "room1")
	second := srv.Send(t, d, "sent meanwhile")
	p := login(t, srv, srv.Device(t), clean, 0)
	p.publish("room1", "aaaaaa", 0)
	p.publish("room1", "bbbbbb", 0)
	p.publish("room1", "cccccc", 1)
	p.publish("other", "dddddd", 0)
	c.wantMessage("$creq/"+string(first.ID), "cached", 0)
	c.wantMessage("$creq/"+string(second.ID), "sent meanwhile", 0)
	c.wantMessage("room1", "aaaaaa", 0)
	c.wantMessage("room1", "bbbbbb", 0)
	c.answer(c.wantMessage("room1", "cccccc", 1), 1)
	c.wantSilence()
}

func TestGreetingOfADeviceThatLeavesInTheMiddleGoesOnAtItsNextLogin(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withGap(30*time.Millisecond))
	d := awayFrom(t, srv, "room1")
	p := login(t, srv, srv.Device(t), clean, 0)
	for i := range 6 {
		p.publish("room1", fmt.Sprint(i), 1)
	}
	c := login(t, srv, d, kept, 1)
	for i := range 2 {
		c.answer(c.wantMessage("room1", fmt.Sprint(i), 1), 1)
	}
	c.wantSilence()
	c.vanish(srv, d)
	c = login(t, srv, d, kept, 1)
	for next := 2; next < 6; {
		m := c.message() // the third may have been sent already and then comes again
		if m.payload != fmt.Sprint(next) {
			t.Fatalf("wanted %d, got %+v", next, m)
		}
		c.answer(m.id, 1)
		next++
	}
	c.wantSilence()
}
