package onenet

import (
	"context"
	"errors"
	"fmt"
)

// Answer notes what a device answered to a command. done is called when the answer is safe. Every answer counts: one
// that comes late, and of several the last. An answer over MaxAnswer is not kept. An answer to
// no command of this device changes nothing and is told as a warning.
func (p *Platform) Answer(ref DeviceRef, addr string, id CommandID, payload []byte, done func(error)) {
	c, err := p.answered(ref, id, payload)
	if err != nil {
		if !errors.Is(err, ErrNotFound) {
			done(err)
			return
		}
		p.Warn(ref, addr, "$crsp/"+string(id), p.strayAnswer(ref, id))
		done(nil)
		return
	}
	text := ""
	switch {
	case c.State == CommandTooLarge:
		text = fmt.Sprintf("an answer of %d bytes is not kept: at most %d", len(payload), MaxAnswer)
	case p.switches.ReplyWindow > 0 && c.AnsweredAt.After(c.SentAt.Add(p.switches.ReplyWindow)):
		text = fmt.Sprintf("late: %s after it was sent", c.AnsweredAt.Sub(c.SentAt).Round(1e6))
	}
	p.store.Submit(Batch{PutCommands: []Command{c}}, func(err error) {
		p.logCommandLoss(id, err)
		p.forget(id, c.Rev)
		done(err)
	})
	p.journal.Append(Record{
		Kind: KindCommand, Product: ref.Product, Device: ref.Device, Addr: addr, Command: id, State: c.State,
		Size: len(payload), Payload: keep(payload), Text: text,
	})
}

// answered finds the command, in memory or in the store, and gives its next revision.
func (p *Platform) answered(ref DeviceRef, id CommandID, payload []byte) (Command, error) {
	p.mu.Lock()
	known := p.live[id] != nil
	p.mu.Unlock()
	fresh := &liveCommand{}
	if !known {
		c, err := p.store.Command(context.Background(), id)
		if err != nil {
			return Command{}, err
		}
		fresh.Command = c
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.live[id]
	if l == nil {
		l = fresh
	}
	if l.Ref() != ref {
		return Command{}, NotFound("command", string(id))
	}
	p.live[id] = l
	if l.window != nil {
		l.window.Stop()
	}
	l.Rev++
	l.AnsweredAt = p.clock.Now()
	l.State, l.Answer = CommandAnswered, append([]byte{}, payload...)
	if len(payload) > MaxAnswer {
		l.State, l.Answer = CommandTooLarge, nil
	}
	return l.Command, nil
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
