package onenet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
)

// WantCommand is a command that came into a state. Empty fields match any.
type WantCommand struct {
	ID      CommandID
	Product ProductID
	Device  DeviceID
	State   CommandState // empty: answered
	Body    []byte       // what was sent; nil matches any
	Answer  []byte       // what the device answered; nil matches any
}

var commandStates = []CommandState{
	CommandNotOnline, CommandCreated, CommandSent, CommandSendFailed, CommandAnswered, CommandUnanswered, CommandTooLarge,
}

func (w *WantCommand) state() CommandState {
	if w.State == "" {
		return CommandAnswered
	}
	return w.State
}

func (w *WantCommand) String() string {
	s := "a command" + who(w.Product, w.Device)
	if w.ID != "" {
		s = "command " + clip(string(w.ID)) + who(w.Product, w.Device)
	}
	if w.Body != nil {
		s += fmt.Sprintf(" with body %q", clip(string(w.Body)))
	}
	s += " being " + string(w.state())
	if w.Answer != nil {
		s += fmt.Sprintf(" with answer %q", clip(string(w.Answer)))
	}
	return s
}

func (w *WantCommand) check() error {
	switch {
	case !slices.Contains(commandStates, w.state()):
		return Invalid("state", "there is no state %q, want one of %v", clip(string(w.State)), commandStates)
	case w.Answer != nil && w.state() != CommandAnswered:
		return Invalid("answer", "a command that is %s has none", w.state())
	}
	return nil
}

// judge compares the record first; body and answer it takes from the store, where they are whole.
func (w *WantCommand) judge(ctx context.Context, p *Platform, r *Record) (likeness, error) {
	v := likeness{near: nearRef(w.Product, w.Device, r)}
	switch {
	case r.Kind == KindCommand:
		v.near += nearKind
	case v.near > 0 && (r.Kind == KindRefused || r.Kind == KindWarning || r.Kind == KindDropped):
		v.near += nearKindred
		fallthrough
	default:
		return v, nil
	}
	if w.ID != "" && w.ID == r.Command {
		v.near += nearName
	}
	if w.state() == r.State {
		v.near += nearKindred
	}
	if !fitsRef(w.Product, w.Device, r) || (w.ID != "" && w.ID != r.Command) || w.state() != r.State {
		return v, nil
	}
	return w.compare(ctx, p, r, v)
}

// compare looks at body and answer.
func (w *WantCommand) compare(ctx context.Context, p *Platform, r *Record, v likeness) (likeness, error) {
	c, err := p.Command(ctx, r.Command)
	gone := errors.Is(err, ErrNotFound)
	if err != nil && !gone {
		return v, err
	}
	body := w.Body == nil || bytes.Equal(w.Body, c.Body)
	answer, note := w.answered(p, r, c)
	if w.Body != nil && body {
		v.near += nearContents
	}
	if w.Answer != nil && answer {
		v.near += nearContents
	}
	v.fits = body && answer
	switch {
	case v.fits:
		v.note = note
	case gone && answer:
		v.note = "the command is deleted, its body cannot be compared any more"
	}
	return v, nil
}

// answered tells whether the record is of the answer asked for. The store has the whole of it, until a later answer takes its
// place; the journal has the beginning.
func (w *WantCommand) answered(p *Platform, r *Record, c Command) (ok bool, note string) {
	if w.Answer == nil {
		return true, ""
	}
	if !r.shows(w.Answer) || len(w.Answer) <= PayloadKept {
		return r.shows(w.Answer), ""
	}
	last := p.journal.newest(func(o *Record) bool { return o.Command == r.Command && o.State == CommandAnswered })
	if c.State != CommandAnswered || last == nil || last.Seq != r.Seq {
		return true, onlyBeginning
	}
	return bytes.Equal(w.Answer, c.Answer), ""
}

// standing tells, in a sentence, that the command with the id is in the state now by the mere passing of time: nobody
// writes a record of that.
func (w *WantCommand) standing(ctx context.Context, p *Platform) (string, error) {
	if w.ID == "" || (w.state() != CommandSendFailed && w.state() != CommandUnanswered) {
		return "", nil
	}
	c, err := p.Command(ctx, w.ID)
	switch {
	case errors.Is(err, ErrNotFound):
		return "", nil
	case err != nil:
		return "", err
	}
	r := &Record{Product: c.Product, Device: c.Device}
	if c.State != w.state() || !fitsRef(w.Product, w.Device, r) || (w.Body != nil && !bytes.Equal(w.Body, c.Body)) {
		return "", nil
	}
	return fmt.Sprintf("%s: its time is over", w), nil
}
