package storetest

import "github.com/onelan/onelan/onenet"

var uplinkLifeCases = []testCase{
	{"depths tell what waits and what is in quarantine", uplinkDepths},
	{"the books add up by device and column", uplinkBooks},
	{"entries and books go with their device and do not come back with it", uplinkGoes},
	{"the highest number ever enqueued is remembered, whatever happens", lastUplinkSeq},
	{"the uplink is in no dump, and Replace empties it", uplinkNoContent},
	{"a Replace that fails leaves the uplink as it was", uplinkReplaceFails},
}

func uplinkDepths(c *check) {
	c.seed()
	short := onenet.DeviceRef{Product: demoProduct, Device: "9"}
	c.apply(onenet.Batch{AddDevices: []onenet.Device{device(short)}})
	c.depths()
	c.enqueue(entry(8, "12345"), entry(3, "123"), entry(4, ""), dead(entry(1, "1234567"), "poison"))
	c.enqueue(of(short, dead(entry(2, "12"), "poison")), of(twin, entry(6, "123456")))
	c.apply(onenet.Batch{CountUplink: []onenet.UplinkCount{count(short, onenet.UplinkAccepted, 1)}})
	whole := []onenet.UplinkDepth{
		{Ref: twin, Waiting: 1, Bytes: 6, Oldest: after(6)},
		{Ref: short, Dead: 1},
		{Ref: demo, Waiting: 3, Bytes: 8, Oldest: after(3), Dead: 1},
	}
	c.depths(whole...)
	late := entry(9, "é") // its clock went back
	late.At = after(1)
	c.enqueue(late)
	c.depths(whole[0], whole[1], onenet.UplinkDepth{Ref: demo, Waiting: 4, Bytes: 10, Oldest: after(1), Dead: 1})
	c.apply(onenet.Batch{DropUplink: []onenet.UplinkKey{key(late)}, PutUplink: []onenet.UplinkEntry{dead(entry(3, ""), "poison")}})
	c.depths(whole[0], whole[1], onenet.UplinkDepth{Ref: demo, Waiting: 2, Bytes: 5, Oldest: after(4), Dead: 2})
	c.apply(onenet.Batch{DropUplink: []onenet.UplinkKey{{Ref: demo, Seq: 8}, {Ref: demo, Seq: 4}, {Ref: short, Seq: 2}, {Ref: twin, Seq: 6}}})
	c.depths(onenet.UplinkDepth{Ref: demo, Dead: 2})
}

func uplinkBooks(c *check) {
	c.seed()
	c.books()
	c.apply(onenet.Batch{CountUplink: []onenet.UplinkCount{
		count(demo, onenet.UplinkDropAge, 2), count(demo, onenet.UplinkAccepted, 1), count(demo, onenet.UplinkAccepted, 4), count(twin, onenet.UplinkAccepted, 7),
	}})
	c.apply(onenet.Batch{CountUplink: []onenet.UplinkCount{
		count(demo, onenet.UplinkAccepted, 1<<40), count(demo, onenet.UplinkDropAge, -2), count(demo, onenet.UplinkDelivered, 3), count(twin, "dropped.新", 1),
	}})
	c.books(
		count(twin, onenet.UplinkAccepted, 7), count(twin, "dropped.新", 1),
		count(demo, onenet.UplinkAccepted, 5+1<<40), count(demo, onenet.UplinkDelivered, 3),
	)
}

