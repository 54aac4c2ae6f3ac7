package storetest

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/onelan/onelan/onenet"
)

var pointCases = []testCase{
	{"every type of value comes back byte by byte", pointValues},
	{"points are ordered by time, then by arrival", pointOrder},
	{"times are kept to the millisecond, whatever their zone", pointTimes},
	{"start and end are inclusive", pointRange},
	{"only the wanted streams of the wanted device are read", pointStreams},
	{"files come back and stand in the series", files},
	{"a file replaces an older one of its index", fileReplaced},
	{"large values and files are kept whole", largeThings},
}

func point(ref onenet.DeviceRef, stream onenet.StreamID, at time.Time, value string) onenet.StoredPoint {
	return onenet.StoredPoint{
		Ref: ref, Received: after(100),
		Datapoint: onenet.Datapoint{Stream: stream, At: at, Value: json.RawMessage(value)},
	}
}

func upload(ref onenet.DeviceRef, stream onenet.StreamID, at time.Time, index string) onenet.StoredPoint {
	p := point(ref, stream, at, "")
	data := append([]byte{0xff, 0xd8, 0}, index...)
	p.Value = nil
	p.File = &onenet.File{Index: index, Desc: json.RawMessage(`{"desc":"a picture"}`), Size: len(data), Data: data}
	return p
}

// put stores points in one batch.
func (c *check) put(points ...onenet.StoredPoint) {
	c.Helper()
	c.apply(onenet.Batch{Points: points})
}

// values reads the values a query finds, in order.
func (c *check) values(q onenet.PointQuery) []string {
	c.Helper()
	points, err := c.s.Points(c.Context(), q)
	c.ok(err)
	var vs []string
	for _, p := range points {
		vs = append(vs, string(p.Value))
	}
	return vs
}

func pointValues(c *check) {
	c.seed()
	want := []string{
		`25.50`, `-0`, `1e3`, `12345678901234567890`, `"25"`, `"灯 \u0000 \""`, `{"a":[1,{"b":null}]}`, `[1,"x",[]]`, `true`, `null`,
	}
	for i, v := range want {
		c.put(point(demo, "v", after(float64(i)), v))
	}
	c.same("values", want, c.values(onenet.PointQuery{Ref: demo}))
	streams, err := c.s.Streams(c.Context(), demo)
	c.ok(err)
	c.same("the stream", []onenet.Datastream{{
		ID: "v", CreatedAt: after(100), UpdatedAt: after(9), Current: json.RawMessage(`null`),
	}}, streams)
}

func pointOrder(c *check) {
	c.seed()
	c.put(point(demo, "t", after(3), `"third"`), point(demo, "t", after(1), `"first"`), point(demo, "u", after(2), `"second"`))
	c.put(point(demo, "t", after(2), `"second, later"`))
	c.put(point(demo, "a", after(2), `"second, last"`), point(demo, "t", after(4), `"fourth"`))
	want := []string{`"first"`, `"second"`, `"second, later"`, `"second, last"`, `"third"`, `"fourth"`}
	c.same("oldest first", want, c.values(onenet.PointQuery{Ref: demo}))
	c.same("newest first", reversed(want), c.values(onenet.PointQuery{Ref: demo, Desc: true}))

	points, err := c.s.Points(c.Context(), onenet.PointQuery{Ref: demo})
	c.ok(err)
	seen := map[int64]bool{}
	for i, p := range points {
		if seen[p.Seq] || p.Seq <= 0 {
			c.Errorf("number %d of point %d is not positive and new", p.Seq, i)
		}
		seen[p.Seq] = true
	}
	if a, b := points[1], points[2]; a.Seq >= b.Seq || a.Stream != "u" || b.Stream != "t" || !a.At.Equal(after(2)) {
		c.Errorf("points of one time must be numbered by arrival: %+v, %+v", a, b)
	}
	c.same("the current value", `"fourth"`, c.current("t"))
}

// current is the newest value of a stream of the demo device.
func (c *check) current(id onenet.StreamID) string {
	c.Helper()
	streams, err := c.s.Streams(c.Context(), demo)
	c.ok(err)
	for _, s := range streams {
		if s.ID == id {
			return string(s.Current)
		}
	}
	c.Errorf("no stream %s", id)
	return ""
}

func reversed(list []string) []string {
	var r []string
	for i := range list {
		r = append(r, list[len(list)-1-i])
	}
	return r
}

func pointTimes(c *check) {
	c.seed()
	c.put(point(demo, "t", in(onenet.Beijing, start), `1`), point(demo, "t", time.UnixMilli(-1), `0`))
	points, err := c.s.Points(c.Context(), onenet.PointQuery{Ref: demo})
	c.ok(err)
	if len(points) != 2 || !points[0].At.Equal(time.UnixMilli(-1)) || !points[1].At.Equal(start) {
		c.Errorf("times are %+v, want one millisecond before 1970, then %s", points, start)
	}
	c.same("from one microsecond later on", []string(nil), c.values(onenet.PointQuery{Ref: demo, Start: start.Add(time.Microsecond)}))
	c.same("up to one microsecond later", []string{`0`, `1`}, c.values(onenet.PointQuery{Ref: demo, End: start.Add(time.Microsecond)}))
}

