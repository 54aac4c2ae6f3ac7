package broker_test

import (
	"testing"

	"github.com/onelan/onelan/onenettest"
)

// The whole life of the tutorial's board, byte by byte: a login, a command that
// it never subscribed to, an answer, a data point, a message to itself.
func TestTutorialBoardLogsInObeysAnswersAndReports(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Demo(t)
	c := login(t, srv, d, clean, 0)
	c.subscribe(0, "led")
	cmd := srv.Send(t, d, "on")
	c.wantMessage("$creq/"+string(cmd.ID), "on", 0)
	c.publish("$crsp/"+string(cmd.ID), "ok", 1)
	srv.Wait(t, onenettest.Answered(d))
	c.handshake(dpPacket(`{"t":25.5}`, 1, 10), 1)
	srv.Wait(t, onenettest.Point(d, "t", "25.5"))
	c.publish("led", "x", 0)
	c.wantMessage("led", "x", 0)
	c.publish("led", "y", 1)
	id := c.wantMessage("led", "y", 1)
	c.send(ackPacket(0x40, id))
	c.bye(srv, d)
}
