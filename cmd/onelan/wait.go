package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/config"
	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

const waitLong = `Wait until the server is ready, a device is online, a command is answered, or all that is
asked for. A server that is not up yet is waited for too, and so is a device that does not
exist yet.

The exit code is 0 when it came true, 3 when no server answered in time, 6 when the rest
did not come true in time, 4 for a command that does not exist, and 5 for one that has ended
without an answer.`

// waitOptions say what is waited for.
type waitOptions struct {
	ready, online, answered  bool
	device, product, command string
	timeout                  duration
}

func (a *app) waitCommand() *cobra.Command {
	o := &waitOptions{timeout: duration{30 * time.Second}}
	cmd := &cobra.Command{
		Use: "wait", Short: "Wait until the server is ready, a device is online, or a command is answered", Long: waitLong,
		Example: `  onelan serve & onelan wait --ready
  onelan wait --device 527521926 --online --timeout 60s
  onelan wait --command 0be4ac6c-1c5d-5f0b-a6a2-2a4a40a0c0f1 --answered`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.wait(cmd, o) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.BoolVar(&o.ready, "ready", false, "until the server is ready, which all else needs anyway")
	f.StringVar(&o.device, "device", "", "a `DEVICE`; with --online")
	f.BoolVar(&o.online, "online", false, "until the device is online")
	f.StringVar(&o.product, "product", "", "`ID` of the product the device belongs to")
	f.StringVar(&o.command, "command", "", "`UUID` of a command; with --answered")
	f.BoolVar(&o.answered, "answered", false, "until the command is answered")
	f.Var(&o.timeout, "timeout", "how long to wait (default 30s)")
	f.Lookup("timeout").DefValue = "" // it stands in the text, in the words of the other commands
	_ = cmd.RegisterFlagCompletionFunc("device", func(cmd *cobra.Command, _ []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return a.completeDevices(cmd, nil, word)
	}) // the flag exists
	return a.clientFlags(cmd)
}

func (o *waitOptions) check() error {
	switch {
	case o.online != (o.device != ""):
		return usage("--device and --online belong together").with("onelan wait --device 527521926 --online")
	case o.answered != (o.command != ""):
		return usage("--command and --answered belong together").with("onelan wait --command UUID --answered")
	}
	return nil
}

func (a *app) wait(cmd *cobra.Command, o *waitOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	c, err := a.client()
	if err != nil {
		return err
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(cmd.Context(), o.timeout.d+patience)
	defer cancel()
	end := a.clock.Now().Add(o.timeout.d)
	for _, until := range o.conditions() {
		if err := a.poll(ctx, o, end, func(left time.Duration) error { return until(ctx, c, left) }); err != nil {
			return err
		}
	}
	return nil
}

// condition gives nil when it is true, and until then why it is not, as a notYet or the error of a call. It may wait for
// as long as is left.
type condition func(ctx context.Context, c *lab.Client, left time.Duration) error

// conditions are what is waited for, one after the other.
func (o *waitOptions) conditions() []condition {
	list := []condition{func(ctx context.Context, c *lab.Client, _ time.Duration) error {
		_, err := c.Ready(ctx)
		return err
	}}
	if o.online {
		list = append(list, o.isOnline)
	}
	if o.answered {
		list = append(list, o.isAnswered)
	}
	return list
}

// notYet says what is not so yet: the failure of a wait that is over.
type notYet struct{ *failure }

func (n notYet) Unwrap() error { return n.failure }

func (o *waitOptions) isOnline(ctx context.Context, c *lab.Client, _ time.Duration) error {
	ref, err := find(ctx, c, o.device, o.product)
	d := lab.Device{}
	if err == nil {
		d, err = c.Device(ctx, ref)
	}
	switch {
	case status(err) == http.StatusNotFound:
		return notYet{fail(exitTimeout, "device %q is not there", o.device).with("onelan device list shows those that are")}
	case err != nil:
		return err
	case !d.Online:
		return notYet{fail(exitTimeout, "device %s is not online", ref).with("onelan watch %s --after 0 shows what it did, and why it was refused", o.device)}
	}
	return nil
}

func (o *waitOptions) isAnswered(ctx context.Context, c *lab.Client, left time.Duration) error {
	sent, err := c.Command(ctx, onenet.CommandID(o.command), min(left, time.Second))
	switch {
	case err != nil:
		return err
	case sent.State == onenet.CommandAnswered:
		return nil
	case sent.Ended:
		return fail(exitRefused, "the command has ended without an answer that was kept: %s", sent.State).
			with("onelan watch %s --after 0 shows why", sent.Device)
	}
	return notYet{fail(exitTimeout, "the command is not answered: %s", sent.State).
		with("a device answers by publishing to $crsp/%s", sent.ID)}
}

// poll asks until the answer is yes, or one that waiting does not change, or the time is over. It asks at least once.
func (a *app) poll(ctx context.Context, o *waitOptions, end time.Time, ask func(left time.Duration) error) error {
	const pause = 50 * time.Millisecond
	for {
		err := ask(max(end.Sub(a.clock.Now()), 0))
		if err == nil || !passing(err) {
			return err
		}
		left := end.Sub(a.clock.Now())
		if left <= 0 {
			f := classify(err)
			return fail(f.code, "%s; waited %s", f.says, config.FormatDuration(o.timeout.d)).with("%s", f.hint)
		}
		if !clock.Sleep(a.clock, min(pause, left), ctx.Done()) {
			return ctx.Err()
		}
	}
}

// passing tells whether an answer may be another one soon.
func passing(err error) bool {
	if _, is := errors.AsType[notYet](err); is {
		return true
	}
	if _, is := errors.AsType[*net.OpError](err); is { // refused, or reset by a server that stops
		return true
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || status(err) >= http.StatusInternalServerError
}
