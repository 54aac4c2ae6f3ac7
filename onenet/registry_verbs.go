package onenet

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// AddProduct creates a product. An empty id, key or register code is made up.
// ErrExists when the id or the register code is taken, ErrInvalid when the id cannot be one.
func (p *Platform) AddProduct(ctx context.Context, product Product) (Product, error) {
	product = product.withKeys()
	if product.Dialect == "" {
		product.Dialect = Legacy
	}
	if product.CreatedAt.IsZero() {
		product.CreatedAt = p.clock.Now()
	}
	add := func(id string) error {
		product.ID = ProductID(id)
		if product.Name == "" {
			product.Name = "product " + id
		}
		return p.addProduct(ctx, product)
	}
	err := withNewID(string(product.ID), 6, "product", add)
	return product, err
}

// AddDevice creates a device. An empty id is made up, an empty protocol is MQTT,
// an empty auth info is the id. ErrExists when id or auth info is taken in the product, ErrNotFound without
// the product, ErrInvalid when a field is out of its bounds.
func (p *Platform) AddDevice(ctx context.Context, d Device) (Device, error) {
	if err := d.check(); err != nil {
		return Device{}, err
	}
	var made Device
	add := func(id string) error {
		made = d.withDefaults(DeviceID(id), p.clock.Now())
		return p.addDevices(ctx, []Device{made})
	}
	err := withNewID(string(d.ID), deviceDigits, "device", add)
	return made, err
}

// deviceDigits is the length of the device ids that the platform makes up.
const deviceDigits = 9

// withDefaults is the device with this id and with all filled in that was left open.
func (d Device) withDefaults(id DeviceID, now time.Time) Device {
	d.ID = id
	if d.Protocol == "" {
		d.Protocol = "MQTT"
	}
	if d.CreatedAt.IsZero() {
		d.CreatedAt = now
	}
	if d.Title == "" {
		d.Title = "device " + string(id)
	}
	if d.AuthInfo == "" {
		d.AuthInfo = Secret(id)
	}
	return d
}

// withNewID calls add with the id, or while it is empty with ids of n digits until one is free.
func withNewID(id string, n int, noun string, add func(string) error) error {
	if id != "" {
		if err := checkID(noun, id); err != nil {
			return err
		}
		return add(id)
	}
	for try := 0; ; try++ {
		candidate := newID(n)
		err := add(candidate)
		var e *Error
		if errors.As(err, &e) && errors.Is(err, ErrExists) && e.Name == candidate && try < 20 {
			continue
		}
		return err
	}
}

func newID(n int) string { return strconv.Itoa(1+randomInt(9)) + randomText(n-1, digits) }

func checkID(noun, id string) error {
	if !plausibleID(id) {
		return Invalid(noun+" id", "want 1 to 64 printable characters without / + # $, got %q", clip(id))
	}
	return nil
}

func (d Device) check() error {
	switch n := utf8.RuneCountInString(string(d.AuthInfo)); {
	case n > 512:
		return Invalid("auth_info", "want at most 512 characters, got %d", n)
	case utf8.RuneCountInString(d.Title) > 64:
		return Invalid("title", "want at most 64 characters, got %d", utf8.RuneCountInString(d.Title))
	case utf8.RuneCountInString(d.Desc) > 512:
		return Invalid("desc", "want at most 512 characters, got %d", utf8.RuneCountInString(d.Desc))
	}
	return nil
}

// ChangeDevice replaces what a person may set of a device. Its id and times stay. A device
// that is blocked now is cut off.
func (p *Platform) ChangeDevice(ctx context.Context, d Device) error {
	if err := d.check(); err != nil {
		return err
	}
	if err := p.store.Apply(ctx, Batch{PutDevices: []Device{d}}); err != nil {
		return err
	}
	if d.Blocked {
		p.downlink().Disconnect(d.Ref(), "the device was put on the blacklist")
	}
	return nil
}

