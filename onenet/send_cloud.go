package onenet

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// maxCloudID bounds the id that a command of the real OneNET may have; the platform's own have 36 characters.
const maxCloudID = 64

// sendFromCloud is SendCommand for a command of the real OneNET. It keeps the id that it has there and is under no pace: the cloud
// has kept its own. The cloud sends a command anew until it is answered, and the answer may be waiting in our queue:
// so one that is known is ErrExists, whether the device has it, has answered it or is still waited for. Only one that
// the device never had and will not get any more begins again.
func (p *Platform) sendFromCloud(ctx context.Context, ref DeviceRef, req CommandRequest) (Command, error) {
	if !p.claim(req.Upstream) {
		return Command{}, Exists("command", string(req.Upstream))
	}
	defer p.unclaim(req.Upstream)
	c := p.newCommand(ref, req)
	c.ID, c.Upstream = req.Upstream, true
	old, err := p.Command(ctx, req.Upstream)
	switch {
	case errors.Is(err, ErrNotFound):
	case err != nil:
		return Command{}, err
	case old.Ref() != ref:
		return Command{}, Errorf(ErrInvalid, "command", string(old.ID), "it was sent to device %s of product %s", old.Device, old.Product)
	case old.State != CommandNotOnline && old.State != CommandSendFailed:
		return old, Exists("command", string(old.ID))
	default:
		c.Rev = old.Rev + 1
	}
	return p.create(ctx, c, req)
}

func (r CommandRequest) checkUpstream() error {
	id := string(r.Upstream)
	if len(id) > maxCloudID || FaultOfFilter(id) != TopicOK {
		return Invalid("command", "want an id of at most %d bytes that a topic can carry, got %q", maxCloudID, clip(id))
	}
	return nil
}

// claim takes an id for the one call that may create its command. It reports false when another has it.
func (p *Platform) claim(id CommandID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.claimed[id] {
		return false
	}
	p.claimed[id] = true
	return true
}

func (p *Platform) unclaim(id CommandID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.claimed, id)
}

// note is the text of a record about the command: whence it came, where that matters, and more, some of which may be empty.
func (c Command) note(more ...string) string {
	if c.Upstream {
		more = slices.Insert(more, 0, "a command of the real OneNET")
	}
	return strings.Join(slices.DeleteFunc(more, func(s string) bool { return s == "" }), "; ")
}

// whileAway is what a record says of a command whose device is away.
func (c Command) whileAway() string {
	if !c.Upstream {
		return ""
	}
	return "it waits for the device until " + c.ExpiresAt.In(Beijing).Format(time.DateTime) + " Beijing time"
}

// leaveWaiting ends the care for a command at a revision that is stored: the store knows it, and how it stands tells Command.As.
// One of the real OneNET is kept in mind until its time runs out, so that its end is told.
func (p *Platform) leaveWaiting(c Command) {
	if !c.Upstream || c.State != CommandCreated {
		p.forget(c.ID, c.Rev)
		return
	}
	timer := p.clock.AfterFunc(c.ExpiresAt.Sub(p.clock.Now()), func() { p.waitedOut(c.ID, c.Rev) })
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.live[c.ID]
	if l == nil || l.Rev != c.Rev {
		timer.Stop() // on its way meanwhile
		return
	}
	l.setWindow(timer)
}

// waitedOut ends a command that still waits for its device at this revision.
func (p *Platform) waitedOut(id CommandID, rev int) {
	p.timedOut(id, rev, CommandSendFailed, "its time ran out before the device came")
}

// ResumeCommands takes up the waits of a device's commands of the real OneNET that an earlier run has begun: their ends are told. Those
// that ended while nobody was running are told at once. It is called before the device gets new ones.
func (p *Platform) ResumeCommands(ctx context.Context, ref DeviceRef) error {
	list, _, err := p.store.Commands(ctx, CommandQuery{Ref: ref, States: []CommandState{CommandCreated}})
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.Upstream && p.adopt(c) {
			p.leaveWaiting(c)
		}
	}
	return nil
}

// adopt takes a stored command into memory, unless it is there, or on its way there.
func (p *Platform) adopt(c Command) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.live[c.ID] != nil || p.claimed[c.ID] {
		return false
	}
	p.live[c.ID] = &liveCommand{Command: c}
	return true
}

// dropLive forgets commands whose device was deleted.
func (p *Platform) dropLive(gone func(Command) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, l := range p.live {
		if gone(l.Command) {
			l.setWindow(nil)
			delete(p.live, id)
		}
	}
}
