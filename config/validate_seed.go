package config

import (
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/onelan/onelan/onenet"
)

// DemoDevice is the device of the public tutorial, which exists when Demo is set.
const DemoDevice = "527521926"

// mostSeedPoints bounds the history of a seed file.
const mostSeedPoints = 1 << 20

// check reports everything that is wrong with the values.
func (s *seed) check(k *checker, now time.Time) {
	c := Config{Products: s.Products, Devices: s.Devices, Keys: s.Keys, Demo: true}
	k.products(c)
	k.devices(c)
	k.keys(c)
	k.topics(c, s.Topics)
	k.streams(c, s.Streams)
	k.triggers(c, s.Triggers)
	k.points(c, s.Points, now)
}

func (k *checker) topics(c Config, list []Topic) {
	seen := once{}
	for i, t := range list {
		path := fmt.Sprintf("topics[%d].", i)
		k.product(c, path+"product", t.Product)
		k.text(path+"topic", t.Topic, 1024)
		k.single(seen, t.Product+"/"+t.Topic, path+"topic")
	}
}

func (k *checker) streams(c Config, list []Stream) {
	seen := once{}
	for i, s := range list {
		path := fmt.Sprintf("streams[%d].", i)
		k.device(c, path, s.Product, s.Device)
		k.text(path+"id", s.ID, 0)
		k.single(seen, s.Product+"/"+s.Device+"/"+s.ID, path+"id")
	}
}

// text wants something, of at most so many bytes; 0 is no bound.
func (k *checker) text(path, text string, most int) {
	switch {
	case text == "":
		k.fault(path, "missing")
	case most > 0 && len(text) > most:
		k.fault(path, "want at most %d bytes, got %d", most, len(text))
	}
}

// device wants a device of this file, or the tutorial's.
func (k *checker) device(c Config, path, product, id string) {
	before := len(k.faults)
	k.product(c, path+"product", product)
	if len(k.faults) > before {
		return
	}
	known := product == DemoProduct && id == DemoDevice ||
		slices.ContainsFunc(c.Devices, func(d Device) bool { return d.Product == product && d.ID == id })
	switch {
	case id == "":
		k.fault(path+"device", "missing")
	case !known:
		k.fault(path+"device", "there is no device %q of product %s under devices", shorten(id), product)
	}
}

var triggerTypes = []string{
	string(onenet.TriggerGreater), string(onenet.TriggerLess), string(onenet.TriggerGreaterEqual), string(onenet.TriggerLessEqual),
	string(onenet.TriggerEqual), string(onenet.TriggerInOut), string(onenet.TriggerIn), string(onenet.TriggerOut),
	string(onenet.TriggerChange), string(onenet.TriggerFrozen), string(onenet.TriggerLive), string(onenet.TriggerExp),
}

func (k *checker) triggers(c Config, list []Trigger) {
	for i, t := range list {
		path := fmt.Sprintf("triggers[%d].", i)
		k.product(c, path+"product", t.Product)
		for j, id := range t.Devices {
			k.device(c, fmt.Sprintf("%sdevices[%d].", path, j), t.Product, id)
		}
		k.text(path+"stream", t.Stream, 0)
		k.oneOf(path+"type", t.Type, triggerTypes...)
		u, err := url.Parse(t.URL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			k.fault(path+"url", "want an address such as http://127.0.0.1:9000/alarm")
		}
	}
}

func (k *checker) points(c Config, list []Points, now time.Time) {
	total := 0
	for i, p := range list {
		path := fmt.Sprintf("points[%d].", i)
		k.device(c, path, p.Product, p.Device)
		k.text(path+"stream", p.Stream, 0)
		if _, err := seedTime(p.At, now); err != nil {
			k.fault(path+"at", "%v", err)
		}
		k.series(path, p)
		total += len(p.all())
	}
	if total > mostSeedPoints {
		k.fault("points", "want at most %d values, got %d", mostSeedPoints, total)
	}
}

// series wants one value, or many and the time between them.
func (k *checker) series(path string, p Points) {
	switch {
	case p.Value != nil && p.Values != nil:
		k.fault(path+"values", "either value or values, not both")
	case p.Value == nil && p.Values == nil:
		k.fault(path+"value", "missing")
	case p.Value != nil && p.Every != 0:
		k.fault(path+"every", "one value has nothing between it and the next; give values")
	case len(p.Values) > 1 && p.Every < time.Millisecond:
		k.fault(path+"every", "want the time between two values, at least 1ms")
	case len(p.Values) > 1 && p.Every > century/time.Duration(len(p.Values)):
		k.fault(path+"every", "the series would last longer than a century")
	}
}
