package storetest

import (
	"slices"
	"strconv"

	"github.com/onelan/onelan/onenet"
)

var pagingCases = []testCase{
	{"a limit counts over all streams", limitTotal},
	{"a limit per stream counts for each, grouped by stream id", limitPerStream},
	{"a query without a limit gives 100 points, none gives more than 6000", limitBounds},
	{"going on behind each page reads every point once", pages},
	{"a place to go on from narrows a range", placeInRange},
}

// grid stores n rounds of three streams: round i of stream s at second i has the value
// 10 i + s. Every second round comes late.
func (c *check) grid(n int) {
	c.Helper()
	c.seed()
	for _, odd := range []int{0, 1} {
		for i := odd; i < n; i += 2 {
			c.put(
				point(demo, "c", after(float64(i)), strconv.Itoa(10*i+1)),
				point(demo, "a", after(float64(i)), strconv.Itoa(10*i+2)),
				point(demo, "b", after(float64(i)), strconv.Itoa(10*i+3)),
			)
		}
	}
}

func limitTotal(c *check) {
	c.grid(4)
	c.same("the oldest", []string{"1", "2", "3", "11"}, c.values(onenet.PointQuery{Ref: demo, Limit: 4}))
	c.same("the newest", []string{"33", "32", "31", "23"}, c.values(onenet.PointQuery{Ref: demo, Limit: 4, Desc: true}))
	c.same("of two streams", []string{"32", "31", "22"}, c.values(onenet.PointQuery{
		Ref: demo, Limit: 3, Desc: true, Streams: []onenet.StreamID{"a", "c"},
	}))
}

func limitPerStream(c *check) {
	c.grid(4)
	q := onenet.PointQuery{Ref: demo, Limit: 2, PerStream: true}
	c.same("the oldest of each", []string{"2", "12", "3", "13", "1", "11"}, c.values(q))
	q.Desc = true
	c.same("the newest of each", []string{"32", "22", "33", "23", "31", "21"}, c.values(q))
	q.Start, q.End = after(1), after(2)
	c.same("the newest of each in a range", []string{"22", "12", "23", "13", "21", "11"}, c.values(q))
	q.Streams = []onenet.StreamID{"c", "b"}
	c.same("the newest of two in a range", []string{"23", "13", "21", "11"}, c.values(q))
}

func limitBounds(c *check) {
	c.seed()
	const n = onenet.MostPoints + 1
	var b onenet.Batch
	for i := range n {
		b.Points = append(b.Points, point(demo, "t", after(float64(i)), strconv.Itoa(i)))
	}
	c.apply(b)
	for limit, want := range map[int]int{0: 100, 1: 1, onenet.MostPoints: onenet.MostPoints, n: onenet.MostPoints} {
		c.same("number of points", want, len(c.values(onenet.PointQuery{Ref: demo, Limit: limit})))
		c.same("number of points per stream", want, len(c.values(onenet.PointQuery{Ref: demo, Limit: limit, PerStream: true})))
	}
}

func pages(c *check) {
	c.grid(7)
	all := c.values(onenet.PointQuery{Ref: demo})
	for _, desc := range []bool{false, true} {
		for _, limit := range []int{1, 2, 4, 21, 50} {
			var got []string
			q := onenet.PointQuery{Ref: demo, Limit: limit, Desc: desc}
			for {
				points, err := c.s.Points(c.Context(), q)
				c.ok(err)
				if len(points) == 0 {
					break
				}
				for _, p := range points {
					got = append(got, string(p.Value))
				}
				last := points[len(points)-1]
				q.After = &onenet.Position{At: last.At, Seq: last.Seq}
			}
			if desc {
				slices.Reverse(got)
			}
			c.same("all pages", all, got)
		}
	}
}

func placeInRange(c *check) {
	c.grid(6)
	q := onenet.PointQuery{Ref: demo, Streams: []onenet.StreamID{"a"}, Start: after(1), End: after(4)}
	place := func(seconds float64) *onenet.Position {
		p := onenet.Position{At: after(seconds), Seq: 1 << 40} // behind every point of that time
		return &p
	}
	for _, row := range []struct {
		desc  bool
		after *onenet.Position
		want  []string
	}{
		{false, place(2), []string{"32", "42"}},
		{false, place(0), []string{"12", "22", "32", "42"}},
		{false, place(4), nil},
		{false, place(9), nil},
		{true, place(2), []string{"22", "12"}},
		{true, place(9), []string{"42", "32", "22", "12"}},
		{true, &onenet.Position{At: after(1)}, nil},
	} {
		q.Desc, q.After = row.desc, row.after
		c.same("behind the place", row.want, c.values(q))
	}
}
