package memory

import (
	"cmp"
	"maps"
	"slices"

	"github.com/onelan/onelan/onenet"
)

// moment is the state of a world at one time. It shares with the world what never changes once it is there, and
// the points of streams, which the world then treats as shared.
type moment struct {
	products []productMoment
	devices  []deviceMoment
	keys     []key // by creation
	triggers []onenet.Trigger
	queued   int64
}

type productMoment struct {
	reg      onenet.Product
	topics   []string
	retained []onenet.RetainedMessage
}

type deviceMoment struct {
	reg      onenet.Device
	streams  []streamMoment
	commands []*command
	session  *onenet.StoredSession
	queue    []onenet.QueuedMessage
}

type streamMoment struct {
	reg onenet.Datastream
	series
}

// moment notes the state. It is called with Store.mu held for writing, because it marks streams.
func (w *world) moment() *moment {
	m := &moment{queued: w.queued}
	for _, p := range w.products {
		m.products = append(m.products, p.moment())
		for _, d := range p.devices {
			m.devices = append(m.devices, d.moment())
		}
	}
	m.keys = slices.Collect(maps.Values(w.keys))
	m.triggers = slices.Collect(maps.Values(w.triggers))
	return m
}

func (p *product) moment() productMoment {
	return productMoment{p.reg, p.topicList(), slices.Collect(maps.Values(p.retained))}
}

func (d *device) moment() deviceMoment {
	streams := d.live()
	m := deviceMoment{
		reg: d.reg, streams: make([]streamMoment, 0, len(streams)),
		commands: slices.Clone(d.commands), session: d.session, queue: slices.Clone(d.queue),
	}
	for id, s := range streams {
		s.shared = true
		m.streams = append(m.streams, streamMoment{s.reg, series{id, s.points, maps.Clone(s.files)}})
	}
	return m
}

// sort brings what came out of maps into an order that is the same each time.
func (m *moment) sort() {
	slices.SortFunc(m.products, func(a, b productMoment) int { return byID(a.reg.ID, b.reg.ID) })
	slices.SortFunc(m.devices, func(a, b deviceMoment) int {
		return cmp.Or(byID(a.reg.Product, b.reg.Product), byID(a.reg.ID, b.reg.ID))
	})
	slices.SortFunc(m.keys, byCreated)
	slices.SortFunc(m.triggers, func(a, b onenet.Trigger) int { return cmp.Compare(a.ID, b.ID) })
	for _, p := range m.products {
		slices.SortFunc(p.retained, func(a, b onenet.RetainedMessage) int { return cmp.Compare(a.Topic, b.Topic) })
	}
	for _, d := range m.devices {
		slices.SortFunc(d.streams, func(a, b streamMoment) int { return cmp.Compare(a.stream, b.stream) })
	}
}
