package wire

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/onelan/onelan/onenet"
)

// whySeparators explains the first two characters of a body of type 5 or 6.
func (d *decoder) whySeparators(sep string) *onenet.Refusal {
	r := refuseAt(onenet.DataType5Separators, d.block.body).
		Want("two different characters: separator of fields, separator of records", glimpse(d.window()))
	if d.text == sep {
		return r.Near("the text ends before the second separator")
	}
	return r.Near("the first two characters are the same, %s", quote(sep))
}

// whyBinary explains the four length bytes of a file, or their lack.
func (d *decoder) whyBinary(behind []byte) *onenet.Refusal {
	at := d.block.end()
	if len(behind) < 4 {
		return refuseAt(onenet.DataBinaryLength, at).
			Want("four length bytes and the file", plural(len(behind), "byte"))
	}
	have := len(behind) - 4
	n := int(binary.BigEndian.Uint32(behind))
	show := func(n int) string { return fmt.Sprintf("%08X (%d)", n, n) }
	r := refuseAt(onenet.DataBinaryLength, at).Want(show(have), show(n))
	switch {
	case n == 0 && have == 0:
		return r.Want("at least 1 byte", "0").Near("the file is empty: the camera gave no picture, or its buffer was cleared")
	case n == 0:
		return r.Near("the length bytes were reserved and never filled in")
	case int(binary.LittleEndian.Uint32(behind)) == have:
		return r.Near("the length bytes are in the wrong order: the highest comes first")
	case int(binary.BigEndian.Uint16(behind)) == have+2:
		return r.Want(show(have+2), hexBytes(behind[:2])).Near("the length was written with two bytes; it has four")
	case isImage(behind):
		return r.Want(show(have+4), hexBytes(behind[:4])).Near("the file follows the JSON directly: its four length bytes are missing")
	case n > MaxDPBinary:
		return refuseAt(onenet.DataBinaryTooLarge, at).
			Want(fmt.Sprintf("at most %d (3 MiB)", MaxDPBinary), fmt.Sprint(n))
	}
	return r.Near("the message ends %s before the file does", plural(n-have, "byte"))
}

// isImage recognises the first bytes of JPEG, PNG, GIF and BMP files.
func isImage(b []byte) bool {
	for _, magic := range []string{"\xFF\xD8\xFF", "\x89PNG", "GIF8", "BM"} {
		if bytes.HasPrefix(b, []byte(magic)) {
			return true
		}
	}
	return false
}

// whyFloats explains a body of type 7 that is neither groups nor pairs; r is where the
// groups stop making sense.
func (d *decoder) whyFloats(r *onenet.Refusal) *onenet.Refusal {
	body := d.rest()
	switch {
	case len(body) > 2 && int(binary.BigEndian.Uint16(body)) == len(body)-2:
		return r.AtByte(d.block.body).Near("type 7 has no length bytes: the first group follows the header")
	case d.block.flags&flagTime == 0 && d.readsBehindStamp(body):
		return noTimeFlag(d.block)
	case d.readsSwapped(body):
		return r.Near("stream and count are big-endian; only the floats are little-endian")
	case bytes.IndexByte(body, '{') >= 0:
		return r.Near("type 7 has no length, so nothing can follow it: make it the last block")
	}
	return r
}

// readsBehindStamp tells whether body is time bytes and whole groups.
func (d *decoder) readsBehindStamp(body []byte) bool {
	if _, ok := parseStamp(body, onenet.Beijing); !ok {
		return false
	}
	_, r := d.checkGroups(body[stampSize:])
	return r == nil
}

// readsSwapped tells whether body is whole groups with little-endian stream and count.
func (d *decoder) readsSwapped(body []byte) bool {
	if len(body) == 0 {
		return false
	}
	for len(body) >= 4 {
		n := 4 + 4*int(binary.LittleEndian.Uint16(body[2:]))
		if n == 4 || n > len(body) {
			return false
		}
		body = body[n:]
	}
	return len(body) == 0
}
