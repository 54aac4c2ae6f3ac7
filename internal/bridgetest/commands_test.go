package bridgetest_test

import (
	"testing"
	"time"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

func TestAnAnswerWaitsForACloudThatIsAway(t *testing.T) {
	t.Parallel()
	c := startChain(t, setup{})
	p := c.pairs[0]
	b := c.mustBoard(t, p)
	c.awaitLink(t, p, bridge.Online)
	c.cloud.Wait(t, onenettest.Online(p.there))
	cmd := c.cloud.Send(t, p.there, "LED=1")
	uuid, _ := b.readCommand(t)
	c.away()
	b.mustSend(t, "$crsp/"+uuid, 1, "lit")
	if books := c.status(t, c.ref()).Books; books.Waiting != 1 {
		t.Errorf("books %+v, want the answer waiting", books)
	}
	c.back()
	c.cloud.Wait(t, onenettest.CommandIs(cmd, onenet.CommandAnswered))
	c.mustDrain(t)
}

// A command that the cloud has sent is not sent again: onelan keeps it for the device, over a restart too, and knows whose the answer is.
func TestACloudCommandOutlivesARestartOfTheEdge(t *testing.T) {
	t.Parallel()
	c := startChain(t, setup{edge: onDiskOf(t), plan: func(p *bridge.Plan) { p.CommandWait = time.Minute }})
	p := c.pairs[0]
	c.cloud.Wait(t, onenettest.Online(p.there))
	cmd := c.cloud.Send(t, p.there, "LED=1")
	c.edge.Wait(t, onenettest.Kind(onenet.KindCommand, p.here))
	if err := c.edge.Close(); err != nil {
		t.Fatal(err)
	}
	c.startEdge(t)
	uuid, body := c.mustBoard(t, p).readCommand(t)
	if body != "LED=1" {
		t.Errorf("the device was told %q", body)
	}
	c.mustBoard(t, p).mustSend(t, "$crsp/"+uuid, 1, "lit") // on a connection of later
	c.cloud.Wait(t, onenettest.CommandIs(cmd, onenet.CommandAnswered))
	c.mustDrain(t)
}

// Nobody is told to do at noon what was meant for the morning.
func TestACloudCommandThatWaitedTooLongIsNotDelivered(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 6, 1, 8, 0, 0, 0, onenet.Beijing)
	c := startChain(t, setup{
		edge: []onenettest.Option{onenettest.WithClock(start)},
		plan: func(p *bridge.Plan) { p.CommandWait, p.Keepalive = time.Hour, 0 },
	})
	p := c.pairs[0]
	c.cloud.Wait(t, onenettest.Online(p.there))
	c.cloud.Send(t, p.there, "LED=1")
	r := c.edge.Wait(t, onenettest.Kind(onenet.KindCommand, p.here))
	c.edge.Advance(t, 2*time.Hour)
	c.edge.Wait(t, onenettest.That("the command's end", func(n *onenet.Record) bool {
		return n.Kind == onenet.KindCommand && n.Command == r.Command && n.State == onenet.CommandSendFailed
	}))
	b := c.mustBoard(t, p)
	local := c.edge.Send(t, p.here, "hello")
	if uuid, body := b.readCommand(t); uuid != string(local.ID) {
		t.Errorf("the device was told %q", body)
	}
}
