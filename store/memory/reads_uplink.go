package memory

import (
	"cmp"
	"context"
	"slices"

	"github.com/onelan/onelan/onenet"
)

// Uplink implements onenet.Store.
func (s *Store) Uplink(ctx context.Context, q onenet.UplinkQuery) (list []onenet.UplinkEntry, err error) {
	err = s.read(ctx, func(w *world) error {
		if d := w.device(q.Ref); d != nil && d.uplink != nil {
			list = d.uplink.page(q)
		}
		return nil
	})
	return list, err
}

func (u *uplink) page(q onenet.UplinkQuery) []onenet.UplinkEntry {
	from := u.waiting
	if q.Dead {
		from = u.dead
	}
	i, _ := from.place(q.After + 1)
	from = from[i:]
	if q.Limit > 0 && q.Limit < len(from) {
		from = from[:q.Limit]
	}
	list := make([]onenet.UplinkEntry, 0, len(from))
	for _, e := range from {
		list = append(list, cloneEntry(*e))
	}
	return list
}

// eachUplink calls f with every device that ever had anything to do with the uplink.
func (s *Store) eachUplink(ctx context.Context, f func(onenet.DeviceRef, *uplink)) error {
	return s.read(ctx, func(w *world) error {
		for _, p := range w.products {
			for _, d := range p.devices {
				if d.uplink != nil {
					f(d.reg.Ref(), d.uplink)
				}
			}
		}
		return nil
	})
}

func byRef(a, b onenet.DeviceRef) int {
	return cmp.Or(byID(a.Product, b.Product), byID(a.Device, b.Device))
}

// UplinkDepths implements onenet.Store.
func (s *Store) UplinkDepths(ctx context.Context) (list []onenet.UplinkDepth, err error) {
	err = s.eachUplink(ctx, func(ref onenet.DeviceRef, u *uplink) {
		if d := u.depth(ref); d.Waiting+d.Dead > 0 {
			list = append(list, d)
		}
	})
	slices.SortFunc(list, func(a, b onenet.UplinkDepth) int { return byRef(a.Ref, b.Ref) })
	return list, err
}

// UplinkCounts implements onenet.Store.
func (s *Store) UplinkCounts(ctx context.Context) (list []onenet.UplinkCount, err error) {
	err = s.eachUplink(ctx, func(ref onenet.DeviceRef, u *uplink) {
		for column, n := range u.counts {
			if n != 0 {
				list = append(list, onenet.UplinkCount{Ref: ref, Column: column, N: n})
			}
		}
	})
	slices.SortFunc(list, func(a, b onenet.UplinkCount) int {
		return cmp.Or(byRef(a.Ref, b.Ref), cmp.Compare(a.Column, b.Column))
	})
	return list, err
}

// LastUplinkSeq implements onenet.Store.
func (s *Store) LastUplinkSeq(ctx context.Context) (n int64, err error) {
	err = s.read(ctx, func(w *world) error {
		n = w.uplinked
		return nil
	})
	return n, err
}
