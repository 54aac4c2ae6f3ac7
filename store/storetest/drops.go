package storetest

import (
	"slices"

	"github.com/onelan/onelan/onenet"
)

var dropCases = []testCase{
	{"a dropped device takes everything it owns along", dropDevice},
	{"a dropped product takes everything it owns along", dropProduct},
	{"dropping and adding again in one batch starts afresh", dropAndAdd},
	{"dropping what is absent is no error", dropAbsent},
	{"dropping a device that is absent takes its name out of the rest", dropAbsentName},
	{"a dropped stream takes its points and files along", dropStream},
	{"nothing hangs on an absent device or product", absentOwner},
}

// belongings is something of each kind for a device.
func belongings(ref onenet.DeviceRef) onenet.Batch {
	id := string(ref.Product) + "-" + string(ref.Device)
	return onenet.Batch{
		AddTriggers: []onenet.Trigger{
			trigger(len(ref.Product), ref.Product, ref.Device), trigger(100+len(ref.Product), ref.Product, "1", ref.Device),
		},
		PutTopics:  topicsOf(ref.Product, "led", "fan"),
		PutStreams: []onenet.StreamMeta{{Ref: ref, Stream: "meta", Unit: "celsius", CreatedAt: start}},
		Points: []onenet.StoredPoint{
			point(ref, "t", start, `25.5`), point(ref, "t", after(1), `26`), upload(ref, "pic", start, "pic of "+id),
		},
		PutCommands: []onenet.Command{command(ref, onenet.CommandID("cmd-"+id), start)},
		PutSessions: []onenet.StoredSession{{Ref: ref, Subscriptions: []onenet.Subscription{{Topic: "led", QoS: 1}}}},
		Enqueue:     []onenet.QueuedMessage{{Ref: ref, Seq: 7, Topic: "led", QoS: 1, Payload: []byte("on"), At: start}},
		Retain: []onenet.RetainedMessage{
			{Product: ref.Product, Topic: "led", Payload: []byte("on")},
			{Product: ref.Product, Topic: "gone", Payload: []byte("bye"), WillOf: ref.Device},
		},
		EnqueueUplink: []onenet.UplinkEntry{
			of(ref, entry(int64(len(ref.Product)), "waits")), of(ref, dead(entry(int64(10+len(ref.Product)), "dead"), "poison")),
		},
		CountUplink: []onenet.UplinkCount{count(ref, onenet.UplinkAccepted, 2)},
	}
}

func (c *check) furnish() {
	c.seed()
	c.apply(onenet.Batch{AddKeys: []onenet.Key{keyOf(demoProduct, "demo key"), keyOf(otherProduct, "other key")}})
	c.apply(belongings(demo))
	c.apply(belongings(twin))
}

// gone checks that nothing of the device is left but what the product keeps.
func (c *check) gone(ref onenet.DeviceRef) {
	c.Helper()
	_, err := c.s.Device(c.Context(), ref)
	c.kind("the device", onenet.ErrNotFound, err)
	id := string(ref.Product) + "-" + string(ref.Device)
	_, err = c.s.Command(c.Context(), onenet.CommandID("cmd-"+id))
	c.kind("its command", onenet.ErrNotFound, err)
	_, err = c.s.File(c.Context(), ref.Product, "pic of "+id)
	c.kind("its file", onenet.ErrNotFound, err)
	st := c.everything()
	if len(st.Streams[ref])+len(st.Points[ref])+len(st.Commands[ref])+len(st.Queues[ref])+len(st.Uplink[ref])+len(st.Dead[ref]) != 0 {
		c.Errorf("something is left of the device: %+v", st)
	}
	for _, s := range st.Sessions {
		if s.Ref == ref {
			c.Error("its session is left")
		}
	}
	for _, d := range st.Depths {
		if d.Ref == ref {
			c.Error("it still has a depth")
		}
	}
	for _, n := range st.Counts {
		if n.Ref == ref {
			c.Error("its books are left")
		}
	}
	for _, t := range st.Triggers {
		if t.Product == ref.Product && (len(t.Devices) == 0 || slices.Contains(t.Devices, ref.Device)) {
			c.Errorf("a trigger is left that watches it: %+v", t)
		}
	}
	for _, m := range st.Retained {
		if m.Product == ref.Product && m.WillOf == ref.Device {
			c.Error("its will is left")
		}
	}
}

