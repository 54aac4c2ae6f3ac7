package bridge

import (
	"cmp"
	"crypto/tls"
	"errors"
	"hash/fnv"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/onelan/onelan/onenet"
)

// spec is all that a plan says about one device.
type spec struct {
	device Device // nothing in it is empty that the plan can fill
	routes *routes

	tls         *tls.Config
	keepalive   time.Duration
	keepSession bool
	window      int
	rate        float64
}

func (p *Plan) spec(d Device) (spec, []error) {
	d.Addr = strings.ToLower(cmp.Or(d.Addr, p.Addr))
	d.Presence = cmp.Or(d.Presence, p.Presence, Follow)
	d.Login.Product = cmp.Or(d.Login.Product, string(d.Ref.Product))
	d.Login.Device = cmp.Or(d.Login.Device, string(d.Ref.Device))
	r, faults := compile(slices.Concat(p.Topics, d.Topics), string(d.Ref.Device), d.Login.Device)
	return spec{
		device: d, routes: r,
		tls: p.TLS, keepalive: p.Keepalive, keepSession: p.KeepSession, window: p.Window, rate: p.Rate,
	}, faults
}

// account is who a device is in the cloud: a login of the same ends another one's session.
type account struct{ addr, product, device string }

func (s spec) account() account {
	return account{s.device.Addr, s.device.Login.Product, s.device.Login.Device}
}

// place is a topic of a product in a cloud.
type place struct{ addr, product, topic string }

func (s spec) place(topic string) place {
	return place{s.device.Addr, s.device.Login.Product, topic}
}

// config is as much of a Link's as comes from the plan.
func (s spec) config() Config {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s.device.Ref.String()))
	return Config{
		Ref: s.device.Ref, Addr: s.device.Addr, TLS: s.tls, Login: s.device.Login, Topics: s.routes.topics,
		Keepalive: s.keepalive, KeepSession: s.keepSession, Window: s.window, Seed: h.Sum64(),
	}
}

// sameLink tells whether a link of one could be that of the other: the rest changes under it.
func (s spec) sameLink(o spec) bool {
	return s.account() == o.account() && s.device.Login == o.device.Login && sameTLS(s.tls, o.tls) && s.routes.sameTopics(o.routes) &&
		s.keepalive == o.keepalive && s.keepSession == o.keepSession && s.window == o.window
}

// same tells whether nothing has changed for the device.
func (s spec) same(o spec) bool {
	return s.sameLink(o) && s.device.Presence == o.device.Presence && s.rate == o.rate && reflect.DeepEqual(s.routes, o.routes)
}

// sameTLS compares what a plan can say. Whoever reads a file of authorities twice gets two pools that are equal.
func sameTLS(a, b *tls.Config) bool {
	if a == nil || b == nil || a == b {
		return a == b
	}
	if (a.RootCAs == nil) != (b.RootCAs == nil) || a.RootCAs != nil && !a.RootCAs.Equal(b.RootCAs) {
		return false
	}
	return a.ServerName == b.ServerName && a.InsecureSkipVerify == b.InsecureSkipVerify && a.MinVersion == b.MinVersion &&
		reflect.DeepEqual(a.Certificates, b.Certificates)
}

// Validate reports everything that is wrong with p.
func (p Plan) Validate() error {
	_, err := p.specs()
	return err
}

// specs are those of all devices, in their order; the error tells all faults of the plan together.
func (p *Plan) specs() ([]spec, error) {
	faults := p.faults()
	here, there := map[onenet.DeviceRef]bool{}, map[account]onenet.DeviceRef{}
	list := make([]spec, 0, len(p.Devices))
	for _, d := range p.Devices {
		s, wrong := p.spec(d)
		list = append(list, s)
		fault := func(format string, args ...any) { wrong = append(wrong, onenet.Invalid("device", format, args...)) }
		if here[d.Ref] {
			fault("it is on the plan twice")
		}
		here[d.Ref] = true
		if other, taken := there[s.account()]; taken && other != d.Ref {
			fault("it is device %s of product %s in the cloud, as %s is: one login would end the other, again and again",
				s.device.Login.Device, s.device.Login.Product, other)
		}
		there[s.account()] = d.Ref
		wrong = append(wrong, s.fault(p.DryRun))
		for _, err := range wrong {
			if err != nil {
				faults = append(faults, onenet.Errorf(onenet.ErrInvalid, "device", d.Ref.String(), "%v", err))
			}
		}
	}
	return list, errors.Join(faults...)
}

// faults are those that no device is needed for.
func (p *Plan) faults() (list []error) {
	fault := func(wrong bool, field, format string, args ...any) {
		if wrong {
			list = append(list, onenet.Invalid(field, format, args...))
		}
	}
	known := func(s Presence) bool { return s == "" || s == Follow || s == Always }
	fault(!known(p.Presence), "presence", "want %s or %s, got %q", Follow, Always, p.Presence)
	for _, d := range p.Devices {
		fault(!known(d.Presence), "presence", "of device %s: want %s or %s, got %q", d.Ref, Follow, Always, d.Presence)
	}
	fault(p.LoginRate < 0 || p.Rate < 0 || p.TotalRate < 0, "rate", "want a number a second, or 0 for no limit")
	fault(p.CommandWait < 0 || p.CommandWait > onenet.MaxCommandTimeout, "command wait", "want 0 to %s, got %s", onenet.MaxCommandTimeout, p.CommandWait)
	fault(p.EchoWait < 0, "echo wait", "want 0 or more, got %s", p.EchoWait)
	return list
}

// fault is what is wrong with the link. A dry run logs in nowhere, so it goes without a password.
func (s spec) fault(dry bool) error {
	c := s.config()
	if dry && c.Login.Password == "" {
		c.Login.Password = "none"
	}
	if c.Ref.Product == "" || c.Ref.Device == "" {
		return errors.Join(errors.New("it has no product or no id"), c.Validate())
	}
	return c.Validate()
}
