package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

const expectLong = `Say whether something has happened, for tests: the exit code is 0 when it has, and 7 when
it has not. Then the three records of the history that come nearest are shown.

It looks at everything since the start of the server or its last reset, or with --after N at
what came after record N, which onelan mark gives. With --within it waits for what has not
happened yet. What is left out matches anything.`

// expectOptions are what all kinds of expectations have.
type expectOptions struct {
	after   uint64
	within  duration
	product string
	json    bool
}

func (a *app) expectCommand() *cobra.Command {
	return group("expect", "Say whether something has happened, for tests", expectLong,
		a.expectPoint(), a.expectPublish(), a.expectCommandState(), a.expectRefusal(), a.expectOnline())
}

func (o *expectOptions) flags(a *app, cmd *cobra.Command) *cobra.Command {
	f := cmd.Flags()
	f.SortFlags = false
	f.Uint64Var(&o.after, "after", 0, "look behind record `N`, as onelan mark gives it (default: from the start or the last reset on)")
	f.Var(&o.within, "within", "wait this long for it (default: not at all)")
	f.StringVar(&o.product, "product", "", "`ID` of the product the device belongs to")
	f.BoolVar(&o.json, "json", false, "print JSON")
	cmd.ValidArgsFunction = a.completeDevices
	return a.clientFlags(cmd)
}

// device reads a DEVICE that may be left out, and need not exist.
func (o *expectOptions) device(args []string) (onenet.ProductID, onenet.DeviceID) {
	if len(args) == 0 {
		return onenet.ProductID(o.product), ""
	}
	ref, _ := spelledOut(args[0], o.product)
	return ref.Product, ref.Device
}

// text is an argument that may be left out.
func text(args []string, i int) string {
	if i < len(args) {
		return args[i]
	}
	return ""
}

func (a *app) expectPoint() *cobra.Command {
	o := &expectOptions{}
	cmd := &cobra.Command{
		Use: "point [DEVICE [STREAM [VALUE]]]", Short: "Expect a data point to be stored",
		Long: "Expect a data point to be stored. A VALUE is JSON, or else text; 25.5 and 25.50 are the same.",
		Example: `  onelan expect point 527521926 temperature 25.5 --within 5s
  onelan expect point 527521926 state '{"on":true}' --after 41`,
		Args: takes("[DEVICE]", "[STREAM]", "[VALUE]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			want := &lab.ExpectPoint{Stream: onenet.StreamID(text(args, 1))}
			want.Product, want.Device = o.device(args)
			if len(args) > 2 {
				want.Value = valueOf(args[2])
			}
			return a.expect(cmd, o, lab.Expect{Point: want})
		},
	}
	return o.flags(a, cmd)
}

func (a *app) expectPublish() *cobra.Command {
	o, isHex := &expectOptions{}, false
	cmd := &cobra.Command{
		Use: "publish [DEVICE [TOPIC [PAYLOAD]]]", Short: "Expect a topic message to come in",
		Example: `  onelan expect publish 527521926 room/1/led on --within 5s
  onelan expect publish 527521926 room/1/raw "01 0A FF" --hex`,
		Args: takes("[DEVICE]", "[TOPIC]", "[PAYLOAD]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			want := &lab.ExpectPublish{Topic: text(args, 1)}
			want.Product, want.Device = o.device(args)
			switch {
			case len(args) > 2 && isHex:
				payload, err := parseHex(args[2])
				if err != nil {
					return err
				}
				want.PayloadBase64 = payload
			case len(args) > 2:
				want.Payload = &args[2]
			}
			return a.expect(cmd, o, lab.Expect{Publish: want})
		},
	}
	o.flags(a, cmd)
	cmd.Flags().BoolVar(&isHex, "hex", false, "the payload is written in hexadecimal")
	return cmd
}

func (a *app) expectCommandState() *cobra.Command {
	o := &expectOptions{}
	var id, state, body, answer string
	cmd := &cobra.Command{
		Use: "command [DEVICE]", Short: "Expect a command to be answered, or to come into another state",
		Example: `  onelan expect command 527521926 --within 5s
  onelan expect command 527521926 --body on --answer ok
  onelan expect command 527521926 --state unanswered --within 40s`,
		Args: takes("[DEVICE]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			want := &lab.ExpectCommand{ID: onenet.CommandID(id), State: onenet.CommandState(state)}
			want.Product, want.Device = o.device(args)
			if cmd.Flags().Changed("body") {
				want.Body = &body
			}
			if cmd.Flags().Changed("answer") {
				want.Answer = &answer
			}
			return a.expect(cmd, o, lab.Expect{Command: want})
		},
	}
	o.flags(a, cmd)
	f := cmd.Flags()
	f.StringVar(&id, "id", "", "`UUID` of the command")
	f.StringVar(&state, "state", "", "the `STATE` it is to come into (default answered): "+strings.Join(stateNames(), ", "))
	f.StringVar(&body, "body", "", "what was sent: exactly this `TEXT`")
	f.StringVar(&answer, "answer", "", "what the device answered: exactly this `TEXT`")
	return cmd
}

