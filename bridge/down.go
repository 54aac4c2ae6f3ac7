package bridge

import (
	"context"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// inboxSize is how many messages from the cloud may wait for Receive.
const inboxSize = 256

// take puts a message by. Paho calls it on the goroutine that also takes in the acknowledgements, so Receive is called elsewhere;
// when the inbox is full everything waits, and TCP tells the cloud.
func (ln *line) take(m mqtt.Message) {
	select {
	case ln.inbox <- m:
	case <-ln.tap.dead:
	}
}

// stuck tells that nothing is read because the inbox is full: then silence is our own.
func (ln *line) stuck() bool { return len(ln.inbox) == cap(ln.inbox) }

// deliver hands the messages over, one at a time. Those that came before the connection ended are handed over still: a command
// at QoS 0 does not come again.
func (ln *line) deliver(ctx context.Context) {
	for {
		select {
		case m := <-ln.inbox:
			ln.hand(ctx, m)
		case <-ln.tap.dead:
			for len(ln.inbox) > 0 {
				ln.hand(ctx, <-ln.inbox)
			}
			return
		}
	}
}

// hand gives one message to Receive and acknowledges it when it was taken.
func (ln *line) hand(ctx context.Context, m mqtt.Message) {
	err := ln.link.receive(ctx, Received{m.Topic(), m.Qos(), m.Retained(), m.Payload()})
	if err == nil {
		m.Ack()
	}
}
