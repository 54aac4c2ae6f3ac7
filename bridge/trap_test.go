package bridge_test

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/onenettest"
)

// What Paho v1.5.1 does that a bridge must not do. Each is shown on bare Paho, and shown to be absent from a Link: that is the gate
// for any upgrade.
func TestPahoTraps(t *testing.T) {
	t.Parallel()
	for _, trap := range []struct {
		name       string
		bare, ours func(t *testing.T)
	}{
		{"issue 731: what waited for a connection is sent in random order", bareShuffles, oursKeepsOrder},
		{"issue 563: a message counts as delivered although no PUBACK ever came", bareBelieves, oursWaitsForPuback},
		{"issue 789: an unknown CONNACK code counts as success", bareTakesAnyCode, oursRefusesUnknownCodes},
		{"every refused login is tried again as MQTT 3.1 unless the version is set", bareTries31, oursLogsInOnce},
		{"the ping comes after the keepalive is over", barePingsLate, oursPingsInTime},
	} {
		t.Run(trap.name, func(t *testing.T) {
			t.Run("bare Paho has it", func(t *testing.T) { t.Parallel(); trap.bare(t) })
			t.Run("a link has not", func(t *testing.T) { t.Parallel(); trap.ours(t) })
		})
	}
}

// resuming is Paho as its documentation recommends it for at-least-once: a kept session and its own reconnecting.
func resuming(t *testing.T, srv *onenettest.Server, p *faultnet.Proxy) mqtt.Client {
	t.Helper()
	o := srv.Options(srv.Device(t))
	o.Servers = nil
	o.AddBroker("tcp://" + p.Addr()).SetCleanSession(false).SetAutoReconnect(true).SetMaxReconnectInterval(time.Second)
	c := mqtt.NewClient(o)
	mustComplete(t, c.Connect())
	t.Cleanup(func() { c.Disconnect(50) })
	return c
}

func mustComplete(t *testing.T, token mqtt.Token) {
	t.Helper()
	if !token.WaitTimeout(onenettest.Patience) {
		t.Fatal("the token does not complete")
	}
	if err := token.Error(); err != nil {
		t.Fatal(err)
	}
}

// outage cuts the connections and lets nobody log in until the proxy is mended.
func outage(p *faultnet.Proxy) {
	p.RefuseLogin(3)
	p.Cut(faultnet.Reset)
}

const backlog = 50

func bareShuffles(t *testing.T) {
	srv := onenettest.Start(t)
	p := faultnet.Start(t, srv.MQTTAddr())
	c := resuming(t, srv, p)
	outage(p)
	p.Await(t, "Paho trying to come back", func(n faultnet.Counts) bool { return len(n.Logins) > 1 })
	for _, s := range numbers(backlog) {
		c.Publish("up", 1, false, s)
	}
	p.Mend()
	a := watchArrivals(p, "up")
	p.Await(t, "the backlog", func(n faultnet.Counts) bool { return n.Topics["up"] >= backlog })
	if got, _ := a.first(); slices.Equal(got, numbers(backlog)) {
		t.Error("it keeps the order now")
	}
}

func oursKeepsOrder(t *testing.T) {
	q := newFakeQueue()
	r := newRig(t, q, func(c *bridge.Config) { c.Timing.Refused, c.Timing.RefusedMost = time.Millisecond, 10*time.Millisecond })
	r.Start()
	_, n := r.awaitState(0, bridge.Online)
	outage(r.proxy)
	r.awaitState(n, bridge.Refused)
	q.add("up", 1, numbers(backlog)...)
	r.proxy.Mend()
	a := watchArrivals(r.proxy, "up")
	q.awaitEmpty(t)
	if got, _ := a.first(); !slices.Equal(got, numbers(backlog)) {
		t.Errorf("first arrivals %v", got)
	}
}

func bareBelieves(t *testing.T) {
	srv := onenettest.Start(t)
	p := faultnet.Start(t, srv.MQTTAddr())
	c := resuming(t, srv, p)
	p.DropAcks()
	token := c.Publish("up", 1, false, "x")
	p.Await(t, "the message", func(n faultnet.Counts) bool { return n.Topics["up"] == 1 })
	p.Cut(faultnet.Reset)
	mustComplete(t, token) // and not one PUBACK has reached it
}

