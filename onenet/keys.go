package onenet

import (
	"context"
	"errors"
	"slices"
	"unicode/utf8"
)

// methods are what a permission may grant (access_methods).
var methods = []string{"get", "post", "put", "delete"}

// maxKeyTitle is how long the title of a key may be, in characters.
const maxKeyTitle = 64

// check says what is wrong with a key by itself.
func (k Key) check() error {
	if n := utf8.RuneCountInString(k.Title); n > maxKeyTitle {
		return Invalid("title", "want at most %d characters, got %d", maxKeyTitle, n)
	}
	for _, p := range k.Permissions {
		for _, m := range p.Methods {
			if !slices.Contains(methods, m) {
				return Invalid("access_methods", "want get, post, put or delete in small letters, got %q", clip(m))
			}
		}
	}
	return nil
}

// CheckKey tells whether a key may be created, or changed to this: its methods exist, and its devices are
// the product's own. ErrInvalid or ErrNotFound when not.
func (p *Platform) CheckKey(ctx context.Context, k Key) error {
	if err := k.check(); err != nil {
		return err
	}
	for _, id := range k.Devices() {
		if _, err := p.store.Device(ctx, DeviceRef{k.Product, id}); err != nil {
			return err
		}
	}
	return nil
}

// Devices lists the devices that the key is bound to, each once, in the order of its permissions.
func (k Key) Devices() []DeviceID {
	var ids []DeviceID
	for _, p := range k.Permissions {
		for _, r := range p.Resources {
			if !slices.Contains(ids, r.Device) {
				ids = append(ids, r.Device)
			}
		}
	}
	return ids
}

// Key finds a device key of a product; ErrNotFound when the product has no such key.
func (p *Platform) Key(ctx context.Context, product ProductID, key Secret) (Key, error) {
	k, err := p.store.Key(ctx, key)
	if err == nil && k.Product == product {
		return k, nil
	}
	if err == nil || errors.Is(err, ErrNotFound) {
		return Key{}, NotFound("key", string(key))
	}
	return Key{}, err
}

// ChangeKey replaces title and permissions of a key. ErrNotFound when the product has no such key or no such
// device, ErrInvalid as CheckKey has it.
func (p *Platform) ChangeKey(ctx context.Context, k Key) error {
	have, err := p.Key(ctx, k.Product, k.Key)
	if err != nil {
		return err
	}
	if err := p.CheckKey(ctx, k); err != nil {
		return err
	}
	k.CreatedAt = have.CreatedAt
	return p.store.Apply(ctx, Batch{PutKeys: []Key{k}})
}

// RemoveKey deletes a key. ErrNotFound when the product has no such key.
func (p *Platform) RemoveKey(ctx context.Context, product ProductID, key Secret) error {
	if _, err := p.Key(ctx, product, key); err != nil {
		return err
	}
	return p.store.Apply(ctx, Batch{DropKeys: []KeyRef{{product, key}}})
}

// BindKey binds a key to devices and takes it away from others, and tells how many of each were new to it. What the
// key may do is the same for a device that is added as for those it has: all, where it has none.
func (p *Platform) BindKey(ctx context.Context, product ProductID, key Secret, add, drop []DeviceID) (added, dropped int, err error) {
	k, err := p.Key(ctx, product, key)
	if err != nil {
		return 0, 0, err
	}
	var allowed []string
	if len(k.Permissions) > 0 {
		allowed = k.Permissions[0].Methods
	}
	before := k.Devices()
	for _, id := range drop {
		k = k.Without(id)
	}
	var fresh []Resource
	for _, id := range add {
		if !k.Covers(id) && !slices.Contains(fresh, Resource{Device: id}) {
			fresh = append(fresh, Resource{Device: id})
		}
	}
	if len(fresh) > 0 {
		k.Permissions = append(slices.Clone(k.Permissions), Permission{Methods: allowed, Resources: fresh})
	}
	if err := p.ChangeKey(ctx, k); err != nil {
		return 0, 0, err
	}
	after := k.Devices()
	return countMissing(after, before), countMissing(before, after), nil
}

// countMissing counts those that the other list lacks.
func countMissing(list, other []DeviceID) int {
	n := 0
	for _, id := range list {
		if !slices.Contains(other, id) {
			n++
		}
	}
	return n
}
