package storetest

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/onelan/onelan/onenet"
)

// model is a store as plain as can be: lists of what was put in, in order of arrival.
// Every batch works on a copy, which takes the place of the model if nothing is refused.
type model struct {
	devices  []onenet.Device
	points   []onenet.StoredPoint
	commands []onenet.Command
	queue    []onenet.QueuedMessage
	triggers []onenet.Trigger
	topics   []onenet.TopicRef
	uplink   uplinkModel
}

func (m model) copy() model {
	return model{
		slices.Clone(m.devices), slices.Clone(m.points), slices.Clone(m.commands), slices.Clone(m.queue),
		slices.Clone(m.triggers), slices.Clone(m.topics), m.uplink.copy(),
	}
}

func (m *model) device(ref onenet.DeviceRef) int {
	return slices.IndexFunc(m.devices, func(d onenet.Device) bool { return d.Ref() == ref })
}

// apply gives the kind of error that the batch must meet.
func (m *model) apply(b onenet.Batch) error {
	for _, ref := range b.DropDevices {
		m.drop(ref)
	}
	for _, r := range b.DropTriggers {
		m.triggers = slices.DeleteFunc(m.triggers, func(t onenet.Trigger) bool { return t.Product == r.Product && t.ID == r.ID })
	}
	for _, d := range b.AddDevices {
		if m.device(d.Ref()) >= 0 || m.taken(d) {
			return onenet.ErrExists
		}
		m.devices = append(m.devices, d)
	}
	for _, d := range b.PutDevices {
		i := m.device(d.Ref())
		switch {
		case i < 0:
			return onenet.ErrNotFound
		case m.taken(d):
			return onenet.ErrExists
		}
		m.devices[i] = d
	}
	if err := m.watch(b); err != nil {
		return err
	}
	return m.live(b)
}

func (m *model) watch(b onenet.Batch) error {
	at := func(t onenet.Trigger) int {
		return slices.IndexFunc(m.triggers, func(o onenet.Trigger) bool { return o.ID == t.ID })
	}
	for _, t := range b.AddTriggers {
		if at(t) >= 0 {
			return onenet.ErrExists
		}
		m.triggers = append(m.triggers, t)
	}
	for _, t := range b.PutTriggers {
		i := at(t)
		if i < 0 || m.triggers[i].Product != t.Product {
			return onenet.ErrNotFound
		}
		m.triggers[i] = t
	}
	return nil
}

// list gives the topics of a product.
func (m *model) list(id onenet.ProductID) []string {
	var list []string
	for _, t := range m.topics {
		if t.Product == id {
			list = append(list, t.Topic)
		}
	}
	return list
}

// watchers are all triggers by id.
func (m *model) watchers() []onenet.Trigger {
	ts := slices.Clone(m.triggers)
	slices.SortFunc(ts, func(a, b onenet.Trigger) int { return cmp.Compare(a.ID, b.ID) })
	return ts
}

func (m *model) drop(ref onenet.DeviceRef) {
	m.devices = slices.DeleteFunc(m.devices, func(d onenet.Device) bool { return d.Ref() == ref })
	m.points = slices.DeleteFunc(m.points, func(p onenet.StoredPoint) bool { return p.Ref == ref })
	m.commands = slices.DeleteFunc(m.commands, func(c onenet.Command) bool { return c.Ref() == ref })
	m.queue = slices.DeleteFunc(m.queue, func(q onenet.QueuedMessage) bool { return q.Ref == ref })
	m.uplink.forget(ref)
	var watching []onenet.Trigger
	for _, t := range m.triggers {
		if t.Product == ref.Product && slices.Contains(t.Devices, ref.Device) {
			others := slices.DeleteFunc(slices.Clone(t.Devices), func(d onenet.DeviceID) bool { return d == ref.Device })
			if len(others) == 0 {
				continue
			}
			t.Devices = others
		}
		watching = append(watching, t)
	}
	m.triggers = watching
}

func (m *model) taken(d onenet.Device) bool {
	return slices.ContainsFunc(m.devices, func(o onenet.Device) bool {
		return o.Product == d.Product && o.ID != d.ID && o.AuthInfo == d.AuthInfo
	})
}

