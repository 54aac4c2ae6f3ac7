package wire

import (
	"bytes"
	"encoding/json"
	"time"
	"unicode/utf8"

	"github.com/onelan/onelan/onenet"
)

// timeForm is what a time in a message should look like.
const timeForm = `a time such as "2018-06-01 08:00:00" or "2018-06-01T08:00:00.123"`

// decodeJSON reads a block of type 1, 3 or 4.
func (d *decoder) decodeJSON() *onenet.Refusal {
	if r := d.header(); r != nil {
		return r
	}
	if !d.beginJSON() {
		return d.whyJSON()
	}
	switch d.block.kind {
	case DPFull:
		d.full()
	case DPTimed:
		d.timed()
	default:
		d.simple()
	}
	return d.finishJSON()
}

// beginJSON copies the body and puts the scanner at its root, which must be an
// object. It reports false if the body is not UTF-8.
func (d *decoder) beginJSON() bool {
	w := d.window()
	if !utf8.Valid(w) {
		return false
	}
	d.text, d.own = string(w), bytes.Clone(w)
	d.reserve(bytes.Count(w, []byte{':'}))
	d.scan = scanner{src: d.payload[:d.block.end()], pos: d.block.body}
	d.scan.space()
	d.mustBe('{', onenet.DataNotObject, "an object")
	return true
}

// finishJSON checks that nothing follows the root. Mistakes come out here: one in
// the JSON itself goes before one in its meaning, wherever they stand.
func (d *decoder) finishJSON() *onenet.Refusal {
	d.scan.space()
	if d.scan.pos < d.block.end() {
		d.scan.fail("the end of the JSON text")
	}
	if d.scan.halted {
		return d.whyJSON()
	}
	return nil
}

// simple reads {"stream":value,…}, type 3.
func (d *decoder) simple() {
	for d.scan.open('{', 0); d.scan.more('}'); {
		name, at := d.name()
		d.add(onenet.Datapoint{Stream: onenet.StreamID(name), Value: d.raw(1)}, at)
	}
}

// timed reads {"stream":{"time":value,…},…}, type 4.
func (d *decoder) timed() {
	for d.scan.open('{', 0); d.scan.more('}'); {
		name, at := d.name()
		d.mustBe('{', onenet.DataType4Value, "an object of time to value")
		for d.scan.open('{', 1); d.scan.more('}'); {
			text, textAt := d.name()
			when := d.when(text, textAt)
			d.add(onenet.Datapoint{Stream: onenet.StreamID(name), At: when, Value: d.raw(2)}, at)
		}
	}
}

// full reads {"datastreams":[…]}, type 1.
func (d *decoder) full() {
	root, mark, found := d.scan.pos, len(d.points), false
	for d.scan.open('{', 0); d.scan.more('}'); {
		if name, _ := d.name(); name != "datastreams" {
			d.scan.skip(1)
			continue
		}
		found, d.points = true, d.points[:mark]
		d.mustBe('[', onenet.DataNoDatastreams, "an array of streams")
		for d.scan.open('[', 1); d.scan.more(']'); {
			d.stream()
		}
	}
	if !found {
		d.refuse(onenet.DataNoDatastreams, root, `"datastreams"`, "an object without it")
	}
}

// stream reads {"id":…,"datapoints":[…]}. The id may stand behind the points.
func (d *decoder) stream() {
	start, mark := d.scan.pos, len(d.points)
	id, idAt, found := "", 0, false
	d.mustBe('{', onenet.DataNotObject, `an object with "id" and "datapoints"`)
	for d.scan.open('{', 2); d.scan.more('}'); {
		switch name, _ := d.name(); name {
		case "id":
			id, idAt = d.id(onenet.DataNoID, "a string")
		case "datapoints":
			found, d.points = true, d.points[:mark]
			d.datapoints()
		default:
			d.scan.skip(3)
		}
	}
	switch {
	case idAt == 0: // nothing of a body stands at byte 0
		d.refuse(onenet.DataNoID, start, `"id"`, "a stream without it")
	case id == "":
		d.refuse(onenet.DataEmptyStream, idAt, "a stream name", "an empty one")
	case !found:
		d.refuse(onenet.DataNoDatapoints, start, `"datapoints"`, "a stream without it")
	}
	for i := mark; i < len(d.points); i++ {
		d.points[i].Stream = onenet.StreamID(id)
	}
}

func (d *decoder) datapoints() {
	d.mustBe('[', onenet.DataNoDatapoints, "an array of points")
	for d.scan.open('[', 3); d.scan.more(']'); {
		d.datapoint()
	}
}

// datapoint reads {"at":…,"value":…}.
func (d *decoder) datapoint() {
	start, found := d.scan.pos, false
	var p onenet.Datapoint
	d.mustBe('{', onenet.DataNoValue, `an object such as {"value":25.5}`)
	for d.scan.open('{', 4); d.scan.more('}'); {
		switch name, _ := d.name(); name {
		case "value":
			found, p.Value = true, d.raw(5)
		case "at":
			p.At = d.at()
		default:
			d.scan.skip(5)
		}
	}
	if !found {
		d.refuse(onenet.DataNoValue, start, `"value"`, "a point without it")
	}
	d.keep(p, start)
}

// name reads the name of a member; at is its first byte, the quote.
func (d *decoder) name() (name string, at int) {
	at = d.scan.pos
	from, to, escaped := d.scan.key()
	return d.unquote(from, to, escaped), at
}

// id reads a string that stands as a value; anything else is refused with c.
func (d *decoder) id(c onenet.Cause, want string) (text string, at int) {
	at = d.scan.pos
	if !d.mustBe('"', c, want) {
		return "", at
	}
	from, to, escaped := d.scan.str()
	return d.unquote(from, to, escaped), at
}

// at reads the time of a point. null is as good as none (reference silent).
func (d *decoder) at() time.Time {
	if d.scan.peek() == 'n' {
		d.scan.word()
		return time.Time{}
	}
	text, at := d.id(onenet.DataBadTime, timeForm)
	return d.when(text, at)
}

// when reads a time; at is where it stands.
func (d *decoder) when(text string, at int) time.Time {
	t, ok := parseTime(text)
	if !ok && d.refuse(onenet.DataBadTime, at, timeForm, quote(text)) {
		d.refusal.NearMiss = timeFault(text)
	}
	return t
}

// unquote gives the text between two bytes of the message that the scanner found to
// be the inside of a string.
func (d *decoder) unquote(from, to int, escaped bool) string {
	if d.scan.halted {
		return ""
	}
	inside := d.text[from-d.block.body : to-d.block.body]
	if !escaped {
		return inside
	}
	var plain string
	if json.Unmarshal([]byte(`"`+inside+`"`), &plain) != nil {
		return inside // not reached: the scanner has passed the escapes
	}
	return plain
}

// raw reads a value, compacted; it lies depth levels deep.
func (d *decoder) raw(depth int) json.RawMessage {
	from := d.scan.pos - d.block.body
	d.scan.loose = false
	d.scan.skip(depth)
	if d.scan.halted {
		return nil
	}
	to := d.scan.pos - d.block.body
	v := d.own[from:to:to]
	if d.scan.loose {
		v = compact(v)
	}
	return v
}

// mustBe refuses with c what does not begin with the byte first.
func (d *decoder) mustBe(first byte, c onenet.Cause, want string) bool {
	if d.scan.peek() == first {
		return true
	}
	d.refuse(c, d.scan.pos, want, kindOf(d.scan.src[d.scan.pos:]))
	return false
}
