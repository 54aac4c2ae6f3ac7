package wire

import (
	"bytes"
	"strings"

	"github.com/onelan/onelan/onenet"
)

// member is a member of a JSON object.
type member struct {
	name string
	kind byte // first byte of the value
}

// members lists those of an object that is in order; none for another value.
func members(w []byte) (list []member) {
	s := scanner{src: w}
	s.space()
	if s.peek() != '{' {
		return nil
	}
	for s.open('{', 0); s.more('}'); {
		from, to, _ := s.key()
		list = append(list, member{string(w[from:to]), s.peek()})
		s.skip(1)
	}
	return list
}

// whyShape is the refusal for JSON w that is in order but of the wrong shape: the one
// noted in the scan, with the likely mix-up.
func (d *decoder) whyShape(w []byte) *onenet.Refusal {
	r, root := d.refusal, members(w)
	number := isDigit(d.payload[*r.Offset])
	switch r.Cause {
	case onenet.DataNoDatastreams:
		return d.whyNoDatastreams(root)
	case onenet.DataNoDsID:
		r.NearMiss = nearDsID(root)
	case onenet.DataType4Value:
		r.NearMiss = "this is the JSON of type 3: make the type byte 03, or give each value a time"
		if root[0].name == "datastreams" {
			r.NearMiss = "this is the JSON of type 1: make the type byte 01"
		}
	case onenet.DataNotObject:
		r.NearMiss = nearNotObject(d.payload[*r.Offset], w)
	case onenet.DataNoID:
		if number {
			r.NearMiss = "put the id into quotes: names of streams are strings"
		}
	case onenet.DataNoValue:
		r.NearMiss = `each point is an object with "value": {"value":25.5}`
	case onenet.DataNoDatapoints:
		r.NearMiss = `even one point stands in an array: "datapoints":[{"value":25.5}]`
	case onenet.DataBadTime:
		if number {
			r.NearMiss = "this looks like seconds or milliseconds since 1970; write the date out"
		}
	default: // the others have their usual mix-up
	}
	return r
}

// whyNoDatastreams tells the JSON of other types from slips within type 1.
func (d *decoder) whyNoDatastreams(root []member) *onenet.Refusal {
	if near := nearDatastreams(root); near != "" || len(root) == 0 {
		return d.refusal.Near("%s", near)
	}
	r := refuseAt(onenet.DataType3InType1, d.block.at).Want(`{"datastreams":[…]}`, "{"+quote(root[0].name)+":…}")
	if root[0].kind == '{' {
		return r.Near("if the values stand under times, this is the JSON of type 4: make the type byte 04")
	}
	return r.Near("this is the JSON of type 3: make the type byte 03")
}

func nearDatastreams(root []member) string {
	for _, m := range root {
		switch lower := strings.ToLower(m.name); {
		case m.name == "datastreams":
			return `even one stream stands in an array: "datastreams":[{…}]`
		case strings.HasPrefix(lower, "datastream") || strings.HasPrefix(lower, "data_stream"):
			return quote(m.name) + ` should be spelled "datastreams"`
		case lower == "ds_id":
			return "this is the header of type 2: make the type byte 02"
		case lower == "id" || lower == "datapoints":
			return `a single stream stands bare: wrap it as {"datastreams":[{…}]}`
		}
	}
	return ""
}

func nearDsID(root []member) string {
	for _, m := range root {
		switch {
		case m.name == "datastreams":
			return "this is the JSON of type 1: make the type byte 01"
		case m.name == "ds_id":
			return "put the id into quotes: names of streams are strings"
		case m.name == "id" || strings.EqualFold(strings.ReplaceAll(m.name, "_", ""), "dsid"):
			return quote(m.name) + ` should be spelled "ds_id"`
		}
	}
	return ""
}

// nearNotObject is about a value that begins with first.
func nearNotObject(first byte, w []byte) string {
	switch {
	case first == '"' && bytes.Contains(w, []byte(`{\"`)):
		return "the JSON was turned into a string once more (encoded twice)"
	case first == '[' && bytes.Contains(w, []byte(`"datapoints"`)):
		return `put the array into an object: {"datastreams":[…]}`
	case first == '[':
		return `an array has no names of streams: send {"stream":value}`
	case isDigit(first):
		return `a bare value has no name of a stream: send {"stream":value}`
	}
	return ""
}
