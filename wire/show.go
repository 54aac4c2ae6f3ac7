package wire

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The functions here put pieces of a message into words for a Refusal. None repeats
// more of it than a line can hold.

const glimpseSize = 24

// quote shows a text in quotes, cut.
func quote(s string) string {
	if len(s) <= glimpseSize {
		return strconv.Quote(s)
	}
	cut := glimpseSize
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strconv.Quote(s[:cut]) + "…"
}

// glimpse shows the bytes at b as text, or says that there are none.
func glimpse(b []byte) string {
	if len(b) == 0 {
		return "the end"
	}
	return quote(string(b[:min(len(b), glimpseSize+1)]))
}

// hexBytes shows bytes as 03 00 11, cut.
func hexBytes(b []byte) string {
	s := fmt.Sprintf("% X", b[:min(len(b), 8)])
	if len(b) > 8 {
		s += " …"
	}
	return s
}

// byteName shows one byte, and the character if it is one.
func byteName(c byte) string {
	if c > ' ' && c < 0x7F {
		return fmt.Sprintf("0x%02X (%q)", c, c)
	}
	return fmt.Sprintf("0x%02X", c)
}

// plural counts: 1 byte, 2 bytes.
func plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// kindOf names the JSON value that begins at b.
func kindOf(b []byte) string {
	if len(b) == 0 {
		return "the end"
	}
	switch c := b[0]; {
	case c == '{':
		return "an object"
	case c == '[':
		return "an array"
	case c == '"':
		return "a string"
	case c == '-' || isDigit(c):
		return "a number"
	}
	for _, word := range []string{"true", "false", "null"} {
		if strings.HasPrefix(string(b[:min(len(b), len(word))]), word) {
			return word
		}
	}
	return byteName(b[0])
}

// isText tells whether all of b could have been typed: UTF-8 without control
// characters but white space.
func isText(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7F {
			return false
		}
	}
	return true
}

// all tells whether b is one byte over and over.
func all(b []byte, c byte) bool {
	for _, have := range b {
		if have != c {
			return false
		}
	}
	return true
}
