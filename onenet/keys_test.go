package onenet_test

import (
	"regexp"
	"testing"

	"github.com/onelan/onelan/onenet"
)

func TestKeysLookLikeOneNETs(t *testing.T) {
	t.Parallel()
	p, _, _ := platform(t)
	product, err := p.AddProduct(t.Context(), onenet.Product{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := p.AddDevice(t.Context(), onenet.Device{Product: product.ID})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ what, got, want string }{
		{"master key", string(product.MasterKey), `^[A-Za-z0-9]{27}=$`},
		{"register code", string(product.RegisterCode), `^[A-Za-z0-9]{16}$`},
		{"product id", string(product.ID), `^[1-9][0-9]{5}$`},
		{"device id", string(d.ID), `^[1-9][0-9]{8}$`},
	} {
		if !regexp.MustCompile(c.want).MatchString(c.got) {
			t.Errorf("%s %q, want %s", c.what, c.got, c.want)
		}
	}
}
