package main

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

const watchLong = `Show what happens as it happens, decoded: logins, data, messages, commands and answers,
and for everything that was turned down the reason and what to do about it. Ctrl-C ends it.

It begins with what comes next; --after 0 begins with everything the server remembers, and
--after N behind record N. A DEVICE need not exist: that it does not may be what you see.`

// watchOptions choose what is shown.
type watchOptions struct {
	product string
	kinds   []string
	after   uint64
	count   int
	json    bool
}

func (a *app) watchCommand() *cobra.Command {
	o := &watchOptions{}
	cmd := &cobra.Command{
		Use: "watch [DEVICE]", Short: "Show what happens, live and decoded", Long: watchLong,
		Example: `  onelan watch
  onelan watch 527521926 --after 0
  onelan watch --kind refused,warning
  onelan watch --json --count 1 --kind data   # in a script: wait for the next data`,
		Args:              takes("[DEVICE]"),
		ValidArgsFunction: a.completeDevices,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.watch(cmd, o, args) },
	}
	f := cmd.Flags()
	f.StringVar(&o.product, "product", "", "only what concerns the product with this `ID`")
	f.StringSliceVar(&o.kinds, "kind", nil, "only these `KINDS`: "+strings.Join(kindNames(), ", "))
	f.Uint64Var(&o.after, "after", 0, "begin behind record `N` (default: the newest)")
	f.IntVar(&o.count, "count", 0, "end after `N` records (default: never)")
	f.BoolVar(&o.json, "json", false, "print one line of JSON for each record")
	return a.clientFlags(cmd)
}

var kinds = []onenet.Kind{
	onenet.KindSystem, onenet.KindConnected, onenet.KindDisconnected, onenet.KindRefused, onenet.KindSubscribed, onenet.KindUnsubscribed,
	onenet.KindMessage, onenet.KindData, onenet.KindCommand, onenet.KindDropped, onenet.KindTrigger, onenet.KindBridge,
	onenet.KindWarning,
}

func kindNames() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, string(k))
	}
	return names
}

// errEnough ends a watch that has shown what it was to show.
var errEnough = errors.New("enough")

func (a *app) watch(cmd *cobra.Command, o *watchOptions, args []string) error {
	q, err := o.query(args)
	if err != nil {
		return err
	}
	c, err := a.client()
	if err != nil {
		return err
	}
	defer c.Close()
	ctx := cmd.Context()
	if !cmd.Flags().Changed("after") {
		ready, err := c.Ready(ctx)
		if err != nil {
			return err
		}
		q.After = ready.Journal
	}
	err = c.Follow(ctx, q, a.shower(o))
	if errors.Is(err, errEnough) || errors.Is(err, context.Canceled) { // Ctrl-C is how a watch ends
		return nil
	}
	return err
}

func (o *watchOptions) query(args []string) (lab.JournalQuery, error) {
	q := lab.JournalQuery{After: o.after, Product: onenet.ProductID(o.product)}
	if len(args) > 0 {
		q.Device = onenet.DeviceID(args[0])
		if ref, ok := spelledOut(args[0], o.product); ok {
			q.Product, q.Device = ref.Product, ref.Device
		}
	}
	for _, k := range o.kinds {
		if !slices.Contains(kinds, onenet.Kind(k)) {
			return q, usage("there is no kind %q", k).with("the kinds are %s", strings.Join(kindNames(), ", "))
		}
		q.Kinds = append(q.Kinds, onenet.Kind(k))
	}
	return q, nil
}

// shower prints records until it was enough.
func (a *app) shower(o *watchOptions) func(lab.Record) error {
	w := newWatcher(a.stdout, a.painter(a.stdout), width(a.stdout))
	lines := json.NewEncoder(a.stdout)
	lines.SetEscapeHTML(false)
	shown := 0
	return func(r lab.Record) error {
		var err error
		if o.json {
			err = lines.Encode(r)
		} else {
			err = w.show(r)
		}
		if shown++; err == nil && shown == o.count {
			return errEnough
		}
		return err
	}
}
