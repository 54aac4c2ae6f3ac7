package bridge

import (
	"context"
	"errors"
	"fmt"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/onelan/onelan/internal/clock"
)

var errUnacknowledged = errors.New("the cloud answers pings, and does not acknowledge the message")

// sourceError is a fault of our own side.
type sourceError struct{ error }

// Unwrap lets errors.Is look inside.
func (e *sourceError) Unwrap() error { return e.error }

// send subscribes, and then sends what the Source has, in order and within the window, until ctx ends: the connection ends it too.
func (ln *line) send(ctx context.Context) {
	if !ln.subscribe(ctx) || !ln.settle(ctx) {
		return
	}
	source := ln.link.config.Source
	for after := int64(0); ctx.Err() == nil; {
		messages, err := source.Next(ctx, after, mostWindow)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			ln.tap.fail(&sourceError{fmt.Errorf("reading the queue: %w", err)})
			return
		}
		for _, m := range messages {
			if !ln.publish(ctx, m) {
				return
			}
			after = m.last()
		}
		if len(messages) == 0 && !await(ctx, source.Changed()) {
			return
		}
	}
}

// publish sends one message when its turn has come: by the window first, then by the rates.
func (ln *line) publish(ctx context.Context, m Message) bool {
	for {
		added, wait := ln.flight.add(m)
		if added {
			break
		}
		if !await(ctx, wait) {
			return false
		}
	}
	c := &ln.link.config
	if !c.Rate.Wait(ctx.Done()) || !c.Total.Wait(ctx.Done()) || ctx.Err() != nil {
		ln.flight.retract()
		return false
	}
	m = m.at(c.Clock.Now())
	ln.flight.begin()
	ln.link.sent(m)
	if c.Sending != nil {
		c.Sending(m)
	}
	return ln.write(ctx, m)
}

// write gives Paho a message and waits until it has left. Were another one given to Paho meanwhile, and did the connection die, then
// Paho would hold its giver for Timing.Write: nobody takes it off him any more.
func (ln *line) write(ctx context.Context, m Message) bool {
	select {
	case <-ln.tap.written: // of a message before, which told by its token that it had left
	default:
	}
	// At least once is what a queue can give: QoS 2 would not give more.
	token := ln.client.Publish(m.Topic, min(m.QoS, 1), false, m.Payload)
	ln.flight.published(token)
	select {
	case <-ln.tap.written:
		return true
	case <-token.Done():
		return true
	case <-ln.tap.dead:
		return false
	case <-ctx.Done():
		return false
	}
}

// subscribe asks for the topics, one packet each as devices do. What the cloud refuses is noted: Paho does not call it an error. So is what it
// does not answer within Timing.Ack: the messages that wait to go up shall not wait for that.
func (ln *line) subscribe(ctx context.Context) bool {
	c := &ln.link.config
	late := make(chan struct{})
	defer c.Clock.AfterFunc(c.Timing.Ack, func() { close(late) }).Stop()
	var refused []string
	for _, t := range c.Topics {
		token := ln.client.Subscribe(t.Name, t.QoS, nil)
		select {
		case <-token.Done():
		case <-late:
			refused = append(refused, t.Name)
			continue
		case <-ctx.Done():
			return false
		}
		if err := token.Error(); err != nil {
			ln.tap.fail(fmt.Errorf("subscription to %s: %w", t.Name, err))
			return false
		}
		if s, ok := token.(*mqtt.SubscribeToken); ok && s.Result()[t.Name] > 2 {
			refused = append(refused, t.Name)
		}
	}
	ln.link.subscribed(ln, refused)
	return ctx.Err() == nil
}

// settle stays quiet for a while when connections died early: one that dies now was not killed by a message.
func (ln *line) settle(ctx context.Context) bool {
	return !ln.cautious || clock.Sleep(ln.link.config.Clock, ln.link.config.Timing.Settle, ctx.Done())
}

// collect tells the Source what is acknowledged, in order, as long as the connection lives.
func (ln *line) collect() {
	for {
		token, wait := ln.flight.oldest()
		if token == nil {
			select {
			case <-wait:
				continue
			case <-ln.tap.dead:
				return
			}
		}
		if !ln.acknowledged(token) {
			return
		}
		done := ln.flight.done() // what is acknowledged by now goes into one commit
		// The cloud has it, whoever wants to stop meanwhile.
		if err := ln.link.config.Source.Acked(context.Background(), done); err != nil {
			ln.tap.fail(&sourceError{fmt.Errorf("noting in the queue what is delivered: %w", err)})
			return
		}
		ln.flight.remove(len(done))
		ln.link.acked(done)
	}
}

// acknowledged waits for the acknowledgement of the oldest message. On a connection that has ended nothing is believed any more.
func (ln *line) acknowledged(token mqtt.Token) bool {
	late := ln.link.config.Clock.AfterFunc(ln.link.config.Timing.Ack, func() { ln.tap.fail(errUnacknowledged) })
	defer late.Stop()
	select {
	case <-token.Done():
	case <-ln.tap.dead:
		return false
	}
	if err := token.Error(); err != nil {
		ln.tap.fail(err)
	}
	return ln.tap.reason() == nil
}

// await waits for a signal; it is false when ctx ended first.
func await(ctx context.Context, signal <-chan struct{}) bool {
	select {
	case <-signal:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
