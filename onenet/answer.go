package onenet

import (
	"context"
	"errors"
	"fmt"
)

// Answer notes what a device answered to a command. done is called when the answer is safe. Every answer counts: one
// that comes late, and of several the last. An answer over MaxAnswer is not kept. An answer to
// no command of this device changes nothing and is told as a warning.
//
// The answer to a command of the real OneNET goes there, at whatever length, in one commit with what it changes here. ErrLimit
// when there is no room for it: then it changes nothing.
func (p *Platform) Answer(ref DeviceRef, addr string, id CommandID, qos byte, payload []byte, done func(error)) {
	passage, err := p.raiseAnswer(ref, id, qos, payload)
	if err != nil {
		p.turnAnswerAway(ref, id, err, done)
		return
	}
	c, err := p.answered(ref, id, payload)
	if err != nil {
		passage.Done(err)
		p.unanswerable(ref, addr, id, err, done)
		return
	}
	text := ""
	switch {
	case c.State == CommandTooLarge:
		text = fmt.Sprintf("an answer of %d bytes is not kept: at most %d", len(payload), MaxAnswer)
	case p.switches.ReplyWindow > 0 && c.AnsweredAt.After(c.SentAt.Add(p.switches.ReplyWindow)):
		text = fmt.Sprintf("late: %s after it was sent", c.AnsweredAt.Sub(c.SentAt).Round(1e6))
	}
	b := Batch{PutCommands: []Command{c}}
	passage.Into(&b)
	p.store.Submit(b, func(err error) {
		passage.Done(err)
		p.logCommandLoss(id, err)
		p.forget(id, c.Rev)
		done(err)
	})
	p.journal.Append(Record{
		Kind: KindCommand, Product: ref.Product, Device: ref.Device, Addr: addr, QoS: qos, Command: id, State: c.State,
		Size: len(payload), Payload: keep(payload), Text: c.note(text, c.answerGoes(passage)),
	})
}

// raiseAnswer begins to take an answer to the cloud if the command came from there.
func (p *Platform) raiseAnswer(ref DeviceRef, id CommandID, qos byte, payload []byte) (Passage, error) {
	topic := replyPrefix + string(id)
	if !p.WantsUp(ref, topic) {
		return staying{}, nil
	}
	c, _, err := p.latest(context.Background(), id)
	if err != nil || c.Ref() != ref || !c.Upstream {
		return staying{}, nil // a local command; what else is wrong shows when the answer is noted
	}
	return p.Raise(Upward{Ref: ref, Topic: topic, QoS: qos, Payload: payload})
}

// answerGoes tells where the answer to a command of the cloud goes.
func (c Command) answerGoes(passage Passage) string {
	switch _, stays := passage.(staying); {
	case !c.Upstream:
		return ""
	case stays:
		return "its answer stays here: the bridge does not carry it"
	default:
		return "its answer goes there"
	}
}

// turnAnswerAway refuses an answer for which the way to the cloud has no room.
func (p *Platform) turnAnswerAway(ref DeviceRef, id CommandID, why error, done func(error)) {
	p.store.Submit(Batch{}, func(error) {
		p.Drop(ref, replyPrefix+string(id), 1, "answer not accepted, for it is the real OneNET's: "+why.Error())
		done(why)
	})
}

// unanswerable ends an answer that changes nothing, because of err.
func (p *Platform) unanswerable(ref DeviceRef, addr string, id CommandID, err error, done func(error)) {
	if !errors.Is(err, ErrNotFound) {
		done(err)
		return
	}
	p.Warn(ref, addr, replyPrefix+string(id), p.strayAnswer(ref, id))
	done(nil)
}

// latest is a command as memory or the store has it, and whether it was memory.
func (p *Platform) latest(ctx context.Context, id CommandID) (c Command, live bool, err error) {
	p.mu.Lock()
	l := p.live[id]
	if l != nil {
		c = l.Command
	}
	p.mu.Unlock()
	if l != nil {
		return c, true, nil
	}
	c, err = p.store.Command(ctx, id)
	return c, false, err
}

// answered finds the command, in memory or in the store, and gives its next revision.
func (p *Platform) answered(ref DeviceRef, id CommandID, payload []byte) (Command, error) {
	for {
		c, live, err := p.latest(context.Background(), id)
		if err != nil {
			return Command{}, err
		}
		if c.Ref() != ref {
			return Command{}, NotFound("command", string(id))
		}
		if c, ok := p.noteAnswer(c, live, payload); ok {
			return c, nil
		}
	}
}

// noteAnswer makes the next revision of a command. It reports false when the command was in memory and is only in the store
// by now, with a revision that memory does not know.
func (p *Platform) noteAnswer(c Command, live bool, payload []byte) (Command, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.live[c.ID]
	switch {
	case l != nil:
	case live:
		return Command{}, false
	default:
		l = &liveCommand{Command: c}
		p.live[c.ID] = l
	}
	l.setWindow(nil)
	l.Rev++
	l.AnsweredAt = p.clock.Now()
	l.State, l.Answer = CommandAnswered, append([]byte{}, payload...)
	if len(payload) > MaxAnswer {
		l.State, l.Answer = CommandTooLarge, nil
	}
	return l.Command, true
}

// strayAnswer explains an answer that belongs to no command of its sender.
func (p *Platform) strayAnswer(ref DeviceRef, id CommandID) *Refusal {
	r := Refuse(CommandUnknown).Want("the id of a command sent to "+string(ref.Device), fmt.Sprintf("%q", clip(string(id))))
	if c, err := p.store.Command(context.Background(), id); err == nil {
		return r.Near("the command was sent to device %s of product %s", c.Device, c.Product)
	}
	if len(id) != 36 {
		return r.Near("a command id has 36 characters, this one has %d", len(id))
	}
	return r
}

// Command finds a command as it stands now.
func (p *Platform) Command(ctx context.Context, id CommandID) (Command, error) {
	c, err := p.store.Command(ctx, id)
	if err != nil {
		return Command{}, err
	}
	return p.standing(c), nil
}

// Commands lists commands of a device as they stand now, and how many there are in all.
func (p *Platform) Commands(ctx context.Context, q CommandQuery) ([]Command, int, error) {
	list, n, err := p.store.Commands(ctx, q)
	for i := range list {
		list[i] = p.standing(list[i])
	}
	return list, n, err
}

// standing is the command as it stands now: a change may still be on its way into the store.
func (p *Platform) standing(c Command) Command {
	p.mu.Lock()
	if l := p.live[c.ID]; l != nil && l.Rev > c.Rev {
		c = l.Command
	}
	p.mu.Unlock()
	return c.As(p.clock.Now(), p.switches.ReplyWindow)
}
