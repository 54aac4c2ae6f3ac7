package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

const pointsLong = `Show what a device measured: the newest points of the time asked for, oldest first. On a
terminal, numbers are drawn too.

A TIME is "2018-06-01 08:00:00", 2018-06-01, 08:00 (today), with a zone
2018-06-01T08:00:00+08:00, or how long ago: 2h. Without a zone it is this machine's.`

// pointsOptions choose points and how they are shown.
type pointsOptions struct {
	product          string
	start, end       moment
	limit            int
	csv, json, chart bool
}

func (a *app) pointsCommand() *cobra.Command {
	now := func() time.Time { return a.clock.Now().Local() }
	o := &pointsOptions{start: moment{now: now}, end: moment{now: now}}
	cmd := &cobra.Command{
		Use: "points DEVICE [STREAM]", Short: "Show what a device measured, as a table and a chart", Long: pointsLong,
		Example: `  onelan points 527521926
  onelan points 527521926 temperature --start 2h
  onelan points 527521926 --start 2018-06-01 --end 2018-06-02 --limit 6000 --csv > june.csv`,
		Args:              takes("DEVICE", "[STREAM]"),
		ValidArgsFunction: a.completeDevices,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("chart") {
				o.chart = isTerminal(a.stdout)
			}
			return a.points(cmd, o, args)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.product, "product", "", "`ID` of the product the device belongs to")
	f.Var(&o.start, "start", "from this time on")
	f.Var(&o.end, "end", "up to this time")
	f.IntVar(&o.limit, "limit", 100, "at most `N` points, up to 6000")
	f.BoolVar(&o.csv, "csv", false, "print CSV: stream, time, value")
	f.BoolVar(&o.json, "json", false, "print JSON")
	f.BoolVar(&o.chart, "chart", false, "draw numbers (default: on a terminal)")
	cmd.MarkFlagsMutuallyExclusive("csv", "json", "chart")
	return a.clientFlags(cmd)
}

func (a *app) points(cmd *cobra.Command, o *pointsOptions, args []string) error {
	if o.limit < 1 || o.limit > 6000 {
		return usage("--limit is 1 to 6000, got %d", o.limit)
	}
	q := lab.PointQuery{Start: o.start.at, End: o.end.at, Limit: o.limit, Desc: true}
	if len(args) > 1 {
		q.Stream = onenet.StreamID(args[1])
	}
	return a.withServer(cmd, func(ctx context.Context, c *lab.Client) error {
		ref, err := find(ctx, c, args[0], o.product)
		if err != nil {
			return err
		}
		list, err := c.Points(ctx, ref, q)
		if err != nil {
			return err
		}
		slices.Reverse(list)
		if len(list) == 0 && !o.csv && !o.json {
			return a.noPoints(ctx, c, ref, q.Stream)
		}
		return a.printPoints(list, o)
	})
}

// noPoints says what there is instead.
func (a *app) noPoints(ctx context.Context, c *lab.Client, ref onenet.DeviceRef, stream onenet.StreamID) error {
	streams, err := c.Streams(ctx, ref)
	if err != nil {
		return err
	}
	known := slices.ContainsFunc(streams, func(s lab.Stream) bool { return s.ID == stream })
	switch {
	case len(streams) == 0:
		_, err = fmt.Fprintf(a.stderr, "device %s has stored nothing yet; onelan watch %s shows what it sends\n", ref, ref)
	case stream != "" && !known:
		names := ""
		for _, s := range streams {
			names += " " + printable(string(s.ID))
		}
		return fail(exitNotFound, "device %s has no stream %q", ref, stream).with("it has:%s", names)
	default:
		_, err = fmt.Fprintln(a.stderr, "no points in this time")
	}
	return err
}

func (a *app) printPoints(list []lab.Point, o *pointsOptions) error {
	switch {
	case o.json:
		return a.printJSON(lab.Points{Points: list})
	case o.csv:
		return writeCSV(a.stdout, list)
	}
	if err := pointTable(list).write(a.stdout, a.painter(a.stdout), width(a.stdout)); err != nil {
		return err
	}
	if len(list) == o.limit {
		if _, err := fmt.Fprintf(a.stderr, "the newest %d; --limit shows more\n", o.limit); err != nil {
			return err
		}
	}
	if !o.chart {
		return nil
	}
	return a.drawStreams(list)
}

func writeCSV(to io.Writer, list []lab.Point) error {
	w := csv.NewWriter(to)
	_ = w.Write([]string{"stream", "at", "value"}) // Error tells
	for _, p := range list {
		_ = w.Write([]string{string(p.Stream), p.At.Local().Format("2006-01-02T15:04:05.000Z07:00"), bareValue(p.Value)})
	}
	w.Flush()
	return w.Error()
}

func pointTable(list []lab.Point) *table {
	t := &table{header: []string{zoneName(list[len(list)-1].At.Local()), "STREAM", "VALUE"}}
	for _, p := range list {
		t.row(p.At.Local().Format(longTime), string(p.Stream), string(p.Value))
	}
	return t
}

// drawStreams draws each stream that has numbers.
func (a *app) drawStreams(list []lab.Point) error {
	columns := cmp.Or(width(a.stdout), 80)
	byStream := map[onenet.StreamID][]lab.Point{}
	var order []onenet.StreamID
	for _, p := range list {
		if byStream[p.Stream] == nil {
			order = append(order, p.Stream)
		}
		byStream[p.Stream] = append(byStream[p.Stream], p)
	}
	for _, id := range order {
		series := numbers(byStream[id])
		if len(series) < 2 {
			continue
		}
		if _, err := fmt.Fprintf(a.stdout, "\n%s", chart(printable(string(id)), series, columns, a.painter(a.stdout))); err != nil {
			return err
		}
	}
	return nil
}
