package onenet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/gofrs/uuid/v5"

	"github.com/onelan/onelan/internal/clock"
)

// The bounds of a command (reference, section 4.2).
const (
	MaxCommandBody    = 64<<10 - 1            // bytes
	MaxCommandTimeout = 2678400 * time.Second // 31 days
	MaxAnswer         = 64 << 10              // bytes
)

// CommandRequest is what a caller asks of SendCommand.
type CommandRequest struct {
	Body    []byte        // 1 to MaxCommandBody bytes
	Timeout time.Duration // 0 to MaxCommandTimeout: how long to wait for a device that is away; 0 means not at all
	Confirm bool          // qos=1: send again at every login until answered or timed out

	// Upstream says that the command came from the real OneNET, under this id: it keeps the id, so that the answer finds its way
	// back, and one that comes twice is ErrExists, unless it ended before the device had it: then it begins again. ErrInvalid when another
	// device has a command of this id.
	Upstream CommandID
}

// liveCommand is a command that is being sent or waits for its answer.
type liveCommand struct {
	Command
	session uint64      // session it was sent on, 0 before
	window  clock.Timer // ends the wait for an answer, or of a command of the real OneNET that for its device
}

// SendCommand creates a command, stores it and, when the device is here, sends it. The
// command is committed when SendCommand returns. ErrOffline when the device is away and the request has
// no timeout; ErrNotFound, ErrInvalid or ErrLimit when it cannot be created; ErrExists for one of the real OneNET that is
// here already, which is returned too where it is known how it stands.
func (p *Platform) SendCommand(ctx context.Context, ref DeviceRef, req CommandRequest) (Command, error) {
	if err := req.check(); err != nil {
		return Command{}, err
	}
	if _, err := p.store.Device(ctx, ref); err != nil {
		return Command{}, err
	}
	if req.Upstream != "" {
		return p.sendFromCloud(ctx, ref, req)
	}
	if err := p.pace.keep(ref, p.clock.Now(), p.limits.CommandInterval); err != nil {
		return Command{}, err
	}
	return p.create(ctx, p.newCommand(ref, req), req)
}

// create stores a new command and sends it when the device is here.
func (p *Platform) create(ctx context.Context, c Command, req CommandRequest) (Command, error) {
	ref, text := c.Ref(), ""
	here := p.Presence(ref).Online
	if !here {
		if err := p.mayWait(ctx, &c, req); err != nil {
			return c, err
		}
		text = c.whileAway()
	}
	p.mu.Lock()
	p.live[c.ID] = &liveCommand{Command: c}
	p.mu.Unlock()
	if err := p.store.Apply(ctx, Batch{PutCommands: []Command{c}}); err != nil {
		p.forget(c.ID, c.Rev)
		return Command{}, err
	}
	p.noteCommand(c, text)
	return p.sendNew(ctx, c)
}

// sendNew sends a command that has just been stored, or lets it wait: its device may have come or gone while we committed. Where the login
// was quicker, and the answer too, memory has forgotten the command already, and how it stands the store knows.
func (p *Platform) sendNew(ctx context.Context, c Command) (Command, error) {
	sent, err := p.sendNow(c.ID)
	switch {
	case errors.Is(err, errNotDue):
		return p.Command(ctx, c.ID)
	case err == nil && sent.Rev == c.Rev: // nobody is here
		p.leaveWaiting(c)
	}
	return sent, err
}

func (r CommandRequest) check() error {
	switch {
	case len(r.Body) > MaxCommandBody:
		return Errorf(ErrLimit, "body", "", "a command is at most %d bytes, this one has %d", MaxCommandBody, len(r.Body))
	case len(r.Body) == 0:
		return Invalid("body", "a command needs at least one byte")
	case r.Timeout < 0 || r.Timeout > MaxCommandTimeout:
		return Invalid("timeout", "want 0 to %d seconds", MaxCommandTimeout/time.Second)
	case r.Upstream != "":
		return r.checkUpstream()
	}
	return nil
}

