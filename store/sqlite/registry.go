package sqlite

import (
	"encoding/json"

	"github.com/onelan/onelan/onenet"
)

func changesRegistry(b *onenet.Batch) bool {
	return len(b.DropProducts)+len(b.DropDevices)+len(b.DropKeys)+len(b.DropTriggers)+
		len(b.AddProducts)+len(b.AddDevices)+len(b.AddKeys)+len(b.AddTriggers)+
		len(b.PutProducts)+len(b.PutDevices)+len(b.PutKeys)+len(b.PutTriggers) > 0
}

// registry does the part of the batch that is about products, devices, keys and triggers.
func (w *writer) registry(b *onenet.Batch) error {
	for _, part := range []func() error{
		func() error { return each(b.DropProducts, w.dropProduct) },
		func() error { return each(b.DropDevices, w.dropDevice) },
		func() error { return each(b.DropKeys, w.dropKey) },
		func() error { return each(b.DropTriggers, w.dropTrigger) },
		func() error { return each(b.AddProducts, w.addProduct) },
		func() error { return each(b.AddDevices, w.addDevice) },
		func() error { return each(b.AddKeys, w.addKey) },
		func() error { return each(b.PutProducts, w.putProduct) },
		func() error { return each(b.PutDevices, w.putDevice) },
		func() error { return each(b.PutKeys, w.putKey) },
		func() error { return each(b.AddTriggers, w.addTrigger) },
		func() error { return each(b.PutTriggers, w.putTrigger) },
	} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

func each[T any](list []T, f func(*T) error) error {
	for i := range list {
		if err := f(&list[i]); err != nil {
			return err
		}
	}
	return nil
}

// exists tells whether a query finds a row.
func (w *writer) exists(sql string, args ...any) (bool, error) {
	n, err := one(w.c, "SELECT EXISTS ("+sql+")", args...)
	return n == 1, err
}

// unless gives refusal when a query finds a row.
func (w *writer) unless(refusal error, sql string, args ...any) error {
	if found, err := w.exists(sql, args...); err != nil || !found {
		return err
	}
	return refusal
}

// needs gives refusal when a query finds no row.
func (w *writer) needs(refusal error, sql string, args ...any) error {
	if found, err := w.exists(sql, args...); err != nil || found {
		return err
	}
	return refusal
}

func (w *writer) dropProduct(id *onenet.ProductID) error {
	w.ids.clear()
	w.sweeping = true
	return exec(w.c, "DELETE FROM product WHERE id = ?", string(*id))
}

func (w *writer) dropDevice(ref *onenet.DeviceRef) error {
	w.ids.clear()
	w.sweeping = true
	if err := w.closeKeys(*ref); err != nil {
		return err
	}
	if err := w.unwatch(*ref); err != nil {
		return err
	}
	err := exec(w.c, "DELETE FROM retained WHERE product = ? AND will_of = ?", string(ref.Product), string(ref.Device))
	if err != nil {
		return err
	}
	return exec(w.c, "DELETE FROM device WHERE product = ? AND id = ?", string(ref.Product), string(ref.Device))
}

// closeKeys takes a device out of the keys that open it.
func (w *writer) closeKeys(ref onenet.DeviceRef) error {
	found, err := keys(w.c, "WHERE product = ? ORDER BY pk", string(ref.Product))
	if err != nil {
		return err
	}
	for _, k := range found {
		if !k.Covers(ref.Device) {
			continue
		}
		k = k.Without(ref.Device)
		if err := w.putKey(&k); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) dropKey(k *onenet.KeyRef) error {
	return exec(w.c, "DELETE FROM api_key WHERE secret = ? AND product = ?", string(k.Key), string(k.Product))
}

func (w *writer) addProduct(p *onenet.Product) error {
	err := w.unless(onenet.Exists("product", string(p.ID)), "SELECT 1 FROM product WHERE id = ?", string(p.ID))
	if err != nil {
		return err
	}
	if err := w.codeFree(p); err != nil {
		return err
	}
	return exec(w.c, `INSERT INTO product (name, dialect, master_key, register_code, allow_dup, created_at, id)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, productArgs(p)...)
}

func (w *writer) putProduct(p *onenet.Product) error {
	err := w.needs(onenet.NotFound("product", string(p.ID)), "SELECT 1 FROM product WHERE id = ?", string(p.ID))
	if err != nil {
		return err
	}
	if err := w.codeFree(p); err != nil {
		return err
	}
	return exec(w.c, `UPDATE product SET name = ?, dialect = ?, master_key = ?, register_code = ?, allow_dup = ?, created_at = ?
		WHERE id = ?`, productArgs(p)...)
}

func productArgs(p *onenet.Product) []any {
	return []any{
		p.Name, string(p.Dialect), string(p.MasterKey), string(p.RegisterCode), p.AllowDup, milli(p.CreatedAt), string(p.ID),
	}
}

// codeFree refuses a register code that another product has.
func (w *writer) codeFree(p *onenet.Product) error {
	return w.unless(onenet.Errorf(onenet.ErrExists, "register code", "", "another product has it"),
		"SELECT 1 FROM product WHERE register_code = ? AND register_code <> '' AND id <> ?", string(p.RegisterCode), string(p.ID))
}

func (w *writer) addDevice(d *onenet.Device) error {
	err := w.needs(onenet.NotFound("product", string(d.Product)), "SELECT 1 FROM product WHERE id = ?", string(d.Product))
	if err != nil {
		return err
	}
	err = w.unless(onenet.Exists("device", string(d.ID)),
		"SELECT 1 FROM device WHERE product = ? AND id = ?", string(d.Product), string(d.ID))
	if err != nil {
		return err
	}
	if err := w.authInfoFree(d); err != nil {
		return err
	}
	return exec(w.c, `INSERT INTO device (title, auth_info, protocol, description, tags, location, private, other, blocked,
		created_at, product, id, activated_at, last_login) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		append(deviceArgs(d), orNull(d.ActivatedAt), orNull(d.LastLogin))...)
}

func (w *writer) putDevice(d *onenet.Device) error {
	err := w.needs(onenet.NotFound("device", string(d.ID)),
		"SELECT 1 FROM device WHERE product = ? AND id = ?", string(d.Product), string(d.ID))
	if err != nil {
		return err
	}
	if err := w.authInfoFree(d); err != nil {
		return err
	}
	return exec(w.c, `UPDATE device SET title = ?, auth_info = ?, protocol = ?, description = ?, tags = ?, location = ?,
		private = ?, other = ?, blocked = ?, created_at = ? WHERE product = ? AND id = ?`, deviceArgs(d)...)
}

func deviceArgs(d *onenet.Device) []any {
	var location any
	if d.Location != nil {
		location = jsonText(d.Location)
	}
	return []any{
		d.Title, string(d.AuthInfo), d.Protocol, d.Desc, jsonText(d.Tags), location, d.Private, textOrNull(d.Other), d.Blocked,
		milli(d.CreatedAt), string(d.Product), string(d.ID),
	}
}

// authInfoFree refuses an auth info that another device of the product has.
func (w *writer) authInfoFree(d *onenet.Device) error {
	return w.unless(onenet.Errorf(onenet.ErrExists, "auth info", "", "another device of the product has it"),
		"SELECT 1 FROM device WHERE product = ? AND auth_info = ? AND auth_info <> '' AND id <> ?",
		string(d.Product), string(d.AuthInfo), string(d.ID))
}

func (w *writer) addKey(k *onenet.Key) error {
	err := w.needs(onenet.NotFound("product", string(k.Product)), "SELECT 1 FROM product WHERE id = ?", string(k.Product))
	if err != nil {
		return err
	}
	err = w.unless(onenet.Exists("key", k.Key.Mask()), "SELECT 1 FROM api_key WHERE secret = ?", string(k.Key))
	if err != nil {
		return err
	}
	return exec(w.c, "INSERT INTO api_key (title, permissions, created_at, secret, product) VALUES (?, ?, ?, ?, ?)", keyArgs(k)...)
}

func (w *writer) putKey(k *onenet.Key) error {
	err := w.needs(onenet.NotFound("key", k.Key.Mask()),
		"SELECT 1 FROM api_key WHERE secret = ? AND product = ?", string(k.Key), string(k.Product))
	if err != nil {
		return err
	}
	return exec(w.c, "UPDATE api_key SET title = ?, permissions = ?, created_at = ? WHERE secret = ? AND product = ?", keyArgs(k)...)
}

func keyArgs(k *onenet.Key) []any {
	permissions := k.Permissions
	if permissions == nil {
		permissions = []onenet.Permission{}
	}
	return []any{k.Title, jsonText(permissions), milli(k.CreatedAt), string(k.Key), string(k.Product)}
}

// keys reads the keys that a clause chooses.
func keys(c *conn, clause string, args ...any) (list []onenet.Key, err error) {
	err = query(c, "SELECT product, secret, title, permissions, created_at FROM api_key "+clause, func(r *row) error {
		k := onenet.Key{Product: onenet.ProductID(r.text()), Key: onenet.Secret(r.text()), Title: r.text()}
		if err := json.Unmarshal(r.bytes(), &k.Permissions); err != nil {
			return err
		}
		k.CreatedAt = r.time()
		list = append(list, k)
		return nil
	}, args...)
	return list, err
}
