package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/internal/clock"
)

func (a *app) statusCommand() *cobra.Command {
	var asJSON bool
	var wait duration
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say whether a server runs, and where it listens",
		Example: `  onelan status
  onelan serve & onelan status --wait 5s   # in a script: go on when it is ready`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withServerFor(cmd, max(patience, wait.d+patience), func(ctx context.Context, c *lab.Client) error {
				ready, err := a.awaitReady(ctx, c, wait.d)
				if err != nil {
					return err
				}
				if asJSON {
					return a.printJSON(ready)
				}
				return a.printStatus(ready)
			})
		},
	}
	cmd.Flags().Var(&wait, "wait", "wait this long for a server that is just starting")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return a.clientFlags(cmd)
}

// awaitReady asks until a server answers or the patience is over.
func (a *app) awaitReady(ctx context.Context, c *lab.Client, patience time.Duration) (lab.Ready, error) {
	const pause = 50 * time.Millisecond
	end := a.clock.Now().Add(patience)
	for {
		ready, err := c.Ready(ctx)
		if _, down := errors.AsType[*net.OpError](err); !down || !a.clock.Now().Before(end) {
			return ready, err
		}
		if !clock.Sleep(a.clock, pause, ctx.Done()) {
			return ready, ctx.Err()
		}
	}
}

func (a *app) printStatus(r lab.Ready) error {
	p := a.painter(a.stdout)
	since := a.clock.Now().Sub(r.Started).Round(time.Second)
	if _, err := fmt.Fprintf(a.stdout, "%s for %s, %s online, %s so far\n",
		p.paint(green, "onelan "+printable(r.Version)+" runs"), since, count(r.Online, "device"), count(int(r.Journal), "record")); err != nil {
		return err
	}
	t := &table{header: []string{"DOOR", "PROTOCOL", "ADDRESS", "OPEN TO"}}
	for _, d := range doors(r) {
		t.row(d.name, d.protocol, shortAddr(d.addr), openTo(d.addr))
	}
	return t.write(a.stdout, p, width(a.stdout))
}

// count says how many: 1 device, 2 devices.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
