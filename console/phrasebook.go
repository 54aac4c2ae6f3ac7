package console

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/onelan/onelan/onenet"
)

// The platform explains itself in English: what was expected, what came, the likely mix-up, the text of a record, the detail of
// an error. A phrasebook says the same in Chinese. It knows whole sentences, with places for what differs from case to case, and
// works on the finished text, so that package onenet and the doors know one language.
//
// A place in English is one of these; in Chinese {} is the next one, {1} the first, and so on:
//
//	{}   anything, and it stays as it is: ids, names, what a device wrote
//	{#}  a number
//	{q}  a text in quotes, as it is
//	{t}  a span of time: 1m30s
//	{,}  ids with commas and "or" between them
//	{~}  what is again in the phrasebook; as it is where it is not
//	{n}  what an error is about, see nouns, or the name of a field
//	{i}  the name of a field or a parameter, as it is
//	{c}  the cause of a refusal: link.tls
//	{s}  the state of a link
//
// What somebody else wrote stands in quotes or in {}, and is not translated, whatever it says; the words of a phrase count only
// outside of quotes. It can come into {~} by an error of the system, for instance; there it can say no more than a phrase says.
// An id that is all of a text cannot be told from words of ours: a device that is called "the device id" is shown as one.

// phrasebook finds the phrase for a text. It is safe for use by many.
type phrasebook struct {
	whole map[string]string    // phrases without places
	first map[string][]*phrase // those with places by their first word, the wordiest first
	loose []*phrase            // those that begin with a place
}

const (
	longestPhrase = 4096 // bytes of a text that is looked at; nothing of ours is so long
	deepestPhrase = 6    // phrases within phrases
)

// theBook is made of all tables, and of what refusals say: when it is first needed, for most runs of the program show no page.
var theBook = sync.OnceValue(func() *phrasebook {
	return newPhrasebook(ofCauses(), phrasesWords, phrasesLogin, phrasesCall, phrasesData, phrasesShape, phrasesPacket, phrasesJournal, phrasesBridge, phrasesForm)
})

// ofCauses are headlines and remedies by their English: some sentences have one inside.
func ofCauses() map[string]string {
	out := map[string]string{}
	for _, c := range onenet.Causes() {
		r := onenet.Refuse(c)
		out[r.Fix] = fixesZH[c]
		out[r.Says] = causesZH[c]
	}
	return out
}

func newPhrasebook(tables ...map[string]string) *phrasebook {
	b := &phrasebook{whole: map[string]string{}, first: map[string][]*phrase{}}
	for _, table := range tables {
		for _, en := range slices.Sorted(maps.Keys(table)) {
			b.add(newPhrase(en, table[en]))
		}
	}
	wordiest := func(x, y *phrase) int { return cmp.Compare(y.size, x.size) }
	for _, list := range b.first {
		slices.SortStableFunc(list, wordiest)
	}
	slices.SortStableFunc(b.loose, wordiest)
	return b
}

func (b *phrasebook) add(p *phrase) {
	word, more := firstWord(p.words[0])
	switch {
	case len(p.places) == 0:
		b.whole[p.words[0]] = p.zh[0].text
	case more:
		b.first[word] = append(b.first[word], p)
	default:
		b.loose = append(b.loose, p)
	}
}

// firstWord is the text up to its first blank; more tells that there is one.
func firstWord(text string) (word string, more bool) {
	word, _, more = strings.Cut(text, " ")
	return word, more
}

// tell is the text in Chinese; ok is false for one that no phrase fits.
func (b *phrasebook) tell(text string) (zh string, ok bool) {
	if len(text) > longestPhrase {
		return text, false
	}
	return b.say(text, deepestPhrase)
}

func (b *phrasebook) say(text string, deep int) (string, bool) {
	if zh, ok := b.whole[text]; ok {
		return zh, true
	}
	if deep == 0 || !strings.Contains(text, " ") { // ids, which are many: each phrase with places has a blank
		return text, false
	}
	quotes := quotesIn(text)
	word, _ := firstWord(text)
	for p := range byWords(b.first[word], b.loose) {
		if got, ok := p.match(text, quotes); ok {
			return b.fill(p, got, deep-1), true
		}
	}
	return orList(text)
}

// byWords are the phrases of two lists, the wordiest first.
func byWords(x, y []*phrase) iter.Seq[*phrase] {
	return func(yield func(*phrase) bool) {
		for len(x)+len(y) > 0 {
			if len(x) == 0 || len(y) > 0 && y[0].size > x[0].size {
				x, y = y, x
			}
			if !yield(x[0]) {
				return
			}
			x = x[1:]
		}
	}
}

// fill puts what was found into the places of the Chinese.
func (b *phrasebook) fill(p *phrase, got []string, deep int) string {
	var l line
	for _, piece := range p.zh {
		if piece.place < 0 {
			l.add(piece.text)
			continue
		}
		l.add(b.place(p.places[piece.place], got[piece.place], deep))
	}
	return l.String()
}

func (b *phrasebook) place(k kind, got string, deep int) string {
	switch k {
	case placePhrase:
		got, _ = b.say(got, deep)
	case placeTime:
		got = spanZH(got)
	case placeList:
		got, _ = orList(got)
	case placeNoun:
		got = cmp.Or(nouns[got], got)
	case placeState:
		got = say(zh, "state."+got)
	case placeAny, placeNumber, placeQuoted, placeName, placeCause: // as it is
	}
	return got
}