func (p *Platform) newCommand(ref DeviceRef, req CommandRequest) Command {
	now := p.clock.Now()
	name := ref.String() + " " + strconv.FormatUint(p.idNumber.Add(1), 10)
	return Command{
		ID:      CommandID(uuid.NewV5(p.idSpace, name).String()), // the platform's own ids carry version 5 too
		Product: ref.Product, Device: ref.Device, Body: append([]byte(nil), req.Body...), Confirm: req.Confirm,
		State: CommandCreated, CreatedAt: now, ExpiresAt: now.Add(req.Timeout), Rev: 1,
	}
}

// mayWait decides the fate of a command whose device is away.
func (p *Platform) mayWait(ctx context.Context, c *Command, req CommandRequest) error {
	if req.Timeout == 0 {
		c.State = CommandNotOnline
		if err := p.store.Apply(ctx, Batch{PutCommands: []Command{*c}}); err != nil {
			return err
		}
		p.noteCommand(*c, "the device is away and the command has no timeout to wait")
		return &Error{Kind: ErrOffline, Noun: "device", Name: string(c.Device)}
	}
	_, n, err := p.store.Commands(ctx, CommandQuery{Ref: c.Ref(), Waiting: c.CreatedAt, Limit: 1})
	if err != nil {
		return err
	}
	if n >= p.limits.WaitingCommands {
		return Errorf(ErrLimit, "device", string(c.Device), "%d commands wait for it already", n)
	}
	return nil
}

// SendWaiting sends what waits for a device that has just arrived, in order of creation. The
// downlink spaces them.
func (p *Platform) SendWaiting(ctx context.Context, ref DeviceRef) error {
	list, err := p.waiting(ctx, ref)
	if err != nil {
		return err
	}
	for _, c := range list {
		took := p.takeUp(c)
		sent, err := p.sendNow(c.ID)
		if err != nil && !errors.Is(err, errNotDue) {
			return err
		}
		if took && err == nil && sent.Rev == c.Rev { // the device has gone again
			p.leaveWaiting(c)
		}
	}
	return nil
}

// takeUp takes a stored command into memory; it reports false when it is there.
func (p *Platform) takeUp(c Command) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.live[c.ID] != nil {
		return false
	}
	p.live[c.ID] = &liveCommand{Command: c}
	return true
}

// HasWaiting tells whether SendWaiting would find something to send.
func (p *Platform) HasWaiting(ctx context.Context, ref DeviceRef) (bool, error) {
	list, err := p.waiting(ctx, ref)
	return len(list) > 0, err
}

