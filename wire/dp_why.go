package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/onelan/onelan/onenet"
)

// The files dp_why*.go find out which mistake a message makes once the decoder knows
// that it makes one. Each question is asked before the more general one behind it;
// none costs a message without a fault anything.

// whyType explains a type byte that is none of 1 to 7.
func (d *decoder) whyType() *onenet.Refusal {
	if d.off > 0 {
		return d.whyTrailing()
	}
	if r := d.whyPlain(); r != nil {
		return r
	}
	p := d.payload
	r := refuseAt(onenet.DataUnknownType, 0).Want("a type byte from 01 to 07, or 86, 87", byteName(p[0]))
	switch {
	case len(p) > 2 && int(binary.BigEndian.Uint16(p)) == len(p)-2:
		r.NearMiss = "bytes 0 and 1 are the length of what follows: the type byte before them is missing"
	case bytes.Contains(p, []byte("\x00\x03$dp")):
		r.NearMiss = "the payload holds a whole MQTT PUBLISH packet: give the client the payload alone"
	case len(p) > 1 && DPType(p[1]).known():
		r.NearMiss = fmt.Sprintf("the type byte %02X comes second: something stands before it", p[1])
	}
	return r
}

// whyPlain recognises messages that are typed text from the first byte to the last,
// where bytes belong. nil if this one is something else.
func (d *decoder) whyPlain() *onenet.Refusal {
	p := d.payload
	lead := bytes.TrimLeft(bytes.TrimPrefix(p, []byte("\uFEFF")), " \t\r\n")
	switch {
	case len(lead) > 0 && (lead[0] == '{' || lead[0] == '['):
		return refuseAt(onenet.DataPlainJSON, len(p)-len(lead)).
			Want("a type byte, two length bytes and then the JSON", glimpse(lead)).
			Near("%s", nearPlainJSON(lead))
	case isHexText(p):
		return refuseAt(onenet.DataHexText, 0).Want("bytes", "their hexadecimal digits as text: "+glimpse(p)).
			Near("the client was given a hex dump but sends it as text: switch its input format to hex")
	case isTypeText(p):
		return refuseAt(onenet.DataTextType, 0).Want("0x0"+string(p[0]), byteName(p[0])).
			Near("the type is the number %c, not the character '%c'", p[0], p[0])
	case isBase64Text(p):
		return refuseAt(onenet.DataBase64Text, 0).Want("bytes", "their Base64 text: "+glimpse(p))
	case isText(p):
		return refuseAt(onenet.DataPlainText, 0).Want("a type byte from 01 to 07", glimpse(p))
	}
	return nil
}

func nearPlainJSON(json []byte) string {
	has := func(name string) bool { return bytes.Contains(json, []byte(name)) }
	switch {
	case has(`"datastreams"`):
		return "the JSON is that of type 1: put 01 and its length in bytes (two bytes, big-endian) before it"
	case has(`"params"`) || has(`"dp"`) && has(`"id"`):
		return "this JSON belongs to the newer platforms ($sys topics); here send type 3, {\"stream\":value}"
	}
	return "if the JSON is {\"stream\":value}, put 03 and its length in bytes (two bytes, big-endian) before it"
}

// isHexText recognises "03 00 11 7B", "030011", "0x03,0x00" and "\x03\x00\x11{…".
func isHexText(p []byte) bool {
	if !isText(p) {
		return false
	}
	text := string(p)
	if strings.HasPrefix(text, `\x0`) || strings.HasPrefix(text, `\00`) {
		return true
	}
	if i := strings.IndexByte(text, '{'); i > 0 && i < 16 {
		text = text[:i] // only the header was typed as digits
	}
	digits := strings.NewReplacer("0x", "", "0X", "", " ", "", ",", "", ":", "", "-", "", "\r", "", "\n", "").Replace(text)
	raw, err := hex.DecodeString(digits)
	return err == nil && len(raw) >= 3 && startsBlock(raw[0])
}

// isTypeText recognises a header whose type is a digit character.
func isTypeText(p []byte) bool {
	if len(p) < 2 || p[0] < '1' || p[0] > '7' {
		return false
	}
	if p[1] < ' ' || len(p) > 3 && int(binary.BigEndian.Uint16(p[1:])) == len(p)-3 {
		return true
	}
	return bytes.IndexByte(p[:min(len(p), 8)], '{') > 0
}

func isBase64Text(p []byte) bool {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(p)))
	if err != nil || len(raw) < 4 || !startsBlock(raw[0]) {
		return false
	}
	return DPType(raw[0]&typeMask) >= DPTextTimed || int(binary.BigEndian.Uint16(raw[1:])) <= len(raw)-3
}

