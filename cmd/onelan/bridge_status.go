package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/control/lab"
)

const bridgeStatusLong = `Show how the bridge stands: for each device its link to the cloud, whether it is here, how much
waits and for how long, messages a second, and the last proof: the cloud's acknowledgement of
a message, which says more than a connection. Below a device stands what is wrong, and what to
do about it. With a DEVICE, everything about that one.

  online      logged in               refused    the cloud says no
  connecting  on the way              evicted    another client with this id keeps taking over
  idle        not wanted in the cloud half-open  the connection stood, and nobody was there
  paused      somebody said so        unmapped   not on the bridge; its queue is left`

// bridgeStatusOptions choose what is shown.
type bridgeStatusOptions struct {
	linkOptions

	trouble bool
	watch   bool
	every   duration
}

func (a *app) bridgeStatus() *cobra.Command {
	o := &bridgeStatusOptions{every: duration{defaultEvery}}
	cmd := &cobra.Command{
		Use: "status [DEVICE]", Short: "Show how links, queues and books stand", Long: bridgeStatusLong,
		Example: `  onelan bridge status
  onelan bridge status 527521926
  onelan bridge status --watch
  onelan bridge status --trouble --json`,
		Args: takes("[DEVICE]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.watch {
				return a.watchBridge(cmd, o, args)
			}
			return a.withServer(cmd, func(ctx context.Context, c *lab.Client) error {
				b, err := c.Bridge(ctx)
				if err != nil {
					return err
				}
				return a.printBridge(a.stdout, width(a.stdout), b, o, args)
			})
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.trouble, "trouble", false, "only devices with something wrong, or in quarantine")
	f.BoolVar(&o.watch, "watch", false, "show it again and again, until Ctrl-C")
	f.Var(&o.every, "every", "with --watch: how often (default 1s)")
	f.Lookup("every").DefValue = "" // it stands in the text, in the words of the other commands
	return o.flags(a, cmd)
}

// printBridge shows the bridge, or one device of it.
func (a *app) printBridge(to io.Writer, width int, b lab.Bridge, o *bridgeStatusOptions, args []string) error {
	if len(args) > 0 && b.On {
		d, err := onBridge(b, args[0], o.product)
		switch {
		case err != nil:
			return err
		case o.json:
			return o.writeJSON(to, d)
		}
		return a.showLink(to, width, b, d)
	}
	if o.trouble {
		b.Devices = troubled(b.Devices)
	}
	if o.json {
		return o.writeJSON(to, b)
	}
	if !b.On {
		_, err := fmt.Fprintln(to, "the bridge to the real OneNET is off; onelan serve --bridge has it")
		return err
	}
	return a.printLinks(to, width, b)
}

// writeJSON writes what a script reads; in a watch each is a line.
func (o *bridgeStatusOptions) writeJSON(to io.Writer, v any) error {
	enc := json.NewEncoder(to)
	enc.SetEscapeHTML(false)
	if !o.watch {
		enc.SetIndent("", "  ")
	}
	return enc.Encode(v)
}

// troubled are the devices with which somebody should do something.
func troubled(list []lab.BridgeDevice) []lab.BridgeDevice {
	some := []lab.BridgeDevice{}
	for _, d := range list {
		if d.Trouble != nil || d.Books.Quarantined > 0 || len(d.Refused) > 0 {
			some = append(some, d)
		}
	}
	return some
}

func (a *app) printLinks(to io.Writer, width int, b lab.Bridge) error {
	p := a.painter(a.stdout)
	if _, err := fmt.Fprintf(to, "%s\n%s\n", p.paint(bold, headline(b)), p.paint(booksStyle(b.Totals), equation(b.Totals))); err != nil {
		return err
	}
	if len(b.Devices) > 0 {
		t := linkTable(b, width)
		err := rowsWith(to, t, p, width, func(row int) string { return belowLink(b, b.Devices[row], p, width) })
		if err != nil {
			return err
		}
	}
	for _, text := range b.Warnings {
		var line strings.Builder
		(&watcher{width: width}).text(&line, len("warning: "), printable(text))
		if _, err := fmt.Fprint(to, p.paint(yellow, "warning:")+" "+line.String()); err != nil {
			return err
		}
	}
	return nil
}

func booksStyle(b lab.BridgeBooks) style {
	if !balances(b) {
		return red
	}
	return dim
}

