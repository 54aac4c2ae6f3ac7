package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/control/lab"
)

const bridgeTryLong = `Log one device in to the cloud once, and out again, and say what came of it: what the cloud
answers with a bare number, in words. Its link stands aside meanwhile. The exit code is 0 when
the login was accepted and 5 when it was not.`

// bridgeTry is onelan bridge test; a file of Go code must not end in _test.
func (a *app) bridgeTry() *cobra.Command {
	o := &linkOptions{}
	cmd := &cobra.Command{
		Use: "test DEVICE", Short: "Log a device in to the cloud once, and explain the result", Long: bridgeTryLong,
		Example: "  onelan bridge test 527521926",
		Args:    takes("DEVICE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withServerFor(cmd, time.Minute, func(ctx context.Context, c *lab.Client) error {
				t, err := c.BridgeTest(ctx, bridgeRef(args[0], o.product))
				if err != nil {
					return err
				}
				return a.printTry(t, o.json)
			})
		},
	}
	return o.flags(a, cmd)
}

func (a *app) printTry(t lab.BridgeTest, asJSON bool) error {
	if asJSON {
		return firstOf(a.printJSON(t), tryCode(t))
	}
	p := a.painter(a.stdout)
	who := fmt.Sprintf("device %s of product %s at %s", t.Upstream.Device, t.Upstream.Product, t.Upstream.Addr)
	if t.OK {
		_, err := fmt.Fprintf(a.stdout, "%s as %s, within %s\n", p.paint(green, "accepted"), printable(who), t.Took)
		return err
	}
	if t.Refusal == nil {
		return fail(exitFailed, "the login did not work, and the server does not say why")
	}
	if _, err := fmt.Fprintf(a.stdout, "%s %s\n", p.paint(red, "refused:"), printable(t.Refusal.Says)); err != nil {
		return err
	}
	for _, f := range append([]pair{{"as", who}}, refusalFields(t.Refusal)...) {
		if _, err := fmt.Fprintf(a.stdout, "  %s %s\n", p.paint(dim, fmt.Sprintf("%-9s", f.name)), printable(f.value)); err != nil {
			return err
		}
	}
	return tryCode(t)
}

// tryCode is the exit code alone: all was said.
func tryCode(t lab.BridgeTest) error {
	if t.OK {
		return nil
	}
	return &failure{code: exitRefused}
}
