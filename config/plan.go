package config

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"strings"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/onenet"
)

// Plan is what the bridge is to do, with its secrets read; nil when the bridge is off. The error holds all faults at once (Faults).
// A dry run goes without secrets that are not there.
func (l *Loaded) Plan() (*bridge.Plan, error) {
	b := l.Bridge
	if !b.Enabled {
		return nil, nil
	}
	p := &planner{config: l.Config, keys: keyring{env: l.env, have: map[string]read{}}, told: once{}}
	plan := bridge.Plan{
		Addr: b.Upstream, TLS: p.secure(), Presence: bridge.Presence(b.Presence), Topics: p.routes("bridge.topics", b.Topics),
		Keepalive: b.Keepalive, KeepSession: b.KeepSession, Window: b.Window,
		LoginRate: b.LoginRate, Rate: b.Rate, TotalRate: b.TotalRate,
		CommandWait: b.CommandWait, NoPack: !b.Pack, NoTimes: !b.Times, Limits: b.Queue.limits(), DryRun: b.DryRun,
		Devices: p.devices(),
	}
	p.judge(plan)
	if len(p.faults) > 0 {
		return nil, together(nil, l.place(p.faults))
	}
	return &plan, nil
}

// planner makes a plan of a configuration that was judged.
type planner struct {
	checker
	config    Config
	keys      keyring
	passwords map[account]onenet.Secret // of the file
	told      once                      // places of references that were complained of
}

func (p *planner) devices() []bridge.Device {
	list := p.config.bridged()
	if len(list) == 0 {
		p.fault("bridge.devices", "names no device: the bridge has nothing to carry")
	}
	if name := p.config.Bridge.Passwords; name != "" {
		var faults Faults
		p.passwords, faults = readPasswords("bridge.passwords", name)
		p.faults = append(p.faults, faults...)
	}
	devices := make([]bridge.Device, len(list))
	for i, d := range list {
		path := fmt.Sprintf("bridge.devices[%d].", i)
		devices[i] = bridge.Device{
			Ref:   refOf(d.Product, d.Device),
			Login: bridge.Login{Product: d.UpstreamProduct, Device: d.UpstreamDevice, Password: p.password(path, d)},
			Addr:  d.Upstream, Presence: bridge.Presence(d.Presence), Topics: p.routes(path+"topics", d.Topics),
		}
	}
	return devices
}

// judge asks the bridge itself about a plan that is otherwise whole: of each device alone, to know where it stands in the file.
func (p *planner) judge(plan bridge.Plan) {
	if len(p.faults) > 0 {
		return
	}
	one := plan
	for i, d := range plan.Devices {
		one.Devices = []bridge.Device{d}
		if err := one.Validate(); err != nil {
			p.fault(fmt.Sprintf("bridge.devices[%d]", i), "%s", oneLine(err))
		}
	}
	if err := plan.Validate(); err != nil && len(p.faults) == 0 {
		p.fault("bridge", "%s", oneLine(err))
	}
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// password is the device's own, or that of the file, or that of all.
func (p *planner) password(path string, d BridgeDevice) onenet.Secret {
	all := p.config.Bridge.Password
	if s, ok := p.passwords[account{d.UpstreamProduct, d.UpstreamDevice}]; ok && d.Password == "" {
		return s
	}
	switch {
	case d.Password != "":
		return p.secret(path+"password", d.Password)
	case all != "":
		return p.secret("bridge.password", all)
	}
	if !p.config.Bridge.DryRun {
		p.fault(path+"password", "missing: what opens device %s in the cloud? Say it here, in bridge.password for all devices, or in the file of bridge.passwords",
			d.UpstreamDevice)
	}
	return ""
}

// secret reads a secret, and complains of each place once.
func (p *planner) secret(path, reference string) onenet.Secret {
	s, err := p.keys.secret(reference)
	if err != nil && !p.config.Bridge.DryRun && p.told.taken(path, path) == "" {
		p.fault(path, "%v", err)
	}
	return s
}

func (p *planner) routes(path string, texts []string) []bridge.Route {
	var list []bridge.Route
	for i, text := range texts {
		r, err := bridge.ParseRoute(text)
		if err != nil {
			p.fault(fmt.Sprintf("%s[%d]", path, i), "%v", err)
		}
		list = append(list, r)
	}
	return list
}

// secure is how connections to the cloud are secured; nil for not at all.
func (p *planner) secure() *tls.Config {
	b := p.config.Bridge
	if !b.TLS {
		return nil
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if b.CA == "" {
		return c
	}
	text, err := os.ReadFile(b.CA)
	if err != nil {
		p.fault("bridge.ca", "%v", err)
		return nil
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(text) {
		p.fault("bridge.ca", "%s has no certificate in PEM form in it", b.CA)
	}
	return c
}

// limits are the settings of the queue, where 0 is no bound.
func (q Queue) limits() queue.Limits {
	return queue.Limits{
		Device: queue.Bound{Entries: boundless(q.DeviceEntries), Bytes: int64(boundless(q.DeviceBytes))},
		Total:  queue.Bound{Entries: boundless(q.TotalEntries), Bytes: int64(boundless(q.TotalBytes))},
		Age:    q.Age, KeepQoS0: q.KeepQoS0, Tries: boundless(q.Tries),
		Policy: map[string]queue.Policy{"drop-oldest": queue.DropOldest, "drop-newest": queue.DropNewest, "refuse": queue.Refuse}[q.Policy],
	}
}

// boundless turns 0 into what package queue takes for no bound.
func boundless(n int) int {
	if n == 0 {
		return -1
	}
	return n
}
