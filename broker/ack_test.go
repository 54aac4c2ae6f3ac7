package broker_test

import (
	"fmt"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/store/memory"
)

// [MQTT-4.6.0-2]: $dp is acknowledged when it is stored, and nothing overtakes it.
func TestAcknowledgementsKeepTheOrderOfTheMessagesWhileTheStoreIsSlow(t *testing.T) {
	t.Parallel()
	srv, store := startGated(t)
	d := srv.Device(t)
	s := login(t, srv, srv.Device(t), clean, 0)
	s.subscribe(1, "room1")
	c := login(t, srv, d, clean, 0)
	store.close()
	c.send(dpPacket(`{"t":1}`, 1, 1), publishPacket("room1", []byte("a"), 1, 2), dpPacket(`{"t":2}`, 2, 3),
		publishPacket("room1", []byte("b"), 1, 4), publishPacket("$other", nil, 1, 5), dpPacket(`{"t":3}`, 1, 6))
	c.wantSilence() // nothing is safe yet, so nothing is acknowledged
	s.wantSilence()
	store.open()
	for _, a := range [][]byte{ackPacket(0x40, 1), ackPacket(0x40, 2), ackPacket(0x50, 3), ackPacket(0x40, 4), ackPacket(0x40, 5), ackPacket(0x40, 6)} {
		c.want(a)
	}
	s.wantMessage("room1", "a", 1)
	s.wantMessage("room1", "b", 1)
}

// Reference, section 1.4: a device that goes away has lost nothing that was acknowledged.
func TestMessageForAKeptSessionIsAcknowledgedWhenItIsStored(t *testing.T) {
	t.Parallel()
	srv, store := startGated(t)
	d := srv.Device(t)
	s := login(t, srv, d, kept, 0)
	s.subscribe(1, "room1")
	s.bye(srv, d)
	c := login(t, srv, srv.Device(t), clean, 0)
	store.close()
	c.send(publishPacket("room1", []byte("x"), 1, 10), retainPacket("room2", "kept", 1, 11))
	c.wantSilence()
	store.open()
	c.want(ackPacket(0x40, 10))
	c.want(ackPacket(0x40, 11))
}

func TestDataThatCannotBeStoredIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	full := &fullStore{Store: memory.New()}
	srv := onenettest.Start(t, withStore(full))
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	full.setFull(true)
	c.send(dpPacket(`{"t":1}`, 1, 1), dpPacket(`{"t":2}`, 2, 2))
	srv.Wait(t, onenettest.Dropped(d))
	c.publish("room1", "works", 1) // behind those two: they are not acknowledged any more
	full.setFull(false)
	c.send(dpPacket(`{"t":1}`, 1, 1))
	c.want(ackPacket(0x40, 1))
	c.send(dpPacket(`{"t":2}`, 2, 2)) // had the first been remembered, this would be taken for stored
	c.want(ackPacket(0x50, 2))
	srv.Wait(t, onenettest.Point(d, "t", "2"))
}

func TestMessageThatCannotBeStoredIsNeitherAcknowledgedNorLost(t *testing.T) {
	t.Parallel()
	full := &fullStore{Store: memory.New()}
	srv := onenettest.Start(t, withStore(full), onenettest.WithSwitches(func(s *onenet.Switches) { s.ConnackGap = 0 }))
	d, publisher := srv.Device(t), srv.Device(t)
	s := login(t, srv, d, kept, 0)
	s.subscribe(2, "room1")
	s.bye(srv, d)
	c := login(t, srv, publisher, clean, 0)
	full.setFull(true)
	c.send(publishPacket("room1", []byte("x"), 2, 7))
	c.want(ackPacket(0x50, 7))
	c.send(ackPacket(0x62, 7))
	srv.Wait(t, onenettest.Dropped(publisher))
	c.wantSilence()
	full.setFull(false)
	c.send(ackPacket(0x62, 7)) // a client repeats PUBREL, never the message
	c.want(ackPacket(0x70, 7))
	s = login(t, srv, d, kept, 1)
	s.answer(s.wantMessage("room1", "x", 2), 2)
}

// A device that uploads faster than the store can keep up is slowed down, not cut off.
func TestTenThousandPipelinedUploadsAreAllAcknowledgedInOrder(t *testing.T) {
	t.Parallel()
	srv, store := startGated(t)
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	store.close()
	const n = 10000
	go func() {
		for i := range n {
			if _, err := c.Write(dpPacket(fmt.Sprintf(`{"t":%d}`, i), 1, uint16(i+1))); err != nil {
				return
			}
			if i == 5000 { // by now the broker has stopped reading
				store.open()
			}
		}
	}()
	for i := range n {
		c.want(ackPacket(0x40, uint16(i+1)))
	}
}