func dropDevice(c *check) {
	c.furnish()
	c.apply(onenet.Batch{DropDevices: []onenet.DeviceRef{demo}})
	c.gone(demo)
	c.neighbour()
	c.apply(onenet.Batch{AddDevices: []onenet.Device{device(demo)}}) // id and auth info are free
	streams, err := c.s.Streams(c.Context(), demo)
	c.ok(err)
	c.same("streams of the new device", []onenet.Datastream(nil), streams)
}

// neighbour checks that the device of the same id in the other product has everything.
func (c *check) neighbour() {
	c.Helper()
	st := c.everything()
	if len(st.Streams[twin]) != 3 || len(st.Points[twin]) != 3 || len(st.Commands[twin]) != 1 || len(st.Queues[twin]) != 1 ||
		len(st.Topics[otherProduct]) != 2 || len(c.triggers(otherProduct)) != 2 || len(st.Uplink[twin]) != 1 || len(st.Dead[twin]) != 1 {
		c.Errorf("the neighbour lost something: %+v", st)
	}
	_, err := c.s.File(c.Context(), otherProduct, "pic of 88001-527521926")
	c.ok(err)
}

func dropProduct(c *check) {
	c.furnish()
	c.apply(onenet.Batch{DropProducts: []onenet.ProductID{demoProduct}})
	c.gone(demo)
	c.neighbour()
	st := c.everything()
	c.same("products", []onenet.Product{product(otherProduct)}, st.Products)
	c.same("keys", []onenet.Key{keyOf(otherProduct, "other key")}, st.Keys)
	c.same("number of retained messages", 2, len(st.Retained))
	c.same("its triggers", []onenet.Trigger(nil), c.triggers(demoProduct))
	c.same("its topics", []string(nil), c.topics(demoProduct))
	_, err := c.s.Key(c.Context(), "demo key")
	c.kind("its key", onenet.ErrNotFound, err)
	_, err = c.s.ProductBySecret(c.Context(), product(demoProduct).MasterKey)
	c.kind("its master key", onenet.ErrNotFound, err)
	c.apply(onenet.Batch{AddProducts: []onenet.Product{product(demoProduct)}, AddDevices: []onenet.Device{device(demo)}})
}

func dropAndAdd(c *check) {
	c.furnish()
	before := c.everything().Points[demo]
	c.apply(onenet.Batch{
		DropProducts: []onenet.ProductID{otherProduct},
		DropDevices:  []onenet.DeviceRef{demo},
		AddProducts:  []onenet.Product{product(otherProduct)},
		AddDevices:   []onenet.Device{device(demo), device(twin)},
		Points:       []onenet.StoredPoint{point(demo, "t", start, `1`), point(twin, "t", start, `2`)},
	})
	st := c.everything()
	for ref, want := range map[onenet.DeviceRef]string{demo: "1", twin: "2"} {
		got := st.Points[ref]
		if len(got) != 1 || string(got[0].Value) != want || got[0].Seq <= before[len(before)-1].Seq {
			c.Errorf("points of %s are %+v, want one of value %s with a new number", ref, got, want)
		}
	}
	if len(st.Commands[demo])+len(st.Queues[demo])+len(st.Sessions)+len(st.Depths)+len(st.Counts) != 0 {
		c.Errorf("the new device inherited something: %+v", st)
	}
}

func dropAbsent(c *check) {
	c.seed()
	before := c.everything()
	c.apply(onenet.Batch{
		DropProducts: []onenet.ProductID{"404"}, DropDevices: []onenet.DeviceRef{ghost, {Product: "404", Device: "1"}},
		DropKeys:     []onenet.KeyRef{{Product: demoProduct, Key: "404"}},
		DropTriggers: []onenet.TriggerRef{{Product: demoProduct, ID: 404}}, DropTopics: topicsOf("404", "404"),
		DropPoints:  []onenet.PointRange{{Ref: ghost}, {Ref: demo, Streams: []onenet.StreamID{"404"}}},
		DropStreams: []onenet.StreamRef{{Ref: demo, Stream: "404"}, {Ref: ghost, Stream: "t"}}, DropSessions: []onenet.DeviceRef{demo, ghost},
		Dequeue: []onenet.QueueKey{{Ref: demo, Seq: 1}, {Ref: ghost, Seq: 1}}, Unretain: []onenet.TopicRef{{Product: demoProduct, Topic: "404"}, {Product: "404"}},
		DropUplink: []onenet.UplinkKey{{Ref: demo, Seq: 1}, {Ref: ghost, Seq: 1}},
	})
	c.same("the store", before, c.everything())
}

