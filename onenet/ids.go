package onenet

import "time"

// Beijing is the zone of every time that OneNET shows to people (UTC+8, no summer time).
var Beijing = time.FixedZone("CST", 8*60*60)

// ProductID names a product: on the legacy platform five or six decimal digits.
type ProductID string

// DeviceID names a device inside its product. Legacy ids are seven to nine
// decimal digits given out by the platform, but nothing here relies on that.
type DeviceID string

// StreamID names a series of data points of one device.
type StreamID string

// CommandID is the 36-character lower-case UUID of a command (cmd_uuid).
type CommandID string

// DeviceRef names one device of the whole platform: equal device ids in two
// products are two devices.
type DeviceRef struct {
	Product ProductID
	Device  DeviceID
}

// String is the ref as logs show it.
func (r DeviceRef) String() string { return string(r.Product) + "/" + string(r.Device) }
