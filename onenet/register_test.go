package onenet_test

import (
	"errors"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

// mustPlatform is a platform with one product, which allows registering twice.
func mustPlatform(t *testing.T, limits onenet.Limits) (*onenet.Platform, onenet.Product) {
	t.Helper()
	store := memory.New()
	t.Cleanup(func() { _ = store.Close() })
	p := onenet.New(onenet.Config{Store: store, Limits: limits})
	product, err := p.AddProduct(t.Context(), onenet.Product{AllowDup: true})
	if err != nil {
		t.Fatal(err)
	}
	return p, product
}

func TestRegistrationKeepsToTheLimitOfDevices(t *testing.T) {
	t.Parallel()
	p, product := mustPlatform(t, onenet.Limits{DevicesPerProduct: 1})
	first, key, err := p.Register(t.Context(), onenet.Registration{Code: product.RegisterCode, SN: "a"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Register(t.Context(), onenet.Registration{Code: product.RegisterCode, SN: "b"}); !errors.Is(err, onenet.ErrLimit) {
		t.Errorf("a second device: got %v, want %v", err, onenet.ErrLimit)
	}
	again, key2, err := p.Register(t.Context(), onenet.Registration{Code: product.RegisterCode, SN: "a"})
	if err != nil || again.ID != first.ID || !key.Key.Equal(key2.Key) {
		t.Errorf("the first again: got %s, %v; want %s", again.ID, err, first.ID)
	}
	if keys, err := p.Keys(t.Context(), product.ID); len(keys) != 1 || err != nil {
		t.Errorf("%d keys, %v: a device that was not made left a key", len(keys), err)
	}
}

func TestRegisterCodeOfAnotherProductMakesADeviceThere(t *testing.T) {
	t.Parallel()
	p, one := mustPlatform(t, onenet.Limits{})
	two, err := p.AddProduct(t.Context(), onenet.Product{})
	if err != nil {
		t.Fatal(err)
	}
	for _, product := range []onenet.Product{one, two} {
		d, _, err := p.Register(t.Context(), onenet.Registration{Code: product.RegisterCode, SN: "same"})
		if err != nil || d.Product != product.ID {
			t.Errorf("got a device of %s, %v; want one of %s", d.Product, err, product.ID)
		}
	}
	for _, code := range []onenet.Secret{"", "x", one.MasterKey} {
		if _, _, err := p.Register(t.Context(), onenet.Registration{Code: code, SN: "same"}); !errors.Is(err, onenet.ErrUnauthorized) {
			t.Errorf("code %s: got %v, want %v", code, err, onenet.ErrUnauthorized)
		}
	}
}
