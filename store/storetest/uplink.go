package storetest

import (
	"strconv"

	"github.com/onelan/onelan/onenet"
)

var uplinkCases = []testCase{
	{"entries of the uplink come by number, a page at a time", uplinkPages},
	{"an entry comes out as it went in, and replaces the one of its number", uplinkReplaced},
	{"entries are taken out wherever they are, and only of their own device", uplinkDropped},
	{"an entry goes into quarantine and back, and keeps all but its tries", uplinkQuarantine},
	{"what an absent device has on its way is left out and hinders nothing", uplinkOfNobody},
	{"the parts of the uplink are applied in their order, with the rest of the batch or not at all", uplinkOrder},
	{"a long queue drains from its front", uplinkDrains},
}

// entry is an entry of the demo device that waits.
func entry(seq int64, body string) onenet.UplinkEntry {
	return onenet.UplinkEntry{Ref: demo, Seq: seq, At: after(float64(seq)), Topic: "$dp", QoS: 1, Payload: []byte(body)}
}

// of is the entry as another device's.
func of(ref onenet.DeviceRef, e onenet.UplinkEntry) onenet.UplinkEntry {
	e.Ref = ref
	return e
}

// dead is the entry after it went into quarantine.
func dead(e onenet.UplinkEntry, why string) onenet.UplinkEntry {
	e.Tries, e.Dead = 3, why
	return e
}

func key(e onenet.UplinkEntry) onenet.UplinkKey { return onenet.UplinkKey{Ref: e.Ref, Seq: e.Seq} }

func count(ref onenet.DeviceRef, column onenet.UplinkColumn, n int64) onenet.UplinkCount {
	return onenet.UplinkCount{Ref: ref, Column: column, N: n}
}

func (c *check) enqueue(list ...onenet.UplinkEntry) {
	c.Helper()
	c.apply(onenet.Batch{EnqueueUplink: list})
}

// uplink reads the entries that wait, or those in quarantine.
func (c *check) uplink(q onenet.UplinkQuery) []onenet.UplinkEntry {
	c.Helper()
	list, err := c.s.Uplink(c.Context(), q)
	c.ok(err)
	return list
}

func (c *check) waiting(want ...onenet.UplinkEntry) {
	c.Helper()
	c.same("what waits", want, c.uplink(onenet.UplinkQuery{Ref: demo}))
}

func (c *check) quarantined(want ...onenet.UplinkEntry) {
	c.Helper()
	c.same("what is in quarantine", want, c.uplink(onenet.UplinkQuery{Ref: demo, Dead: true}))
}

func (c *check) depths(want ...onenet.UplinkDepth) {
	c.Helper()
	got, err := c.s.UplinkDepths(c.Context())
	c.ok(err)
	c.same("the depths", want, got)
}

func (c *check) books(want ...onenet.UplinkCount) {
	c.Helper()
	got, err := c.s.UplinkCounts(c.Context())
	c.ok(err)
	c.same("the books", want, got)
}

func (c *check) lastUplink() int64 {
	c.Helper()
	n, err := c.s.LastUplinkSeq(c.Context())
	c.ok(err)
	return n
}

func uplinkPages(c *check) {
	c.seed()
	c.enqueue(entry(5, "five"), entry(2, "two"), entry(9, "nine"))
	c.enqueue(entry(4, "four"), of(twin, entry(3, "twin")), dead(entry(3, "three"), "poison"), dead(entry(7, "seven"), "poison"))
	for _, row := range []struct {
		what string
		q    onenet.UplinkQuery
		want []int64
	}{
		{"all", onenet.UplinkQuery{}, []int64{2, 4, 5, 9}},
		{"the first two", onenet.UplinkQuery{Limit: 2}, []int64{2, 4}},
		{"two behind the second", onenet.UplinkQuery{After: 4, Limit: 2}, []int64{5, 9}},
		{"those behind a number that waits no more", onenet.UplinkQuery{After: 3}, []int64{4, 5, 9}},
		{"those behind the last", onenet.UplinkQuery{After: 9, Limit: 2}, nil},
		{"more than there are", onenet.UplinkQuery{After: 5, Limit: 100}, []int64{9}},
		{"quarantine", onenet.UplinkQuery{Dead: true}, []int64{3, 7}},
		{"the first of the quarantine", onenet.UplinkQuery{Dead: true, Limit: 1}, []int64{3}},
		{"quarantine behind the first", onenet.UplinkQuery{Dead: true, After: 3, Limit: 1}, []int64{7}},
		{"a neighbour's", onenet.UplinkQuery{Ref: twin}, []int64{3}},
		{"nobody's", onenet.UplinkQuery{Ref: ghost}, nil},
		{"a device's of no product", onenet.UplinkQuery{Ref: onenet.DeviceRef{Product: "404", Device: demoDevice}}, nil},
	} {
		if row.q.Ref == (onenet.DeviceRef{}) {
			row.q.Ref = demo
		}
		var got []int64
		for _, e := range c.uplink(row.q) {
			got = append(got, e.Seq)
		}
		c.same(row.what, row.want, got)
	}
}

