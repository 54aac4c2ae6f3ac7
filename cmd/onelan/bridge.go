package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

const bridgeLong = `The bridge carries devices to the real OneNET and their commands back: onelan serve --bridge,
or bridge: in onelan.yaml. These commands tell how it stands and steer it while it runs.

Where a command wants a DEVICE, its id will do, or PRODUCT/ID where several products have a
device of that id. Without a DEVICE all of them are meant, where it may be left out.`

func (a *app) bridgeCommand() *cobra.Command {
	return group("bridge", "See and steer the bridge to the real OneNET", bridgeLong,
		a.bridgeStatus(), a.bridgeTry(), a.bridgePause(), a.bridgeResume(), a.bridgeDrain(),
		a.bridgeInspect(), a.bridgeRetry(), a.bridgeDrop(), a.bridgeExport(),
		a.bridgeAdd(), a.bridgeRemove(), a.bridgeReload())
}

// linkOptions are what the commands have that tell links something.
type linkOptions struct {
	product string
	json    bool
}

func (o *linkOptions) flags(a *app, cmd *cobra.Command) *cobra.Command {
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.product, "product", "", "`ID` of the product the device belongs to")
	f.BoolVar(&o.json, "json", false, "print JSON")
	cmd.ValidArgsFunction = a.completeBridge
	return a.clientFlags(cmd)
}

// bridgeRef is what a person calls a device; the server finds out the product where it is not said.
func bridgeRef(name, product string) lab.BridgeRef {
	ref, _ := spelledOut(name, product)
	return lab.BridgeRef(ref)
}

func bridgeRefs(names []string, product string) []lab.BridgeRef {
	var refs []lab.BridgeRef
	for _, name := range names {
		refs = append(refs, bridgeRef(name, product))
	}
	return refs
}

func (a *app) bridgePause() *cobra.Command {
	return a.bridgeTell("pause", "Make devices leave the cloud; what they send waits", "paused",
		"  onelan bridge pause\n  onelan bridge pause 527521926", (*lab.Client).BridgePause)
}

func (a *app) bridgeResume() *cobra.Command {
	return a.bridgeTell("resume", "End a pause, and make the next attempt of the others at once", "resumed",
		"  onelan bridge resume\n  onelan bridge resume 527521926", (*lab.Client).BridgeResume)
}

// bridgeTell makes a command that tells links something.
func (a *app) bridgeTell(
	verb, short, told, example string, tell func(*lab.Client, context.Context, ...lab.BridgeRef) (lab.BridgeDone, error),
) *cobra.Command {
	o := &linkOptions{}
	cmd := &cobra.Command{
		Use: verb + " [DEVICE...]", Short: short, Example: example, Args: takes("[DEVICE...]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withServer(cmd, func(ctx context.Context, c *lab.Client) error {
				done, err := tell(c, ctx, bridgeRefs(args, o.product)...)
				if err != nil {
					return err
				}
				return a.printDone(done, o.json, "%s %s", told, count(done.Devices, "device"))
			})
		},
	}
	return o.flags(a, cmd)
}

// printDone tells what a call has changed, and below it what is to be known about that.
func (a *app) printDone(done lab.BridgeDone, asJSON bool, format string, args ...any) error {
	if asJSON {
		return a.printJSON(done)
	}
	if _, err := fmt.Fprintf(a.stdout, format+"\n", args...); err != nil || done.Note == "" {
		return err
	}
	_, err := fmt.Fprintln(a.stdout, a.painter(a.stdout).paint(dim, done.Note))
	return err
}

const drainLong = `Bring devices on line, whatever their presence says, until nothing of what they have waits any
more. The exit code is 6 when something is left after the time, or at once when only paused
devices have something. What is in quarantine does not count: onelan bridge retry lets it wait
again.`

func (a *app) bridgeDrain() *cobra.Command {
	o, timeout := &linkOptions{}, duration{time.Minute}
	cmd := &cobra.Command{
		Use: "drain [DEVICE...]", Short: "Wait until the cloud has all that waits", Long: drainLong,
		Example: "  onelan bridge drain\n  onelan bridge drain 527521926 --timeout 10m && onelan bridge pause 527521926",
		Args:    takes("[DEVICE...]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if timeout.d <= 0 || timeout.d > time.Hour {
				return usage("--timeout is more than nothing and at most 1h")
			}
			return a.withServerFor(cmd, timeout.d+patience, func(ctx context.Context, c *lab.Client) error {
				done, err := c.BridgeDrain(ctx, timeout.d, bridgeRefs(args, o.product)...)
				if err != nil {
					return err
				}
				return a.printDrain(done, o.json)
			})
		},
	}
	cmd.Flags().Var(&timeout, "timeout", "how long to wait, up to 1h (default 1m)")
	cmd.Flags().Lookup("timeout").DefValue = "" // it stands in the text, in the words of the other commands
	return o.flags(a, cmd)
}

