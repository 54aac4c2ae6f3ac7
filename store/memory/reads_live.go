package memory

import (
	"cmp"
	"context"
	"slices"

	"github.com/onelan/onelan/onenet"
)

// Command implements onenet.Store.
func (s *Store) Command(ctx context.Context, id onenet.CommandID) (c onenet.Command, err error) {
	err = s.read(ctx, func(w *world) error {
		have := w.commands[id]
		if have == nil {
			return onenet.NotFound("command", string(id))
		}
		c = cloneCommand(have.Command)
		return nil
	})
	return c, err
}

// Commands implements onenet.Store.
func (s *Store) Commands(ctx context.Context, q onenet.CommandQuery) (page []onenet.Command, n int, err error) {
	err = s.read(ctx, func(w *world) error {
		page, n = w.commandsOf(q)
		return nil
	})
	return page, n, err
}

// Sessions implements onenet.Store. They come in the order of their devices.
func (s *Store) Sessions(ctx context.Context) (list []onenet.StoredSession, err error) {
	err = s.read(ctx, func(w *world) error {
		for _, p := range w.products {
			for _, d := range p.devices {
				if d.session != nil {
					list = append(list, cloneSession(*d.session))
				}
			}
		}
		return nil
	})
	slices.SortFunc(list, func(a, b onenet.StoredSession) int {
		return cmp.Or(byID(a.Ref.Product, b.Ref.Product), byID(a.Ref.Device, b.Ref.Device))
	})
	return list, err
}

// Queue implements onenet.Store.
func (s *Store) Queue(ctx context.Context, ref onenet.DeviceRef) (list []onenet.QueuedMessage, err error) {
	err = s.read(ctx, func(w *world) error {
		if d := w.device(ref); d != nil {
			for _, m := range d.queue {
				list = append(list, cloneQueued(m))
			}
		}
		return nil
	})
	return list, err
}

// Retained implements onenet.Store. They come by product and topic.
func (s *Store) Retained(ctx context.Context) (list []onenet.RetainedMessage, err error) {
	err = s.read(ctx, func(w *world) error {
		for _, p := range w.products {
			for _, m := range p.retained {
				list = append(list, cloneRetained(m))
			}
		}
		return nil
	})
	slices.SortFunc(list, func(a, b onenet.RetainedMessage) int {
		return cmp.Or(byID(a.Product, b.Product), cmp.Compare(a.Topic, b.Topic))
	})
	return list, err
}

// LastSeq implements onenet.Store.
func (s *Store) LastSeq(ctx context.Context) (n int64, err error) {
	err = s.read(ctx, func(w *world) error {
		n = w.queued
		return nil
	})
	return n, err
}
