package config

import (
	"encoding/json"

	"github.com/onelan/onelan/onenet"
)

// Product is a product that must exist when the platform runs.
type Product struct {
	ID           string `yaml:"id"`
	Name         string `yaml:"name"`
	MasterKey    string `yaml:"master_key"`
	RegisterCode string `yaml:"register_code"`
	AllowDup     *bool  `yaml:"allow_dup"` // absent means true, as in the cloud
}

// Device is a device that must exist when the platform runs.
type Device struct {
	Product  string    `yaml:"product"`
	ID       string    `yaml:"id"`
	Title    string    `yaml:"title"`
	AuthInfo string    `yaml:"auth_info"`
	Protocol string    `yaml:"protocol"`
	Desc     string    `yaml:"desc"`
	Tags     []string  `yaml:"tags"`
	Location *Location `yaml:"location"`
	Private  *bool     `yaml:"private"` // absent means true, as in the cloud
	Blocked  bool      `yaml:"blocked"`

	Other json.RawMessage `yaml:"other"` // whatever is to be kept with it
}

// Location is where a device stands, in degrees and metres.
type Location struct {
	Lon float64  `yaml:"lon"`
	Lat float64  `yaml:"lat"`
	Ele *float64 `yaml:"ele"`
}

// Key is a device API key that must exist when the platform runs.
type Key struct {
	Product     string       `yaml:"product"`
	Key         string       `yaml:"key"`
	Title       string       `yaml:"title"`
	Devices     []string     `yaml:"devices"` // short for one permission: everything of these devices
	Permissions []Permission `yaml:"permissions"`
}

// Permission grants some methods on some resources; no methods means all.
type Permission struct {
	Methods   []string   `yaml:"methods"`
	Resources []Resource `yaml:"resources"`
}

// Resource is a device, or one stream of it.
type Resource struct {
	Device string `yaml:"device"`
	Stream string `yaml:"stream"`
}

// Registry gives the products, devices and keys in the platform's own nouns.
func (c Config) Registry() ([]onenet.Product, []onenet.Device, []onenet.Key) {
	return each(c.Products, Product.noun), each(c.Devices, Device.noun), each(c.Keys, Key.noun)
}

func (p Product) noun() onenet.Product {
	return onenet.Product{
		ID: onenet.ProductID(p.ID), Name: p.Name, AllowDup: orTrue(p.AllowDup),
		MasterKey: onenet.Secret(p.MasterKey), RegisterCode: onenet.Secret(p.RegisterCode),
	}
}

func (d Device) noun() onenet.Device {
	n := onenet.Device{
		Product: onenet.ProductID(d.Product), ID: onenet.DeviceID(d.ID), Title: d.Title, Protocol: d.Protocol,
		AuthInfo: onenet.Secret(d.AuthInfo), Desc: d.Desc, Tags: d.Tags, Private: orTrue(d.Private), Blocked: d.Blocked,
		Other: d.Other,
	}
	if l := d.Location; l != nil {
		n.Location = &onenet.Location{Lon: l.Lon, Lat: l.Lat, Ele: l.Ele}
	}
	return n
}

func (k Key) noun() onenet.Key {
	n := onenet.Key{Product: onenet.ProductID(k.Product), Key: onenet.Secret(k.Key), Title: k.Title}
	if len(k.Devices) > 0 {
		whole := each(k.Devices, func(id string) onenet.Resource { return onenet.Resource{Device: onenet.DeviceID(id)} })
		n.Permissions = append(n.Permissions, onenet.Permission{Resources: whole})
	}
	for _, p := range k.Permissions {
		n.Permissions = append(n.Permissions, onenet.Permission{
			Methods: p.Methods,
			Resources: each(p.Resources, func(r Resource) onenet.Resource {
				return onenet.Resource{Device: onenet.DeviceID(r.Device), Stream: onenet.StreamID(r.Stream)}
			}),
		})
	}
	return n
}

func orTrue(b *bool) bool { return b == nil || *b }

func each[A, B any](list []A, f func(A) B) []B {
	var out []B
	for _, a := range list {
		out = append(out, f(a))
	}
	return out
}
