package broker_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/store/memory"
)

type fate struct {
	where onenet.Delivered
	err   error
}

// fromCloud hands a message of the cloud for the device to the platform.
func fromCloud(srv *onenettest.Server, d onenet.Device, topic, payload string, qos byte) <-chan fate {
	done := make(chan fate, 2) // room for one too many
	buffer := []byte(payload)
	srv.Platform().FromCloud(d.Ref(), topic, qos, buffer, func(where onenet.Delivered, err error) {
		clear(buffer) // the caller needs it for the next message
		done <- fate{where, err}
	})
	return done
}

func mustDeliver(t testing.TB, srv *onenettest.Server, d onenet.Device, topic, payload string, qos byte, want onenet.Delivered) {
	t.Helper()
	if got := <-fromCloud(srv, d, topic, payload, qos); got != (fate{where: want}) {
		t.Fatalf("the message %q is %+v, want %s", payload, got, want)
	}
}

func TestAMessageOfTheCloudGoesToItsDeviceAndNobodyElse(t *testing.T) {
	t.Parallel()
	for qos := range byte(3) {
		for name, flags := range map[string]byte{"clean": clean, "kept": kept} {
			t.Run(fmt.Sprintf("at QoS %d in a %s session", qos, name), func(t *testing.T) {
				t.Parallel()
				store := memory.New()
				srv := onenettest.Start(t, withStore(lastingStore{store}))
				sky := mustRoute(srv, "led")
				d, other := srv.Device(t), srv.Device(t)
				c, o := login(t, srv, d, flags, 0), login(t, srv, other, clean, 0)
				c.subscribe(0, "led") // what it asked for does not count
				o.subscribe(2, "led")
				mustDeliver(t, srv, d, "led", "on", qos, onenet.DeliveredNow)
				c.answer(c.wantMessage("led", "on", qos), qos)
				c.wantSilence()
				o.wantSilence()
				if rose := sky.rose(); len(rose) > 0 {
					t.Errorf("it went up again: %v", rose)
				}
				waitUntil(t, "the session is empty again", func() bool {
					left, err := store.Queue(t.Context(), d.Ref())
					return err == nil && len(left) == 0
				})
			})
		}
	}
}

func TestAMessageOfTheCloudThatNobodyWants(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	gone, deaf := srv.Device(t), srv.Device(t)
	g := login(t, srv, gone, clean, 0)
	g.subscribe(1, "led")
	g.bye(srv, gone)
	c := login(t, srv, deaf, kept, 0)
	c.subscribe(1, "led", "room1")
	c.send(unsubscribePacket(21, "led"))
	c.want(ackPacket(0xB0, 21))
	for name, d := range map[string]onenet.Device{"unknown": {Product: "1", ID: "nobody"}, "never here": srv.Device(t), "gone": gone, "not subscribed": deaf} {
		t.Run(name, func(t *testing.T) { mustDeliver(t, srv, d, "led", "on", 1, onenet.NotWanted) })
	}
	c.wantSilence()
}

func TestAMessageOfTheCloudWaitsInTheSessionOfADeviceThatIsAway(t *testing.T) {
	t.Parallel()
	store := lastingStore{memory.New()}
	srv := onenettest.Start(t, withoutGap(), withStore(store))
	d := awayFrom(t, srv, "led")
	for i := range 12 {
		mustDeliver(t, srv, d, "led", fmt.Sprint(i), 1, onenet.DeliveredLater)
	}
	if r := srv.Wait(t, onenettest.Dropped(d)); r.Topic != "led" {
		t.Errorf("what made room: %+v", r)
	}
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	srv = onenettest.Start(t, withoutGap(), withStore(store)) // and over a restart
	c := login(t, srv, d, kept, 1)
	for i := range 10 {
		c.answer(c.wantMessage("led", fmt.Sprint(2+i), 1), 1)
	}
	c.wantSilence()
}

func TestAMessageOfTheCloudIsTakenWhenItIsStored(t *testing.T) {
	t.Parallel()
	t.Run("and not before", func(t *testing.T) {
		t.Parallel()
		srv, store := startGated(t)
		d := srv.Device(t)
		c := login(t, srv, d, kept, 0)
		c.subscribe(1, "led")
		store.close()
		done := fromCloud(srv, d, "led", "on", 1)
		c.wantSilence()
		if len(done) > 0 {
			t.Error("done before the commit")
		}
		store.open()
		c.answer(c.wantMessage("led", "on", 1), 1)
		if got := <-done; got.where != onenet.DeliveredNow || got.err != nil {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("and not when the disk is full", func(t *testing.T) {
		t.Parallel()
		store := &fullStore{Store: memory.New()}
		srv := onenettest.Start(t, withStore(store))
		d := awayFrom(t, srv, "led")
		store.setFull(true)
		if got := <-fromCloud(srv, d, "led", "on", 1); got.where != "" || !errors.Is(got.err, errFull) {
			t.Errorf("got %+v, want %v", got, errFull)
		}
		srv.Wait(t, onenettest.Dropped(d))
	})
	t.Run("and not when too much waits for the device", func(t *testing.T) {
		t.Parallel()
		srv := onenettest.Start(t, onenettest.WithLimits(func(l *onenet.Limits) { l.Inflight, l.QueueMessages = 1, 1 }))
		d := srv.Device(t)
		c := login(t, srv, d, kept, 0)
		c.subscribe(1, "led")
		mustDeliver(t, srv, d, "led", "1", 1, onenet.DeliveredNow)
		mustDeliver(t, srv, d, "led", "2", 1, onenet.DeliveredNow)
		if got := <-fromCloud(srv, d, "led", "3", 1); !errors.Is(got.err, onenet.ErrLimit) {
			t.Errorf("got %+v, want ErrLimit", got)
		}
		c.answer(c.wantMessage("led", "1", 1), 1)
		c.answer(c.wantMessage("led", "2", 1), 1)
		c.wantSilence()
	})
}

func TestAMessageOfTheCloudOnThePlatformOf2016(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithSwitches(func(s *onenet.Switches) { s.Profile = onenet.Profile2016 }))
	d := srv.Device(t)
	c := login(t, srv, d, kept, 0)
	c.send(subscribePacket(20, 1, "led"))
	c.want(packet(0x90, []byte{0, 20, 0}))
	mustDeliver(t, srv, d, "led", "on", 1, onenet.DeliveredNow)
	c.wantMessage("led", "on", 0)
	c.bye(srv, d)
	mustDeliver(t, srv, d, "led", "on", 1, onenet.NotWanted)
	c = login(t, srv, d, kept, 1)
	c.wantSilence()
}

func TestAMessageOfTheCloudDuringTheGreetingComesBehindWhatWaited(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := awayFrom(t, srv, "led")
	for _, payload := range []string{"1", "2"} {
		mustDeliver(t, srv, d, "led", payload, 1, onenet.DeliveredLater)
	}
	c := login(t, srv, d, kept, 1) // the first is due a gap later
	mustDeliver(t, srv, d, "led", "3", 1, onenet.DeliveredNow)
	var got []string
	for range 3 {
		m := c.message()
		got = append(got, m.payload)
		c.answer(m.id, 1)
	}
	if d := cmp.Diff([]string{"1", "2", "3"}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
