package storetest

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/onelan/onelan/onenet"
)

// uplinkModel is the uplink of the model: one list of all entries, in order of arrival, and the books.
type uplinkModel struct {
	entries []onenet.UplinkEntry
	books   map[onenet.UplinkCount]int64 // by a count of 0
	last    int64
}

func (m uplinkModel) copy() uplinkModel {
	return uplinkModel{slices.Clone(m.entries), maps.Clone(m.books), m.last}
}

func (m *uplinkModel) forget(ref onenet.DeviceRef) {
	m.entries = slices.DeleteFunc(m.entries, func(e onenet.UplinkEntry) bool { return e.Ref == ref })
	maps.DeleteFunc(m.books, func(n onenet.UplinkCount, _ int64) bool { return n.Ref == ref })
}

func (m *uplinkModel) drop(k onenet.UplinkKey) {
	m.entries = slices.DeleteFunc(m.entries, func(e onenet.UplinkEntry) bool { return key(e) == k })
}

func (m *uplinkModel) apply(b onenet.Batch, known func(onenet.DeviceRef) bool) {
	for _, k := range b.DropUplink {
		m.drop(k)
	}
	for _, e := range b.EnqueueUplink {
		m.last = max(m.last, e.Seq)
		if known(e.Ref) {
			m.drop(key(e))
			m.entries = append(m.entries, e)
		}
	}
	for _, e := range b.PutUplink {
		for i := range m.entries {
			if key(m.entries[i]) == key(e) {
				m.entries[i].Tries, m.entries[i].Dead = e.Tries, e.Dead
			}
		}
	}
	for _, n := range b.CountUplink {
		if known(n.Ref) {
			if m.books == nil {
				m.books = map[onenet.UplinkCount]int64{}
			}
			m.books[count(n.Ref, n.Column, 0)] += n.N
		}
	}
}

// page gives what a query must find.
func (m *uplinkModel) page(q onenet.UplinkQuery) []onenet.UplinkEntry {
	var list []onenet.UplinkEntry
	for _, e := range m.entries {
		if e.Ref == q.Ref && (e.Dead != "") == q.Dead && e.Seq > q.After {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b onenet.UplinkEntry) int { return cmp.Compare(a.Seq, b.Seq) })
	if q.Limit > 0 {
		list = list[:min(q.Limit, len(list))]
	}
	return list
}

func compareRefs(a, b onenet.DeviceRef) int {
	return cmp.Or(cmp.Compare(len(a.Product), len(b.Product)), cmp.Compare(a.Product, b.Product),
		cmp.Compare(len(a.Device), len(b.Device)), cmp.Compare(a.Device, b.Device))
}

func (m *uplinkModel) depths() []onenet.UplinkDepth {
	all := map[onenet.DeviceRef]onenet.UplinkDepth{}
	for _, e := range m.entries {
		d := all[e.Ref]
		d.Ref = e.Ref
		if e.Dead != "" {
			d.Dead++
		} else {
			if d.Waiting == 0 || e.At.Before(d.Oldest) {
				d.Oldest = e.At
			}
			d.Waiting++
			d.Bytes += int64(len(e.Payload))
		}
		all[e.Ref] = d
	}
	return slices.SortedFunc(maps.Values(all), func(a, b onenet.UplinkDepth) int { return compareRefs(a.Ref, b.Ref) })
}

func (m *uplinkModel) counts() []onenet.UplinkCount {
	var list []onenet.UplinkCount
	for n, sum := range m.books {
		if sum != 0 {
			list = append(list, count(n.Ref, n.Column, sum))
		}
	}
	slices.SortFunc(list, func(a, b onenet.UplinkCount) int {
		return cmp.Or(compareRefs(a.Ref, b.Ref), cmp.Compare(a.Column, b.Column))
	})
	return list
}

// likeUplink compares what the store and the model know of the uplink.
func (c *check) likeUplink(m *uplinkModel, ref onenet.DeviceRef, g *generator) {
	c.Helper()
	for _, dead := range []bool{false, true} {
		q := onenet.UplinkQuery{Ref: ref, Dead: dead}
		c.same("all entries", m.page(q), c.uplink(q))
		q.After, q.Limit = g.uplinked+int64(g.pick("after", 7)), g.pick("limit of entries", 3)
		c.same("a page of entries", m.page(q), c.uplink(q))
	}
	c.depths(m.depths()...)
	c.books(m.counts()...)
	c.same("the highest number of the uplink", m.last, c.lastUplink())
}

// entry is an entry whose number is new in the beginning and then meets others.
func (g *generator) entry() onenet.UplinkEntry {
	g.values++
	n := strconv.Itoa(g.values)
	e := of(g.ref(), entry(g.uplinked+int64(g.pick("number of the entry", 6)+1), n))
	e.At = after(float64(g.pick("time of the entry", 4)))
	e.Tries = g.pick("tries", 3)
	if e.Tries == 2 {
		e.Dead = "reason " + n
	}
	return e
}

// upward are changes of the uplink.
func (g *generator) upward(b *onenet.Batch) {
	b.EnqueueUplink = append(b.EnqueueUplink, g.entry())
	switch e := g.entry(); g.pick("change of the uplink", 4) {
	case 0:
		b.DropUplink = append(b.DropUplink, key(e))
	case 1:
		b.PutUplink = append(b.PutUplink, e)
	case 2:
		b.EnqueueUplink = append(b.EnqueueUplink, e)
	default:
		column := []onenet.UplinkColumn{onenet.UplinkAccepted, onenet.UplinkDelivered, onenet.UplinkDropAge}[g.pick("column", 3)]
		b.CountUplink = append(b.CountUplink, count(e.Ref, column, int64(g.pick("count", 4)-1)))
	}
}