func uplinkGoes(c *check) {
	for _, row := range []struct {
		what  string
		drop  onenet.Batch
		again onenet.Batch
	}{
		{"its device", onenet.Batch{DropDevices: []onenet.DeviceRef{demo}}, onenet.Batch{AddDevices: []onenet.Device{device(demo)}}},
		{
			"its product",
			onenet.Batch{DropProducts: []onenet.ProductID{demoProduct}},
			onenet.Batch{AddProducts: []onenet.Product{product(demoProduct)}, AddDevices: []onenet.Device{device(demo)}},
		},
		{"its device, made anew at once", onenet.Batch{DropDevices: []onenet.DeviceRef{demo}, AddDevices: []onenet.Device{device(demo)}}, onenet.Batch{}},
	} {
		c.replace()
		c.seed()
		c.enqueue(entry(1, "a"), dead(entry(2, "b"), "poison"), of(twin, entry(3, "c")))
		c.apply(onenet.Batch{CountUplink: []onenet.UplinkCount{count(demo, onenet.UplinkAccepted, 2), count(twin, onenet.UplinkAccepted, 1)}})
		row.drop.EnqueueUplink = []onenet.UplinkEntry{of(twin, entry(4, "d"))}
		c.apply(row.drop)
		c.apply(row.again)
		st := c.everything()
		c.same("what is left with "+row.what, 0, len(st.Uplink[demo])+len(st.Dead[demo]))
		c.depths(onenet.UplinkDepth{Ref: twin, Waiting: 2, Bytes: 2, Oldest: after(3)})
		c.books(count(twin, onenet.UplinkAccepted, 1))
	}
}

func lastUplinkSeq(c *check) {
	c.seed()
	last := func(want int64) {
		c.Helper()
		c.same("the highest number", want, c.lastUplink())
	}
	last(0)
	c.enqueue(entry(41, ""), entry(7, ""))
	last(41)
	c.apply(onenet.Batch{DropUplink: []onenet.UplinkKey{{Ref: demo, Seq: 41}}})
	c.enqueue(entry(8, ""))
	last(41)
	c.apply(onenet.Batch{DropDevices: []onenet.DeviceRef{demo}, Enqueue: []onenet.QueuedMessage{message(99, "")}})
	last(41)
	c.replace(onenet.Batch{AddProducts: []onenet.Product{product(demoProduct)}, AddDevices: []onenet.Device{device(demo)}})
	last(41)
	c.enqueue(entry(42, ""))
	last(42)
	c.apply(onenet.Batch{DropProducts: []onenet.ProductID{demoProduct}})
	c.replace(c.dump()...)
	last(42)
}

func uplinkNoContent(c *check) {
	c.furnish()
	c.enqueue(entry(100, "a"), dead(entry(101, "b"), "poison"))
	for _, b := range c.dump() {
		c.same("uplink in the dump", 0, len(b.DropUplink)+len(b.EnqueueUplink)+len(b.PutUplink)+len(b.CountUplink))
	}
	want := c.content()
	c.ok(c.s.Replace(c.Context(), c.s.Dump(c.Context())))
	c.same("the content", want, c.content())
	c.depths()
	c.books()
	c.waiting()
	c.quarantined()
	c.enqueue(entry(1, "afresh"))
	c.waiting(entry(1, "afresh"))
	b := onenet.Batch{
		AddProducts: []onenet.Product{product(demoProduct)}, AddDevices: []onenet.Device{device(demo)},
		EnqueueUplink: []onenet.UplinkEntry{entry(200, "brought along")}, CountUplink: []onenet.UplinkCount{count(demo, onenet.UplinkAccepted, 1)},
	}
	c.replace(b)
	c.waiting(entry(200, "brought along"))
	c.books(b.CountUplink...)
	c.same("the highest number", int64(200), c.lastUplink())
}

func uplinkReplaceFails(c *check) {
	c.furnish()
	before := c.everything()
	clash := onenet.Batch{AddProducts: []onenet.Product{product(demoProduct), product(demoProduct)}}
	fresh := onenet.Batch{
		AddProducts: []onenet.Product{product("1")}, AddDevices: []onenet.Device{device(onenet.DeviceRef{Product: "1", Device: "1"})},
		EnqueueUplink: []onenet.UplinkEntry{of(onenet.DeviceRef{Product: "1", Device: "1"}, entry(500, "never"))},
	}
	c.kind("Replace", onenet.ErrExists, c.s.Replace(c.Context(), onenet.Contents(fresh, clash)))
	c.same("the store", before, c.everything())
	c.enqueue(entry(300, "next"))
	c.same("the highest number", int64(300), c.lastUplink())
}
