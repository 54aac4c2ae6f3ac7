package storetest

import (
	"context"
	"strconv"
	"time"

	"github.com/onelan/onelan/onenet"
)

var upkeepCases = []testCase{
	{"Prune deletes what is older than a time and nothing else", prune},
	{"Prune works in bounded steps", pruneSteps},
	{"reads and upkeep end with their context", cancelledReads},
}

// reads is every read and every upkeep there is.
func reads(s onenet.Store) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"Product":         func(ctx context.Context) error { _, err := s.Product(ctx, demoProduct); return err },
		"Products":        func(ctx context.Context) error { _, err := s.Products(ctx); return err },
		"Device":          func(ctx context.Context) error { _, err := s.Device(ctx, demo); return err },
		"Devices":         func(ctx context.Context) error { _, _, err := s.Devices(ctx, onenet.DeviceFilter{}); return err },
		"Key":             func(ctx context.Context) error { _, err := s.Key(ctx, "k"); return err },
		"Keys":            func(ctx context.Context) error { _, err := s.Keys(ctx, demoProduct); return err },
		"ProductBySecret": func(ctx context.Context) error { _, err := s.ProductBySecret(ctx, "k"); return err },
		"Streams":         func(ctx context.Context) error { _, err := s.Streams(ctx, demo); return err },
		"Points":          func(ctx context.Context) error { _, err := s.Points(ctx, onenet.PointQuery{Ref: demo}); return err },
		"File":            func(ctx context.Context) error { _, err := s.File(ctx, demoProduct, "f"); return err },
		"Command":         func(ctx context.Context) error { _, err := s.Command(ctx, "c"); return err },
		"Commands": func(ctx context.Context) error {
			_, _, err := s.Commands(ctx, onenet.CommandQuery{Ref: demo})
			return err
		},
		"Uplink":        func(ctx context.Context) error { _, err := s.Uplink(ctx, onenet.UplinkQuery{Ref: demo}); return err },
		"UplinkDepths":  func(ctx context.Context) error { _, err := s.UplinkDepths(ctx); return err },
		"UplinkCounts":  func(ctx context.Context) error { _, err := s.UplinkCounts(ctx); return err },
		"LastUplinkSeq": func(ctx context.Context) error { _, err := s.LastUplinkSeq(ctx); return err },
		"Sessions":      func(ctx context.Context) error { _, err := s.Sessions(ctx); return err },
		"Queue":         func(ctx context.Context) error { _, err := s.Queue(ctx, demo); return err },
		"Retained":      func(ctx context.Context) error { _, err := s.Retained(ctx); return err },
		"Topics":        func(ctx context.Context) error { _, err := s.Topics(ctx, demoProduct); return err },
		"Triggers":      func(ctx context.Context) error { _, err := s.Triggers(ctx, ""); return err },
		"Dump":          func(ctx context.Context) error { _, err := dumped(s.Dump(ctx)); return err },
		"LastSeq":       func(ctx context.Context) error { _, err := s.LastSeq(ctx); return err },
		"Prune":         func(ctx context.Context) error { _, err := s.Prune(ctx, start); return err },
		"Replace":       func(ctx context.Context) error { return s.Replace(ctx, onenet.Contents()) },
	}
}

func cancelledReads(c *check) {
	c.furnish()
	before := c.everything()
	ctx, cancel := context.WithCancel(c.Context())
	cancel()
	for name, read := range reads(c.s) {
		c.kind(name+" with a context that has ended", context.Canceled, read(ctx))
	}
	c.same("the store", before, c.everything())
}

// pruneAll prunes until nothing goes and returns how many things went.
func (c *check) pruneAll(before time.Time) int {
	c.Helper()
	total := 0
	for {
		n, err := c.s.Prune(c.Context(), before)
		c.ok(err)
		if n == 0 {
			return total
		}
		total += n
	}
}

func prune(c *check) {
	c.seed()
	c.put(
		point(demo, "t", after(1), `1`), point(demo, "t", after(2), `2`), point(demo, "t", after(3), `3`),
		point(demo, "old", after(1), `1`), upload(demo, "pic", after(1), "old"), upload(demo, "pic", after(2), "new"),
		point(twin, "t", after(0), `0`),
	)
	ended, waits, young := command(demo, "ended", after(0)), command(demo, "waits", after(0)), command(demo, "young", after(2))
	ended.State, young.State = onenet.CommandAnswered, onenet.CommandAnswered
	expired := command(demo, "expired", after(0))
	expired.ExpiresAt = after(2)
	c.order(ended, waits, young, expired)

	const points, files, commands = 4, 1, 2
	c.same("number of things that went", points+files+commands, c.pruneAll(after(2)))
	c.same("points left", []string{`2`, `{"index":"new"}`, `3`}, c.values(onenet.PointQuery{Ref: demo}))
	c.same("the neighbour's points left", []string(nil), c.values(onenet.PointQuery{Ref: twin}))
	left, _ := c.commands(onenet.CommandQuery{Ref: demo})
	c.same("commands left", []onenet.CommandID{"waits", "young"}, left)
	_, err := c.s.File(c.Context(), demoProduct, "old")
	c.kind("the old file", onenet.ErrNotFound, err)
	_, err = c.s.File(c.Context(), demoProduct, "new")
	c.ok(err)
	streams, err := c.s.Streams(c.Context(), demo)
	c.ok(err)
	if len(streams) != 3 || streams[0].ID != "old" || streams[0].Current != nil || !streams[0].UpdatedAt.IsZero() {
		c.Errorf("streams must stay, without a point where none is left: %+v", streams)
	}
}

func pruneSteps(c *check) {
	c.seed()
	const n = 5_000
	var b onenet.Batch
	for i := range n {
		b.Points = append(b.Points, point(demo, onenet.StreamID(strconv.Itoa(i%3)), after(float64(i)/1000), `1`))
	}
	c.apply(b)
	first, err := c.s.Prune(c.Context(), after(n))
	c.ok(err)
	if first <= 0 || first >= n {
		c.Errorf("the first Prune deleted %d of %d points, want a part", first, n)
	}
	c.same("all that went", n, first+c.pruneAll(after(n)))
}
