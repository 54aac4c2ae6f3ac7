package broker_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/store/memory"
)

func TestWhatGoesUpIsAcknowledgedWhenItIsInTheQueue(t *testing.T) {
	t.Parallel()
	for qos := range byte(3) {
		t.Run("a topic message at QoS "+string('0'+qos), func(t *testing.T) {
			t.Parallel()
			srv, store := startGated(t)
			sky := mustRoute(srv, "alarm")
			s := login(t, srv, srv.Device(t), clean, 0)
			s.subscribe(0, "alarm")
			d := srv.Device(t)
			c := login(t, srv, d, clean, 0)
			store.close()
			c.send(publishPacket("alarm", []byte("fire"), qos, 10))
			if qos == 2 {
				c.want(ackPacket(0x50, 10))
				if rose := sky.rose(); len(rose) > 0 {
					t.Errorf("it rose before its release: %v", rose)
				}
				c.send(ackPacket(0x62, 10))
			}
			c.wantSilence() // no PUBACK, no PUBCOMP
			s.wantSilence()
			if ended := sky.done(); len(ended) > 0 {
				t.Errorf("ended before the commit: %v", ended)
			}
			store.open()
			if qos > 0 {
				c.want(ackPacket([]byte{0, 0x40, 0x70}[qos], 10))
			}
			s.answer(s.wantMessage("alarm", "fire", qos), qos)
			want := []string{"alarm " + string('0'+qos) + " fire"}
			if d := cmp.Diff(want, mustQueue(t, store, d)); d != "" {
				t.Errorf("the queue (-want +got):\n%s", d)
			}
			if d := cmp.Diff([]error{nil}, sky.done()); d != "" {
				t.Errorf("the passage (-want +got):\n%s", d)
			}
		})
	}
	t.Run("points", func(t *testing.T) {
		t.Parallel()
		srv, store := startGated(t)
		mustRoute(srv)
		d := srv.Device(t)
		c := login(t, srv, d, clean, 0)
		store.close()
		c.send(dpPacket(`{"t":1}`, 1, 10))
		c.wantSilence()
		store.open()
		c.want(ackPacket(0x40, 10))
		if d := cmp.Diff([]string{"$dp 1 \x03\x00\x07" + `{"t":1}`}, mustQueue(t, store, d)); d != "" {
			t.Errorf("the queue (-want +got):\n%s", d)
		}
	})
	t.Run("a topic that nobody routes needs no store", func(t *testing.T) {
		t.Parallel()
		srv, store := startGated(t)
		sky := mustRoute(srv, "alarm")
		c := login(t, srv, srv.Device(t), clean, 0)
		store.close()
		c.publish("room1", "quiet", 1)
		if rose := sky.rose(); len(rose) > 0 {
			t.Errorf("rose: %v", rose)
		}
	})
}

func TestThingsGoUpInTheOrderInWhichTheDeviceSentThem(t *testing.T) {
	t.Parallel()
	store := memory.New()
	srv := onenettest.Start(t, withStore(lastingStore{store}))
	sky := mustRoute(srv, "a", "b")
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	c.send(
		publishPacket("a", []byte("1"), 0, 0),
		dpPacket(`{"t":2}`, 1, 1),
		publishPacket("b", []byte("4, for it is released then"), 2, 2),
		publishPacket("a", []byte("3"), 1, 3),
		ackPacket(0x62, 2),
		dpPacket(`{"t":5}`, 0, 0),
		retainPacket("b", "6", 1, 4),
		publishPacket("a", []byte("7"), 0, 0),
		dpPacket(`{"t":8}`, 2, 5),
	)
	for _, p := range [][]byte{ackPacket(0x40, 1), ackPacket(0x50, 2), ackPacket(0x40, 3), ackPacket(0x70, 2), ackPacket(0x40, 4), ackPacket(0x50, 5)} {
		c.want(p)
	}
	want := []string{
		"a 0 1", "$dp 1 \x03\x00\x07{\"t\":2}", "a 1 3", "b 2 4, for it is released then", "$dp 0 \x03\x00\x07{\"t\":5}", "b 1 6", "a 0 7",
		"$dp 2 \x03\x00\x07{\"t\":8}",
	}
	if d := cmp.Diff(want, sky.rose()); d != "" {
		t.Errorf("raised (-want +got):\n%s", d)
	}
	if d := cmp.Diff(want, mustQueue(t, store, d)); d != "" {
		t.Errorf("the queue (-want +got):\n%s", d)
	}
	late := login(t, srv, srv.Device(t), clean, 0)
	late.send(subscribePacket(20, 1, "b"))
	late.want(packet(0x90, []byte{0, 20, 1}))
	if m := late.message(); m.payload != "6" || !m.retain {
		t.Errorf("what goes up is retained here as ever, got %+v", m)
	}
}

