package wire

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/onelan/onelan/onenet"
)

// whyJSON explains a block whose JSON could not be read. If the JSON is in order, its
// meaning is not, and the mistake was noted already.
func (d *decoder) whyJSON() *onenet.Refusal {
	w := d.window()
	s := scanner{src: d.payload[:d.block.end()], pos: d.block.body}
	if s.whole() && utf8.Valid(w) {
		return d.whyShape(w)
	}
	if s.deep {
		return refuseAt(onenet.DataTooDeep, s.at).Want(fmt.Sprintf("at most %d levels", maxDepth), "more")
	}
	if r := d.whyWindow(); r != nil {
		return r
	}
	if bad := invalidUTF8(w); bad >= 0 && (s.want == "" || d.block.body+bad <= s.at) {
		return d.notUTF8(w)
	}
	return d.whySyntax(s.at, s.want)
}

// invalidUTF8 finds the first byte that is not UTF-8; -1 if there is none.
func invalidUTF8(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

func (d *decoder) notUTF8(w []byte) *onenet.Refusal {
	at := invalidUTF8(w)
	r := refuseAt(onenet.DataNotUTF8, d.block.body+at).Want("UTF-8", hexBytes(w[at:]))
	if len(w) > at+1 && w[at] >= 0x81 && w[at] != 0xFF && w[at+1] >= 0x40 && w[at+1] != 0x7F {
		r.NearMiss = fmt.Sprintf("%s look like a Chinese character in GBK: save the source file as UTF-8", hexBytes(w[at:at+2]))
	}
	return r
}

// whySyntax explains a fault of the JSON text at a byte of the message where want
// should have stood.
func (d *decoder) whySyntax(at int, want string) *onenet.Refusal {
	before, here := d.payload[d.block.body:at], d.payload[at:d.block.end()]
	c, near := syntaxMistake(before, here, want)
	r := refuseAt(c, at).Want(want, glimpse(here))
	if near != "" {
		r.NearMiss = near
	}
	return r
}

func syntaxMistake(before, here []byte, want string) (onenet.Cause, string) {
	starts := func(words ...string) bool {
		for _, w := range words {
			if len(here) >= len(w) && strings.EqualFold(string(here[:len(w)]), w) {
				return true
			}
		}
		return false
	}
	before = bytes.TrimRight(before, " \t\r\n")
	switch {
	case starts("'"):
		return onenet.DataSingleQuotes, "JSON uses double quotes only; a Python dict must go through json.dumps"
	case want != wantName && starts("nan", "inf"):
		return onenet.DataNaN, "the sensor gave no number (NaN or infinity): test it before you print it, or send null"
	case isBareMembers(before, here):
		return onenet.DataNoOuterJSON, "the members stand without the { } around them"
	}
	return onenet.DataBadJSON, nearSyntax(before, here, starts)
}

// isBareMembers recognises "t":25.5 without braces: the fault is the colon behind a
// string that begins the text.
func isBareMembers(before, here []byte) bool {
	s := scanner{src: before}
	s.space()
	return len(here) > 0 && here[0] == ':' && s.peek() == '"' && s.whole()
}

func nearSyntax(before, here []byte, starts func(...string) bool) string {
	last := byte(0)
	if len(before) > 0 {
		last = before[len(before)-1]
	}
	switch {
	case len(here) == 0:
		return "the JSON stops early: a bracket or quote is not closed, or the text was cut by a small buffer"
	case starts("“", "”", "‘", "’", "＂"):
		return "these are typographic quotes; JSON uses \""
	case starts("，", "：", "｛", "｝"):
		return "this is a full-width character; JSON uses the ASCII one"
	case last == ',' && starts("}", "]"):
		return "a comma stands behind the last element"
	case last == ',' && isDigit(here[0]):
		return "a decimal comma: numbers are written with a point"
	case starts("%"):
		return "a printf pattern was not filled in"
	case starts("?"):
		return "sprintf on small boards prints ? for %f: use dtostrf"
	case starts("true", "false", "none"):
		return "JSON writes true, false and null in lower case"
	case last == '0' && isDigit(here[0]):
		return "a number begins with 0: print it without leading zeros"
	case here[0] < ' ':
		return fmt.Sprintf("a control character (%s) stands in a string", byteName(here[0]))
	case last == '{' || last == ',':
		return "names stand in double quotes"
	case last == '"' && here[0] != ',' && here[0] != '}':
		return "a double quote inside a string is written \\\""
	case here[0] == '"':
		return "a comma is missing before this"
	}
	return ""
}
