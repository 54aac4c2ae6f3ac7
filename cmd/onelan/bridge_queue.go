package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/control/lab"
)

// bridgeInspectOptions choose entries.
type bridgeInspectOptions struct {
	linkOptions

	dead  bool
	after int64
	limit int
}

func (a *app) bridgeInspect() *cobra.Command {
	o := &bridgeInspectOptions{}
	cmd := &cobra.Command{
		Use: "inspect DEVICE", Short: "Show what waits for the cloud, decoded, or what was put aside and why",
		Example: "  onelan bridge inspect 527521926\n  onelan bridge inspect 527521926 --dead",
		Args:    takes("DEVICE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.limit < 1 || o.limit > 1000 {
				return usage("--limit is 1 to 1000, got %d", o.limit)
			}
			return a.withServer(cmd, func(ctx context.Context, c *lab.Client) error {
				page, err := c.BridgeEntries(ctx, lab.BridgeQuery{
					BridgeRef: bridgeRef(args[0], o.product), Dead: o.dead, After: o.after, Limit: o.limit,
				})
				if err != nil {
					return err
				}
				if o.json {
					return a.printJSON(page)
				}
				return a.printEntries(page, o)
			})
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.dead, "dead", false, "those in quarantine: what the cloud refused, or closed the connection for")
	f.Int64Var(&o.after, "after", 0, "those behind entry `N`")
	f.IntVar(&o.limit, "limit", 100, "at most `N` entries, up to 1000")
	return o.flags(a, cmd)
}

func (a *app) printEntries(page lab.BridgeEntries, o *bridgeInspectOptions) error {
	if len(page.Entries) == 0 {
		what := "nothing waits"
		if o.dead {
			what = "nothing is in quarantine"
		}
		if o.after > 0 {
			what += fmt.Sprintf(" behind entry %d", o.after)
		}
		_, err := fmt.Fprintln(a.stderr, what)
		return err
	}
	p, columns := a.painter(a.stdout), width(a.stdout)
	t := &table{header: []string{"ENTRY", zoneName(page.Entries[0].At.Local()), "QoS", "TRIES", "TOPIC", "CONTENT"}}
	for _, e := range page.Entries {
		t.row(strconv.FormatInt(e.Seq, 10), e.At.Local().Format(longTime), fmt.Sprint(e.QoS), dash(e.Tries), e.Topic, entryText(e))
	}
	err := rowsWith(a.stdout, t, p, columns, func(row int) string { return deadText(page.Entries[row], p, columns) })
	if err == nil && len(page.Entries) == o.limit {
		_, err = fmt.Fprintf(a.stderr, "the first %d; --after %d shows what follows\n", o.limit, page.Last)
	}
	return err
}

