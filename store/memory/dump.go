package memory

import (
	"context"
	"iter"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/internal/pack"
)

// Dump implements onenet.Store. The lock is held while the state is noted, which copies no points, and not
// while the consumer is at work.
func (s *Store) Dump(ctx context.Context) iter.Seq2[onenet.Batch, error] {
	return func(yield func(onenet.Batch, error) bool) {
		p := pack.New(yield)
		var m *moment
		err := s.change(ctx, func(w *world) { m = w.moment() })
		if err == nil {
			m.sort()
			err = m.dump(ctx, p)
		}
		p.End(err)
	}
}

// dump hands everything to p, in the order of a Batch's fields.
func (m *moment) dump(ctx context.Context, p *pack.Packer) error {
	for _, part := range []func(*pack.Packer) error{m.registry, m.topics} {
		if err := part(p); err != nil {
			return err
		}
	}
	for _, part := range []func(*deviceMoment, *pack.Packer) error{
		(*deviceMoment).metas, (*deviceMoment).points, (*deviceMoment).orders, (*deviceMoment).kept, (*deviceMoment).waiting,
	} {
		for i := range m.devices {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := part(&m.devices[i], p); err != nil {
				return err
			}
		}
	}
	return m.rest(p)
}

func (m *moment) registry(p *pack.Packer) error {
	for i := range m.products {
		if err := pack.Add(p, &p.B.AddProducts, m.products[i].reg, 0); err != nil {
			return err
		}
	}
	for i := range m.devices {
		d := m.devices[i].reg
		if err := pack.Add(p, &p.B.AddDevices, d, len(d.Other)); err != nil {
			return err
		}
	}
	for _, k := range m.keys {
		if err := pack.Add(p, &p.B.AddKeys, k.Key, 0); err != nil {
			return err
		}
	}
	for _, t := range m.triggers {
		if err := pack.Add(p, &p.B.AddTriggers, t, 0); err != nil {
			return err
		}
	}
	return nil
}

func (m *moment) topics(p *pack.Packer) error {
	for i := range m.products {
		for _, topic := range m.products[i].topics {
			ref := onenet.TopicRef{Product: m.products[i].reg.ID, Topic: topic}
			if err := pack.Add(p, &p.B.PutTopics, ref, len(topic)); err != nil {
				return err
			}
		}
	}
	return nil
}

// rest is what follows the devices.
func (m *moment) rest(p *pack.Packer) error {
	if m.queued > 0 { // a message for nobody is left out, but its number counts
		if err := pack.Add(p, &p.B.Enqueue, onenet.QueuedMessage{Seq: m.queued}, 0); err != nil {
			return err
		}
	}
	for i := range m.products {
		for _, r := range m.products[i].retained {
			if err := pack.Add(p, &p.B.Retain, r, len(r.Payload)); err != nil {
				return err
			}
		}
	}
	return nil
}
