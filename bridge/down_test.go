package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/onenettest"
)

// receiver is a Receive that keeps what comes.
func receiver() (func(context.Context, bridge.Received) error, chan bridge.Received) {
	got := make(chan bridge.Received, 1000)
	return func(_ context.Context, m bridge.Received) error { got <- m; return nil }, got
}

func TestCommandsComeInOrderWithoutASubscription(t *testing.T) {
	t.Parallel()
	receive, got := receiver()
	r := newRig(t, newFakeQueue(), func(c *bridge.Config) { c.Receive = receive })
	r.Start()
	r.cloud.Wait(t, onenettest.Online(r.dev))
	for i := range 50 {
		r.cloud.Send(t, r.dev, fmt.Sprintf("command %d", i))
	}
	for i := range 50 {
		m := <-got
		if string(m.Payload) != fmt.Sprintf("command %d", i) || !strings.HasPrefix(m.Topic, "$creq/") || m.QoS != 0 {
			t.Fatalf("command %d is %+v", i, m)
		}
	}
	if n := r.proxy.Counts().Up[faultnet.Subscribe]; n != 0 {
		t.Errorf("%d subscriptions", n)
	}
}

func TestAMessageIsAcknowledgedWhenItWasTaken(t *testing.T) {
	t.Parallel()
	got := make(chan string, 10)
	r := newRig(t, newFakeQueue(), func(c *bridge.Config) {
		c.Topics = []bridge.Topic{{Name: "down", QoS: 1}}
		c.Receive = func(_ context.Context, m bridge.Received) error {
			got <- string(m.Payload)
			if string(m.Payload) == "bad" {
				return errors.New("nobody wants it")
			}
			return nil
		}
	})
	var sent, acked []uint16
	enough := make(chan struct{})
	r.proxy.Judge(func(f faultnet.Frame) faultnet.Verdict {
		switch {
		case f.Direction == faultnet.Down && f.Kind() == faultnet.Publish:
			sent = append(sent, f.ID())
		case f.Direction == faultnet.Up && f.Kind() == faultnet.Puback && len(acked) < 2:
			if acked = append(acked, f.ID()); len(acked) == 2 {
				close(enough)
			}
		}
		return faultnet.Pass
	})
	r.Start()
	r.cloud.Wait(t, onenettest.Subscribed(r.dev, "down"))
	c := r.cloud.Connect(t, r.cloud.Device(t))
	for _, s := range []string{"one", "bad", "two"} {
		mustComplete(t, c.Publish("down", 1, false, s))
		if m := <-got; m != s {
			t.Errorf("got %q, want %q", m, s)
		}
	}
	<-enough
	if d := cmp.Diff([]uint16{sent[0], sent[2]}, acked); d != "" {
		t.Errorf("acknowledged (-want +got):\n%s", d)
	}
	if s := r.Status(); s.Counts.Received != 3 || s.Counts.Failed != 1 {
		t.Errorf("counts %+v", s.Counts)
	}
}

// Paho's own way is to run handlers where it also takes in acknowledgements (its issues 473 and 474).
func TestASlowReceiverDoesNotHoldUpWhatGoesUp(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	q := newFakeQueue()
	r := newRig(t, q, func(c *bridge.Config) {
		c.Receive = func(context.Context, bridge.Received) error { <-release; return nil }
	})
	r.Start()
	r.cloud.Wait(t, onenettest.Online(r.dev))
	r.cloud.Send(t, r.dev, "slow")
	r.cloud.Send(t, r.dev, "slow too")
	r.proxy.Await(t, "the commands", func(n faultnet.Counts) bool { return n.Down[faultnet.Publish] == 2 })
	q.add("up", 1, numbers(200)...)
	q.awaitEmpty(t)
	close(release)
}

// A command at QoS 0 is not sent again.
func TestCommandsThatCameBeforeACutAreHandedOver(t *testing.T) {
	t.Parallel()
	const commands, between = 12, 6 // so many Paho may have on the way from the wire
	release, got := make(chan struct{}), make(chan string, commands)
	q := newFakeQueue()
	r := newRig(t, q, func(c *bridge.Config) {
		c.Receive = func(_ context.Context, m bridge.Received) error {
			<-release
			got <- string(m.Payload)
			return nil
		}
	})
	r.Start()
	r.cloud.Wait(t, onenettest.Online(r.dev))
	for i := range commands {
		r.cloud.Send(t, r.dev, fmt.Sprint(i))
	}
	r.proxy.Await(t, "the commands", func(n faultnet.Counts) bool { return n.Down[faultnet.Publish] == commands })
	q.add("up", 1, "x")
	q.awaitEmpty(t) // its acknowledgement came behind them
	r.proxy.Cut(faultnet.Reset)
	close(release)
	r.awaitChange(0, "a new login", func(s bridge.Status) bool { return s.Counts.Logins == 2 })
	for i := range commands - between {
		if s := <-got; s != fmt.Sprint(i) {
			t.Errorf("command %d is %q", i, s)
		}
	}
}

func TestARefusedSubscriptionIsNoted(t *testing.T) {
	t.Parallel()
	r := newRig(t, newFakeQueue("x"), func(c *bridge.Config) {
		c.Topics = []bridge.Topic{{Name: "fine"}, {Name: "no/+/wildcards", QoS: 1}}
	})
	r.Start()
	r.queue.awaitEmpty(t) // which comes after the subscriptions
	if d := cmp.Diff([]string{"no/+/wildcards"}, r.Status().Refused); d != "" {
		t.Errorf("refused (-want +got):\n%s", d)
	}
}

func TestASubscriptionThatIsNotAnsweredHoldsNothingUp(t *testing.T) {
	t.Parallel()
	r := newRig(t, newFakeQueue("x"), func(c *bridge.Config) {
		c.Topics = []bridge.Topic{{Name: "one"}, {Name: "two", QoS: 1}}
		c.Timing.Ack = time.Second
	})
	r.proxy.Judge(func(f faultnet.Frame) faultnet.Verdict {
		if f.Direction == faultnet.Down && f.Kind() == faultnet.Suback {
			return faultnet.Drop
		}
		return faultnet.Pass
	})
	r.Start()
	r.queue.awaitEmpty(t)
	if d := cmp.Diff([]string{"one", "two"}, r.Status().Refused); d != "" {
		t.Errorf("not subscribed to (-want +got):\n%s", d)
	}
	if n := r.proxy.Counts().Up[faultnet.Subscribe]; n != 2 {
		t.Errorf("%d SUBSCRIBEs, want 2", n)
	}
}