// entryText is what a message says: its points, or its payload.
func entryText(e lab.BridgeEntry) string {
	if len(e.Points) == 0 {
		s := shown(e.Payload)
		if e.Size > len(e.Payload) {
			s += fmt.Sprintf("… (%s)", bytesText(int64(e.Size)))
		}
		return s
	}
	s := strings.Join(e.Points, " ")
	if more := e.Count - len(e.Points); more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

// deadText is why an entry is in quarantine.
func deadText(e lab.BridgeEntry, p painter, width int) string {
	if e.Dead == "" {
		return ""
	}
	const margin = 4
	var b strings.Builder
	b.WriteString(spaces(margin) + p.paint(red, "because") + " ")
	(&watcher{width: width}).text(&b, margin+8, printable(e.Dead))
	return b.String()
}

// bridgeEntryOptions choose what is moved.
type bridgeEntryOptions struct {
	linkOptions

	dead, yes bool
}

func (o *bridgeEntryOptions) pick(args []string) (lab.BridgePick, error) {
	pick := lab.BridgePick{Dead: o.dead}
	if len(args) == 0 {
		return pick, nil
	}
	pick.Devices = bridgeRefs(args[:1], o.product)
	for _, text := range args[1:] {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 1 {
			return pick, usage("an entry has a number, got %q", text).with("onelan bridge inspect %s shows them", args[0])
		}
		pick.Seqs = append(pick.Seqs, n)
	}
	return pick, nil
}

func (a *app) bridgeRetry() *cobra.Command {
	o := &bridgeEntryOptions{}
	cmd := &cobra.Command{
		Use: "retry [DEVICE [ENTRY...]]", Short: "Let what is in quarantine wait again, at its old place",
		Example: "  onelan bridge retry\n  onelan bridge retry 527521926\n  onelan bridge retry 527521926 1204 1207",
		Args:    takes("[DEVICE]", "[ENTRY...]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			pick, err := o.pick(args)
			if err != nil {
				return err
			}
			return a.withServerFor(cmd, longPatience, func(ctx context.Context, c *lab.Client) error {
				done, err := c.BridgeRetry(ctx, pick)
				if err != nil {
					return err
				}
				return firstOf(a.printDone(done, o.json, "%s again", waits(done.Entries)), allOf(pick, done))
			})
		},
	}
	return o.flags(a, cmd)
}

func waits(n int) string {
	if n == 1 {
		return "1 message waits"
	}
	return fmt.Sprintf("%d messages wait", n)
}

// allOf fails when entries that were named were not there.
func allOf(pick lab.BridgePick, done lab.BridgeDone) error {
	if missing := len(pick.Seqs) - done.Entries; missing > 0 {
		return fail(exitNotFound, "%s not there: delivered, given up or in the other list meanwhile", count(missing, "entry")).
			with("onelan bridge inspect %s, without and with --dead, shows what is", pick.Devices[0].Device)
	}
	return nil
}

func (a *app) bridgeDrop() *cobra.Command {
	o := &bridgeEntryOptions{}
	cmd := &cobra.Command{
		Use: "drop DEVICE [ENTRY...]", Short: "Give up what waits, or what is in quarantine: it never reaches the cloud",
		Long: `Give up what waits for the cloud, or with --dead what is in quarantine: the entries, or all of
them. It stays in the books as dropped, and on this platform; it never reaches the cloud.
onelan bridge export keeps a copy.`,
		Example: "  onelan bridge drop 527521926 --dead\n  onelan bridge drop 527521926 1204 --yes",
		Args:    takes("DEVICE", "[ENTRY...]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			pick, err := o.pick(args)
			if err != nil {
				return err
			}
			return a.withServerFor(cmd, longPatience, func(ctx context.Context, c *lab.Client) error {
				if err := a.confirm(o.yes, "Give up %s for good?", o.what(args)); err != nil {
					return err
				}
				done, err := c.BridgeDrop(ctx, pick)
				if err != nil {
					return err
				}
				return firstOf(a.printDone(done, o.json, "gave up %s", count(done.Entries, "message")), allOf(pick, done))
			})
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.dead, "dead", false, "what is in quarantine, instead of what waits")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	return o.flags(a, cmd)
}

// what is to be given up, in words.
func (o *bridgeEntryOptions) what(args []string) string {
	where := "waits"
	if o.dead {
		where = "is in quarantine"
	}
	if len(args) == 1 {
		return fmt.Sprintf("all that %s of device %s", where, args[0])
	}
	return fmt.Sprintf("entry %s of device %s", strings.Join(args[1:], ", "), args[0])
}

// bridgeExportOptions say where to.
type bridgeExportOptions struct {
	product, output string
	force           bool
}

func (a *app) bridgeExport() *cobra.Command {
	o := &bridgeExportOptions{}
	cmd := &cobra.Command{
		Use: "export [DEVICE]", Short: "Write what waits and what is in quarantine as JSON lines",
		Example: "  onelan bridge export > queue.jsonl\n  onelan bridge export 527521926 --output queue.jsonl",
		Args:    takes("[DEVICE]"), ValidArgsFunction: a.completeBridge,
		RunE: func(cmd *cobra.Command, args []string) error {
			var ref lab.BridgeRef
			if len(args) > 0 {
				ref = bridgeRef(args[0], o.product)
			}
			return a.withServerFor(cmd, longPatience, func(ctx context.Context, c *lab.Client) error {
				if o.output == "" || o.output == "-" {
					return c.BridgeExport(ctx, ref, a.stdout)
				}
				return a.saveExport(ctx, c, ref, o)
			})
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVarP(&o.output, "output", "o", "", "write `FILE` instead of the standard output")
	f.BoolVar(&o.force, "force", false, "replace the file if it exists")
	f.StringVar(&o.product, "product", "", "`ID` of the product the device belongs to")
	return a.clientFlags(cmd)
}

// saveExport writes the file whole or not at all.
func (a *app) saveExport(ctx context.Context, c *lab.Client, ref lab.BridgeRef, o *bridgeExportOptions) error {
	if _, err := os.Lstat(o.output); !errors.Is(err, fs.ErrNotExist) && !o.force {
		return fail(exitFailed, "%s exists already", o.output).with("--force replaces it")
	}
	f, err := newFile(o.output, 0o600) // what devices send is nobody else's business
	if err != nil {
		return err
	}
	if err := f.finish(c.BridgeExport(ctx, ref, f)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "saved %s\n", o.output)
	return err
}
