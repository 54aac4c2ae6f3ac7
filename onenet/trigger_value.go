package onenet

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// What a trigger reads in a value. A number may be written as a JSON string, in a threshold (an SDK does) as in a
// value (much firmware quotes all it sends). Objects and arrays are nothing a trigger can read (reference, section 5.8).

// scalar is what a trigger can read of a value: its text, and whether it has one.
func scalar(v json.RawMessage) (string, bool) {
	if len(v) == 0 || v[0] == '{' || v[0] == '[' {
		return "", false
	}
	if v[0] != '"' {
		return string(v), true
	}
	if v[len(v)-1] == '"' && len(v) > 1 && bytes.IndexByte(v, '\\') < 0 {
		return string(v[1 : len(v)-1]), true // the usual case, without a decoder
	}
	var s string
	return s, json.Unmarshal(v, &s) == nil
}

// number reads a value as a number. One too large for a float64 is infinite.
func number(v json.RawMessage) (float64, bool) {
	s, ok := scalar(v)
	if !ok {
		return 0, false
	}
	return numberText(s)
}

func numberText(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if s == "" || s[0] != '-' && (s[0] < '0' || s[0] > '9') || !json.Valid([]byte(s)) {
		return 0, false // what only Go takes for a number: NaN, Inf, 0x1p-2, 1_000
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil || math.IsInf(f, 0)
}

// identity is the same text for values that are the same: 9, 9.0, 0.9e1 and "9", but not true and "on".
// Whole numbers are told apart at any length.
func identity(v json.RawMessage) (string, bool) {
	s, ok := scalar(v)
	if !ok {
		return "", false
	}
	f, isNumber := numberText(s)
	if !isNumber {
		return "text " + s, true
	}
	s = strings.TrimSpace(s)
	if f == 0 {
		return "number 0", true // -0 too
	}
	if !strings.ContainsAny(s, ".eE") {
		return "number " + s, true
	}
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return "number " + strconv.FormatInt(int64(f), 10), true
	}
	return "number " + strconv.FormatFloat(f, 'g', -1, 64), true
}
