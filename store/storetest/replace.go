package storetest

import (
	"context"
	"errors"
	"iter"
	"strconv"
	"sync/atomic"

	"github.com/onelan/onelan/onenet"
)

var replaceCases = []testCase{
	{"Replace empties the store and leaves it usable", replaceEmpties},
	{"Replace that fails leaves the store as it was", replaceFails},
	{"Replace ends with its context, and leaves the store as it was", replaceCancelled},
	{"a store may be replaced by its own dump", replaceItself},
	{"Replace takes its place among the Submits", replaceInTurn},
	{"Replace keeps what the batches say and gives the next numbers itself", replaceNumbers},
	{"a hundred replacements in a row leave the last one", replaceOften},
}

func replaceEmpties(c *check) {
	c.furnish()
	c.replace()
	c.same("the store", state{}, c.everything())
	_, err := c.s.Command(c.Context(), "cmd-244754-527521926")
	c.kind("a command", onenet.ErrNotFound, err)
	_, err = c.s.File(c.Context(), demoProduct, "pic of 244754-527521926")
	c.kind("a file", onenet.ErrNotFound, err)
	c.furnish()
	c.neighbour()
}

// failing are contents that end with err.
func failing(err error, list ...onenet.Batch) iter.Seq2[onenet.Batch, error] {
	return func(yield func(onenet.Batch, error) bool) {
		for _, b := range list {
			if !yield(b, nil) {
				return
			}
		}
		yield(onenet.Batch{}, err)
	}
}

func replaceFails(c *check) {
	c.richness()
	before := c.everything()
	fresh := onenet.Batch{
		AddProducts: []onenet.Product{product("1"), product(demoProduct)},
		AddDevices:  []onenet.Device{device(demo)},
		Points:      []onenet.StoredPoint{point(demo, "t", start, `"replaced"`)},
		Enqueue:     []onenet.QueuedMessage{{Ref: demo, Seq: 12345, At: start}},
	}
	broken := errors.New("broken")
	for _, row := range []struct {
		what    string
		kind    error
		content iter.Seq2[onenet.Batch, error]
	}{
		{"an error of the iterator at once", broken, failing(broken)},
		{"an error of the iterator behind a batch", broken, failing(broken, fresh)},
		{"a batch that clashes with one before it", onenet.ErrExists, onenet.Contents(fresh, onenet.Batch{AddProducts: []onenet.Product{product("1")}})},
		{"a batch that clashes with itself", onenet.ErrExists, onenet.Contents(fresh, onenet.Batch{AddDevices: []onenet.Device{device(twin)}, AddProducts: []onenet.Product{product(otherProduct), product(otherProduct)}})},
		{"a batch for an absent device", onenet.ErrNotFound, onenet.Contents(fresh, belongings(ghost))},
	} {
		err := c.s.Replace(c.Context(), row.content)
		c.kind("Replace with "+row.what, row.kind, err)
		if errors.Is(row.kind, broken) && err.Error() != broken.Error() {
			c.Errorf("the iterator's error comes back as %v", err)
		}
		c.same("the store after "+row.what, before, c.everything())
	}
	c.put(point(demo, "t", after(999), `"alive"`))
	c.same("the current value", `"alive"`, c.current("t"))
}

func replaceCancelled(c *check) {
	c.furnish()
	before := c.everything()
	ctx, cancel := context.WithCancel(c.Context())
	taken := 0
	content := func(yield func(onenet.Batch, error) bool) {
		for taken < 100 && yield(onenet.Batch{AddProducts: []onenet.Product{product(onenet.ProductID(strconv.Itoa(taken)))}}, nil) {
			cancel()
			taken++
		}
	}
	c.kind("Replace", context.Canceled, c.s.Replace(ctx, content))
	c.same("batches taken", 1, taken)
	c.same("the store", before, c.everything())
}

func replaceItself(c *check) {
	c.richness()
	want := c.content()
	c.ok(c.s.Replace(c.Context(), c.s.Dump(c.Context())))
	c.same("the store", want, c.content())
}

func replaceInTurn(c *check) {
	c.seed()
	content := onenet.Batch{AddProducts: []onenet.Product{product(demoProduct)}, AddDevices: []onenet.Device{device(demo)}}
	const n = 200
	var done atomic.Int64
	for i := range n {
		c.s.Submit(onenet.Batch{Points: []onenet.StoredPoint{point(demo, "old", after(float64(i)), "1")}}, func(err error) {
			if err != nil {
				c.Error(err)
			}
			done.Add(1)
		})
	}
	c.replace(content)
	c.same("dones called when Replace returns", int64(n), done.Load())
	stored := make(chan error, 1)
	c.s.Submit(onenet.Batch{Points: []onenet.StoredPoint{point(demo, "new", start, "2")}}, func(err error) { stored <- err })
	c.ok(<-stored)
	c.same("the points", []string{"2"}, c.values(onenet.PointQuery{Ref: demo}))
	c.same("the products", content.AddProducts, c.everything().Products)
}

func replaceNumbers(c *check) {
	c.furnish()
	d := device(demo)
	d.ActivatedAt, d.LastLogin = after(1), after(2)
	cmd := command(demo, "cmd", start)
	cmd.Rev = 5
	c.replace(onenet.Batch{
		AddProducts: []onenet.Product{product(demoProduct)}, AddDevices: []onenet.Device{d}, PutCommands: []onenet.Command{cmd},
		Points:  []onenet.StoredPoint{point(demo, "t", start, "1")},
		Enqueue: []onenet.QueuedMessage{{Ref: demo, Seq: 3, At: start}},
	}, onenet.Batch{Points: []onenet.StoredPoint{point(demo, "a", start, "2")}})
	st := c.everything()
	c.same("the device", []onenet.Device{d}, st.Devices)
	c.same("the command", []onenet.Command{cmd}, st.Commands[demo])
	c.same("the highest number of a message", int64(3), st.LastSeq)
	third := point(demo, "t", start, "3")
	c.put(third)
	third.Value[0] = 'x' // the store keeps what Replace was given, and copies what comes later
	points := c.everything().Points[demo]
	c.same("number of points", 3, len(points))
	for i, p := range points {
		if string(p.Value) != strconv.Itoa(i+1) || i > 0 && p.Seq <= points[i-1].Seq {
			c.Errorf("the points are %+v", points)
		}
	}
	cmd.Rev, cmd.State = 4, onenet.CommandSent
	c.order(cmd)
	c.same("the revision of the command", 5, c.everything().Commands[demo][0].Rev)
}

func replaceOften(c *check) {
	for i := range 100 {
		title := strconv.Itoa(i)
		d := device(demo)
		d.Title = title
		c.replace(onenet.Batch{
			AddProducts: []onenet.Product{product(demoProduct)}, AddDevices: []onenet.Device{d},
			Points: []onenet.StoredPoint{point(demo, "t", start, title)},
		})
	}
	st := c.everything()
	c.same("devices, points, the title", []any{1, 1, "99"}, []any{len(st.Devices), len(st.Points[demo]), st.Devices[0].Title})
}
