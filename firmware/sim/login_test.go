package sim_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/onelan/onelan/firmware/sim"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

// records are the platform's records of a kind that concern the device.
func records(srv *onenettest.Server, k onenet.Kind, d onenet.DeviceID) []*onenet.Record {
	var out []*onenet.Record
	for after := uint64(0); ; {
		list, _ := srv.Platform().Journal().Read(after, 256)
		if len(list) == 0 {
			return out
		}
		for _, r := range list {
			after = r.Seq
			if r.Kind == k && r.Device == d {
				out = append(out, r)
			}
		}
	}
}

// logins is how often the device has logged in.
func (r *rig) logins(srv *onenettest.Server, d onenet.Device) int {
	return len(records(srv, onenet.KindConnected, d.ID))
}

func TestPlatformSeesWhoTheBoardIs(t *testing.T) {
	t.Parallel()
	srv, _, n := desktop(t)
	d := srv.AddDevice(t, onenet.Device{Product: server.DemoProduct, ID: "240AC4ABCDEF", AuthInfo: "board-7"})
	b := mustBoard(t, n, with(quick(d), settings{"device_id": "mac", "keepalive_s": 77}), func(c *sim.Config) { c.MAC = "240AC4ABCDEF" })
	b.must(0, serving("lan"))
	r := srv.Wait(t, onenettest.Online(d))
	for _, want := range []string{"logged in with auth info", "keepalive 77 s", "clean session"} {
		if !strings.Contains(r.Text, want) {
			t.Errorf("the platform says %q, want %q in it", r.Text, want)
		}
	}
	srv.Wait(t, onenettest.Subscribed(d, "led"))
	if got := records(srv, onenet.KindSubscribed, d.ID); len(got) != 1 {
		t.Errorf("%d subscriptions, want that to led only: OneNET sends commands unasked", len(got))
	}
}

// A wrong password does not become right by haste: the waits grow, the reason is told, and once it is right the board is in.
func TestWrongPasswordIsToldAndNotHammered(t *testing.T) {
	t.Parallel()
	srv, d, n := desktop(t)
	wrong := with(unhurried(d), settings{"auth_info": "mistyped", "backoff_s": 40})
	b := mustBoard(t, n, wrong, func(c *sim.Config) { c.Speed = 10 })
	at := b.must(0, sim.Printed("look at product_id and auth_info"))
	var waits []float64
	for range 2 {
		at = b.must(at, sim.Printed("next try with lan in"))
		var s float64
		text := b.Events(at - 1)[0].Text
		if _, err := fmt.Sscanf(text, "app: next try with lan in %f s", &s); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		waits = append(waits, s)
	}
	if waits[0] < 10 || waits[1] < 20 {
		t.Errorf("waits of %v s, want 10 and 20 at least", waits)
	}
	if got := len(records(srv, onenet.KindRefused, d.ID)); got != 2 {
		t.Errorf("%d refused logins in that time, want 2", got)
	}
	d.AuthInfo = "mistyped"
	if err := srv.Platform().ChangeDevice(context.Background(), d); err != nil {
		t.Fatal(err)
	}
	b.must(at, serving("lan"))
}

func TestRegisteredIdentitySurvivesResetAndPowerCut(t *testing.T) {
	t.Parallel()
	srv, d, n := desktop(t)
	s := with(quick(d), settings{"device_id": "", "auth_info": "", "register_code": server.DemoRegisterCode})
	b := mustBoard(t, n, s)
	at := b.must(0, serving("lan"))
	me := identity(b, 0)
	if devices, _, err := srv.Platform().Devices(t.Context(), onenet.DeviceFilter{Product: server.DemoProduct, IDs: []onenet.DeviceID{me}}); err != nil || len(devices) != 1 {
		t.Fatalf("the board is %q, of which the platform knows %v %v", me, devices, err)
	}
	for name, restart := range map[string]func(){"reset": b.PressReset, "power cut": b.PowerCycle} {
		restart()
		next := b.must(at, serving("lan"))
		if got := identity(b, at); got != me {
			t.Errorf("after the %s the board is %q, want %q", name, got, me)
		}
		if b.printed(at, "register:") {
			t.Errorf("after the %s the board registered again", name)
		}
		at = next
	}
	// A blank flash is a new board to the program, and the same to the platform, which knows it by its serial number.
	b.RemoveFile("/identity.json")
	b.PowerCycle()
	b.must(at, sim.Printed("register: device "+string(me)))
}

// identity is the device id that the board logs in with, as its serial line says after the event of that number.
func identity(b *rig, after int) onenet.DeviceID {
	for _, e := range b.Events(after) {
		if _, id, ok := strings.Cut(e.Text, " as "); ok && strings.Contains(e.Text, "connected to") {
			return onenet.DeviceID(id)
		}
	}
	return ""
}
