package broker_test

import (
	"strings"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// The STM32 kit looks for the command in the wrong place when its packet has a length of two
// bytes. OneNET delivers it all the same, and so does onelan; it says why nothing happens.
func TestLongCommandToAKitIsWarnedOf(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	c := login(t, srv, d, 0xC0, 0)
	c.send(append([]byte{0x80}, subscribePacket(20, 0, "led")[1:]...)) // header 80: a kit
	c.want([]byte{0x90, 3, 0, 20, 0})
	for _, size := range []int{83, 84} {
		body := strings.Repeat("x", size)
		cmd := srv.Send(t, d, body)
		c.wantMessage("$creq/"+string(cmd.ID), body, 0)
	}
	srv.Wait(t, onenettest.Warned(onenet.CommandLong))
	records, _ := srv.Platform().Journal().Read(0, 1000)
	n := 0
	for _, r := range records {
		if r.Kind == onenet.KindWarning && r.Refusal.Cause == onenet.CommandLong {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d warnings, want one for the longer command", n)
	}
}
