package config

import (
	"errors"
	"fmt"
	"slices"

	"github.com/onelan/onelan/onenet"
)

// DemoProduct is the product of the public tutorial, which exists when Demo is set.
const DemoProduct = "244754"

// maxOther is what may be kept with one device.
const maxOther = 64 << 10

// once remembers what has been seen, to find it a second time.
type once map[string]string

// taken returns where the name was seen before, and notes it.
func (o once) taken(name, path string) string {
	before := o[name]
	if before == "" {
		o[name] = path
	}
	return before
}

// single faults a name that stands at two places. Empty names are no names.
func (k *checker) single(o once, name, path string) {
	if name == "" {
		return
	}
	if before := o.taken(name, path); before != "" {
		k.fault(path, "the same as %s", before)
	}
}

func (k *checker) id(path, id string) {
	switch {
	case id == "":
		k.fault(path, "missing")
	case !onenet.ValidID(id):
		k.fault(path, "want 1 to 64 printable characters without / + # $, got %q", shorten(id))
	}
}

func (k *checker) products(c Config) {
	ids, codes, keys := once{}, once{}, once{}
	for i, p := range c.Products {
		path := fmt.Sprintf("products[%d].", i)
		k.id(path+"id", p.ID)
		k.single(ids, p.ID, path+"id")
		k.single(codes, p.RegisterCode, path+"register_code")
		k.single(keys, p.MasterKey, path+"master_key")
	}
}

func (k *checker) devices(c Config) {
	ids, auths := once{}, once{}
	for i, d := range c.Devices {
		path := fmt.Sprintf("devices[%d].", i)
		k.product(c, path+"product", d.Product)
		k.id(path+"id", d.ID)
		k.single(ids, d.Product+"/"+d.ID, path+"id")
		if d.AuthInfo != "" {
			k.single(auths, d.Product+"/"+d.AuthInfo, path+"auth_info")
		}
		var bad *onenet.Error
		if errors.As(d.noun().Check(), &bad) {
			k.fault(path+bad.Noun, "%s", bad.Why)
		}
		if slices.Contains(d.Tags, "") {
			k.fault(path+"tags", "an empty tag")
		}
		k.location(path+"location", d.Location)
		if len(d.Other) > maxOther {
			k.fault(path+"other", "want at most %d bytes of JSON, got %d", maxOther, len(d.Other))
		}
	}
}

// product wants the id of a product of this configuration: the file is to be
// complete, so that it gives the same platform on an empty machine.
func (k *checker) product(c Config, path, id string) {
	known := slices.ContainsFunc(c.Products, func(p Product) bool { return p.ID == id }) || c.Demo && id == DemoProduct
	switch {
	case id == "":
		k.fault(path, "missing: which product does it belong to?")
	case !known:
		k.fault(path, "there is no product %q under products", shorten(id))
	}
}

func (k *checker) location(path string, l *Location) {
	if l == nil {
		return
	}
	if l.Lon < -180 || l.Lon > 180 {
		k.fault(path+".lon", "want -180 to 180, got %v", l.Lon)
	}
	if l.Lat < -90 || l.Lat > 90 {
		k.fault(path+".lat", "want -90 to 90, got %v", l.Lat)
	}
}

func (k *checker) keys(c Config) {
	seen := once{}
	for i, key := range c.Keys {
		path := fmt.Sprintf("keys[%d].", i)
		k.product(c, path+"product", key.Product)
		if key.Key == "" {
			k.fault(path+"key", "missing")
		}
		k.single(seen, key.Key, path+"key")
		for j, id := range key.Devices {
			k.id(fmt.Sprintf("%sdevices[%d]", path, j), id)
		}
		for j, p := range key.Permissions {
			k.permission(fmt.Sprintf("%spermissions[%d].", path, j), p)
		}
	}
}

func (k *checker) permission(path string, p Permission) {
	for i, m := range p.Methods {
		k.oneOf(fmt.Sprintf("%smethods[%d]", path, i), m, "get", "post", "put", "delete")
	}
	if len(p.Resources) == 0 {
		k.fault(path+"resources", "missing: a permission needs at least one device")
	}
	for i, r := range p.Resources {
		k.id(fmt.Sprintf("%sresources[%d].device", path, i), r.Device)
	}
}