func (m *model) live(b onenet.Batch) error {
	for _, r := range b.DropTopics {
		m.topics = slices.DeleteFunc(m.topics, func(t onenet.TopicRef) bool { return t == r })
	}
	for _, r := range b.PutTopics {
		if !slices.Contains(m.topics, r) {
			m.topics = append(m.topics, r)
		}
	}
	for _, r := range b.DropStreams {
		m.points = slices.DeleteFunc(m.points, func(p onenet.StoredPoint) bool { return p.Ref == r.Ref && p.Stream == r.Stream })
	}
	for _, r := range b.DropPoints {
		m.points = slices.DeleteFunc(m.points, func(p onenet.StoredPoint) bool {
			return p.Ref == r.Ref && (len(r.Streams) == 0 || slices.Contains(r.Streams, p.Stream)) &&
				(r.Start.IsZero() || !p.At.Before(r.Start)) && (r.End.IsZero() || !p.At.After(r.End))
		})
	}
	for _, p := range b.Points {
		if m.device(p.Ref) < 0 {
			return onenet.ErrNotFound
		}
		m.points = append(m.points, p)
	}
	for _, c := range b.PutCommands {
		if m.device(c.Ref()) < 0 {
			return onenet.ErrNotFound
		}
		m.putCommand(c)
	}
	for _, k := range b.Dequeue {
		m.dequeue(k)
	}
	for _, q := range b.Enqueue {
		if m.device(q.Ref) >= 0 {
			m.dequeue(onenet.QueueKey{Ref: q.Ref, Seq: q.Seq})
			m.queue = append(m.queue, q)
		}
	}
	m.uplink.apply(b, func(ref onenet.DeviceRef) bool { return m.device(ref) >= 0 })
	return nil
}

func (m *model) putCommand(c onenet.Command) {
	i := slices.IndexFunc(m.commands, func(o onenet.Command) bool { return o.ID == c.ID })
	switch {
	case i < 0:
		m.commands = append(m.commands, c)
	case m.commands[i].Rev < c.Rev:
		m.commands[i] = c
	}
}

func (m *model) dequeue(k onenet.QueueKey) {
	m.queue = slices.DeleteFunc(m.queue, func(q onenet.QueuedMessage) bool { return q.Ref == k.Ref && q.Seq == k.Seq })
}

// found gives the values of the points a query without a place to go on from must find.
func (m *model) found(q onenet.PointQuery) []string {
	var ps []onenet.StoredPoint
	for _, p := range m.points {
		if p.Ref == q.Ref && (len(q.Streams) == 0 || slices.Contains(q.Streams, p.Stream)) &&
			(q.Start.IsZero() || !p.At.Before(q.Start)) && (q.End.IsZero() || !p.At.After(q.End)) {
			ps = append(ps, p)
		}
	}
	slices.SortStableFunc(ps, func(a, b onenet.StoredPoint) int { return a.At.Compare(b.At) })
	if q.Desc {
		slices.Reverse(ps)
	}
	if !q.PerStream {
		return valuesOf(ps[:min(q.Limit, len(ps))])
	}
	slices.SortStableFunc(ps, func(a, b onenet.StoredPoint) int { return cmp.Compare(a.Stream, b.Stream) })
	var kept []onenet.StoredPoint
	counts := map[onenet.StreamID]int{}
	for _, p := range ps {
		if counts[p.Stream]++; counts[p.Stream] <= q.Limit {
			kept = append(kept, p)
		}
	}
	return valuesOf(kept)
}

func valuesOf(ps []onenet.StoredPoint) []string {
	var vs []string
	for _, p := range ps {
		vs = append(vs, string(p.Value))
	}
	return vs
}

// listing is all devices in the order of a listing.
func (m *model) listing() []string {
	ds := slices.Clone(m.devices)
	slices.SortFunc(ds, func(a, b onenet.Device) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(len(a.Product), len(b.Product)))
	})
	return deviceNotes(ds)
}

func deviceNotes(ds []onenet.Device) []string {
	var list []string
	for _, d := range ds {
		list = append(list, d.Ref().String()+" "+d.Title)
	}
	return list
}

// orders are the commands of a device in the order of a listing.
func (m *model) orders(ref onenet.DeviceRef) []string {
	cs := slices.DeleteFunc(slices.Clone(m.commands), func(c onenet.Command) bool { return c.Ref() != ref })
	slices.SortStableFunc(cs, func(a, b onenet.Command) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return commandNotes(cs)
}

func commandNotes(cs []onenet.Command) []string {
	var list []string
	for _, c := range cs {
		list = append(list, string(c.ID)+" "+strconv.Itoa(c.Rev)+" "+string(c.State))
	}
	return list
}

// waiting are the bodies queued for a device by number.
func (m *model) waiting(ref onenet.DeviceRef) []string {
	qs := slices.DeleteFunc(slices.Clone(m.queue), func(q onenet.QueuedMessage) bool { return q.Ref != ref })
	slices.SortFunc(qs, func(a, b onenet.QueuedMessage) int { return int(a.Seq - b.Seq) })
	return queueNotes(qs)
}

func queueNotes(qs []onenet.QueuedMessage) []string {
	var list []string
	for _, q := range qs {
		list = append(list, strconv.FormatInt(q.Seq, 10)+" "+string(q.Payload))
	}
	return list
}
