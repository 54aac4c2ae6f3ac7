package wire

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"unicode/utf8"

	"github.com/onelan/onelan/onenet"
)

// whyNoLength explains a message that ends inside the header of a block.
func (d *decoder) whyNoLength() *onenet.Refusal {
	if r := d.whyNoBlock(); r != nil {
		return r
	}
	return refuseAt(onenet.DataNoLength, d.block.body).
		Want("two length bytes", plural(len(d.payload)-d.block.body, "byte"))
}

// whyNoBlock recognises text that only looks like the header of a block, because some
// letters do; nil if the current block is one.
func (d *decoder) whyNoBlock() *onenet.Refusal {
	switch {
	case d.block.flags&flagBit6 == 0:
		return nil
	case d.block.at > 0:
		return d.whyLastText()
	case isText(d.payload):
		return d.whyPlain()
	}
	return nil
}

// whyZero explains a length of 0.
func (d *decoder) whyZero() *onenet.Refusal {
	at, rest := d.block.body-2, d.rest()
	if len(rest) > 0 && all(rest, 0) {
		return d.trailingNUL(at, len(rest)+2, "in place of a length and a body")
	}
	r := refuseAt(onenet.DataLengthZero, at).Want(showLength(max(d.proper(), 1)), showLength(0))
	if len(rest) > 2 && int(binary.BigEndian.Uint16(rest)) == len(rest)-2 {
		r.Expected, r.NearMiss = showLength(len(rest)-2), "the length was written with four bytes; it has two"
	}
	return r
}

// whyTooLong explains a body that ends before its length.
func (d *decoder) whyTooLong() *onenet.Refusal {
	for _, ask := range []func() *onenet.Refusal{
		d.whyNoBlock, d.missingLength, d.littleEndianTooLong, d.missingTimeFlag,
	} {
		if r := ask(); r != nil {
			return r
		}
	}
	n := d.proper()
	r := d.tooLong(n, d.nearTooLong(n))
	if !d.fits(n) {
		r.Expected, r.Got = plural(d.block.size, "byte")+" of text", plural(n, "byte")
	}
	return r
}

// tooLong refuses a length that is larger than the n bytes there are.
func (d *decoder) tooLong(n int, near string) *onenet.Refusal {
	b, c := d.block, onenet.DataLengthTooLong
	if extra := b.size - n; d.fits(n) && (extra == 2 || extra == b.body-b.at) {
		c, near = onenet.DataLengthCountsHeader, fmt.Sprintf("the length counts %d bytes of the header too", extra)
	}
	return refuseAt(c, b.body-2).Want(showLength(n), showLength(b.size)).Near("%s", near)
}

func (d *decoder) nearTooLong(n int) string {
	extra, whole := d.block.size-n, d.fits(n)
	high, low := byte(d.block.size>>8), byte(d.block.size)
	switch {
	case isDigit(high) && isDigit(low):
		return fmt.Sprintf("the length is the text %q; write it as a number of two bytes", string([]byte{high, low}))
	case whole && extra == 1:
		return "the length counts the NUL at the end of a C string, or a line end, that was not sent"
	case whole:
		return fmt.Sprintf("the text is whole, so the length is too large by %d", extra)
	}
	return fmt.Sprintf("the text is cut off too: %s did not come; look at the size of the send buffer", plural(extra, "byte"))
}

// missingLength recognises a body right behind the type byte, or behind one length
// byte only.
func (d *decoder) missingLength() *onenet.Refusal {
	behind := d.payload[d.block.body-2:]
	r := refuseAt(onenet.DataNoLength, d.block.body-2).Want("two length bytes", glimpse(behind))
	switch {
	case !d.block.kind.isJSON():
		return nil
	case behind[0] == '{':
		return r.Near("the JSON follows the type byte directly")
	case behind[1] == '{' && int(behind[0]) == len(behind)-1:
		return r.Near("the length was written with one byte; it has two")
	}
	return nil
}

// missingTimeFlag recognises six time bytes behind a type byte 06.
func (d *decoder) missingTimeFlag() *onenet.Refusal {
	b := d.block
	behind := d.payload[b.at+1:]
	if b.kind != DPTextTimed || b.flags&flagTime != 0 || len(behind) < stampSize+2 {
		return nil
	}
	_, ok := parseStamp(behind, onenet.Beijing)
	if n := int(binary.BigEndian.Uint16(behind[stampSize:])); !ok || n == 0 || n > len(behind)-stampSize-2 {
		return nil
	}
	return noTimeFlag(b)
}

func noTimeFlag(b dpBlock) *onenet.Refusal {
	return refuseAt(onenet.DataTimeFlag, b.at).
		Want(hexBytes([]byte{byte(b.kind) | flagTime}), hexBytes([]byte{byte(b.kind)})).
		Near("six time bytes follow, but bit 7 of the type byte does not say so")
}

func (d *decoder) swapped() int { return int(bits.ReverseBytes16(uint16(d.block.size))) }

// littleEndian recognises length bytes in the wrong order: swapped, they fit.
func (d *decoder) littleEndian() *onenet.Refusal {
	if d.bare {
		return nil
	}
	if n := d.swapped(); n != d.block.size && n <= len(d.rest()) && d.fits(n) {
		return d.refuseSwapped()
	}
	return nil
}

