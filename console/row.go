package console

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/onelan/onelan/onenet"
)

// row is a record as a list shows it.
type row struct {
	*onenet.Record
	Tone  string // of the mark: good, bad, warn, info, quiet
	Parts []part
}

// part is a piece of a row's sentence, with what it is: topic, value, quiet, state; says is what the refusal says, text what the record
// does: in the language of the page.
type part struct{ Is, Text string }

const (
	longestText  = 240 // characters of a text in a list
	longestValue = 120
)

// tones say how each kind of record is marked.
var tones = map[onenet.Kind]string{
	onenet.KindConnected: "good", onenet.KindDisconnected: "warn", onenet.KindRefused: "bad", onenet.KindDropped: "bad", onenet.KindWarning: "warn",
	onenet.KindData: "data", onenet.KindMessage: "info", onenet.KindCommand: "command", onenet.KindTrigger: "command", onenet.KindBridge: "info",
}

func (d *door) rowOf(r *onenet.Record) row {
	out := row{Record: r, Tone: tones[r.Kind]}
	if out.Tone == "" {
		out.Tone = "quiet"
	}
	out.Parts = d.partsOf(r)
	return out
}

func (d *door) rowsOf(list []*onenet.Record) []row {
	out := make([]row, len(list))
	for i, r := range list {
		out[i] = d.rowOf(r)
	}
	return out
}

// Ref is the device the record is about.
func (w row) Ref() onenet.DeviceRef { return onenet.DeviceRef{Product: w.Product, Device: w.Device} }

func (d *door) partsOf(r *onenet.Record) []part {
	var p parts
	switch r.Kind {
	case onenet.KindData:
		p.values(r)
		p.add("quiet", d.otherTime(r))
		p.add("quiet", r.Topic)
	case onenet.KindCommand:
		p.add("state", string(r.State))
		p.add("value", cut(longestText, bodyText(r.Payload)))
		p.add("quiet", shortID(r.Command))
		p.text(r)
	case onenet.KindMessage, onenet.KindSubscribed, onenet.KindUnsubscribed:
		p.add("topic", r.Topic)
		p.add("value", cut(longestText, bodyText(r.Payload)))
		p.add("quiet", "QoS "+strconv.Itoa(int(r.QoS)))
		p.text(r)
	case onenet.KindRefused, onenet.KindWarning:
		p.refusal(r)
	case onenet.KindDropped:
		p.add("value", "×"+strconv.Itoa(r.Count))
		p.add("topic", r.Topic)
		p.text(r)
	default:
		if r.Trigger > 0 {
			p.add("value", "#"+strconv.Itoa(r.Trigger))
		}
		p.add("state", r.Link)
		p.text(r)
		p.add("topic", r.Topic)
	}
	p.add("quiet", r.Call)
	return p
}

type parts []part

// add cleans a text that a device may have written, and leaves out what is empty.
func (p *parts) add(is, text string) {
	if text != "" {
		*p = append(*p, part{is, cut(longestText, shown(text))})
	}
}

func (p *parts) text(r *onenet.Record) {
	if r.Text != "" {
		*p = append(*p, part{Is: "text"})
	}
}

func (p *parts) refusal(r *onenet.Record) {
	if r.Refusal == nil {
		p.text(r)
		return
	}
	*p = append(*p, part{Is: "says"})
	p.add("topic", r.Topic)
	p.add("quiet", string(r.Refusal.Cause))
}

// values are the points of a message: temperature=25.5.
func (p *parts) values(r *onenet.Record) {
	const most = 6
	list := r.Points[:min(most, len(r.Points))]
	for _, n := range list {
		p.add("value", string(n.Stream)+" = "+cut(longestValue, valueText(n.Value)))
	}
	if more := r.Count - len(list); more > 0 {
		p.add("quiet", "+"+strconv.Itoa(more))
	}
}

// otherTime is the time of points that are not of now: "@ 14:03:12 … 15:03:00"; empty where they are.
func (d *door) otherTime(r *onenet.Record) string {
	first, last := r.First, r.Last
	for i, n := range r.Points {
		if r.First.IsZero() && (i == 0 || n.At.Before(first)) {
			first = n.At
		}
		if r.Last.IsZero() && (i == 0 || n.At.After(last)) {
			last = n.At
		}
	}
	if first.IsZero() || r.At.Sub(first) < time.Minute && last.Sub(r.At) < time.Minute {
		return ""
	}
	text := "@ " + d.clockTime(first)
	if d.clockTime(last) != d.clockTime(first) {
		text += " … " + d.clockTime(last)
	}
	return text
}

// valueText is a value as people write it: a text without its quotes, anything else as JSON.
func valueText(v json.RawMessage) string {
	var text string
	if json.Unmarshal(v, &text) == nil {
		return text
	}
	return string(v)
}

func shortID(id onenet.CommandID) string {
	const enough = 8
	if len(id) <= enough {
		return string(id)
	}
	return string(id[:enough])
}