// RemoveDevice deletes a device with all it owns, and cuts its link. A caller who does not wait for the end does not hinder it: what is
// deleted in the store must be forgotten everywhere.
func (p *Platform) RemoveDevice(ctx context.Context, ref DeviceRef) error {
	if _, err := p.store.Device(ctx, ref); err != nil {
		return err
	}
	if err := p.store.Apply(context.WithoutCancel(ctx), Batch{DropDevices: []DeviceRef{ref}}); err != nil {
		return err
	}
	p.watches.removeDevice(ref)
	p.dropLive(func(c Command) bool { return c.Ref() == ref })
	p.downlink().Forget(ref, "the device was deleted")
	p.uplink().Forget(ref) // behind the link: what it still had under way the cloud does not get
	return nil
}

// RemoveProduct deletes a product with all it owns, and cuts its devices' links, like RemoveDevice.
func (p *Platform) RemoveProduct(ctx context.Context, id ProductID) error {
	if _, err := p.store.Product(ctx, id); err != nil {
		return err
	}
	if err := p.store.Apply(context.WithoutCancel(ctx), Batch{DropProducts: []ProductID{id}}); err != nil {
		return err
	}
	p.topics.forget(id)
	p.watches.remove(func(w *watch) bool { return w.Product == id })
	p.dropLive(func(c Command) bool { return c.Product == id })
	p.downlink().ForgetProduct(id, "the product was deleted")
	p.uplink().ForgetProduct(id)
	return nil
}

// AddKey creates a device API key; an empty Key is made up.
func (p *Platform) AddKey(ctx context.Context, k Key) (Key, error) {
	if k.Key == "" {
		k.Key = NewKey()
	}
	if k.CreatedAt.IsZero() {
		k.CreatedAt = p.clock.Now()
	}
	return k, p.store.Apply(ctx, Batch{AddKeys: []Key{k}})
}

// Product finds a product.
func (p *Platform) Product(ctx context.Context, id ProductID) (Product, error) {
	return p.store.Product(ctx, id)
}

// Products lists all products by id.
func (p *Platform) Products(ctx context.Context) ([]Product, error) { return p.store.Products(ctx) }

// Devices lists devices, and how many there are without Offset and Limit.
func (p *Platform) Devices(ctx context.Context, f DeviceFilter) ([]Device, int, error) {
	return p.store.Devices(ctx, f)
}

// Keys lists a product's device keys by creation.
func (p *Platform) Keys(ctx context.Context, id ProductID) ([]Key, error) {
	return p.store.Keys(ctx, id)
}

// Streams lists a device's streams by id, each with its newest point.
func (p *Platform) Streams(ctx context.Context, ref DeviceRef) ([]Datastream, error) {
	return p.store.Streams(ctx, ref)
}

// Points answers a history query. ErrInvalid when the limit is out of its bounds.
func (p *Platform) Points(ctx context.Context, q PointQuery) ([]Point, error) {
	const most, usual = 6000, 100
	if q.Limit < 0 || q.Limit > most {
		return nil, Invalid("limit", "want 1 to %d, got %d", most, q.Limit)
	}
	if q.Limit == 0 {
		q.Limit = usual
	}
	return p.store.Points(ctx, q)
}

// File finds the body of a binary data point.
func (p *Platform) File(ctx context.Context, id ProductID, index string) (File, error) {
	return p.store.File(ctx, id, index)
}

// FindDevice finds the one device that a person means by an id, in whatever product: ErrNotFound when
// there is none, ErrInvalid when several products have it.
func (p *Platform) FindDevice(ctx context.Context, id DeviceID) (Device, error) {
	list, n, err := p.store.Devices(ctx, DeviceFilter{IDs: []DeviceID{id}, Limit: 10})
	switch {
	case err != nil:
		return Device{}, err
	case n == 0:
		return Device{}, NotFound("device", string(id))
	case n > 1:
		var where []string
		for _, d := range list {
			where = append(where, string(d.Product))
		}
		return Device{}, Errorf(ErrInvalid, "device", string(id), "%d products have it (%s): name the product", n, strings.Join(where, ", "))
	}
	return list[0], nil
}

const (
	digits  = "0123456789"
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// NewKey makes up an API key: 28 characters, as OneNET's are (reference, section 0).
func NewKey() Secret { return Secret(randomText(27, letters+digits) + "=") }

func randomText(n int, alphabet string) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[randomInt(len(alphabet))]
	}
	return string(b)
}

func randomInt(n int) int {
	i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		panic(fmt.Sprintf("onenet: the system has no randomness: %v", err))
	}
	return int(i.Int64())
}
