package onenet

import (
	"context"
	"errors"
)

// Access is what an API key opens.
type Access struct {
	Product ProductID
	Master  bool // the product's master key: everything of the product
	Key     Key  // otherwise this device key
}

// Authorize tells what an API key opens. ErrUnauthorized when nothing.
func (p *Platform) Authorize(ctx context.Context, key Secret) (Access, error) {
	product, err := p.store.ProductBySecret(ctx, key)
	if err == nil && product.MasterKey.Equal(key) {
		return Access{Product: product.ID, Master: true}, nil
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Access{}, err
	}
	k, err := p.store.Key(ctx, key)
	if errors.Is(err, ErrNotFound) {
		return Access{}, &Error{Kind: ErrUnauthorized, Noun: "api-key"}
	}
	return Access{Product: k.Product, Key: k}, err
}

// Opens tells whether the access lets method (get, post, put, delete) touch the
// device, or with a stream just that stream of it.
func (a Access) Opens(device DeviceID, stream StreamID, method string) bool {
	if a.Master {
		return true
	}
	for _, perm := range a.Key.Permissions {
		if !perm.allows(method) {
			continue
		}
		for _, r := range perm.Resources {
			if r.Device == device && (r.Stream == "" || r.Stream == stream) {
				return true
			}
		}
	}
	return false
}

func (p Permission) allows(method string) bool {
	if len(p.Methods) == 0 {
		return true
	}
	for _, m := range p.Methods {
		if m == method {
			return true
		}
	}
	return false
}
