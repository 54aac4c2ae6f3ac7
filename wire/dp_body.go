package wire

import (
	"strings"

	"github.com/onelan/onelan/onenet"
)

// DecodeDPBody reads the inside of a $dp block of type 1, 3, 4 or 5 as it comes over HTTP: without type byte and
// length, and as long as the caller allows (reference, section 5.7). Offsets in a Refusal count from the body's
// first byte. All else is as DecodeDP has it. Other types have no form without bytes: asking for one is a mistake
// of the caller's and is refused as an unknown type.
func DecodeDPBody(kind DPType, body []byte, opt DPOptions) ([]onenet.Datapoint, *onenet.Refusal) {
	d := decoder{payload: body, opt: opt, n: 1, bare: true, block: dpBlock{kind: kind}}
	if r := d.decodeBody(); r != nil {
		return nil, onHTTP(nearUsual(r))
	}
	return d.points, nil
}

func (d *decoder) decodeBody() *onenet.Refusal {
	switch {
	case len(d.payload) == 0:
		return onenet.Refuse(onenet.DataEmpty).Want("a body", "nothing")
	case d.block.kind == DPText:
		return d.decodeText()
	case d.block.kind.isJSON() && d.block.kind != DPBinary:
		return d.decodeJSON()
	default:
		return onenet.Refuse(onenet.DataUnknownType).Want("type 1, 3, 4 or 5", d.block.kind.String())
	}
}

// onHTTP says in the words of HTTP what a near miss says in those of $dp: a body has no type byte.
func onHTTP(r *onenet.Refusal) *onenet.Refusal {
	if r.Cause == onenet.DataType3InType1 {
		r.Says, r.Fix = "the call has no type parameter, the JSON is that of a type", "add type=3 or type=4 to the URL"
	}
	for from, to := range map[string]string{
		"make the type byte 01": "leave the type parameter out",
		"make the type byte 02": "send the file to /bindata",
		"make the type byte 03": "add type=3 to the URL",
		"make the type byte 04": "add type=4 to the URL",
	} {
		r.NearMiss = strings.Replace(r.NearMiss, from, to, 1)
	}
	return r
}