func dropAbsentName(c *check) {
	c.seed()
	c.apply(onenet.Batch{
		AddKeys:     []onenet.Key{keyOf(demoProduct, "k", "404")},
		AddTriggers: []onenet.Trigger{trigger(1, demoProduct, "404"), trigger(2, demoProduct, "404", demoDevice)},
		Retain:      []onenet.RetainedMessage{{Product: demoProduct, Topic: "bye", WillOf: "404"}},
	})
	c.apply(onenet.Batch{DropDevices: []onenet.DeviceRef{ghost}})
	st := c.everything()
	c.same("the keys", []onenet.Key{keyOf(demoProduct, "k")}, st.Keys)
	c.same("the triggers", []onenet.Trigger{trigger(2, demoProduct, demoDevice)}, st.Triggers)
	c.same("what is retained", []onenet.RetainedMessage(nil), st.Retained)
}

func dropStream(c *check) {
	c.furnish()
	c.apply(onenet.Batch{DropStreams: []onenet.StreamRef{{Ref: demo, Stream: "pic"}, {Ref: demo, Stream: "t"}}})
	streams, err := c.s.Streams(c.Context(), demo)
	c.ok(err)
	if len(streams) != 1 || streams[0].ID != "meta" {
		c.Errorf("streams left: %+v, want only meta", streams)
	}
	_, err = c.s.File(c.Context(), demoProduct, "pic of 244754-527521926")
	c.kind("the stream's file", onenet.ErrNotFound, err)
	c.neighbour()
	c.apply(onenet.Batch{Points: []onenet.StoredPoint{point(demo, "t", after(5), `1`)}})
	points, err := c.s.Points(c.Context(), onenet.PointQuery{Ref: demo, Streams: []onenet.StreamID{"t"}})
	c.ok(err)
	c.same("points of the new stream", 1, len(points))
}

func absentOwner(c *check) {
	c.furnish()
	full := belongings(ghost)
	c.refuse(onenet.ErrNotFound, onenet.Batch{AddTriggers: []onenet.Trigger{trigger(1, "404")}})
	c.refuse(onenet.ErrNotFound, onenet.Batch{PutTopics: topicsOf("404", "led")})
	c.refuse(onenet.ErrNotFound, onenet.Batch{PutStreams: full.PutStreams})
	c.refuse(onenet.ErrNotFound, onenet.Batch{Points: full.Points})
	c.refuse(onenet.ErrNotFound, onenet.Batch{PutCommands: full.PutCommands})
	c.refuse(onenet.ErrNotFound, onenet.Batch{PutSessions: full.PutSessions})
	c.refuse(onenet.ErrNotFound, onenet.Batch{Retain: []onenet.RetainedMessage{{Product: "404", Topic: "led"}}})
	c.refuse(onenet.ErrNotFound, onenet.Batch{
		Points: []onenet.StoredPoint{point(demo, "new", after(9), `1`), point(ghost, "new", after(9), `1`)},
	})
	c.refuse(onenet.ErrNotFound, onenet.Batch{
		DropDevices: []onenet.DeviceRef{demo}, Points: []onenet.StoredPoint{point(demo, "t", after(9), `1`)},
	})
	c.apply(onenet.Batch{Enqueue: []onenet.QueuedMessage{
		{Ref: ghost, Seq: 8, Topic: "led"}, {Ref: demo, Seq: 8, Topic: "led", At: start},
	}})
	queue, err := c.s.Queue(c.Context(), demo)
	c.ok(err)
	c.same("messages for the device that is there", 2, len(queue))
}