func (a *app) printDrain(done lab.BridgeDone, asJSON bool) error {
	switch {
	case asJSON && done.Left > 0:
		return firstOf(a.printJSON(done), &failure{code: exitTimeout})
	case done.Left > 0:
		return fail(exitTimeout, "%s", wait(done.Left)).with("onelan bridge status shows whose, and what stands in the way; a device that is paused does not drain")
	}
	return a.printDone(done, asJSON, "drained %s: nothing waits any more", count(done.Devices, "device"))
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// wait says how many messages wait.
func wait(n int) string {
	if n == 1 {
		return "1 message still waits"
	}
	return fmt.Sprintf("%d messages still wait", n)
}

func (a *app) bridgeReload() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use: "reload", Short: "Read the configuration of the bridge again, which may turn it on or off",
		Long: `Read the configuration of the bridge again: which devices it carries, how, and where to. Links
that are not concerned go on without noticing. A configuration with a fault changes nothing.`,
		Example: "  onelan bridge reload",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withServerFor(cmd, longPatience, func(ctx context.Context, c *lab.Client) error {
				r, err := c.BridgeReload(ctx)
				if err != nil {
					return err
				}
				if asJSON {
					return a.printJSON(r)
				}
				return a.printReload(r)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return a.clientFlags(cmd)
}

func (a *app) printReload(r lab.BridgeReload) error {
	p := a.painter(a.stdout)
	for _, part := range []struct {
		what  string
		style style
		names []string
	}{{"added", green, r.Added}, {"removed", red, r.Removed}, {"changed", yellow, r.Changed}} {
		for _, name := range part.names {
			if _, err := fmt.Fprintf(a.stdout, "%s %s\n", p.paint(part.style, part.what), printable(name)); err != nil {
				return err
			}
		}
	}
	went := "went on without noticing"
	_, err := fmt.Fprintf(a.stdout, "%s %s\n", count(r.Kept, "link"), went)
	return err
}

// completeBridge offers the devices that are on the bridge.
func (a *app) completeBridge(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var list []cobra.Completion
	_ = a.withServerFor(cmd, time.Second, func(ctx context.Context, c *lab.Client) error { // completion has nowhere to complain
		b, err := c.Bridge(ctx)
		for _, d := range b.Devices {
			list = append(list, cobra.CompletionWithDesc(string(d.Device), d.State))
		}
		return err
	})
	return list, cobra.ShellCompDirectiveNoFileComp
}

// onBridge finds what a person calls a device among those of the bridge.
func onBridge(b lab.Bridge, name, product string) (lab.BridgeDevice, error) {
	ref, _ := spelledOut(name, product)
	var found []lab.BridgeDevice
	var products []string
	for _, d := range b.Devices {
		if d.Device == ref.Device && (ref.Product == "" || d.Product == ref.Product) {
			found, products = append(found, d), append(products, string(d.Product))
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return lab.BridgeDevice{}, fail(exitNotFound, "device %q is not on the bridge", name).with("onelan bridge add %s puts it there; onelan bridge status shows those that are", name)
	}
	return lab.BridgeDevice{}, usage("%d products have it on the bridge: %s", len(found), strings.Join(products, ", ")).
		with("write PRODUCT/%s, or --product PRODUCT", name)
}

func refOf(d lab.BridgeDevice) onenet.DeviceRef {
	return onenet.DeviceRef{Product: d.Product, Device: d.Device}
}

// rowsWith prints a table with lines below its rows.
func rowsWith(to io.Writer, t *table, p painter, width int, below func(row int) string) error {
	var b strings.Builder
	if err := t.write(&b, p, width); err != nil {
		return err
	}
	row := -1 // the header
	for line := range strings.Lines(b.String()) {
		if row >= 0 {
			line += below(row)
		}
		if _, err := io.WriteString(to, line); err != nil {
			return err
		}
		row++
	}
	return nil
}