func uplinkReplaced(c *check) {
	c.seed()
	full := onenet.UplinkEntry{
		Ref: demo, Seq: 1 << 33, At: after(0.5), Topic: "灯/1\xff", QoS: 2, Payload: []byte("\x00\xff'"), Tries: 2, Dead: "它被拒绝",
	}
	bare := onenet.UplinkEntry{Ref: demo, Seq: 1, At: start}
	c.enqueue(full, bare)
	full.Payload[0] = 'x' // the batch's bytes are the caller's again
	c.quarantined(withBody(full, "\x00\xff'"))
	c.waiting(bare)
	c.uplink(onenet.UplinkQuery{Ref: demo, Dead: true})[0].Payload[0] = 'y'
	c.quarantined(withBody(full, "\x00\xff'"))

	c.enqueue(entry(1, "again"), entry(1<<33, "back"), entry(2, "first"), entry(2, "second"))
	c.waiting(entry(1, "again"), entry(2, "second"), entry(1<<33, "back"))
	c.quarantined()
}

func withBody(e onenet.UplinkEntry, body string) onenet.UplinkEntry {
	e.Payload = []byte(body)
	return e
}

func uplinkDropped(c *check) {
	c.seed()
	c.enqueue(entry(1, "a"), entry(2, "b"), entry(3, "c"), dead(entry(4, "d"), "poison"), dead(entry(5, "e"), "poison"), of(twin, entry(6, "f")))
	c.apply(onenet.Batch{DropUplink: []onenet.UplinkKey{
		{Ref: demo, Seq: 2}, {Ref: demo, Seq: 4}, {Ref: demo, Seq: 99}, {Ref: twin, Seq: 1}, {Ref: demo, Seq: 6}, {Ref: ghost, Seq: 1},
	}})
	c.waiting(entry(1, "a"), entry(3, "c"))
	c.quarantined(dead(entry(5, "e"), "poison"))
	c.same("the neighbour's", []onenet.UplinkEntry{of(twin, entry(6, "f"))}, c.uplink(onenet.UplinkQuery{Ref: twin}))
	c.apply(onenet.Batch{DropUplink: []onenet.UplinkKey{{Ref: demo, Seq: 1}, {Ref: demo, Seq: 5}, {Ref: demo, Seq: 3}}})
	c.waiting()
	c.quarantined()
	c.enqueue(entry(7, "g"))
	c.waiting(entry(7, "g"))
}

func uplinkQuarantine(c *check) {
	c.seed()
	for seq := range int64(4) {
		c.enqueue(entry(seq+1, "body "+strconv.FormatInt(seq+1, 10)))
	}
	put := func(seq int64, tries int, why string) {
		c.Helper()
		c.apply(onenet.Batch{PutUplink: []onenet.UplinkEntry{
			{Ref: demo, Seq: seq, At: after(999), Topic: "other", Payload: []byte("other"), Tries: tries, Dead: why},
			{Ref: twin, Seq: seq, Dead: why},
			{Ref: demo, Seq: 99, Dead: why},
		}})
	}
	tried := entry(2, "body 2")
	tried.Tries = 1
	put(2, 1, "")
	c.waiting(entry(1, "body 1"), tried, entry(3, "body 3"), entry(4, "body 4"))
	put(2, 3, "the cloud cut the line")
	put(4, 3, "the cloud cut the line")
	c.waiting(entry(1, "body 1"), entry(3, "body 3"))
	c.quarantined(dead(entry(2, "body 2"), "the cloud cut the line"), dead(entry(4, "body 4"), "the cloud cut the line"))
	put(2, 3, "another reason")
	put(4, 0, "")
	c.waiting(entry(1, "body 1"), entry(3, "body 3"), entry(4, "body 4"))
	c.quarantined(dead(entry(2, "body 2"), "another reason"))
	put(2, 0, "")
	c.waiting(entry(1, "body 1"), entry(2, "body 2"), entry(3, "body 3"), entry(4, "body 4"))
	c.same("the neighbour's", []onenet.UplinkEntry(nil), c.uplink(onenet.UplinkQuery{Ref: twin, Dead: true}))
}