func TestWhatTheCloudHasNoRoomForIsNotAccepted(t *testing.T) {
	t.Parallel()
	t.Run("a topic message at QoS 1", func(t *testing.T) {
		t.Parallel()
		srv := onenettest.Start(t)
		sky := mustRoute(srv, "alarm")
		s := login(t, srv, srv.Device(t), clean, 0)
		s.subscribe(0, "alarm", "room1")
		d := srv.Device(t)
		c := login(t, srv, d, clean, 0)
		sky.setFull(true)
		c.send(publishPacket("alarm", []byte("fire"), 1, 7))
		c.publish("room1", "others go on", 1)
		s.answer(s.wantMessage("room1", "others go on", 1), 1)
		r := srv.Wait(t, onenettest.Dropped(d))
		if r.Topic != "alarm" || !strings.Contains(r.Text, "real OneNET") || !strings.Contains(r.Text, "it is full") {
			t.Errorf("told: %+v", r)
		}
		sky.setFull(false)
		c.send(publishPacket("alarm", []byte("fire"), 1, 7)) // as a device does that has no PUBACK
		c.want(ackPacket(0x40, 7))
		s.answer(s.wantMessage("alarm", "fire", 1), 1)
	})
	t.Run("a topic message at QoS 2, which may be released again", func(t *testing.T) {
		t.Parallel()
		srv := onenettest.Start(t)
		sky := mustRoute(srv, "alarm")
		s := login(t, srv, srv.Device(t), clean, 0)
		s.subscribe(0, "alarm")
		c := login(t, srv, srv.Device(t), clean, 0)
		sky.setFull(true)
		c.send(publishPacket("alarm", []byte("fire"), 2, 7))
		c.want(ackPacket(0x50, 7))
		c.send(ackPacket(0x62, 7))
		c.wantSilence()
		s.wantSilence()
		sky.setFull(false)
		c.send(ackPacket(0x62, 7))
		c.want(ackPacket(0x70, 7))
		s.answer(s.wantMessage("alarm", "fire", 2), 2)
		if d := cmp.Diff([]string{"alarm 2 fire"}, sky.rose()); d != "" {
			t.Errorf("raised (-want +got):\n%s", d)
		}
	})
	t.Run("points", func(t *testing.T) {
		t.Parallel()
		srv := onenettest.Start(t)
		sky := mustRoute(srv)
		d := srv.Device(t)
		c := login(t, srv, d, clean, 0)
		sky.setFull(true)
		c.send(dpPacket(`{"t":1}`, 1, 7))
		srv.Wait(t, onenettest.Dropped(d))
		c.wantSilence()
		sky.setFull(false)
		c.handshake(dpPacket(`{"t":2}`, 1, 10), 1)
		points, err := srv.Platform().Points(t.Context(), onenet.PointQuery{Ref: d.Ref()})
		if err != nil || len(points) != 1 || string(points[0].Value) != "2" {
			t.Errorf("stored: %v, %v", points, err)
		}
	})
}