var commandStates = []onenet.CommandState{
	onenet.CommandCreated, onenet.CommandSent, onenet.CommandSendFailed, onenet.CommandAnswered, onenet.CommandUnanswered,
	onenet.CommandTooLarge, onenet.CommandNotOnline,
}

func stateNames() []string {
	var names []string
	for _, s := range commandStates {
		names = append(names, string(s))
	}
	return names
}

func (a *app) expectRefusal() *cobra.Command {
	o, cause := &expectOptions{}, ""
	cmd := &cobra.Command{
		Use: "refusal [DEVICE]", Short: "Expect a device or a caller to be turned down",
		Example: `  onelan expect refusal 527521926 --cause login.wrong-password`,
		Args:    takes("[DEVICE]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			want := &lab.ExpectRefusal{Cause: onenet.Cause(cause)}
			want.Product, want.Device = o.device(args)
			return a.expect(cmd, o, lab.Expect{Refusal: want})
		},
	}
	o.flags(a, cmd)
	cmd.Flags().StringVar(&cause, "cause", "", "for this `CAUSE`, as onelan watch shows it")
	return cmd
}

func (a *app) expectOnline() *cobra.Command {
	o := &expectOptions{}
	var lasting duration
	cmd := &cobra.Command{
		Use: "online DEVICE", Short: "Expect a device to be online",
		Example: `  onelan expect online 527521926 --within 10s
  onelan expect online 527521926 --for 5s --within 30s`,
		Args: takes("DEVICE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			want := &lab.ExpectOnline{}
			want.Product, want.Device = o.device(args)
			if lasting.d > 0 {
				want.For = lasting.d.String()
			}
			return a.expect(cmd, o, lab.Expect{Online: want})
		},
	}
	o.flags(a, cmd)
	cmd.Flags().Var(&lasting, "for", "and to stay so for this long")
	return cmd
}

// mostWithin is how long the server waits at once.
const mostWithin = time.Minute

// expect asks, again and again where the wait is longer than the server's.
func (a *app) expect(cmd *cobra.Command, o *expectOptions, e lab.Expect) error {
	e.After = o.after
	return a.withServerFor(cmd, patience+o.within.d, func(ctx context.Context, c *lab.Client) error {
		end := a.clock.Now().Add(o.within.d)
		for {
			left := max(end.Sub(a.clock.Now()), 0)
			e.Within = min(left, mostWithin).String()
			got, err := c.Expect(ctx, e)
			if err != nil {
				return missingDevice(err)
			}
			if got.OK || left <= mostWithin {
				return a.printExpected(got, o)
			}
		}
	})
}

// missingDevice turns what the server does not know into a hint.
func missingDevice(err error) error {
	if status(err) != http.StatusNotFound {
		return err
	}
	f := classify(err)
	return f.with("%s", cmp.Or(f.hint, "onelan device list shows the devices"))
}

func (a *app) printExpected(got lab.Expected, o *expectOptions) error {
	unmet := &failure{code: exitUnmet}
	if o.json {
		if err := a.printJSON(got); err != nil || got.OK {
			return err
		}
		return unmet
	}
	if got.OK {
		if _, err := fmt.Fprintln(a.stdout, printable(got.Says)); err != nil {
			return err
		}
		return a.showRecords(got.Record)
	}
	unmet.says = printable(got.Says)
	unmet.below = func() { a.nearest(got) }
	return unmet
}

// showRecords prints a record that was found, if there is one.
func (a *app) showRecords(r *lab.Record) error {
	if r == nil {
		return nil
	}
	return newWatcher(a.stdout, a.painter(a.stdout), width(a.stdout)).show(*r)
}

// nearest prints what comes nearest to what was expected.
func (a *app) nearest(got lab.Expected) {
	if got.Lost > 0 {
		_, _ = fmt.Fprintf(a.stderr, "%s were gone before they could be looked at\n", count(int(got.Lost), "record"))
	}
	if len(got.Nearest) == 0 {
		return
	}
	_, _ = fmt.Fprintln(a.stderr, "nearest:")
	w := newWatcher(a.stderr, a.painter(a.stderr), width(a.stderr))
	for _, r := range got.Nearest {
		_ = w.show(r) // there is nowhere else to complain
	}
}

func (a *app) markCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "mark", Short: "Print the number of the newest record, for expect --after",
		Example: "  mark=$(onelan mark)                            # then let the device do its work\n" +
			"  onelan expect point 527521926 t 25.5 --after \"$mark\"",
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withServer(cmd, func(ctx context.Context, c *lab.Client) error {
				ready, err := c.Ready(ctx)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(a.stdout, ready.Journal)
				return err
			})
		},
	}
	return a.clientFlags(cmd)
}