func pointRange(c *check) {
	c.seed()
	for _, n := range []string{"0", "1", "2", "3"} {
		at := float64(n[0] - '0')
		c.put(point(demo, "t", after(at), n), point(demo, "u", after(at), n+".5"))
	}
	for _, row := range []struct {
		start, end float64
		want       []string
	}{
		{1, 2, []string{"1", "1.5", "2", "2.5"}},
		{1.001, 1.999, nil},
		{2, 2, []string{"2", "2.5"}},
		{2, 1, nil},
		{3, 99, []string{"3", "3.5"}},
		{-5, 0, []string{"0", "0.5"}},
	} {
		q := onenet.PointQuery{Ref: demo, Start: after(row.start), End: after(row.end)}
		c.same("the range", row.want, c.values(q))
		q.Desc = true
		c.same("the range backwards", reversed(row.want), c.values(q))
	}
	c.same("from a time on", []string{"3", "3.5"}, c.values(onenet.PointQuery{Ref: demo, Start: after(3)}))
	c.same("up to a time", []string{"0", "0.5"}, c.values(onenet.PointQuery{Ref: demo, End: after(0)}))
}

func pointStreams(c *check) {
	c.seed()
	c.put(point(demo, "a", after(1), `"a"`), point(demo, "b", after(2), `"b"`), point(demo, "温度", after(3), `"w"`), point(twin, "a", after(1), `"twin"`))
	for _, row := range []struct {
		streams []onenet.StreamID
		want    []string
	}{
		{nil, []string{`"a"`, `"b"`, `"w"`}},
		{[]onenet.StreamID{"b"}, []string{`"b"`}},
		{[]onenet.StreamID{"温度", "a", "a"}, []string{`"a"`, `"w"`}},
		{[]onenet.StreamID{"404", "b"}, []string{`"b"`}},
		{[]onenet.StreamID{"404"}, nil},
		{[]onenet.StreamID{"A"}, nil},
	} {
		c.same("the streams", row.want, c.values(onenet.PointQuery{Ref: demo, Streams: row.streams}))
	}
	c.same("the neighbour", []string{`"twin"`}, c.values(onenet.PointQuery{Ref: twin}))
	c.same("nobody", []string(nil), c.values(onenet.PointQuery{Ref: ghost}))
}

func files(c *check) {
	c.seed()
	bare := upload(demo, "pic", after(2), "bare")
	bare.File.Desc, bare.File.Data, bare.File.Size = nil, nil, 0
	named := upload(demo, "pic", after(3), "named")
	named.Value = json.RawMessage(`{"index":"named"}`)
	c.put(upload(demo, "pic", after(1), "full"), bare, named, upload(twin, "pic", after(1), "full"))
	c.same("the series", []string{`{"index":"full"}`, `{"index":"bare"}`, `{"index":"named"}`}, c.values(onenet.PointQuery{Ref: demo}))
	for _, want := range []onenet.StoredPoint{upload(demo, "pic", start, "full"), bare, named} {
		got, err := c.s.File(c.Context(), demoProduct, want.File.Index)
		c.ok(err)
		c.same("the file", *want.File, got)
	}
	_, err := c.s.File(c.Context(), otherProduct, "bare")
	c.kind("a file of another product", onenet.ErrNotFound, err)
}

func fileReplaced(c *check) {
	c.seed()
	next := upload(demo, "pic", after(2), "one")
	next.File.Data = []byte("newer")
	c.put(upload(demo, "pic", after(1), "one"))
	c.put(next)
	got, err := c.s.File(c.Context(), demoProduct, "one")
	c.ok(err)
	c.same("the file", "newer", string(got.Data))
	c.same("number of points", 2, len(c.values(onenet.PointQuery{Ref: demo})))
}

func largeThings(c *check) {
	c.seed()
	const most = 3 << 20
	p := upload(demo, "pic", start, "large")
	p.File.Data = bytes.Repeat([]byte("\x00\xffonelan~"), most/9)
	p.File.Size = len(p.File.Data)
	long := `"` + string(bytes.Repeat([]byte("x"), 65000)) + `"`
	c.put(p, point(demo, "s", start, long))
	got, err := c.s.File(c.Context(), demoProduct, "large")
	c.ok(err)
	if !bytes.Equal(p.File.Data, got.Data) || got.Size != p.File.Size {
		c.Errorf("a file of %d bytes came back with %d, or changed", p.File.Size, len(got.Data))
	}
	c.same("the long value", []string{long}, c.values(onenet.PointQuery{Ref: demo, Streams: []onenet.StreamID{"s"}}))
}