func oursWaitsForPuback(t *testing.T) {
	q := newFakeQueue("x")
	r := newRig(t, q, nil)
	r.proxy.DropAcks()
	r.Start()
	r.proxy.Await(t, "the message", func(n faultnet.Counts) bool { return n.Topics["up"] == 1 })
	r.proxy.Cut(faultnet.Reset)
	r.proxy.Await(t, "the message again", func(n faultnet.Counts) bool { return n.Topics["up"] == 2 })
	if acked, _, _ := q.snapshot(); len(acked) > 0 {
		t.Errorf("%v counts as acknowledged", acked)
	}
	r.proxy.Mend()
	r.proxy.Cut(faultnet.Reset)
	q.awaitEmpty(t)
}

func bareTakesAnyCode(t *testing.T) {
	p := faultnet.Start(t, deaf(t))
	p.RefuseLogin(0x87)
	c := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + p.Addr()).SetProtocolVersion(4).SetAutoReconnect(false))
	mustComplete(t, c.Connect())
	c.Disconnect(50)
}

func oursRefusesUnknownCodes(t *testing.T) {
	r := newRig(t, newFakeQueue(), nil)
	r.proxy.RefuseLogin(0x87)
	r.Start()
	s, _ := r.awaitState(0, bridge.Refused)
	if s.Trouble.Cause != bridge.CauseCode || s.Counts.Logins != 0 {
		t.Errorf("%+v, %v", s, s.Trouble)
	}
}

func bareTries31(t *testing.T) {
	p := faultnet.Start(t, deaf(t))
	p.RefuseLogin(4)
	token := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + p.Addr()).SetAutoReconnect(false)).Connect()
	if !token.WaitTimeout(onenettest.Patience) || token.Error() == nil {
		t.Fatal("it is not refused")
	}
	sent := p.Sent()
	if len(sent) != 2 || !bytes.Contains(sent[1], []byte("MQIsdp")) {
		t.Errorf("sent %q", sent)
	}
}

func oursLogsInOnce(t *testing.T) {
	r := newRig(t, newFakeQueue(), nil)
	r.proxy.RefuseLogin(4)
	r.Start()
	r.awaitState(0, bridge.Refused)
	if sent := r.proxy.Sent(); len(sent) != 1 || !bytes.HasPrefix(sent[0][2:], []byte("\x00\x04MQTT\x04")) {
		t.Errorf("sent %q", sent)
	}
}

// A cloud that counts one keepalive from the last packet on, as OneNET seems to (reference section 1.4), has hung up by then.
func barePingsLate(t *testing.T) {
	srv := onenettest.Start(t)
	p := faultnet.Start(t, srv.MQTTAddr())
	var last, ping time.Time
	pinged := make(chan struct{})
	p.Judge(func(f faultnet.Frame) faultnet.Verdict {
		switch now := clock.System().Now(); {
		case f.Direction == faultnet.Up && f.Kind() == faultnet.Pingreq && ping.IsZero():
			ping = now
			close(pinged)
		case f.Direction == faultnet.Up && ping.IsZero():
			last = now
		}
		return faultnet.Pass
	})
	o := srv.Options(srv.Device(t))
	o.Servers = nil
	c := mqtt.NewClient(o.AddBroker("tcp://" + p.Addr()).SetKeepAlive(time.Second))
	mustComplete(t, c.Connect())
	t.Cleanup(func() { c.Disconnect(50) })
	mustComplete(t, c.Publish("up", 1, false, "x"))
	<-pinged
	if quiet := ping.Sub(last); quiet < time.Second {
		t.Errorf("it pings after %s now, in time for a keepalive of 1 s", quiet)
	}
}

func oursPingsInTime(t *testing.T) {
	k := clock.NewManual(time.Unix(1_800_000_000, 0))
	heard := make(chan bridge.Received, 1)
	r := newRig(t, newFakeQueue(), func(c *bridge.Config) {
		c.Clock = k
		c.Receive = func(_ context.Context, m bridge.Received) error { heard <- m; return nil }
	})
	r.Start()
	r.awaitState(0, bridge.Online)
	for i := range 3 {
		k.Advance(45 * time.Second) // of 60
		r.proxy.Await(t, "ping "+strconv.Itoa(i+1), func(n faultnet.Counts) bool { return n.Up[faultnet.Pingreq] == i+1 })
		r.proxy.Await(t, "its answer", func(n faultnet.Counts) bool { return n.Down[faultnet.Pingresp] == i+1 })
		r.cloud.Send(t, r.dev, "what comes behind the answer tells that it is here")
		<-heard
	}
}
