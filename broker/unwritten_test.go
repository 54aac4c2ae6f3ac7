package broker_test

import (
	"testing"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// A cached command waits behind the gap after CONNACK. A device that goes in that moment
// gets it at its next login.
func TestCachedCommandOfADeviceThatLeavesBeforeItsTurnComesAtTheNextLogin(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithSwitches(func(s *onenet.Switches) { s.ConnackGap = 100 * time.Millisecond }))
	d := srv.Device(t)
	first := srv.Send(t, d, "first", onenettest.Within(time.Hour))
	second := srv.Send(t, d, "second", onenettest.Within(time.Hour))
	c := login(t, srv, d, clean, 0)
	c.wantMessage("$creq/"+string(first.ID), "first", 0)
	c.bye(srv, d) // the second is due a gap later
	c = login(t, srv, d, clean, 0)
	c.wantMessage("$creq/"+string(second.ID), "second", 0)
	c.wantSilence()
}
