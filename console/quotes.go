package console

import (
	"sort"
	"strings"
)

// quotation is a piece of a text.
type quotation struct{ from, to int }

// quotations are pieces of a text in quotes, in their order.
type quotations []quotation

// quotesIn finds what stands in quotes, with them, as %q writes it. A quote without another is none, nor is one that is shown as the
// first or last character of a secret: '"'.
func quotesIn(text string) (out quotations) {
	from := -1
	for i := 0; i < len(text); i++ {
		switch {
		case from < 0 && strings.HasPrefix(text[i:], `'"'`):
			i += 2
		case text[i] == '\\' && from >= 0:
			i++
		case text[i] == '"' && from < 0:
			from = i
		case text[i] == '"':
			out, from = append(out, quotation{from, i + 1}), -1
		}
	}
	return out
}

// hold tells whether a byte of the text stands inside of quotes; the first quote itself does not.
func (s quotations) hold(at int) bool {
	i := sort.Search(len(s), func(i int) bool { return s[i].to > at })
	return i < len(s) && s[i].from < at
}

// index finds words from a byte on that begin outside of quotes; -1 when they do not stand there.
func (s quotations) index(text, words string, from int) int {
	for from <= len(text) {
		i := strings.Index(text[from:], words)
		if i < 0 {
			return -1
		}
		if !s.hold(from + i) {
			return from + i
		}
		from = s[sort.Search(len(s), func(k int) bool { return s[k].to > from+i })].to // behind these quotes
	}
	return -1
}
