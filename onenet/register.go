package onenet

import (
	"context"
	"errors"
	"slices"
	"unicode/utf8"
)

// Registration is what a device brings that registers itself (reference, section 5.4).
type Registration struct {
	Code  Secret // the product's register code
	SN    Secret // what the device is known by; becomes its auth info
	Title string // empty: auto_register
	Addr  string // where the call comes from
}

// The bounds of a registration, and the texts that it leaves behind.
const (
	maxTitle        = 32              // characters
	maxSN           = 512             // characters
	registeredTitle = "auto_register" // of a device that gave none
	registeredKey   = "auto_register" // of its key
)

// Register makes a device of a product by its register code, with a key of its own that logs it in. A serial number
// that is known already gives its device and its oldest key again where the product allows it, else ErrExists.
// ErrUnauthorized when no product has the code.
func (p *Platform) Register(ctx context.Context, r Registration) (Device, Key, error) {
	product, err := p.ProductByCode(ctx, r.Code)
	if err != nil {
		return Device{}, Key{}, err
	}
	if err := r.check(); err != nil {
		return Device{}, Key{}, err
	}
	for try := 0; ; try++ {
		d, err := p.deviceByAuthInfo(ctx, product.ID, r.SN)
		switch {
		case err == nil && !product.AllowDup:
			return Device{}, Key{}, Errorf(ErrExists, "sn", "", "device %s has it, and the product does not allow registering twice (allow_dup)", d.ID)
		case err == nil:
			k, err := p.ownKey(ctx, d)
			return d, k, err
		case !errors.Is(err, ErrNotFound):
			return Device{}, Key{}, err
		}
		d, k, err := p.register(ctx, product.ID, r)
		if errors.Is(err, ErrExists) && try < 3 {
			continue // another call for the same serial number was quicker: it is there now
		}
		return d, k, err
	}
}

// ProductByCode finds the product of a register code. ErrUnauthorized when there is none: a master key is no code.
func (p *Platform) ProductByCode(ctx context.Context, code Secret) (Product, error) {
	product, err := p.store.ProductBySecret(ctx, code)
	if errors.Is(err, ErrNotFound) || err == nil && !product.RegisterCode.Equal(code) {
		return Product{}, &Error{Kind: ErrUnauthorized, Noun: "register_code"}
	}
	return product, err
}

func (r Registration) check() error {
	if n := utf8.RuneCountInString(r.Title); n > maxTitle {
		return Invalid("title", "want at most %d characters, got %d", maxTitle, n)
	}
	if n := utf8.RuneCountInString(string(r.SN)); n < 1 || n > maxSN {
		return Invalid("sn", "want 1 to %d characters, got %d", maxSN, n)
	}
	return nil
}

// register creates the device and its key, both or neither.
func (p *Platform) register(ctx context.Context, product ProductID, r Registration) (Device, Key, error) {
	var d Device
	var k Key
	now := p.clock.Now()
	err := withNewID("", deviceDigits, "device", func(id string) error {
		d = Device{Product: product, Title: r.Title, AuthInfo: r.SN, Private: true}
		if d.Title == "" {
			d.Title = registeredTitle
		}
		d = d.withDefaults(DeviceID(id), now)
		k = keyOf(d)
		k.CreatedAt = now
		list := []Device{d}
		return p.withRoom(ctx, list, func() error {
			return p.store.Apply(ctx, Batch{AddDevices: list, AddKeys: []Key{k}})
		})
	})
	if err != nil {
		return Device{}, Key{}, err
	}
	p.journal.Append(Record{
		Kind: KindSystem, Product: product, Device: d.ID, Addr: r.Addr, Call: "POST /register_de", Text: "the device registered itself",
	})
	p.log.Info("device registered itself", "product", product, "device", d.ID, "addr", r.Addr)
	return d, k, nil
}

// keyOf is a new key that opens the device and nothing else.
func keyOf(d Device) Key {
	return Key{
		Product: d.Product, Key: NewKey(), Title: registeredKey, Permissions: []Permission{{Resources: []Resource{{Device: d.ID}}}},
	}
}

func (p *Platform) deviceByAuthInfo(ctx context.Context, product ProductID, auth Secret) (Device, error) {
	list, _, err := p.store.Devices(ctx, DeviceFilter{Product: product, AuthInfo: auth, Limit: 1})
	if err == nil && len(list) == 0 {
		err = NotFound("device", "")
	}
	if err != nil {
		return Device{}, err
	}
	return list[0], nil
}

// ownKey gives the oldest key that opens the whole device and no other. A device that has none, because a person made
// it, gets one; calls for it take turns, so that all of them get the same.
func (p *Platform) ownKey(ctx context.Context, d Device) (Key, error) {
	k, err := p.findOwnKey(ctx, d)
	if !errors.Is(err, ErrNotFound) {
		return k, err
	}
	select {
	case p.keying <- struct{}{}:
	case <-ctx.Done():
		return Key{}, ctx.Err()
	}
	defer func() { <-p.keying }()
	if k, err = p.findOwnKey(ctx, d); !errors.Is(err, ErrNotFound) {
		return k, err
	}
	return p.AddKey(ctx, keyOf(d))
}

func (p *Platform) findOwnKey(ctx context.Context, d Device) (Key, error) {
	keys, err := p.store.Keys(ctx, d.Product)
	if err != nil {
		return Key{}, err
	}
	i := slices.IndexFunc(keys, func(k Key) bool { return k.only(d.ID) })
	if i < 0 {
		return Key{}, NotFound("key", "")
	}
	return keys[i], nil
}

// only tells whether the key does everything with the whole device, and nothing with any other.
func (k Key) only(id DeviceID) bool {
	if len(k.Permissions) != 1 {
		return false
	}
	p := k.Permissions[0]
	return len(p.Methods) == 0 && len(p.Resources) == 1 && p.Resources[0] == Resource{Device: id}
}

// AllowDup sets whether a serial number may be registered again.
func (p *Platform) AllowDup(ctx context.Context, id ProductID, allow bool) error {
	product, err := p.store.Product(ctx, id)
	if err != nil {
		return err
	}
	product.AllowDup = allow
	return p.store.Apply(ctx, Batch{PutProducts: []Product{product}})
}