// startsBlock tells whether c is a type byte as devices write it.
func startsBlock(c byte) bool {
	return DPType(c).known() || c == flagTime|byte(DPTextTimed) || c == flagTime|byte(DPFloats)
}

// whyTrailing explains bytes behind a whole block that start no other.
func (d *decoder) whyTrailing() *onenet.Refusal {
	rest := d.payload[d.off:]
	if all(rest, 0) {
		return d.trailingNUL(d.off, len(rest), "behind the block")
	}
	if r := d.whyLastText(); r != nil {
		return r
	}
	lineEnd := len(bytes.Trim(rest, "\r\n")) == 0
	if d.last.kind == DPBinary && !lineEnd {
		n := d.last.tail - 4
		return refuseAt(onenet.DataBinaryLength, d.last.end()).
			Want(plural(n+len(rest), "byte")+", if all that follows is the file", plural(n, "byte")).
			Near("behind the file of the given length come %s that start no block", plural(len(rest), "byte"))
	}
	r := refuseAt(onenet.DataTrailingBytes, d.off).
		Want("the end or another block", plural(len(rest), "byte")+": "+glimpse(rest))
	switch {
	case lineEnd:
		r.NearMiss = "a line end follows the block: use write, not println, and no CRLF of an AT command"
	case rest[0] == '{' || rest[0] == '[':
		r.NearMiss = "more JSON follows: each JSON text needs a type byte and a length of its own"
	default:
		r.NearMiss = "a buffer was sent with its full size, or the length bytes are smaller than the text"
	}
	return r
}

func (d *decoder) trailingNUL(at, n int, where string) *onenet.Refusal {
	r := refuseAt(onenet.DataTrailingNUL, at).Want("no NUL byte", fmt.Sprintf("%d %s", n, where))
	if n == 1 {
		return r.Near("a C string ends with a NUL that does not belong to it: use strlen(s), not sizeof(s) or strlen(s)+1")
	}
	return r.Near("the whole buffer was sent, with its unused end: send as many bytes as were filled")
}

// whyStamp explains time bytes that are no time.
func (d *decoder) whyStamp(raw []byte) *onenet.Refusal {
	at := d.block.body
	if len(raw) < stampSize {
		return refuseAt(onenet.DataTimeBytes, at).Want("6 time bytes, as bit 7 of the type byte says", plural(len(raw), "byte"))
	}
	if d.readsWithoutStamp(raw) {
		return refuseAt(onenet.DataTimeFlag, d.block.at).
			Want(hexBytes([]byte{byte(d.block.kind)}), hexBytes(d.payload[d.block.at:d.block.at+1])).
			Near("bit 7 promises six time bytes, but the rest of the block reads well without them")
	}
	s := raw[:stampSize]
	r := refuseAt(onenet.DataTimeBytes, at+badStampByte(s)).
		Want("year-2000, month 1-12, day, hour, minute, second as plain numbers", hexBytes(s))
	if near := nearStamp(s); near != "" {
		r.NearMiss = near
	}
	return r
}

// readsWithoutStamp tells whether the block is whole if no time bytes are expected.
func (d *decoder) readsWithoutStamp(raw []byte) bool {
	if d.block.kind == DPFloats {
		_, r := d.checkGroups(raw)
		return r == nil
	}
	n := int(binary.BigEndian.Uint16(raw))
	return n > 0 && n <= len(raw)-2 && isText(raw[2:2+n])
}

// badStampByte finds the first time byte that is out of its range.
func badStampByte(s []byte) int {
	low, high := []byte{0, 1, 1, 0, 0, 0}, []byte{99, 12, 31, 23, 59, 59}
	for i, c := range s {
		if c < low[i] || c > high[i] {
			return i
		}
	}
	return 2 // a day that its month does not have
}

// nearStamp recognises common ways to fill time bytes wrongly.
func nearStamp(s []byte) string {
	bcd := bytes.Clone(s)
	isBCD := true
	for i, c := range bcd {
		bcd[i] = c>>4*10 + c&0x0F
		isBCD = isBCD && c>>4 <= 9 && c&0x0F <= 9
	}
	if isBCD {
		_, isBCD = parseStamp(bcd, onenet.Beijing)
	}
	switch {
	case s[0] >= 100 && s[0] < 200:
		return "tm_year counts from 1900: subtract 100"
	case binary.BigEndian.Uint16(s) > 2000 && binary.BigEndian.Uint16(s) < 2100:
		return "the year is one byte, counted from 2000"
	case isText(s):
		return "the bytes are characters; write plain numbers"
	case s[1] == 0 && s[2] > 0:
		return "tm_mon counts from 0: add 1"
	case isBCD:
		return "the bytes are BCD, as clock chips give them; write plain numbers (18 is 0x12)"
	}
	return ""
}