// headline is the bridge in one line.
func headline(b lab.Bridge) string {
	how := ""
	if b.TLS {
		how = " over TLS"
	}
	if b.DryRun {
		how += " (dry run: nothing is sent)"
	}
	states := map[string]int{}
	for _, d := range b.Devices {
		states[linkState(d)]++
	}
	var parts []string
	for _, s := range []string{"online", "connecting", "idle", "paused", "refused", "evicted", "half-open", unmapped} {
		if states[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", states[s], s))
		}
	}
	line := fmt.Sprintf("bridge to %s%s, %s", printable(b.Upstream), how, count(len(b.Devices), "device"))
	if len(parts) > 0 {
		line += ": " + strings.Join(parts, ", ")
	}
	return line
}

// linkColumn is a column of the table of links.
type linkColumn struct {
	name  string
	order int // in which columns are left out where the terminal is narrow; 0: never
	cell  func(b lab.Bridge, d lab.BridgeDevice) string
}

var linkColumns = []linkColumn{
	{"DEVICE", 0, func(_ lab.Bridge, d lab.BridgeDevice) string { return refOf(d).String() }},
	{stateColumn, 0, func(_ lab.Bridge, d lab.BridgeDevice) string { return linkState(d) }},
	{"HERE", 3, func(_ lab.Bridge, d lab.BridgeDevice) string { return yesNo(d.Here) }},
	{"QUEUE", 0, func(_ lab.Bridge, d lab.BridgeDevice) string { return fmt.Sprint(d.Books.Waiting) }},
	{deadColumn, 0, func(_ lab.Bridge, d lab.BridgeDevice) string { return dash(d.Books.Quarantined) }},
	{"OLDEST", 0, func(b lab.Bridge, d lab.BridgeDevice) string { return orElse(ago(b.At, d.Books.Oldest), "-") }},
	{"UP/s", 2, func(_ lab.Bridge, d lab.BridgeDevice) string { return perSecond(d.Counts.UpRate) }},
	{"DOWN/s", 1, func(_ lab.Bridge, d lab.BridgeDevice) string { return perSecond(d.Counts.DownRate) }},
	{"PROVED", 0, func(b lab.Bridge, d lab.BridgeDevice) string { return orElse(ago(b.At, d.Proved), "never") }},
}

const (
	stateColumn = "STATE"
	deadColumn  = "DEAD"
)

// linkTable has a row for each device, in as many columns as fit.
func linkTable(b lab.Bridge, width int) *table {
	columns := linkColumns
	if b.Totals.Quarantined == 0 {
		columns = without(columns, func(c linkColumn) bool { return c.name == deadColumn })
	}
	for leave := 1; leave <= 3 && width > 0 && linkRowsOf(b, columns).wide() > width; leave++ {
		columns = without(columns, func(c linkColumn) bool { return c.order == leave })
	}
	t := linkRowsOf(b, columns)
	t.style = func(row, column int) style {
		switch d := b.Devices[row]; columns[column].name {
		case stateColumn:
			return linkLooks[linkState(d)]
		case deadColumn:
			if d.Books.Quarantined > 0 {
				return red
			}
		}
		return ""
	}
	return t
}

func without(columns []linkColumn, unwanted func(linkColumn) bool) []linkColumn {
	return slices.DeleteFunc(slices.Clone(columns), unwanted)
}

func linkRowsOf(b lab.Bridge, columns []linkColumn) *table {
	t := &table{}
	for _, c := range columns {
		t.header = append(t.header, c.name)
	}
	for _, d := range b.Devices {
		var cells []string
		for _, c := range columns {
			cells = append(cells, c.cell(b, d))
		}
		t.row(cells...)
	}
	return t
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

func dash(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}

// belowLink is what is wrong with a device, and what to do.
func belowLink(b lab.Bridge, d lab.BridgeDevice, p painter, width int) string {
	const margin = 4
	var rows []pair
	if r := d.Trouble; r != nil {
		rows = append(rows, pair{"trouble", r.Says + timing(b, d)}, pair{"fix", r.Fix})
	}
	if len(d.Refused) > 0 {
		rows = append(rows, pair{"topics", "the cloud does not let it subscribe to " + strings.Join(d.Refused, ", ")})
	}
	var out strings.Builder
	w := &watcher{width: width}
	for _, r := range rows {
		if r.value == "" {
			continue
		}
		fmt.Fprintf(&out, "%s%s ", spaces(margin), p.paint(dim, fmt.Sprintf("%-7s", r.name)))
		w.text(&out, margin+8, printable(r.value))
	}
	return out.String()
}

// timing is when a trouble was, and when it is tried again.
func timing(b lab.Bridge, d lab.BridgeDevice) string {
	var parts []string
	if !d.TroubleAt.IsZero() {
		parts = append(parts, ago(b.At, d.TroubleAt)+" ago")
	}
	if d.Next.After(b.At) {
		parts = append(parts, "next attempt in "+brief(d.Next.Sub(b.At)))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}