func uplinkOfNobody(c *check) {
	c.seed()
	nowhere := onenet.DeviceRef{Product: "404", Device: demoDevice}
	c.apply(onenet.Batch{
		DropUplink:    []onenet.UplinkKey{{Ref: ghost, Seq: 1}, {Ref: nowhere, Seq: 1}},
		EnqueueUplink: []onenet.UplinkEntry{of(ghost, entry(8, "")), of(nowhere, entry(5, "")), entry(3, "stays")},
		PutUplink:     []onenet.UplinkEntry{dead(of(ghost, entry(8, "")), "poison"), dead(of(nowhere, entry(5, "")), "poison")},
		CountUplink:   []onenet.UplinkCount{count(ghost, onenet.UplinkAccepted, 1), count(nowhere, onenet.UplinkAccepted, 1), count(demo, onenet.UplinkAccepted, 1)},
	})
	c.waiting(entry(3, "stays"))
	c.depths(onenet.UplinkDepth{Ref: demo, Waiting: 1, Bytes: 5, Oldest: after(3)})
	c.books(count(demo, onenet.UplinkAccepted, 1))
	c.same("the highest number", int64(8), c.lastUplink())
	c.apply(onenet.Batch{AddDevices: []onenet.Device{device(ghost)}})
	c.same("what waits for a device that came later", []onenet.UplinkEntry(nil), c.uplink(onenet.UplinkQuery{Ref: ghost}))
}

func uplinkOrder(c *check) {
	c.seed()
	c.enqueue(entry(1, "old"))
	c.apply(onenet.Batch{ // in the other order nothing would be left, and nothing in quarantine
		PutUplink:     []onenet.UplinkEntry{dead(entry(2, ""), "poison")},
		EnqueueUplink: []onenet.UplinkEntry{entry(1, "new"), entry(2, "two")},
		DropUplink:    []onenet.UplinkKey{{Ref: demo, Seq: 1}, {Ref: demo, Seq: 2}},
		Points:        []onenet.StoredPoint{point(demo, "t", start, `1`)},
	})
	c.waiting(entry(1, "new"))
	c.quarantined(dead(entry(2, "two"), "poison"))
	change := onenet.Batch{
		DropUplink: []onenet.UplinkKey{{Ref: demo, Seq: 1}}, EnqueueUplink: []onenet.UplinkEntry{entry(9, "lost")},
		PutUplink: []onenet.UplinkEntry{entry(2, "")}, CountUplink: []onenet.UplinkCount{count(demo, onenet.UplinkAccepted, 1)},
	}
	for _, reason := range []onenet.Batch{
		{Points: []onenet.StoredPoint{point(ghost, "t", start, `1`)}}, {PutDevices: []onenet.Device{device(ghost)}},
	} {
		refused := change
		refused.Points, refused.PutDevices = reason.Points, reason.PutDevices
		c.refuse(onenet.ErrNotFound, refused)
	}
	c.same("the highest number", int64(2), c.lastUplink())
}

func uplinkDrains(c *check) {
	c.seed()
	const n, step = 20_000, 500
	var all []onenet.UplinkEntry
	for i := range int64(n) {
		all = append(all, entry(i+1, "x"))
	}
	c.enqueue(all...)
	for at := int64(0); at < n; at += step {
		page := c.uplink(onenet.UplinkQuery{Ref: demo, Limit: step})
		b := onenet.Batch{EnqueueUplink: []onenet.UplinkEntry{entry(n+at+1, "y")}}
		for i, e := range page {
			if e.Seq != at+int64(i)+1 {
				c.Fatalf("entry %d comes where %d should", e.Seq, at+int64(i)+1)
			}
			b.DropUplink = append(b.DropUplink, key(e))
		}
		c.apply(b)
	}
	c.depths(onenet.UplinkDepth{Ref: demo, Waiting: n / step, Bytes: n / step, Oldest: after(n + 1)})
}
