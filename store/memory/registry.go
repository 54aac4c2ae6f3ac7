package memory

import "github.com/onelan/onelan/onenet"

// txn changes the registry and remembers how to undo it.
type txn struct {
	w     *world
	undo  []func()
	after []func() // what follows from the changes once they stand
}

func (t *txn) rollback() {
	for i := len(t.undo) - 1; i >= 0; i-- {
		t.undo[i]()
	}
}

// put sets m[k], to be undone with t.
func put[K comparable, V any](t *txn, m map[K]V, k K, v V) {
	old, had := m[k]
	m[k] = v
	t.undo = append(t.undo, func() { restore(m, k, old, had) })
}

// del deletes m[k], to be undone with t.
func del[K comparable, V any](t *txn, m map[K]V, k K) {
	if old, had := m[k]; had {
		delete(m, k)
		t.undo = append(t.undo, func() { restore(m, k, old, had) })
	}
}

func restore[K comparable, V any](m map[K]V, k K, old V, had bool) {
	if had {
		m[k] = old
	} else {
		delete(m, k)
	}
}

// set sets *p, to be undone with t.
func set[T any](t *txn, p *T, v T) {
	old := *p
	*p = v
	t.undo = append(t.undo, func() { *p = old })
}

func each[T any](list []T, f func(*T) error) error {
	for i := range list {
		if err := f(&list[i]); err != nil {
			return err
		}
	}
	return nil
}

// registry does the part of the batch that can be refused.
func (t *txn) registry(b *onenet.Batch) error {
	for _, id := range b.DropProducts {
		t.dropProduct(id)
	}
	for _, ref := range b.DropDevices {
		t.dropDevice(ref)
	}
	for _, k := range b.DropKeys {
		if t.w.keys[k.Key].Product == k.Product {
			del(t, t.w.keys, k.Key)
		}
	}
	for _, r := range b.DropTriggers {
		t.dropTrigger(r)
	}
	for _, step := range []func() error{
		func() error { return each(b.AddProducts, t.addProduct) },
		func() error { return each(b.AddDevices, t.addDevice) },
		func() error { return each(b.AddKeys, t.addKey) },
		func() error { return each(b.PutProducts, t.putProduct) },
		func() error { return each(b.PutDevices, t.putDevice) },
		func() error { return each(b.PutKeys, t.putKey) },
		func() error { return each(b.AddTriggers, t.addTrigger) },
		func() error { return each(b.PutTriggers, t.putTrigger) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (t *txn) dropProduct(id onenet.ProductID) {
	p := t.w.products[id]
	if p == nil {
		return
	}
	del(t, t.w.products, id)
	for s, k := range t.w.keys {
		if k.Product == id {
			del(t, t.w.keys, s)
		}
	}
	for n, tr := range t.w.triggers {
		if tr.Product == id {
			del(t, t.w.triggers, n)
		}
	}
	for _, d := range p.devices {
		t.forget(d)
	}
}

func (t *txn) dropDevice(ref onenet.DeviceRef) {
	p := t.w.products[ref.Product]
	if p == nil {
		return
	}
	t.unname(p, ref)
	d := p.devices[ref.Device]
	if d == nil {
		return
	}
	del(t, p.devices, ref.Device)
	if a := d.reg.AuthInfo; a != "" {
		del(t, p.authInfo, a)
	}
	t.forget(d)
}

// unname takes a device out of what names it, whether it is there or not.
func (t *txn) unname(p *product, ref onenet.DeviceRef) {
	for s, k := range t.w.keys {
		if k.Product == ref.Product && k.Covers(ref.Device) {
			put(t, t.w.keys, s, key{k.Without(ref.Device), k.arrival})
		}
	}
	t.unwatch(ref)
	for topic, m := range p.retained {
		if m.WillOf == ref.Device {
			del(t, p.retained, topic)
		}
	}
}

// forget removes what is found by other ways than through the device.
func (t *txn) forget(d *device) {
	for _, c := range d.commands {
		del(t, t.w.commands, c.ID)
	}
	t.after = append(t.after, func() {
		for _, s := range d.streams { // the points that still wait have no files
			t.w.dropFiles(s)
		}
	})
}

func (t *txn) addProduct(p *onenet.Product) error {
	if t.w.products[p.ID] != nil {
		return onenet.Exists("product", string(p.ID))
	}
	if err := t.w.codeFree(p); err != nil {
		return err
	}
	put(t, t.w.products, p.ID, newProduct(*p))
	return nil
}

func (t *txn) putProduct(p *onenet.Product) error {
	have := t.w.products[p.ID]
	if have == nil {
		return onenet.NotFound("product", string(p.ID))
	}
	if err := t.w.codeFree(p); err != nil {
		return err
	}
	next := *p
	next.CreatedAt = milli(next.CreatedAt)
	set(t, &have.reg, next)
	return nil
}

// codeFree says whether another product has the register code. There are few
// products, so it looks at each.
func (w *world) codeFree(p *onenet.Product) error {
	for id, other := range w.products {
		if id != p.ID && p.RegisterCode != "" && other.reg.RegisterCode == p.RegisterCode {
			return onenet.Errorf(onenet.ErrExists, "register code", "", "product %s has it", id)
		}
	}
	return nil
}

func (t *txn) addDevice(d *onenet.Device) error {
	p := t.w.products[d.Product]
	switch {
	case p == nil:
		return onenet.NotFound("product", string(d.Product))
	case p.devices[d.ID] != nil:
		return onenet.Exists("device", string(d.ID))
	}
	if err := t.takeAuthInfo(p, d); err != nil {
		return err
	}
	put(t, p.devices, d.ID, &device{
		reg: cloneDevice(*d), product: p, streams: map[onenet.StreamID]*stream{},
	})
	return nil
}

func (t *txn) putDevice(d *onenet.Device) error {
	have := t.w.device(d.Ref())
	if have == nil {
		return onenet.NotFound("device", string(d.ID))
	}
	if have.reg.AuthInfo != d.AuthInfo {
		if err := t.takeAuthInfo(have.product, d); err != nil {
			return err
		}
		if old := have.reg.AuthInfo; old != "" {
			del(t, have.product.authInfo, old)
		}
	}
	next := cloneDevice(*d)
	next.ActivatedAt, next.LastLogin = have.reg.ActivatedAt, have.reg.LastLogin
	set(t, &have.reg, next)
	return nil
}

func (t *txn) takeAuthInfo(p *product, d *onenet.Device) error {
	if d.AuthInfo == "" {
		return nil
	}
	if id, taken := p.authInfo[d.AuthInfo]; taken {
		return onenet.Errorf(onenet.ErrExists, "auth info", "", "device %s has it", id)
	}
	put(t, p.authInfo, d.AuthInfo, d.ID)
	return nil
}

func (t *txn) addKey(k *onenet.Key) error {
	switch {
	case t.w.products[k.Product] == nil:
		return onenet.NotFound("product", string(k.Product))
	case t.w.keys[k.Key].Product != "":
		return onenet.Exists("key", k.Key.Mask())
	}
	t.w.arrivals++
	put(t, t.w.keys, k.Key, key{cloneKey(*k), t.w.arrivals})
	return nil
}

func (t *txn) putKey(k *onenet.Key) error {
	have, ok := t.w.keys[k.Key]
	if !ok || have.Product != k.Product {
		return onenet.NotFound("key", k.Key.Mask())
	}
	put(t, t.w.keys, k.Key, key{cloneKey(*k), have.arrival})
	return nil
}
