package onenet

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// parseJSON reads one JSON value and keeps its numbers as they are written.
func parseJSON(text []byte) (any, bool) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil || dec.More() {
		return nil, false
	}
	return v, true
}

// sameJSON tells whether two values say the same: the order of keys and the spelling of numbers do not count.
func sameJSON(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		b, is := b.(json.Number)
		return is && (a == b || decimalOf(string(a)) == decimalOf(string(b)))
	case []any:
		b, is := b.([]any)
		if !is || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !sameJSON(a[i], b[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		b, is := b.(map[string]any)
		if !is || len(a) != len(b) {
			return false
		}
		for k := range a {
			if other, has := b[k]; !has || !sameJSON(a[k], other) {
				return false
			}
		}
		return true
	}
	return a == b // texts, true, false and null
}

// decimal is a number in the one form that it has without needless zeros: ±0.digits times ten to the power of exp. Equal numbers
// have equal decimals, however long they are: no rounding, and 1e999999999 costs nothing.
type decimal struct {
	negative bool
	digits   string
	exp      int64
	text     string // of a number whose exponent is out of all bounds: as it is written
}

func decimalOf(text string) decimal {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	exp := int64(0)
	if exponent != "" {
		n, err := strconv.ParseInt(exponent, 10, 32)
		if err != nil {
			return decimal{text: text}
		}
		exp = n
	}
	unsigned := strings.TrimPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(unsigned, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	exp += int64(len(whole)) - int64(len(whole)+len(fraction)-len(digits))
	digits = strings.TrimRight(digits, "0")
	if digits == "" { // 0, -0.0, 0e7
		return decimal{}
	}
	return decimal{negative: unsigned != mantissa, digits: digits, exp: exp}
}
