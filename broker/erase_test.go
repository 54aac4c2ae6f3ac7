package broker_test

import (
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

func TestDeletedDeviceIsDisconnected(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	if err := srv.Platform().RemoveDevice(t.Context(), d.Ref()); err != nil {
		t.Fatal(err)
	}
	c.wantClosed()
	if r := srv.Wait(t, onenettest.Offline(d)); r.Text != "the device was deleted" {
		t.Errorf("the journal says %q", r.Text)
	}
}

// A device that is created again under an old id must find nothing of the old one.
func TestDeletedDeviceLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	for name, here := range map[string]bool{"deleted while it is here": true, "deleted while it is away": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := onenettest.Start(t)
			d := srv.Device(t)
			c := login(t, srv, d, kept, 0)
			c.subscribe(1, "led")
			if !here {
				c.bye(srv, d)
			}
			if err := srv.Platform().RemoveDevice(t.Context(), d.Ref()); err != nil {
				t.Fatal(err)
			}
			login(t, srv, srv.Device(t), clean, 0).publish("led", "for nobody", 1)
			if _, err := srv.Platform().AddDevice(t.Context(), d); err != nil {
				t.Fatal(err)
			}
			login(t, srv, d, kept, 0).wantSilence()
		})
	}
}

func TestDeletedProductLeavesNoRetainedMessageBehind(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.AddDevice(t, onenet.Device{Product: "88001", AuthInfo: "one"})
	c := login(t, srv, d, clean, 0)
	c.send(retainPacket("led", "on", 1, 1))
	c.want(ackPacket(0x40, 1))
	if err := srv.Platform().RemoveProduct(t.Context(), "88001"); err != nil {
		t.Fatal(err)
	}
	c.wantClosed()
	again := login(t, srv, srv.AddDevice(t, onenet.Device{Product: "88001", ID: d.ID, AuthInfo: "one"}), clean, 0)
	again.subscribe(1, "led")
	again.wantSilence()
}

func TestDeviceThatIsPutOnTheBlacklistIsCutOff(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	d.Blocked = true
	if err := srv.Platform().ChangeDevice(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	c.wantClosed()
}