func TestWhatTheStoreRefusesDoesNotGoUp(t *testing.T) {
	t.Parallel()
	store := &fullStore{Store: memory.New()}
	srv := onenettest.Start(t, withStore(store))
	sky := mustRoute(srv, "alarm")
	awayFrom(t, srv, "alarm") // for it the message would be stored
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	store.setFull(true)
	c.send(publishPacket("alarm", []byte("fire"), 2, 7))
	c.want(ackPacket(0x50, 7))
	c.send(ackPacket(0x62, 7))
	srv.Wait(t, onenettest.Dropped(d))
	c.wantSilence()
	store.setFull(false)
	c.send(ackPacket(0x62, 7))
	c.want(ackPacket(0x70, 7))
	ended := sky.done()
	if len(ended) != 2 || !errors.Is(ended[0], errFull) || ended[1] != nil {
		t.Errorf("the passages ended with %v, want %v and nil", ended, errFull)
	}
	if d := cmp.Diff([]string{"alarm 2 fire"}, mustQueue(t, store, d)); d != "" {
		t.Errorf("the queue (-want +got):\n%s", d)
	}
}

func TestDataOnATopicThatGoesUpIsNoMistake(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	mustRoute(srv, "report")
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	c.publish("report", `{"t":1}`, 1)
	c.publish("elsewhere", `{"t":1}`, 1)
	if r := srv.Wait(t, onenettest.Warned(onenet.PublishData)); r.Topic != "elsewhere" {
		t.Errorf("the first warning is of topic %s", r.Topic)
	}
}

func TestAWillOnATopicThatGoesUpGoesUp(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		flags byte // of CONNECT
		full  bool
		want  []string
	}{
		{"as a message at its QoS", 0xCE, false, []string{"$dp 0 \x03\x00\x07{\"t\":1}", "lwt 1 off"}},
		{"one that is retained here too", 0xEE, false, []string{"$dp 0 \x03\x00\x07{\"t\":1}", "lwt 1 off"}},
		{"but for want of room, which is told", 0xEE, true, []string{"$dp 0 \x03\x00\x07{\"t\":1}"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			store := memory.New()
			srv := onenettest.Start(t, withStore(lastingStore{store}))
			sky := mustRoute(srv, "lwt")
			s := login(t, srv, srv.Device(t), clean, 0)
			s.subscribe(0, "lwt")
			d := srv.Device(t)
			c := loginWithWill(t, srv, d, row.flags, "lwt", "off")
			c.send(dpPacket(`{"t":1}`, 0, 0))
			c.wantSilence()
			sky.setFull(row.full)
			c.vanish(srv, d)
			s.answer(s.wantMessage("lwt", "off", 1), 1)
			if row.full {
				if r := srv.Wait(t, onenettest.Dropped(d)); r.Topic != "lwt" {
					t.Errorf("told: %+v", r)
				}
			}
			if d := cmp.Diff(row.want, sky.rose()); d != "" {
				t.Errorf("raised (-want +got):\n%s", d)
			}
			waitUntil(t, "all that rose is in the queue", func() bool { return cmp.Equal(row.want, mustQueue(t, store, d)) })
			if ended := sky.done(); len(ended) != len(row.want) {
				t.Errorf("%d passages ended, want %d", len(ended), len(row.want))
			}
			if row.flags&0x20 != 0 {
				waitUntil(t, "the will is retained", func() bool {
					kept, err := store.Retained(t.Context())
					return err == nil && len(kept) == 1 && kept[0].Topic == "lwt"
				})
			}
		})
	}
	t.Run("not when the device said good-bye", func(t *testing.T) {
		t.Parallel()
		srv := onenettest.Start(t)
		sky := mustRoute(srv, "lwt")
		d := srv.Device(t)
		loginWithWill(t, srv, d, 0xCE, "lwt", "off").bye(srv, d)
		if rose := sky.rose(); len(rose) > 0 {
			t.Errorf("raised %v", rose)
		}
	})
}
