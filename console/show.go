package console

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// clockTime is a time as a list shows it: short, with the day where that is not today.
func (d *door) clockTime(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	t, now := t.In(d.Zone), d.p.Clock().Now().In(d.Zone)
	switch {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return t.Format("15:04:05")
	case t.Year() == now.Year():
		return t.Format("01-02 15:04")
	}
	return t.Format("2006-01-02 15:04")
}

// fullTime is a time to the millisecond with its zone.
func (d *door) fullTime(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(d.Zone).Format("2006-01-02 15:04:05.000 -07:00")
}

// took is how long something took, in the unit that suits it.
func took(from, to time.Time) string {
	d := to.Sub(from)
	switch {
	case from.IsZero() || to.IsZero():
		return ""
	case d < time.Second:
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// shown is a text that came from outside as one line: what does not print is written as its number, so that nobody can
// turn the direction of writing or hide a part.
func shown(text string) string {
	if utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
	}
	return b.String()
}

// grouped is a whole number as people read it: 1,200,000. What a person copies, such as an id, stays as it is.
func grouped[T int | int64 | uint64](n T) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// groupedAny is n, where it is a whole number as people read it: for templates and phrases, which do not know what they are given.
func groupedAny(n any) any {
	switch n := n.(type) {
	case int:
		return grouped(n)
	case int64:
		return grouped(n)
	case uint64:
		return grouped(n)
	}
	return n
}

// cut is the text, at most n characters of it.
func cut(n int, text string) string {
	for i := range text {
		if n == 0 {
			return text[:i] + "…"
		}
		n--
	}
	return text
}

// isText tells whether people can read the bytes.
func isText(b []byte) bool {
	return utf8.Valid(b) && strings.IndexFunc(string(b), func(r rune) bool {
		return !unicode.IsPrint(r) && r != '\n' && r != '\r' && r != '\t'
	}) < 0
}

// bodyText is a payload as one line: text where it is one, else bytes.
func bodyText(b []byte) string {
	if isText(b) {
		return shown(string(b))
	}
	return hexLine(b)
}

func hexLine(b []byte) string { return fmt.Sprintf("% x", b) }
