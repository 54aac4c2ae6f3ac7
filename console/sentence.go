package console

import (
	"strings"

	"github.com/onelan/onelan/onenet"
)

// sentence is one of the platform's as a page shows it.
type sentence struct {
	Text    string
	English bool // in a page that is not
}

// tell says a text of the platform's in a language, on one line.
func tell(l lang, text string) sentence {
	if l != zh {
		return sentence{Text: shown(text)}
	}
	chinese, ok := theBook().tell(text)
	return sentence{Text: shown(chinese), English: !ok && readsEnglish(text)}
}

// readsEnglish tells a text from an id, a number, a topic or bytes: outside of quotes it has a word of three letters or more, and a blank.
func readsEnglish(text string) bool {
	const word = 3
	quotes, n := quotesIn(text), 0
	for i := range len(text) {
		if n++; text[i] < 'a' || text[i] > 'z' || quotes.hold(i) {
			n = 0
		}
		if n == word {
			return strings.Contains(text, " ")
		}
	}
	return false
}

// headline is what a refusal says happened, in a language.
func headline(l lang, r *onenet.Refusal) string { return inWords(l, r.Says, causesZH[r.Cause]) }

// remedyText is what to do, in a language.
func remedyText(l lang, r *onenet.Refusal) string { return inWords(l, r.Fix, fixesZH[r.Cause]) }

// inWords is a text in a language. Where the phrasebook does not know it, which has all that causes say and more than that, it is what its
// cause says in general.
func inWords(l lang, text, chinese string) string {
	if l != zh {
		return text
	}
	if said, ok := theBook().tell(text); ok || chinese == "" {
		return said
	}
	return chinese
}
