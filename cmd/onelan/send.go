package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

const sendLong = `Send a device a command: it gets the body on $creq/ID and may answer on $crsp/ID.

With --wait the answer is printed, and nothing else; the exit code is 6 when none came in
time and 5 when the device is not online. A body of - is read from the standard input.`

// sendOptions are what a command is made of.
type sendOptions struct {
	product       string
	hex, json     bool
	qos           int
	timeout, wait duration
}

func (a *app) sendCommand() *cobra.Command {
	o := &sendOptions{}
	cmd := &cobra.Command{
		Use: "send DEVICE BODY", Short: "Send a device a command", Long: sendLong,
		Example: `  onelan send 527521926 on
  onelan send 527521926 toggle --wait 10s        # print the answer
  onelan send 527521926 on --timeout 1h          # keep it until the device comes
  onelan send 244754/527521926 "01 0A FF" --hex`,
		Args:              takes("DEVICE", "BODY"),
		ValidArgsFunction: a.completeDevices,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.send(cmd, o, args[0], args[1]) },
	}
	f := cmd.Flags()
	f.StringVar(&o.product, "product", "", "`ID` of the product the device belongs to")
	f.BoolVar(&o.hex, "hex", false, "the body is written in hexadecimal")
	f.IntVar(&o.qos, "qos", 0, "`0|1`; 1: send again at every login until the device has answered or the timeout is over")
	f.Var(&o.timeout, "timeout", "keep it this long for a device that is away, at most 31d")
	f.Var(&o.wait, "wait", "wait this long for the answer and print it")
	f.BoolVar(&o.json, "json", false, "print JSON")
	return a.clientFlags(cmd)
}

func (a *app) send(cmd *cobra.Command, o *sendOptions, device, body string) error {
	if o.qos != 0 && o.qos != 1 {
		return usage("--qos is 0 or 1, got %d", o.qos)
	}
	payload, err := a.body(body, o.hex)
	if err != nil {
		return err
	}
	return a.withServerFor(cmd, patience+o.wait.d, func(ctx context.Context, c *lab.Client) error {
		ref, err := find(ctx, c, device, o.product)
		if err != nil {
			return err
		}
		sent, err := c.Send(ctx, ref, lab.Send{BodyBase64: payload, Confirm: o.qos == 1, TimeoutSeconds: int(o.timeout.d / time.Second)})
		if status(err) == http.StatusConflict {
			return fail(exitRefused, "%v", err).with("--timeout 1h keeps the command until the device comes; onelan watch %s shows when it does", device)
		}
		if err != nil {
			return err
		}
		if o.wait.d > 0 {
			if sent, err = a.awaitEnd(ctx, c, sent, o.wait.d); err != nil {
				return err
			}
		}
		return a.printSent(sent, o)
	})
}

// body reads what is to be sent.
func (a *app) body(text string, isHex bool) ([]byte, error) {
	payload := []byte(text)
	if text == "-" {
		var err error
		if payload, err = io.ReadAll(io.LimitReader(a.stdin, onenet.MaxCommandBody+1)); err != nil {
			return nil, err
		}
	}
	if isHex {
		return parseHex(string(payload))
	}
	return payload, nil
}

// awaitEnd waits until the command has ended or the patience is over.
func (a *app) awaitEnd(ctx context.Context, c *lab.Client, sent lab.Command, patience time.Duration) (lab.Command, error) {
	end := a.clock.Now().Add(patience)
	for !sent.Ended {
		left := end.Sub(a.clock.Now())
		if left <= 0 {
			break
		}
		var err error
		if sent, err = c.Command(ctx, sent.ID, left); err != nil {
			return sent, err
		}
	}
	return sent, nil
}

// printSent says how far the command has come. After waiting, anything but an answer is an error.
func (a *app) printSent(c lab.Command, o *sendOptions) error {
	if o.json {
		return cmp.Or(a.printJSON(c), judge(c, o))
	}
	if o.wait.d == 0 {
		_, err := fmt.Fprintf(a.stdout, "%s %s to %s/%s\n", c.ID, sentState(c), c.Product, c.Device)
		return err
	}
	if c.State != onenet.CommandAnswered {
		return judge(c, o)
	}
	return a.printAnswer(c.AnswerBase64)
}

func sentState(c lab.Command) string {
	switch c.State {
	case onenet.CommandCreated:
		return "waits until " + when(c.ExpiresAt) + " to be sent"
	case onenet.CommandSendFailed:
		return "could not be sent"
	default:
		return "sent"
	}
}

// judge turns the state after waiting into an exit code.
func judge(c lab.Command, o *sendOptions) error {
	if o.wait.d == 0 {
		return nil
	}
	switch c.State {
	case onenet.CommandAnswered:
		return nil
	case onenet.CommandTooLarge:
		return fail(exitFailed, "the answer was over 64 KiB and was not kept")
	case onenet.CommandSendFailed, onenet.CommandNotOnline:
		return fail(exitRefused, "the device went away before the command was sent").with("--timeout 1h keeps it until the device comes back")
	case onenet.CommandCreated:
		return fail(exitTimeout, "the device did not come within %s", o.wait.String()).with("the command waits until %s", when(c.ExpiresAt))
	default:
		return fail(exitTimeout, "no answer within %s", o.wait.String()).
			with("a device answers by publishing to $crsp/%s; a late answer still counts", c.ID)
	}
}

// printAnswer prints the answer: to a script exactly its bytes, to a person what can be shown of them.
func (a *app) printAnswer(answer []byte) error {
	if !isTerminal(a.stdout) {
		_, err := a.stdout.Write(answer)
		return err
	}
	text := shown(answer)
	if len(answer) == 0 {
		text = a.painter(a.stdout).paint(dim, "(an empty answer)")
	}
	_, err := fmt.Fprintln(a.stdout, text)
	return err
}
