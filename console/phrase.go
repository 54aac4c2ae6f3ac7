package console

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// phrase is a sentence in both languages. Its English is words, a place, words, a place, …, words; the first and the last may be empty.
type phrase struct {
	words  []string
	places []kind
	zh     []piece
	size   int // of all words
}

// piece is a part of the Chinese: a text, or a place.
type piece struct {
	text  string
	place int // -1 for a text
}

// kind says what a place takes.
type kind string

const (
	placeAny    kind = "{}"
	placeNumber kind = "{#}"
	placeQuoted kind = "{q}"
	placeTime   kind = "{t}"
	placeList   kind = "{,}"
	placePhrase kind = "{~}"
	placeNoun   kind = "{n}"
	placeName   kind = "{i}"
	placeCause  kind = "{c}"
	placeState  kind = "{s}"
)

var placeKinds = []kind{placeAny, placeNumber, placeQuoted, placeTime, placeList, placePhrase, placeNoun, placeName, placeCause, placeState}

// newPhrase reads a phrase. One that is not well formed is a mistake in a table.
func newPhrase(en, zh string) *phrase {
	p := &phrase{}
	rest := en
	for {
		at, k := nextPlace(rest)
		if at < 0 {
			break
		}
		p.words, p.places = append(p.words, rest[:at]), append(p.places, k)
		rest = rest[at+len(k):]
	}
	p.words = append(p.words, rest)
	for i, w := range p.words {
		p.size += len(w)
		if w == "" && i > 0 && i < len(p.places) {
			panic(fmt.Sprintf("console: nothing stands between two places of %q", en))
		}
	}
	p.zh = piecesOf(zh, len(p.places))
	return p
}

func nextPlace(text string) (at int, k kind) {
	at = -1
	for _, one := range placeKinds {
		if i := strings.Index(text, string(one)); i >= 0 && (at < 0 || i < at) {
			at, k = i, one
		}
	}
	return at, k
}

// piecesOf reads the Chinese of a phrase with n places.
func piecesOf(zh string, n int) (out []piece) {
	text, next := "", 0
	for zh != "" {
		place, length := -1, 0
		if strings.HasPrefix(zh, "{}") {
			place, length = next, 2
		} else if len(zh) > 2 && zh[0] == '{' && '1' <= zh[1] && zh[1] <= '9' && zh[2] == '}' {
			place, length = int(zh[1]-'1'), 3
		}
		if place < 0 {
			_, size := utf8.DecodeRuneInString(zh)
			text, zh = text+zh[:size], zh[size:]
			continue
		}
		if place >= n {
			panic(fmt.Sprintf("console: %q has no place %d", zh, place+1))
		}
		out = append(out, piece{text, -1}, piece{"", place})
		text, zh, next = "", zh[length:], place+1
	}
	return append(out, piece{text, -1})
}

// match tells what stands in the places of a text that is this phrase. The words between are looked for from the front, and each
// place ends at the first of them: that finds a way through if there is one, and looks at each byte of the text once or twice.
func (p *phrase) match(text string, quotes quotations) ([]string, bool) {
	last := len(p.words) - 1
	from, to := len(p.words[0]), len(text)-len(p.words[last])
	if from >= to || !strings.HasPrefix(text, p.words[0]) || !strings.HasSuffix(text, p.words[last]) || quotes.hold(to) {
		return nil, false
	}
	var got []string // most phrases end here
	for _, w := range p.words[1:last] {
		at := quotes.index(text[:to], w, from+1) // a place is never empty
		if at < 0 {
			return nil, false
		}
		got, from = append(got, text[from:at]), at+len(w)
	}
	if from >= to {
		return nil, false
	}
	got = append(got, text[from:to])
	for i, k := range p.places {
		if !k.takes(got[i]) {
			return nil, false
		}
	}
	return got, true
}

func (k kind) takes(text string) bool {
	switch k {
	case placeNumber:
		return strings.Trim(text, "0123456789.") == ""
	case placeQuoted:
		quotes := quotesIn(text)
		return len(quotes) == 1 && quotes[0].from == 0 && strings.Trim(text[quotes[0].to:], "…") == ""
	case placeTime:
		_, err := time.ParseDuration(text)
		return err == nil
	case placeList:
		_, ok := orList(text)
		return ok || !strings.Contains(text, " ")
	case placeNoun:
		return nouns[text] != "" || strings.IndexFunc(text, notOfName) < 0
	case placeName:
		return strings.IndexFunc(text, notOfName) < 0
	case placeCause:
		return strings.Contains(text, ".") && strings.IndexFunc(text, notOfName) < 0
	case placeState:
		return words["state."+text].zh != ""
	case placeAny, placePhrase:
	}
	return true
}

// notOfName tells what no name of a field or a parameter has in it.
func notOfName(r rune) bool {
	return r != '_' && r != '-' && r != '.' && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
}
