package onenettest_test

import (
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// A firmware's tests run against a platform of their own: here Paho plays the board.
func Example() {
	blueLED := func(t *testing.T) {
		srv := onenettest.Start(t)
		dev := srv.Device(t)

		// The board logs in and does what it is told.
		lit := make(chan string, 1)
		client := srv.Connect(t, dev, onenettest.OnMessage(func(_ string, payload []byte) { lit <- string(payload) }))
		cmd := srv.Send(t, dev, "on")
		if got := <-lit; got != "on" {
			t.Errorf("the board was told %q", got)
		}
		client.Publish("$crsp/"+string(cmd.ID), 1, false, "ok")
		srv.Wait(t, onenettest.CommandIs(cmd, onenet.CommandAnswered))

		// It uploads, and the platform has the value.
		client.Publish("$dp", 1, false, onenettest.DP(`{"temperature":25.5}`))
		srv.Wait(t, onenettest.Point(dev, "temperature", "25.5"))
	}
	_ = blueLED // go test would call it TestBlueLED
}

// TestExampleOfTheReadme is the test of the README, word for word.
func TestExampleOfTheReadme(t *testing.T) {
	srv := onenettest.Start(t)    // a whole platform on free ports, gone with the test
	dev := srv.Device(t)          // a device with credentials of its own
	client := srv.Connect(t, dev) // or your firmware, at srv.MQTTAddr()
	client.Publish("$dp", 1, false, onenettest.DP(`{"temperature":25.5}`))
	srv.Wait(t, onenettest.Point(dev, "temperature", "25.5"))
	cmd := srv.Send(t, dev, "on")
	client.Publish("$crsp/"+string(cmd.ID), 1, false, "ok")
	srv.Wait(t, onenettest.Answered(dev))
}
