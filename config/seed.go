package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/server"
)

// maxSeed bounds a seed file, in bytes.
const maxSeed = 16 << 20

// seed is a seed file: YAML, or JSON, which is YAML too. It stands by itself: what it names belongs to its own
// products and devices, or to those of the tutorial.
type seed struct {
	Products []Product `yaml:"products"`
	Devices  []Device  `yaml:"devices"`
	Keys     []Key     `yaml:"keys"`
	Topics   []Topic   `yaml:"topics"`
	Streams  []Stream  `yaml:"streams"`
	Triggers []Trigger `yaml:"triggers"`
	Points   []Points  `yaml:"points"`
}

// Topic is a topic in its product's list.
type Topic struct {
	Product string `yaml:"product"`
	Topic   string `yaml:"topic"`
}

// Stream is a data stream with what a person says of it.
type Stream struct {
	Product    string   `yaml:"product"`
	Device     string   `yaml:"device"`
	ID         string   `yaml:"id"`
	Unit       string   `yaml:"unit"`
	UnitSymbol string   `yaml:"unit_symbol"`
	Tags       []string `yaml:"tags"`
}

// Trigger is a trigger of a product.
type Trigger struct {
	Product   string          `yaml:"product"`
	Title     string          `yaml:"title"`
	Stream    string          `yaml:"stream"`
	Devices   []string        `yaml:"devices"` // none means all of the product's
	URL       string          `yaml:"url"`
	Type      string          `yaml:"type"`
	Threshold json.RawMessage `yaml:"threshold"`
}

// Points is history: one value, or a series.
type Points struct {
	Product string            `yaml:"product"`
	Device  string            `yaml:"device"`
	Stream  string            `yaml:"stream"`
	At      string            `yaml:"at"` // of the first value; empty: the newest value is of now
	Value   json.RawMessage   `yaml:"value"`
	Every   time.Duration     `yaml:"every"` // between the values of a series
	Values  []json.RawMessage `yaml:"values"`
}

// ParseSeed reads a seed file. Times in it that are relative, and points without one, count from now. The error
// holds all faults at once (Faults), each with its place in the file of that name.
func ParseSeed(name string, text []byte, now time.Time) (server.Seed, error) {
	var s seed
	f, form := parseInto(name, spaced(text), maxSeed, &s)
	s.fillIn()
	k := &checker{}
	s.check(k, now)
	for i, fault := range k.faults {
		if pos, ok := f.find(fault.Path); ok {
			k.faults[i] = f.locate(rawFault{fault.Path, pos, fault.Says})
		}
	}
	if faults := together(form, k.faults); len(faults) > 0 {
		return server.Seed{}, faults
	}
	return s.noun(now), nil
}

// spaced writes spaces for the tabs of a JSON text, which YAML does not have between its words. JSON has none inside its strings.
func spaced(text []byte) []byte {
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) && json.Valid(text) {
		return bytes.ReplaceAll(text, []byte("\t"), []byte(" "))
	}
	return text
}

// fillIn gives what names no product the only one there is.
func (s *seed) fillIn() {
	only := DemoProduct
	switch len(s.Products) {
	case 0:
	case 1:
		only = s.Products[0].ID
	default:
		return
	}
	for _, list := range []any{s.Devices, s.Keys, s.Topics, s.Streams, s.Triggers, s.Points} {
		l := reflect.ValueOf(list)
		for i := range l.Len() {
			if p := l.Index(i).FieldByName("Product"); p.String() == "" {
				p.SetString(only)
			}
		}
	}
}

func (s *seed) noun(now time.Time) server.Seed {
	var out server.Seed
	out.Products, out.Devices, out.Keys = Config{Products: s.Products, Devices: s.Devices, Keys: s.Keys}.Registry()
	out.Topics = each(s.Topics, func(t Topic) onenet.TopicRef {
		return onenet.TopicRef{Product: onenet.ProductID(t.Product), Topic: t.Topic}
	})
	out.Streams = each(s.Streams, Stream.noun)
	out.Triggers = each(s.Triggers, Trigger.noun)
	for _, p := range s.Points {
		out.Points = append(out.Points, p.nouns(now)...)
	}
	return out
}

func (s Stream) noun() onenet.StreamMeta {
	return onenet.StreamMeta{
		Ref: refOf(s.Product, s.Device), Stream: onenet.StreamID(s.ID), Unit: s.Unit, UnitSymbol: s.UnitSymbol, Tags: s.Tags,
	}
}

func (t Trigger) noun() onenet.Trigger {
	return onenet.Trigger{
		Product: onenet.ProductID(t.Product), Title: t.Title, Stream: onenet.StreamID(t.Stream), URL: t.URL,
		Type: onenet.TriggerType(t.Type), Threshold: t.Threshold,
		Devices: each(t.Devices, func(id string) onenet.DeviceID { return onenet.DeviceID(id) }),
	}
}

func refOf(product, device string) onenet.DeviceRef {
	return onenet.DeviceRef{Product: onenet.ProductID(product), Device: onenet.DeviceID(device)}
}

// all are the values in the order of their times.
func (p Points) all() []json.RawMessage {
	if p.Value != nil {
		return []json.RawMessage{p.Value}
	}
	return p.Values
}

func (p Points) nouns(now time.Time) []onenet.StoredPoint {
	values := p.all()
	at, _ := seedTime(p.At, now) // it was judged
	if p.At == "" {
		at = now.Add(-p.Every * time.Duration(max(len(values)-1, 0)))
	}
	list := make([]onenet.StoredPoint, len(values))
	for i, v := range values {
		list[i] = onenet.StoredPoint{
			Ref: refOf(p.Product, p.Device), Received: now,
			Datapoint: onenet.Datapoint{Stream: onenet.StreamID(p.Stream), At: at.Add(p.Every * time.Duration(i)), Value: v},
		}
	}
	return list
}

var seedForms = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"}

// seedTime reads a time: how long ago (-2h), or a time of the calendar, which is Beijing's where it has no zone, as all
// times of the platform.
func seedTime(text string, now time.Time) (time.Time, error) {
	if text == "" || text == "now" {
		return now, nil
	}
	if text[0] == '-' {
		if d, err := ParseDuration(text[1:]); err == nil && d >= 0 {
			return now.Add(-d), nil
		}
	}
	for _, form := range seedForms {
		if t, err := time.ParseInLocation(form, text, onenet.Beijing); err == nil {
			return t, nil
		}
	}
	return now, fmt.Errorf(`want a time such as "2018-06-01 08:00:00" (Beijing's), 2018-06-01T08:00:00+08:00, or -2h for two hours ago`)
}
