package onenet

import (
	"encoding/json"
	"time"
)

// Dialect is the family of topics and calls that a product speaks.
type Dialect string

// Legacy is the multi-protocol platform on port 6002: $dp, $creq, $crsp.
const Legacy Dialect = "legacy"

// Product is a family of devices with keys of its own (产品). Its topics, devices
// and keys are a world that no other product can see.
type Product struct {
	ID           ProductID
	Name         string
	Dialect      Dialect
	MasterKey    Secret // opens every call of the product, and logs any of its devices in
	RegisterCode Secret // lets a device register itself (register_de)
	AllowDup     bool   // registering a known serial number again gives the same device
	CreatedAt    time.Time
}

// Location is where a device stands, in degrees and metres.
type Location struct {
	Lon float64  `json:"lon"`
	Lat float64  `json:"lat"`
	Ele *float64 `json:"ele,omitempty"`
}

// Device is one thing that may log in (设备).
type Device struct {
	Product     ProductID
	ID          DeviceID
	Title       string
	AuthInfo    Secret // 鉴权信息, 1 to 512 characters, unique inside the product
	Protocol    string // as the REST API spells it: MQTT, HTTP, EDP ...
	Desc        string
	Tags        []string
	Location    *Location
	Private     bool
	Other       json.RawMessage // what the owner wants kept with it; any JSON
	Blocked     bool            // on the blacklist: may not log in
	CreatedAt   time.Time
	ActivatedAt time.Time // first login ever; zero before
	LastLogin   time.Time // newest login; zero before
}

// Ref names the device.
func (d Device) Ref() DeviceRef { return DeviceRef{d.Product, d.ID} }

// Key is a device API key: it opens the devices it is bound to.
type Key struct {
	Product     ProductID
	Key         Secret
	Title       string
	Permissions []Permission
	CreatedAt   time.Time
}

// Permission grants some methods on some resources. No methods means all four.
type Permission struct {
	Methods   []string   `json:"access_methods,omitempty"` // get, post, put, delete
	Resources []Resource `json:"resources"`
}

// Resource is a device, or one stream of it.
type Resource struct {
	Device DeviceID `json:"dev_id"`
	Stream StreamID `json:"ds_id,omitempty"`
}

// Without is the key with its resources of the device taken away, and with them
// the permissions that had no other. The key given stays as it is.
func (k Key) Without(id DeviceID) Key {
	var kept []Permission
	for _, p := range k.Permissions {
		var rs []Resource
		for _, r := range p.Resources {
			if r.Device != id {
				rs = append(rs, r)
			}
		}
		if len(rs) > 0 {
			kept = append(kept, Permission{Methods: p.Methods, Resources: rs})
		}
	}
	k.Permissions = kept
	return k
}

// Covers tells whether the key is bound to the device at all: what a login asks.
func (k Key) Covers(id DeviceID) bool {
	for _, p := range k.Permissions {
		for _, r := range p.Resources {
			if r.Device == id {
				return true
			}
		}
	}
	return false
}
