package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/onelan/onelan/onenet"
)

// byID orders ids so that numbers stand in the order of their value.
func byID[T ~string](a, b T) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// Product implements onenet.Store.
func (s *Store) Product(ctx context.Context, id onenet.ProductID) (p onenet.Product, err error) {
	err = s.read(ctx, func(w *world) error {
		have := w.products[id]
		if have == nil {
			return onenet.NotFound("product", string(id))
		}
		p = have.reg
		return nil
	})
	return p, err
}

// Products implements onenet.Store.
func (s *Store) Products(ctx context.Context) (list []onenet.Product, err error) {
	err = s.read(ctx, func(w *world) error {
		for _, p := range w.products {
			list = append(list, p.reg)
		}
		return nil
	})
	slices.SortFunc(list, func(a, b onenet.Product) int { return byID(a.ID, b.ID) })
	return list, err
}

// ProductBySecret implements onenet.Store.
func (s *Store) ProductBySecret(ctx context.Context, secret onenet.Secret) (onenet.Product, error) {
	all, err := s.Products(ctx)
	if err != nil {
		return onenet.Product{}, err
	}
	for _, p := range all {
		if secret != "" && (p.MasterKey.Equal(secret) || p.RegisterCode.Equal(secret)) {
			return p, nil
		}
	}
	return onenet.Product{}, onenet.NotFound("key", secret.Mask())
}

// Device implements onenet.Store.
func (s *Store) Device(ctx context.Context, ref onenet.DeviceRef) (d onenet.Device, err error) {
	err = s.read(ctx, func(w *world) error {
		have := w.device(ref)
		if have == nil {
			return onenet.NotFound("device", string(ref.Device))
		}
		d = cloneDevice(have.reg)
		return nil
	})
	return d, err
}

// Devices implements onenet.Store.
func (s *Store) Devices(ctx context.Context, f onenet.DeviceFilter) (page []onenet.Device, n int, err error) {
	err = s.read(ctx, func(w *world) error {
		var all []*onenet.Device
		for _, p := range w.products {
			if f.Product != "" && f.Product != p.reg.ID {
				continue
			}
			for _, d := range p.devices {
				if chosen(&d.reg, f) {
					all = append(all, &d.reg)
				}
			}
		}
		slices.SortFunc(all, func(a, b *onenet.Device) int {
			return cmp.Or(byID(a.ID, b.ID), byID(a.Product, b.Product))
		})
		for _, d := range cut(all, f.Offset, f.Limit) {
			page = append(page, cloneDevice(*d))
		}
		n = len(all)
		return nil
	})
	return page, n, err
}

func chosen(d *onenet.Device, f onenet.DeviceFilter) bool {
	switch {
	case !strings.HasPrefix(string(d.ID), f.Keywords) && !strings.HasPrefix(d.Title, f.Keywords),
		!containsPart(d, f.Contains),
		len(f.IDs) > 0 && !slices.Contains(f.IDs, d.ID),
		f.AuthInfo != "" && !d.AuthInfo.Equal(f.AuthInfo),
		f.Tag != "" && !slices.Contains(d.Tags, f.Tag),
		f.Private != nil && d.Private != *f.Private,
		!f.Begin.IsZero() && d.CreatedAt.Before(f.Begin),
		!f.End.IsZero() && !d.CreatedAt.Before(f.End):
		return false
	}
	return true
}

// containsPart tells whether a part stands in what a person would look for a device by.
func containsPart(d *onenet.Device, part string) bool {
	if part == "" {
		return true
	}
	part = lowered(part)
	has := func(text string) bool { return strings.Contains(lowered(text), part) }
	return has(string(d.ID)) || has(d.Title) || slices.ContainsFunc(d.Tags, has)
}

// lowered has ASCII's letters small, and no others: as SQLite's lower.
func lowered(text string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}

// Key implements onenet.Store.
func (s *Store) Key(ctx context.Context, secret onenet.Secret) (k onenet.Key, err error) {
	err = s.read(ctx, func(w *world) error {
		have, ok := w.keys[secret]
		if !ok {
			return onenet.NotFound("key", secret.Mask())
		}
		k = cloneKey(have.Key)
		return nil
	})
	return k, err
}

// Keys implements onenet.Store.
func (s *Store) Keys(ctx context.Context, id onenet.ProductID) (list []onenet.Key, err error) {
	err = s.read(ctx, func(w *world) error {
		var all []key
		for _, k := range w.keys {
			if k.Product == id {
				all = append(all, k)
			}
		}
		slices.SortFunc(all, byCreated)
		for _, k := range all {
			list = append(list, cloneKey(k.Key))
		}
		return nil
	})
	return list, err
}

// Streams implements onenet.Store.
func (s *Store) Streams(ctx context.Context, ref onenet.DeviceRef) (list []onenet.Datastream, err error) {
	err = s.read(ctx, func(w *world) error {
		if d := w.device(ref); d != nil {
			streams := d.live()
			for _, id := range d.chosen(nil) {
				list = append(list, streams[id].datastream())
			}
		}
		return nil
	})
	return list, err
}

// Points implements onenet.Store.
func (s *Store) Points(ctx context.Context, q onenet.PointQuery) (list []onenet.Point, err error) {
	err = s.read(ctx, func(w *world) error {
		list = w.pointsOf(q)
		return nil
	})
	return list, err
}

// File implements onenet.Store.
func (s *Store) File(ctx context.Context, id onenet.ProductID, index string) (f onenet.File, err error) {
	err = s.read(ctx, func(w *world) error {
		p := w.products[id]
		if p == nil || p.files[index] == nil {
			return onenet.NotFound("file", index)
		}
		f = cloneFile(p.files[index].File)
		return nil
	})
	return f, err
}
