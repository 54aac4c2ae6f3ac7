package wire

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/onelan/onelan/onenet"
)

// decodeText reads a block of type 5 or 6: the separator of fields, the separator of
// records, then records (section 3.2).
func (d *decoder) decodeText() *onenet.Refusal {
	var at time.Time
	if d.block.kind == DPTextTimed {
		var r *onenet.Refusal
		if at, r = d.stamp(); r != nil {
			return r
		}
	}
	if r := d.header(); r != nil {
		return r
	}
	w := d.window()
	if !utf8.Valid(w) || w[len(w)-1] == 0 {
		return d.whyText()
	}
	d.scan = scanner{}
	d.text, d.own = string(w), make([]byte, 0, len(w))
	if r := d.records(at); r != nil {
		return d.whyRecords(r)
	}
	return nil
}

func (d *decoder) records(at time.Time) *onenet.Refusal {
	_, n := utf8.DecodeRuneInString(d.text)
	_, m := utf8.DecodeRuneInString(d.text[n:])
	sep, end, text := d.text[:n], d.text[n:n+m], d.text[n+m:]
	if m == 0 || sep == end {
		return d.whySeparators(sep)
	}
	d.reserve(strings.Count(text, end) + 1)
	// An empty record at the end is none: the STM32 kit closes each with a separator.
	for i := 0; text != "" && d.refusal == nil; i++ {
		record, rest, _ := strings.Cut(text, end)
		d.record(strings.SplitN(record, sep, 4), i, at, d.block.end()-len(text))
		text = rest
	}
	return d.refusal
}

// record keeps the point of record number i, which stands at byte start. Without a time
// of its own, or with an empty one, it has the time of the block.
func (d *decoder) record(fields []string, i int, at time.Time, start int) {
	p := onenet.Datapoint{At: at}
	value, valueAt := fields[len(fields)-1], start+sepWidth(d.text)*(len(fields)-1)
	for _, f := range fields[:len(fields)-1] {
		valueAt += len(f)
	}
	switch len(fields) {
	case 1:
		p.Stream = onenet.StreamID(strconv.Itoa(i))
	case 3:
		if fields[1] != "" {
			p.At = d.when(fields[1], start+len(fields[0])+sepWidth(d.text))
		}
		fallthrough
	case 2:
		p.Stream = onenet.StreamID(fields[0])
	default:
		d.refuse(onenet.DataType5Fields, start, "1 to 3 fields: value; stream and value; stream, time and value",
			"more than 3")
		return
	}
	if value == "" {
		d.refuse(onenet.DataNoValue, valueAt, "a value", "an empty field")
		return
	}
	p.Value = d.textValue(value)
	d.add(p, start)
}

func sepWidth(text string) int {
	_, n := utf8.DecodeRuneInString(text)
	return n
}

// textValue gives a field its JSON type: number if it is one, else string. Quotes
// around it say string.
func (d *decoder) textValue(field string) json.RawMessage {
	from := len(d.own)
	switch number, ok := plainNumber(strings.TrimSpace(field)); {
	case ok:
		d.own = append(d.own, number...)
	case len(field) >= 2 && field[0] == '"' && json.Valid([]byte(field)):
		d.own = append(d.own, field...)
	case len(field) >= 2 && field[0] == '"' && field[len(field)-1] == '"':
		d.own = appendString(d.own, field[1:len(field)-1])
	default:
		d.own = appendString(d.own, field)
	}
	return d.own[from:len(d.own):len(d.own)]
}

// plainNumber makes a JSON number of what C prints and reads as a decimal number:
// "+5", "05.30", ".5" and "5." are numbers too, which JSON would spell otherwise.
func plainNumber(s string) (string, bool) {
	sign, digits := "", s
	if s != "" && (s[0] == '-' || s[0] == '+') {
		sign, digits = strings.TrimPrefix(s[:1], "+"), s[1:]
	}
	exp := ""
	if i := strings.IndexAny(digits, "eE"); i >= 0 {
		digits, exp = digits[:i], digits[i:]
	}
	whole, fraction, dot := strings.Cut(digits, ".")
	if whole == "" && fraction == "" {
		return "", false
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" || !isDigit(whole[0]) {
		whole = "0" + whole // a letter behind it fails below
	}
	if dot && fraction != "" {
		whole += "." + fraction
	}
	number := sign + whole + exp
	scan := scanner{src: []byte(number)}
	scan.number()
	return number, !scan.halted && scan.pos == len(number)
}

// appendString appends s as a JSON string.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ':
			dst = fmt.Appendf(dst, `\u%04x`, c)
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}
