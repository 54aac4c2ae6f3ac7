package bridge

import (
	"context"
	"errors"
	"fmt"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// receive takes a message of the cloud. It returns nil when the message is safe, or when no second coming of it would help: then the
// link acknowledges it. A retained message is one like others, as the device itself would get it: it comes again at each login of the link.
func (p *post) receive(_ context.Context, r Received) error {
	b := p.bridge
	p.down.add(1, b.clock.Now())
	ctx := p.lifetime()
	if c := wire.ClassifyTopic(r.Topic); c.Kind == wire.TopicCommand {
		return p.command(ctx, c.Command, r)
	}
	to, ok := p.routes.Load().down[r.Topic]
	switch {
	case !ok:
		if p.remarks.first("unexpected " + r.Topic) {
			p.tellOf(r, "the cloud sends what nobody has asked for: no route leads down from this topic, and its messages are dropped")
		}
		return nil
	case !r.Retained && p.echoes.take(keyOfEcho(r.Topic, r.Payload), b.clock.Now()):
		p.suppressed.Add(1)
		return nil
	}
	return p.message(ctx, to, r)
}

// lifetime is how long what is received counts: to the hard end of the link, and beyond the end of the attempt on which it came, for a
// command at QoS 0 does not come again.
func (p *post) lifetime() context.Context {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.life == nil {
		return context.Background()
	}
	return p.life
}

// command gives a command of the cloud to the device, under the cloud's id. One that comes twice is dropped the second time.
func (p *post) command(ctx context.Context, id onenet.CommandID, r Received) error {
	b := p.bridge
	_, err := b.platform.SendCommand(ctx, p.ref, onenet.CommandRequest{Body: r.Payload, Timeout: b.plan.Load().CommandWait, Upstream: id})
	switch {
	case err == nil:
	case errors.Is(err, onenet.ErrExists):
		p.suppressed.Add(1)
	case errors.Is(err, onenet.ErrOffline): // the Platform has told it: the command may not wait
	case isVerdict(err):
		p.tellOf(r, "a command of the cloud does not reach the device: "+err.Error())
	default:
		p.tellOf(r, "a command of the cloud could not be stored, and reaches the device only if the cloud sends it again: "+err.Error())
		return fmt.Errorf("command %s: %w", id, err)
	}
	return nil
}

// isVerdict tells a no of the Platform, which would be the same the next time, from a fault.
func isVerdict(err error) bool {
	for _, kind := range []error{onenet.ErrNotFound, onenet.ErrInvalid, onenet.ErrUnauthorized, onenet.ErrExpired, onenet.ErrLimit} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// message gives a message of a custom topic to the device. What became of it the Platform tells.
func (p *post) message(ctx context.Context, to way, r Received) error {
	done := make(chan error, 1)
	p.bridge.platform.FromCloud(p.ref, to.topic, min(r.QoS, to.qos), r.Payload, func(_ onenet.Delivered, err error) { done <- err })
	select {
	case err := <-done:
		if isVerdict(err) {
			return nil
		}
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// tellOf writes a record about a message of the cloud.
func (p *post) tellOf(r Received, text string) {
	p.story.tell(onenet.Record{Topic: r.Topic, QoS: r.QoS, Size: len(r.Payload), Payload: kept(r.Payload), Count: 1, Text: text})
}
