package storetest

import (
	"strconv"
	"time"

	"github.com/onelan/onelan/onenet"
)

var rangeCases = []testCase{
	{"points of a range go, its ends included", dropRange},
	{"only the wanted streams of the wanted device lose points", dropRangeStreams},
	{"the files of points that go, go too", dropRangeFiles},
	{"a stream without its points is there and takes new ones", dropAllPoints},
	{"a range is deleted before the points of its batch are stored", dropAndStore},
}

// seconds stores a point in each of the streams t and u at each of the seconds 0 to 4.
func (c *check) seconds() {
	c.seed()
	var b onenet.Batch
	for i := range 5 {
		for _, id := range []onenet.StreamID{"t", "u"} {
			b.Points = append(b.Points, point(demo, id, after(float64(i)), strconv.Itoa(i)), point(twin, id, after(float64(i)), strconv.Itoa(i)))
		}
	}
	c.apply(b)
}

// left are the values of the demo device's stream t.
func (c *check) left() []string {
	c.Helper()
	return c.values(onenet.PointQuery{Ref: demo, Streams: []onenet.StreamID{"t"}})
}

func dropRange(c *check) {
	c.seconds()
	for _, row := range []struct {
		what       string
		start, end time.Time
		want       []string
	}{
		{"from one microsecond behind a point to one before the next", after(1).Add(time.Microsecond), after(2).Add(-time.Microsecond), []string{"0", "1", "2", "3", "4"}},
		{"with the end before the start", after(3), after(1), []string{"0", "1", "2", "3", "4"}},
		{"a single moment", after(2), in(onenet.Beijing, after(2)), []string{"0", "1", "3", "4"}},
		{"up to a time", time.Time{}, after(0), []string{"1", "3", "4"}},
		{"from a time on", after(4), time.Time{}, []string{"1", "3"}},
		{"from a time to a time", after(1), after(3), nil},
	} {
		c.apply(onenet.Batch{DropPoints: []onenet.PointRange{{Ref: demo, Streams: []onenet.StreamID{"t"}, Start: row.start, End: row.end}}})
		c.same("points left after deleting "+row.what, row.want, c.left())
	}
}

func dropRangeStreams(c *check) {
	c.seconds()
	c.apply(onenet.Batch{DropPoints: []onenet.PointRange{
		{Ref: demo, Streams: []onenet.StreamID{"404", "t"}, Start: after(1)}, {Ref: ghost}, {Ref: onenet.DeviceRef{Product: "404", Device: "1"}},
	}})
	c.same("points of the stream", []string{"0"}, c.left())
	c.same("points of the other stream", 5, len(c.values(onenet.PointQuery{Ref: demo, Streams: []onenet.StreamID{"u"}})))
	c.apply(onenet.Batch{DropPoints: []onenet.PointRange{{Ref: demo, End: after(2)}}})
	c.same("points of the device", []string{"3", "4"}, c.values(onenet.PointQuery{Ref: demo}))
	c.same("points of the neighbour", 10, len(c.values(onenet.PointQuery{Ref: twin})))
}

func dropRangeFiles(c *check) {
	c.seed()
	c.put(upload(demo, "pic", after(1), "one"), upload(demo, "pic", after(2), "two"), upload(demo, "other", after(1), "other"))
	c.put(upload(demo, "pic", after(0), "moved"))
	c.put(upload(demo, "pic", after(3), "moved")) // the file is that of the newer point now
	c.apply(onenet.Batch{DropPoints: []onenet.PointRange{{Ref: demo, Streams: []onenet.StreamID{"pic"}, End: after(1)}}})
	_, err := c.s.File(c.Context(), demoProduct, "one")
	c.kind("the file of a point that went", onenet.ErrNotFound, err)
	for _, index := range []string{"two", "other", "moved"} {
		_, err := c.s.File(c.Context(), demoProduct, index)
		c.ok(err)
	}
	c.apply(onenet.Batch{DropPoints: []onenet.PointRange{{Ref: demo}}})
	for _, index := range []string{"two", "other", "moved"} {
		_, err := c.s.File(c.Context(), demoProduct, index)
		c.kind("the file "+index+" when all points went", onenet.ErrNotFound, err)
	}
}

func dropAllPoints(c *check) {
	c.seconds()
	c.apply(onenet.Batch{PutStreams: []onenet.StreamMeta{{Ref: demo, Stream: "t", Unit: "celsius", UnitSymbol: "C", Tags: []string{"a"}}}})
	want := c.everything().Streams[demo]
	for i := range want {
		want[i].UpdatedAt, want[i].Current = time.Time{}, nil
	}
	c.apply(onenet.Batch{DropPoints: []onenet.PointRange{{Ref: demo}}})
	c.same("the streams", want, c.everything().Streams[demo])
	c.same("points of the device", []string(nil), c.values(onenet.PointQuery{Ref: demo}))
	c.same("points of the neighbour", 10, len(c.values(onenet.PointQuery{Ref: twin})))
	c.put(point(demo, "t", after(1), `"new"`))
	c.same("the new point", []string{`"new"`}, c.left())
	c.same("the current value", `"new"`, c.current("t"))
}

func dropAndStore(c *check) {
	c.seconds()
	c.apply(onenet.Batch{
		Points:     []onenet.StoredPoint{point(demo, "t", after(2), `"new"`)},
		DropPoints: []onenet.PointRange{{Ref: demo, Start: after(1), End: after(3)}, {Ref: demo, Streams: []onenet.StreamID{"u"}}},
	})
	c.same("the points", []string{"0", `"new"`, "4"}, c.values(onenet.PointQuery{Ref: demo}))
	c.refuse(onenet.ErrNotFound, onenet.Batch{
		DropPoints: []onenet.PointRange{{Ref: demo}}, Points: []onenet.StoredPoint{point(ghost, "t", start, "1")},
	})
}
