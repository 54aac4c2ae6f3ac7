package broker_test

import (
	"testing"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// willHello is a CONNECT with a will; the flags say QoS and retain: 0xC6, 0xCE, 0xD6 for QoS 0, 1, 2, and 0x20 more to retain.
func willHello(d onenet.Device, flags byte, topic, payload string) []byte {
	return hello{"MQTT", 4, flags, 60, []string{string(d.ID), topic, payload, string(d.Product), string(d.AuthInfo)}}.packet()
}

// loginWithWill logs the device in with a will.
func loginWithWill(t testing.TB, srv *onenettest.Server, d onenet.Device, flags byte, topic, payload string) *raw {
	t.Helper()
	c := dial(t, srv)
	c.send(willHello(d, flags, topic, payload))
	c.wantHex("20 02 00 00")
	return c
}

// Reference, section 1.4: published once at the will's QoS, and not kept.
func TestWillOfALostDeviceIsPublishedOnceAtItsQoS(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	s := login(t, srv, srv.Device(t), clean, 0)
	s.subscribe(0, "lwt")
	for qos, flags := range []byte{0xC6, 0xCE, 0xD6} {
		d := srv.Device(t)
		c := loginWithWill(t, srv, d, flags, "lwt", "off")
		c.vanish(srv, d)
		s.answer(s.wantMessage("lwt", "off", byte(qos)), byte(qos))
	}
	late := login(t, srv, srv.Device(t), clean, 0)
	late.subscribe(0, "lwt")
	late.wantSilence()
}

func TestWillMayBeEmpty(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	s := login(t, srv, srv.Device(t), clean, 0)
	s.subscribe(0, "lwt")
	d := srv.Device(t)
	loginWithWill(t, srv, d, 0xC6, "lwt", "").vanish(srv, d)
	s.wantMessage("lwt", "", 0)
}

// Reference, section 1.4: what counts as lost, and what does not.
func TestWillIsPublishedHoweverTheDeviceIsLost(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		lose func(t *testing.T, srv *onenettest.Server, d onenet.Device, c *raw)
	}{
		{"the connection ends without DISCONNECT", func(_ *testing.T, _ *onenettest.Server, _ onenet.Device, c *raw) { c.Close() }},
		{"the keepalive runs out", func(t *testing.T, srv *onenettest.Server, _ onenet.Device, _ *raw) { srv.Advance(t, 90*time.Second) }},
		{"a malformed packet", func(_ *testing.T, _ *onenettest.Server, _ onenet.Device, c *raw) { c.sendHex("30 00") }},
		{"malformed data", func(_ *testing.T, _ *onenettest.Server, _ onenet.Device, c *raw) { c.publish("$dp", "{", 0) }},
		{"another login of the same device", func(t *testing.T, srv *onenettest.Server, d onenet.Device, _ *raw) { login(t, srv, d, clean, 0) }},
		{"the device is deleted", func(t *testing.T, srv *onenettest.Server, d onenet.Device, _ *raw) {
			if err := srv.Platform().RemoveDevice(t.Context(), d.Ref()); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			srv := onenettest.Start(t, onenettest.WithClock(dawn))
			witness := dial(t, srv)
			witness.send(connectPacket(clean, 0, srv.Device(t)))
			witness.wantHex("20 02 00 00")
			witness.subscribe(0, "lwt")
			d := srv.Device(t)
			lost := loginWithWill(t, srv, d, 0xC6, "lwt", "off")
			c.lose(t, srv, d, lost)
			witness.wantMessage("lwt", "off", 0)
		})
	}
}

func TestWillIsNotPublishedAfterDisconnect(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	s := login(t, srv, srv.Device(t), clean, 0)
	s.subscribe(0, "lwt")
	d := srv.Device(t)
	loginWithWill(t, srv, d, 0xE6, "lwt", "off").bye(srv, d)
	s.wantSilence()
	late := login(t, srv, srv.Device(t), clean, 0)
	late.subscribe(0, "lwt")
	late.wantSilence()
}

// Reference, section 1.4: kept for new subscribers, at the QoS they ask for.
func TestRetainedWillWaitsForNewSubscribersUntilTheDeviceLogsInAgain(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	s := login(t, srv, srv.Device(t), clean, 0)
	s.subscribe(0, "lwt")
	loginWithWill(t, srv, d, 0xEE, "lwt", "off").vanish(srv, d)
	s.answer(s.wantMessage("lwt", "off", 1), 1)
	for qos := range byte(3) {
		late := login(t, srv, srv.Device(t), clean, 0)
		late.subscribe(qos, "lwt")
		late.wantRetained("lwt", "off", qos)
	}
	again := login(t, srv, d, clean, 0)
	again.wantSilence() // its session is established: the will is erased
	later := login(t, srv, srv.Device(t), clean, 0)
	later.subscribe(0, "lwt")
	later.wantSilence()
	s.wantSilence() // and that is no message to anybody
}

func TestLoginErasesItsOwnWillOnly(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	a, b := srv.Device(t), srv.Device(t)
	loginWithWill(t, srv, a, 0xE6, "lwt", "a is off").vanish(srv, a)
	loginWithWill(t, srv, b, 0xE6, "lwt", "b is off").vanish(srv, b) // replaces the other's
	login(t, srv, a, clean, 0).wantSilence()
	s := login(t, srv, srv.Device(t), clean, 0)
	s.subscribe(0, "lwt")
	s.wantRetained("lwt", "b is off", 0)
	s.handshake(retainPacket("lwt", "an ordinary message", 1, 10), 1)
	s.answer(s.wantMessage("lwt", "an ordinary message", 1), 1)
	login(t, srv, b, clean, 0).wantSilence()
	s.send(unsubscribePacket(30, "lwt"))
	s.want(ackPacket(0xB0, 30))
	s.subscribe(0, "lwt")
	s.wantRetained("lwt", "an ordinary message", 0)
}

// Reference, sections 1.4 and 2.2: wills reach online subscribers only.
func TestWillDoesNotWaitForAnOfflineSubscriber(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithSwitches(func(s *onenet.Switches) { s.ConnackGap = 0 }))
	away, d := srv.Device(t), srv.Device(t)
	s := login(t, srv, away, kept, 0)
	s.subscribe(1, "lwt")
	s.bye(srv, away)
	loginWithWill(t, srv, d, 0xCE, "lwt", "off").vanish(srv, d)
	login(t, srv, srv.Device(t), clean, 0).publish("lwt", "an ordinary message", 1)
	s = login(t, srv, away, kept, 1)
	s.wantMessage("lwt", "an ordinary message", 1)
}

// Reference, section 0: the paper of 2016 forbids wills.
func TestProfile2016RefusesAWill(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithSwitches(func(s *onenet.Switches) { s.Profile = onenet.Profile2016 }))
	c := dial(t, srv)
	c.send(willHello(srv.Device(t), 0xC6, "lwt", "off"))
	c.wantClosed()
	srv.Wait(t, onenettest.Refused(onenet.ConnectWillProfile))
}

// The devices did nothing wrong when the platform goes down.
func TestWillsAreNotPublishedWhenThePlatformShutsDown(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	loginWithWill(t, srv, srv.Device(t), 0xC6, "lwt", "off").wantSilence()
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	records, _ := srv.Platform().Journal().Read(0, 1000)
	for _, r := range records {
		if r.Kind == onenet.KindMessage {
			t.Errorf("published: %+v", r)
		}
	}
}
