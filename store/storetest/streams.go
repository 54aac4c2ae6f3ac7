package storetest

import (
	"encoding/json"

	"github.com/onelan/onelan/onenet"
)

var streamCases = []testCase{
	{"streams are listed by id, with their newest point", streamList},
	{"what a person set on a stream is replaced, its creation is not", streamMeta},
}

func streamList(c *check) {
	c.seed()
	c.put(point(demo, "b", after(2), `2`), point(demo, "b", after(1), `1`), point(demo, "B", after(5), `"x"`))
	c.apply(onenet.Batch{PutStreams: []onenet.StreamMeta{
		{Ref: demo, Stream: "ab", Unit: "摄氏度", UnitSymbol: "℃", Tags: []string{"outside", "灯"}, CreatedAt: after(7)},
	}})
	late := point(demo, "b", after(0), `0`)
	late.Received = after(999)
	c.put(late)
	streams, err := c.s.Streams(c.Context(), demo)
	c.ok(err)
	c.same("the streams", []onenet.Datastream{
		{ID: "B", CreatedAt: after(100), UpdatedAt: after(5), Current: json.RawMessage(`"x"`)},
		{ID: "ab", Unit: "摄氏度", UnitSymbol: "℃", Tags: []string{"outside", "灯"}, CreatedAt: after(7)},
		{ID: "b", CreatedAt: after(100), UpdatedAt: after(2), Current: json.RawMessage(`2`)},
	}, streams)
	if !streams[1].UpdatedAt.IsZero() || streams[1].Current != nil {
		c.Error("a stream without points has no newest one")
	}
}

func streamMeta(c *check) {
	c.seed()
	put := func(m onenet.StreamMeta) {
		m.Ref, m.Stream = demo, "t"
		c.apply(onenet.Batch{PutStreams: []onenet.StreamMeta{m}})
	}
	c.put(point(demo, "t", after(1), `1`))
	put(onenet.StreamMeta{Unit: "celsius", UnitSymbol: "C", Tags: []string{"a", "b"}, CreatedAt: after(200)})
	want := onenet.Datastream{
		ID: "t", Unit: "celsius", UnitSymbol: "C", Tags: []string{"a", "b"},
		CreatedAt: after(100), UpdatedAt: after(1), Current: json.RawMessage(`1`),
	}
	streams, err := c.s.Streams(c.Context(), demo)
	c.ok(err)
	c.same("set", []onenet.Datastream{want}, streams)
	put(onenet.StreamMeta{Unit: "kelvin", CreatedAt: after(300)})
	want.Unit, want.UnitSymbol, want.Tags = "kelvin", "", nil
	streams, err = c.s.Streams(c.Context(), demo)
	c.ok(err)
	c.same("set again", []onenet.Datastream{want}, streams)
}
