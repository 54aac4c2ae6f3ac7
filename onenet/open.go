package onenet

import (
	"context"
	"errors"
	"slices"
)

// OpenDevice finds a device through a key: ErrUnauthorized when the key is not for it,
// ErrNotFound when the product of a master key has no such device. Method is what the caller
// does to it (get, post, put, delete).
//
// A device of another product is told apart from one that does not exist, as the platform does: there ids are
// unique, and "device id and key do not match" is its answer to the former (reference, section 5.2).
func (p *Platform) OpenDevice(ctx context.Context, a Access, id DeviceID, method string) (Device, error) {
	if !a.Opens(id, "", method) {
		return Device{}, keyMismatch(id)
	}
	return p.openDevice(ctx, a, id)
}

// OpenStreams finds a device and which of the wanted streams an access opens. None wanted means
// all there are to open; none returned means all of the device. ErrUnauthorized when a wanted stream stays closed.
func (p *Platform) OpenStreams(ctx context.Context, a Access, id DeviceID, want []StreamID, method string) (Device, []StreamID, error) {
	if !a.Opens(id, "", method) {
		mine := a.streams(id, method)
		if len(want) == 0 {
			want = mine
		}
		if len(want) == 0 || slices.ContainsFunc(want, func(s StreamID) bool { return !slices.Contains(mine, s) }) {
			return Device{}, nil, keyMismatch(id)
		}
	}
	d, err := p.openDevice(ctx, a, id)
	return d, want, err
}

func (p *Platform) openDevice(ctx context.Context, a Access, id DeviceID) (Device, error) {
	d, err := p.store.Device(ctx, DeviceRef{a.Product, id})
	if !errors.Is(err, ErrNotFound) {
		return d, err
	}
	_, elsewhere, err := p.store.Devices(ctx, DeviceFilter{IDs: []DeviceID{id}, Limit: 1})
	switch {
	case err != nil:
		return Device{}, err
	case elsewhere > 0 || !a.Master:
		return Device{}, keyMismatch(id)
	}
	return Device{}, NotFound("device", string(id))
}

// OpenCommand finds a command, as it stands now, through a key that opens its device.
func (p *Platform) OpenCommand(ctx context.Context, a Access, id CommandID) (Command, error) {
	c, err := p.Command(ctx, id)
	if err != nil {
		return Command{}, err
	}
	if c.Product != a.Product || !a.Opens(c.Device, "", "get") {
		return Command{}, keyMismatch(c.Device)
	}
	return c, nil
}

// KeysOf lists the keys bound to a device that an access may see: the master key sees all, a device key itself.
func (p *Platform) KeysOf(ctx context.Context, a Access, id DeviceID) ([]Key, error) {
	if !a.Master {
		return []Key{a.Key}, nil
	}
	keys, err := p.store.Keys(ctx, a.Product)
	return slices.DeleteFunc(keys, func(k Key) bool { return !k.Covers(id) }), err
}

// streams lists the single streams of the device that a device key opens for method.
func (a Access) streams(device DeviceID, method string) []StreamID {
	var list []StreamID
	for _, perm := range a.Key.Permissions {
		if !perm.allows(method) {
			continue
		}
		for _, r := range perm.Resources {
			if r.Device == device && r.Stream != "" {
				list = append(list, r.Stream)
			}
		}
	}
	return list
}

func keyMismatch(id DeviceID) error {
	return Errorf(ErrUnauthorized, "api-key", "", "it is not for device %q", id)
}