// waiting lists what waits for the device, in order of creation: also what has gone back to waiting
// and is still on its way into the store.
func (p *Platform) waiting(ctx context.Context, ref DeviceRef) ([]Command, error) {
	now := p.clock.Now()
	list, _, err := p.store.Commands(ctx, CommandQuery{Ref: ref, Waiting: now})
	if err != nil {
		return nil, err
	}
	stored := map[CommandID]bool{}
	for _, c := range list {
		stored[c.ID] = true
	}
	p.mu.Lock()
	for id, l := range p.live {
		if l.Ref() == ref && l.Rev > 1 && !stored[id] && l.Waiting(now) {
			list = append(list, l.Command)
		}
	}
	p.mu.Unlock()
	slices.SortStableFunc(list, func(a, b Command) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return list, nil
}

// errNotDue says that a command is already on its way, or has ended.
var errNotDue = errors.New("command not due")

// sendNow hands a live command to the downlink. Only the first of two concurrent
// calls for one session sends it.
func (p *Platform) sendNow(id CommandID) (Command, error) {
	p.mu.Lock()
	l := p.live[id]
	session := uint64(0)
	if l != nil {
		session = p.online[l.Ref()].session
	}
	if l == nil || session == 0 || l.session == session || !l.maySend() {
		defer p.mu.Unlock()
		if l == nil {
			return Command{}, errNotDue
		}
		return l.Command, nil
	}
	l.session = session
	l.State, l.SentAt, l.Rev = CommandSent, p.clock.Now(), l.Rev+1
	c := l.Command
	p.mu.Unlock()

	// Stored before it is written, so that the answer's revision is always the later one.
	p.store.Submit(Batch{PutCommands: []Command{c}}, func(err error) {
		p.logCommandLoss(id, err)
		if p.switches.ReplyWindow <= 0 { // nobody will end the wait
			p.forget(id, c.Rev)
		}
	})
	if err := p.downlink().SendCommand(c.Ref(), c.ID, c.Body); err != nil {
		return p.sendFailed(id, err)
	}
	p.noteCommand(c, "")
	p.armWindow(id, c.Rev)
	return c, nil
}

func (l *liveCommand) maySend() bool {
	return l.State == CommandCreated || (l.Confirm && l.State != CommandAnswered && l.State != CommandTooLarge)
}

// sendFailed notes that the device was gone after all. A command that may wait goes back to waiting.
func (p *Platform) sendFailed(id CommandID, why error) (Command, error) {
	p.mu.Lock()
	l := p.live[id]
	if l == nil {
		p.mu.Unlock()
		return Command{}, errNotDue
	}
	l.session, l.State, l.Rev = 0, CommandSendFailed, l.Rev+1
	if p.clock.Now().Before(l.ExpiresAt) {
		l.State = CommandCreated
	}
	c := l.Command
	p.mu.Unlock()
	p.storeLast(c)
	p.noteCommand(c, "not written: "+why.Error())
	return c, nil
}

// NotWritten takes back that a command was sent: the downlink had accepted it, and
// the device went before its turn came. It waits again if it may.
func (p *Platform) NotWritten(id CommandID) {
	_, _ = p.sendFailed(id, errors.New("the device went before its turn came"))
}

// storeLast stores a revision and then leaves the command to the store, or to its wait.
func (p *Platform) storeLast(c Command) {
	p.store.Submit(Batch{PutCommands: []Command{c}}, func(err error) {
		p.logCommandLoss(c.ID, err)
		p.leaveWaiting(c)
	})
}

func (p *Platform) logCommandLoss(id CommandID, err error) {
	if err != nil {
		p.log.Error("command state not stored", "cmd", id, "err", err)
	}
}

// armWindow ends the wait for an answer when the window passes.
func (p *Platform) armWindow(id CommandID, rev int) {
	if p.switches.ReplyWindow <= 0 {
		return
	}
	timer := p.clock.AfterFunc(p.switches.ReplyWindow, func() { p.unanswered(id, rev) })
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.live[id]
	if l == nil {
		timer.Stop() // answered meanwhile
		return
	}
	l.setWindow(timer)
}

// unanswered ends the wait of a command that is still at the revision it was sent with.
func (p *Platform) unanswered(id CommandID, rev int) {
	p.timedOut(id, rev, CommandUnanswered, fmt.Sprintf("no answer within %s", p.switches.ReplyWindow))
}

// timedOut ends a command in a state if nothing has happened to it since revision rev.
func (p *Platform) timedOut(id CommandID, rev int, state CommandState, text string) {
	p.mu.Lock()
	l := p.live[id]
	if l == nil || l.Rev != rev {
		p.mu.Unlock()
		return
	}
	l.State, l.Rev = state, l.Rev+1
	c := l.Command
	p.mu.Unlock()
	p.storeLast(c)
	p.noteCommand(c, text)
}

// forget ends the life of a command in memory if it is still at revision rev; the
// store knows the rest. It is called when that revision is stored: until then an
// answer must find it here, or it would take a revision that is taken.
func (p *Platform) forget(id CommandID, rev int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.live[id]
	if l == nil || l.Rev != rev {
		return
	}
	l.setWindow(nil)
	delete(p.live, id)
}

// setWindow puts another timer, or none, in the place of the one that runs. The Platform's lock is held.
func (l *liveCommand) setWindow(t clock.Timer) {
	if l.window != nil {
		l.window.Stop()
	}
	l.window = t
}

func (p *Platform) noteCommand(c Command, text string) {
	text = c.note(text)
	p.journal.Append(Record{
		Kind: KindCommand, Product: c.Product, Device: c.Device, Command: c.ID, State: c.State,
		Size: len(c.Body), Payload: keep(c.Body), Text: text,
	})
	p.log.Info("command", "device", c.Ref(), "cmd", c.ID, "state", c.State, "text", text)
}
