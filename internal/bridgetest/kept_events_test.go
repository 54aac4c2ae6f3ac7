package bridgetest_test

import (
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/internal/rig"
	"github.com/onelan/onelan/onenettest"
)

// sendSome sends messages and counts which are acknowledged. At QoS 0 the answer to a ping stands for that.
func (c *chain) sendSome(t *testing.T, qos byte, n int) *board {
	t.Helper()
	b := c.mustBoard(t, c.pairs[0])
	for i := range n {
		if err := b.send("$dp", qos, point("n", i)); err != nil {
			t.Fatal(err)
		}
	}
	c.acked += b.acks(t, qos, n)
	c.mustVerify(t) // what came at QoS 0 may be on its way into the store still
	return b
}

// acks counts how many of so many messages are acknowledged, and completes the handshakes of QoS 2. What is not within half a second will not be.
func (b *board) acks(t *testing.T, qos byte, of int) (n int) {
	t.Helper()
	if qos == 0 {
		b.mustBeAcked(t, 0)
		return of
	}
	for n < of {
		head, body, err := b.Next(500 * time.Millisecond)
		switch {
		case err != nil:
			return n
		case head == rig.Puback || head == pubcomp:
			n++
		case head == pubrec:
			if _, err := b.Write([]byte{pubrel, 2, body[0], body[1]}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return n
}

func sendAndDrain(t *testing.T, c *chain, qos byte) int {
	t.Helper()
	c.sendSome(t, qos, keptMessages)
	c.mustDrain(t)
	return keptMessages
}

func sendBackAndDrain(t *testing.T, c *chain, qos byte) int {
	t.Helper()
	c.sendSome(t, qos, keptMessages)
	c.back()
	c.mustDrain(t)
	return keptMessages
}

func refuse(t *testing.T, c *chain, qos byte) int {
	t.Helper()
	c.proxy.RefuseLogin(4)
	c.proxy.Cut(faultnet.Reset)
	c.awaitLink(t, c.pairs[0], bridge.Refused)
	c.sendSome(t, qos, keptMessages)
	c.proxy.Mend()
	c.mustDrain(t)
	return keptMessages
}

func pause(t *testing.T, c *chain, qos byte) int {
	t.Helper()
	if _, err := c.edge.Bridge().Pause(); err != nil {
		t.Fatal(err)
	}
	c.awaitLink(t, c.pairs[0], bridge.Paused)
	c.sendSome(t, qos, keptMessages)
	if _, err := c.edge.Bridge().Resume(); err != nil {
		t.Fatal(err)
	}
	c.mustDrain(t)
	return keptMessages
}

// fillBackAndDrain sends each message when the one before is at rest: what is on its way into the store cannot give way to another.
func fillBackAndDrain(t *testing.T, c *chain, qos byte) int {
	t.Helper()
	b := c.mustBoard(t, c.pairs[0])
	for i := range keptMessages {
		if err := b.send("$dp", qos, point("n", i)); err != nil {
			t.Fatal(err)
		}
		c.acked += b.acks(t, qos, 1)
		c.mustVerify(t)
	}
	c.back()
	c.mustDrain(t)
	return keptMessages
}

func soonSilent(p *bridge.Plan) { p.Keepalive = time.Second }

func sendIntoSilence(t *testing.T, c *chain, qos byte) int {
	t.Helper()
	c.proxy.Silence(true)
	mark := c.edge.Mark()
	c.sendSome(t, qos, keptMessages)
	c.edge.WaitAfter(t, mark, c.pairs[0].notOnline())
	c.proxy.Silence(false)
	c.mustDrain(t)
	return keptMessages
}

func loseAcks(t *testing.T, c *chain, qos byte) int {
	t.Helper()
	c.proxy.DropAcks()
	c.sendSome(t, qos, keptMessages)
	c.cloud.Wait(t, onenettest.Point(c.pairs[0].there, "n", fmt.Sprint(keptMessages-1)))
	c.away()
	c.proxy.Mend()
	c.back()
	c.mustDrain(t)
	return keptMessages
}

func stopAndStart(t *testing.T, c *chain, qos byte) int {
	t.Helper()
	c.sendSome(t, qos, keptMessages)
	if err := c.edge.Close(); err != nil {
		t.Fatal(err)
	}
	c.startEdge(t)
	c.back()
	c.mustDrain(t)
	return keptMessages
}

func leaveAndDrain(t *testing.T, c *chain, qos byte) int {
	t.Helper()
	c.sendSome(t, qos, keptMessages).leave()
	c.edge.Wait(t, onenettest.Offline(c.pairs[0].here))
	c.back()
	c.mustDrain(t)
	return keptMessages
}

func expire(t *testing.T, c *chain, qos byte) int {
	t.Helper()
	c.sendSome(t, qos, keptMessages)
	c.edge.Advance(t, time.Hour)
	c.await(t, "expiry", func() bool { return c.status(t, c.ref()).Books.Waiting == 0 })
	return keptMessages
}

// poison sends what the cloud cannot bear alone, and the rest when that is out of the way.
func poison(t *testing.T, c *chain, qos byte) int {
	t.Helper()
	b := c.sendSome(t, qos, 2)
	c.mustDrain(t)
	c.proxy.KillOn(func(f faultnet.Frame) bool { return f.Topic() == "$dp" && slices.Contains(numbersOf(f), 2) })
	for i := 2; i < keptMessages; i++ {
		if err := b.send("$dp", qos, point("n", i)); err != nil {
			t.Fatal(err)
		}
		c.acked += b.acks(t, qos, 1)
		c.await(t, "link being well again", func() bool {
			s := c.status(t, c.ref())
			return s.Link.Counts.Lost > 0 && s.Link.State == bridge.Online && s.Books.Waiting == 0
		})
	}
	return keptMessages
}

func dropByPerson(t *testing.T, c *chain, qos byte) int {
	t.Helper()
	c.sendSome(t, qos, keptMessages)
	if _, err := c.edge.Bridge().Drop(t.Context(), c.ref(), queue.Pick{}); err != nil {
		t.Fatal(err)
	}
	return keptMessages
}

func diskFull(t *testing.T, c *chain, qos byte) int {
	t.Helper()
	c.store.fail(syscall.ENOSPC, nil)
	c.sendSome(t, qos, keptMessages)
	c.store.fail(nil, nil)
	c.mustDrain(t)
	return keptMessages
}

// killed is for a real onelan, in a process of its own.
func killed(t *testing.T, qos byte) string {
	t.Helper()
	e := newRealEdge(t, 1, "")
	e.proxy.Redirect(nowhere)
	e.mustStart(t)
	b := mustBoardAt(t, e.MQTT, e.pairs[0].here)
	for i := range keptMessages {
		if err := b.send("$dp", qos, point("n", i)); err != nil {
			t.Fatal(err)
		}
	}
	acked := b.acks(t, qos, keptMessages)
	e.await(t, "books", func(s lab.Bridge) bool { return s.Totals.Accepted == keptMessages })
	e.Kill()
	e.mustStart(t)
	e.proxy.Redirect(e.cloud.MQTTAddr())
	return words(keptMessages, acked, e.mustDrain(t)[0], received(t, e.cloud, e.pairs[0].there, "n"))
}
