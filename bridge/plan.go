package bridge

import (
	"crypto/tls"
	"slices"
	"time"

	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/onenet"
)

// Presence says when the cloud sees a device.
type Presence string

// The presences.
const (
	Follow Presence = "follow" // while it is online here, and while its queue drains
	Always Presence = "always"
)

// Plan is what a Bridge is to do. It can be replaced while the Bridge runs.
type Plan struct {
	Addr string      // of the cloud, host:port
	TLS  *tls.Config // nil for a plain connection

	Devices  []Device
	Topics   []Route  // of every device
	Presence Presence // of devices that say nothing else; empty means Follow

	Keepalive   time.Duration // whole seconds
	KeepSession bool
	Window      int // messages under way at once for a device; 0 for 20

	LoginRate float64 // logins a second, of all links together; 0 for no limit
	Rate      float64 // messages a second to the cloud, of one device; 0 for no limit
	TotalRate float64 // of all devices together; 0 for no limit

	CommandWait time.Duration // how long a cloud command waits for a device that is away here; 0 means not at all
	EchoWait    time.Duration // how long a copy of what we published is expected back; 0 for 5 s

	NoPack  bool // every entry is a message of its own
	NoTimes bool // data points that waited go up as the device sent them, and the cloud gives them the time of their arrival
	Limits  queue.Limits

	DryRun bool // nothing is queued and nobody logs in: the journal tells what would go up
}

// Device is a local device that the bridge carries.
type Device struct {
	Ref      onenet.DeviceRef
	Login    Login    // who it is in the cloud; an empty product or device is as here
	Addr     string   // empty means the Plan's
	Presence Presence // empty means the Plan's
	Topics   []Route  // besides the Plan's
}

// clone gives a copy whose lists are its own.
func (p *Plan) clone() Plan {
	c := *p
	c.Topics, c.Devices = slices.Clone(p.Topics), slices.Clone(p.Devices)
	for i := range c.Devices {
		c.Devices[i].Topics = slices.Clone(c.Devices[i].Topics)
	}
	return c
}