// littleEndianTooLong is littleEndian for a length that is too long as it is: then it is
// proof enough if the swapped one uses the message up.
func (d *decoder) littleEndianTooLong() *onenet.Refusal {
	if d.swapped() == len(d.rest()) {
		return d.refuseSwapped()
	}
	return d.littleEndian()
}

func (d *decoder) refuseSwapped() *onenet.Refusal {
	return refuseAt(onenet.DataLengthLittleEndian, d.block.body-2).
		Want(showLength(d.swapped()), showLength(d.block.size)).
		Near("the length bytes are swapped: the high byte comes first")
}

// proper is the size that the body seems to have, whatever its length says: that
// of the JSON value, or all there is.
func (d *decoder) proper() int {
	if end := d.jsonEnd(); end > 0 {
		return end
	}
	return len(d.rest())
}

// fits tells whether n bytes make a whole body: JSON that is one value, text that
// uses the message up.
func (d *decoder) fits(n int) bool {
	body := d.rest()[:n]
	if !d.block.kind.isJSON() {
		return n == len(d.rest()) && utf8.Valid(body)
	}
	s := scanner{src: body}
	return utf8.Valid(body) && s.whole()
}

// jsonEnd finds where the JSON value at the start of the body ends, counted from
// there; 0 if it does not end, or is none.
func (d *decoder) jsonEnd() int {
	s := scanner{src: d.rest()}
	s.space()
	s.skip(0)
	if s.halted || !d.block.kind.isJSON() {
		return 0
	}
	return s.pos
}

// whyWindow explains JSON that is broken only because its length is wrong; nil if the
// JSON itself is broken.
func (d *decoder) whyWindow() *onenet.Refusal {
	if r := d.littleEndian(); r != nil {
		return r
	}
	switch end := d.jsonEnd(); {
	case end > d.block.size:
		return d.tooShort(end)
	case end > 0:
		return d.whyAfterJSON(d.window()[end:])
	}
	return nil
}

// tooShort refuses a length that ends before the n bytes of the body do.
func (d *decoder) tooShort(n int) *onenet.Refusal {
	size := d.block.size
	c, near := onenet.DataLengthTooShort, fmt.Sprintf("the text goes on for %s behind its length", plural(n-size, "byte"))
	if countsCharacters(d.rest()[:n], size) {
		c = onenet.DataLengthCountsCharacters
		near = fmt.Sprintf("the text has %s, which are %s in UTF-8", plural(size, "character"), plural(n, "byte"))
	}
	return refuseAt(c, d.block.body-2).Want(showLength(n), showLength(size)).Near("%s", near)
}

// countsCharacters tells whether n is the length of b as languages count characters:
// in code points, or in units of UTF-16.
func countsCharacters(b []byte, n int) bool {
	runes, units := 0, 0
	for _, r := range string(b) {
		runes++
		units++
		if r > 0xFFFF {
			units++
		}
	}
	return n == runes || n == units
}

// whyAfterJSON explains what stands between the end of the JSON and the end that the
// length gives.
func (d *decoder) whyAfterJSON(extra []byte) *onenet.Refusal {
	n := d.block.size - len(extra)
	trimmed := bytes.TrimLeft(extra, " \t\r\n")
	switch {
	case len(trimmed) == 0:
		return nil
	case all(trimmed, 0):
		return d.trailingNUL(d.block.end()-len(trimmed), len(trimmed), d.inside())
	case d.bare:
		return nil
	case d.block.kind == DPBinary && !isText(extra):
		return d.tooLong(n, "the length counts the JSON only, neither the file behind it nor its length")
	case startsBlock(extra[0]):
		return d.tooLong(n, fmt.Sprintf("the JSON ends earlier and another block begins at byte %d", d.block.body+n))
	}
	return nil
}

// inside is where NUL bytes stand that were sent with the text.
func (d *decoder) inside() string {
	if d.bare {
		return "behind the text"
	}
	return "inside the length"
}

// whyText explains a body of type 5 or 6 that is not UTF-8 or ends with a NUL.
func (d *decoder) whyText() *onenet.Refusal {
	w, rest := d.window(), d.rest()
	if r := d.littleEndian(); r != nil {
		return r
	}
	if utf8.Valid(w) {
		n := len(w) - len(bytes.TrimRight(w, "\x00"))
		return d.trailingNUL(d.block.end()-n, n, d.inside())
	}
	if utf8.Valid(rest) && countsCharacters(rest, len(w)) {
		return d.tooShort(len(rest))
	}
	return d.notUTF8(w)
}

// whyRecords explains a body of type 5 or 6 with a fault r in its records: perhaps
// its length cut it off.
func (d *decoder) whyRecords(r *onenet.Refusal) *onenet.Refusal {
	if r := d.littleEndian(); r != nil {
		return r
	}
	if behind := d.payload[d.block.end():]; len(behind) > 0 && isText(behind) && len(bytes.TrimSpace(behind)) > 0 {
		return d.tooShort(len(d.rest()))
	}
	return r
}

// whyLastText explains what follows a block of type 5 or 6 as the end of its text;
// nil if it cannot be.
func (d *decoder) whyLastText() *onenet.Refusal {
	if d.last.kind != DPText && d.last.kind != DPTextTimed {
		return nil
	}
	before := *d
	before.block = d.last
	return before.whyRecords(nil)
}

func showLength(n int) string {
	if n > MaxDPText {
		return fmt.Sprintf("at most FF FF (%d)", MaxDPText)
	}
	return fmt.Sprintf("%02X %02X (%d)", n>>8, n&0xFF, n)
}
