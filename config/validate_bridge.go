package config

import (
	"fmt"
	"strings"
	"time"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/onenet"
)

var (
	presences = []string{string(bridge.Follow), string(bridge.Always)}
	policies  = []string{"drop-oldest", "drop-newest", "refuse"}
)

// bridge judges the bridge's settings whether it is on or not; secrets are looked at when they are needed.
func (k *checker) bridge(c Config) {
	const in = "bridge."
	b := c.Bridge
	k.upstream(in+"upstream", b.Upstream)
	k.path(in+"ca", b.CA)
	if b.CA != "" && !b.TLS {
		k.fault(in+"ca", "is for connections with TLS: set bridge.tls")
	}
	k.oneOf(in+"presence", b.Presence, presences...)
	k.reference(in+"password", b.Password)
	k.path(in+"passwords", b.Passwords)
	k.keepalive(in+"keepalive", b.Keepalive)
	k.within(in+"window", b.Window, 1, 100)
	k.rate(in+"login_rate", b.LoginRate)
	k.rate(in+"rate", b.Rate)
	k.rate(in+"total_rate", b.TotalRate)
	k.lasting(in+"command_wait", b.CommandWait, 0, onenet.MaxCommandTimeout)
	k.queue(b.Queue)
	k.routes(in+"topics", b.Topics)
	k.bridgeDevices(c)
}

// upstream wants an address to connect to.
func (k *checker) upstream(path, addr string) {
	if n, err := port(addr); err != nil || n == 0 || strings.HasPrefix(addr, ":") {
		k.fault(path, "want host:port, such as mqtt.heclouds.com:6002, got %q", shorten(addr))
	}
}

// keepalive wants what MQTT can say.
func (k *checker) keepalive(path string, d time.Duration) {
	k.lasting(path, d, 0, 65535*time.Second)
	if d%time.Second != 0 && d > 0 {
		k.fault(path, "want whole seconds, got %s", FormatDuration(d))
	}
}

// slowest is a message in about three years: slower than that, a Pacer's time would not fit into a Duration.
const slowest = 1e-8

func (k *checker) rate(path string, perSecond float64) {
	if perSecond != 0 && (perSecond < slowest || perSecond > 1e6) {
		k.fault(path, "want a number a second, at most 1000000, or 0 for no limit, got %v", perSecond)
	}
}

func (k *checker) queue(q Queue) {
	const in = "bridge.queue."
	k.bound(in+"device_entries", q.DeviceEntries)
	k.bound(in+"device_bytes", q.DeviceBytes)
	k.bound(in+"total_entries", q.TotalEntries)
	k.bound(in+"total_bytes", q.TotalBytes)
	k.bound(in+"tries", q.Tries)
	k.lasting(in+"age", q.Age, 0, century)
	k.oneOf(in+"policy", q.Policy, policies...)
}

func (k *checker) bound(path string, n int) {
	if n < 0 {
		k.fault(path, "want a number, or 0 for no bound, got %d", n)
	}
}

func (k *checker) routes(path string, texts []string) {
	for i, text := range texts {
		if _, err := bridge.ParseRoute(text); err != nil {
			k.fault(fmt.Sprintf("%s[%d]", path, i), "%v", err)
		}
	}
}

// bridgeDevices faults a device that is named twice, here or in the cloud.
func (k *checker) bridgeDevices(c Config) {
	here, there := once{}, once{}
	for i, d := range c.bridged() {
		path := fmt.Sprintf("bridge.devices[%d].", i)
		k.id(path+"device", d.Device)
		k.bridgeProduct(c, path+"product", d)
		k.cloudID(path+"upstream_product", d.UpstreamProduct)
		k.cloudID(path+"upstream_device", d.UpstreamDevice)
		if d.Upstream != c.Bridge.Upstream { // which is judged already
			k.upstream(path+"upstream", d.Upstream)
		}
		k.reference(path+"password", d.Password)
		if d.Presence != c.Bridge.Presence {
			k.oneOf(path+"presence", d.Presence, presences...)
		}
		k.routes(path+"topics", d.Topics)
		before := here.taken(d.Product+"/"+d.Device, path+"device")
		rival := there.taken(strings.ToLower(d.Upstream)+" "+d.UpstreamProduct+" "+d.UpstreamDevice, path+"upstream_device")
		switch {
		case before != "":
			k.fault(path+"device", "the same as %s", before)
		case rival != "":
			k.fault(path+"upstream_device", "the same as %s: in the cloud one login would end the other, again and again", rival)
		}
	}
}

// bridgeProduct wants the local product, which may be left out when it can be told.
func (k *checker) bridgeProduct(c Config, path string, d BridgeDevice) {
	switch in := c.productsOf(d.Device); {
	case d.Product != "":
		k.id(path, d.Product)
	case len(in) > 1:
		k.fault(path, "missing: is it that of product %s?", shorten(strings.Join(in, " or ")))
	default:
		k.fault(path, "missing: which product does it belong to?")
	}
}

// cloudID wants an id as a login can say it; empty is as it is here.
func (k *checker) cloudID(path, id string) {
	if id != "" && !onenet.ValidID(id) {
		k.fault(path, "want 1 to 64 printable characters without / + # $, got %q", shorten(id))
	}
}
