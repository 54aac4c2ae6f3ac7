package onenet

import (
	"context"
	"sync"
	"time"
)

// AccountRate is how many REST calls a second OneNET takes before it answers errno 15 (reference, section 0): a
// value for Switches.RESTRate.
const AccountRate = 300

// AccountLimits are the limits of an account that nobody has verified yet, where OneNET names them (reference,
// section 0); the rest is as in DefaultLimits.
func AccountLimits() Limits {
	l := DefaultLimits()
	l.TopicsPerDevice, l.TopicsPerProduct = 100, 100
	l.OfflineMessages, l.OfflineFor = 10, 48*time.Hour
	l.Retention = 365 * 24 * time.Hour
	l.Products, l.DevicesPerProduct, l.CommandInterval = 3, 100, time.Second
	return l
}

// addProduct adds a product if the account has room for it.
func (p *Platform) addProduct(ctx context.Context, product Product) error {
	add := func() error { return p.store.Apply(ctx, Batch{AddProducts: []Product{product}}) }
	if p.limits.Products <= 0 {
		return add()
	}
	return p.counting(ctx, func() error {
		list, err := p.store.Products(ctx)
		if err != nil {
			return err
		}
		if err := room(len(list), 1, p.limits.Products, "products"); err != nil {
			return err
		}
		return add()
	})
}

// addDevices adds devices if their products have room for them, all of them or none.
func (p *Platform) addDevices(ctx context.Context, list []Device) error {
	return p.withRoom(ctx, list, func() error { return p.store.Apply(ctx, Batch{AddDevices: list}) })
}

// withRoom calls add, which adds the devices, if their products have room for them.
func (p *Platform) withRoom(ctx context.Context, list []Device, add func() error) error {
	if p.limits.DevicesPerProduct <= 0 {
		return add()
	}
	more := map[ProductID]int{}
	for _, d := range list {
		more[d.Product]++
	}
	return p.counting(ctx, func() error {
		for id, n := range more {
			_, have, err := p.store.Devices(ctx, DeviceFilter{Product: id, Limit: 1})
			if err != nil {
				return err
			}
			if err := room(have, n, p.limits.DevicesPerProduct, "devices in product "+string(id)); err != nil {
				return err
			}
		}
		return add()
	})
}

// counting runs what counts and then adds, one at a time: two at once would both find the last place free.
func (p *Platform) counting(ctx context.Context, f func() error) error {
	select {
	case p.counts <- struct{}{}:
		defer func() { <-p.counts }()
		return f()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// room tells whether n more may come to those there are.
func room(have, n, most int, what string) error {
	if have+n <= most {
		return nil
	}
	return Errorf(ErrLimit, "account", "", "it has %d %s and may have %d (limits)", have, what, most)
}

// pace remembers when each device got its newest command. Its zero value remembers nothing yet.
type pace struct {
	mu   sync.Mutex
	last map[DeviceRef]time.Time // guarded by mu
}

// keep takes note of a command to the device, unless the one before it is less than the interval ago.
func (p *pace) keep(ref DeviceRef, now time.Time, interval time.Duration) error {
	const many = 4096 // devices; above it those are forgotten that may have a command again anyway
	if interval <= 0 {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if before, sent := p.last[ref]; sent && now.Sub(before) < interval {
		return Errorf(ErrLimit, "rate", string(ref.Device), "commands to one device are at least %s apart (limits)", interval)
	}
	if p.last == nil {
		p.last = map[DeviceRef]time.Time{}
	}
	if len(p.last) >= many {
		for r, at := range p.last {
			if now.Sub(at) >= interval {
				delete(p.last, r)
			}
		}
	}
	p.last[ref] = now
	return nil
}

// forget is what a reset does: nothing of before counts.
func (p *pace) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.last)
}
