package config

import (
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Bridge says which devices go to the real OneNET, and how.
type Bridge struct {
	Enabled     bool           `yaml:"enabled"`
	DryRun      bool           `yaml:"dry_run"`
	Upstream    string         `yaml:"upstream"`
	TLS         bool           `yaml:"tls"`
	CA          string         `yaml:"ca"`
	Presence    string         `yaml:"presence"`
	Password    string         `yaml:"password"` // a reference: env:NAME or file:PATH
	Passwords   string         `yaml:"passwords"`
	Keepalive   time.Duration  `yaml:"keepalive"`
	KeepSession bool           `yaml:"keep_session"`
	Window      int            `yaml:"window"`
	LoginRate   float64        `yaml:"login_rate"`
	Rate        float64        `yaml:"rate"`
	TotalRate   float64        `yaml:"total_rate"`
	CommandWait time.Duration  `yaml:"command_wait"`
	Pack        bool           `yaml:"pack"`
	Times       bool           `yaml:"times"`
	Queue       Queue          `yaml:"queue"`
	Topics      []string       `yaml:"topics"`
	Devices     []BridgeDevice `yaml:"devices"`
}

// Queue bounds what waits for the cloud.
type Queue struct {
	DeviceEntries int           `yaml:"device_entries"`
	DeviceBytes   int           `yaml:"device_bytes"`
	TotalEntries  int           `yaml:"total_entries"`
	TotalBytes    int           `yaml:"total_bytes"`
	Age           time.Duration `yaml:"age"`
	Policy        string        `yaml:"policy"`
	KeepQoS0      bool          `yaml:"keep_qos0"`
	Tries         int           `yaml:"tries"`
}

// BridgeDevice is a local device that the bridge carries. What is empty is as the Bridge or the local device has it.
type BridgeDevice struct {
	Product         string   `yaml:"product"`
	Device          string   `yaml:"device"`
	UpstreamProduct string   `yaml:"upstream_product"`
	UpstreamDevice  string   `yaml:"upstream_device"`
	Upstream        string   `yaml:"upstream"`
	Password        string   `yaml:"password"` // a reference
	Presence        string   `yaml:"presence"`
	Topics          []string `yaml:"topics"`
}

// defaultBridge is off, and otherwise what the real OneNET bears: keepalives from 120 s to 1200 s (reference section 1.1 has
// both ends), a message a second and device.
func defaultBridge() Bridge {
	return Bridge{
		Upstream: "mqtt.heclouds.com:6002", Presence: "follow", Keepalive: 120 * time.Second, Window: 20,
		LoginRate: 5, Rate: 1, TotalRate: 50, CommandWait: time.Hour, Pack: true, Times: true,
		Queue: Queue{
			DeviceEntries: 100_000, DeviceBytes: 256 << 20, TotalEntries: 500_000, TotalBytes: 1 << 30,
			Policy: "drop-oldest", Tries: 5,
		},
	}
}

// relativeTo takes the files that the file names as relative to its folder.
func (b *Bridge) relativeTo(dir string) {
	for _, path := range []*string{&b.CA, &b.Passwords} {
		*path = inFolder(dir, *path)
	}
	for _, ref := range b.references() {
		if name, is := strings.CutPrefix(*ref, fileScheme); is {
			*ref = fileScheme + inFolder(dir, name)
		}
	}
}

// inFolder gives a relative path its folder.
func inFolder(dir, path string) string {
	if path == "" || filepath.IsAbs(path) || strings.HasPrefix(path, "~") {
		return path
	}
	return filepath.Join(dir, path)
}

// references are the places of all references to secrets.
func (b *Bridge) references() []*string {
	list := []*string{&b.Password}
	for i := range b.Devices {
		list = append(list, &b.Devices[i].Password)
	}
	return list
}

// bridged are the devices of the bridge with everything filled in but secrets and topics. A product that cannot be told stays empty.
func (c Config) bridged() []BridgeDevice {
	list := make([]BridgeDevice, len(c.Bridge.Devices))
	for i, d := range c.Bridge.Devices {
		if d.Product == "" {
			d.Product = only(c.productsOf(d.Device))
		}
		for _, f := range []struct{ have, otherwise *string }{
			{&d.UpstreamProduct, &d.Product},
			{&d.UpstreamDevice, &d.Device},
			{&d.Upstream, &c.Bridge.Upstream},
			{&d.Presence, &c.Bridge.Presence},
		} {
			if *f.have == "" {
				*f.have = *f.otherwise
			}
		}
		list[i] = d
	}
	return list
}

// productsOf are the products of the configuration that have a device of this id, or all of them when none has: the device
// may be made while the server runs.
func (c Config) productsOf(device string) []string {
	var with, all []string
	if c.Demo {
		all = append(all, DemoProduct)
		if device == DemoDevice {
			with = append(with, DemoProduct)
		}
	}
	for _, d := range c.Devices {
		if d.ID == device && !slices.Contains(with, d.Product) {
			with = append(with, d.Product)
		}
	}
	for _, p := range c.Products {
		if !slices.Contains(all, p.ID) {
			all = append(all, p.ID)
		}
	}
	if len(with) > 0 {
		return with
	}
	return all
}

// only is the only element of a list; empty when there is another number of them.
func only(list []string) string {
	if len(list) != 1 {
		return ""
	}
	return list[0]
}
