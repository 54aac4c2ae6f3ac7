package wire

import (
	"fmt"
	"unicode/utf8"
)

// JSONFault is where and why a text is no JSON.
type JSONFault struct {
	At       int    // byte, from 0
	Want     string // what should have stood there
	Got      string // what stands there: one character, so that it tells nothing of the rest
	NearMiss string // the likely mistake, may be empty
}

// FindJSONFault looks for the first fault of a text that is to be one JSON value in UTF-8; ok is false when it has none.
func FindJSONFault(text []byte) (fault JSONFault, ok bool) {
	s := scanner{src: text}
	whole := s.whole()
	if bad := invalidUTF8(text); bad >= 0 && (whole || bad <= s.at) {
		return JSONFault{At: bad, Want: "UTF-8", Got: byteName(text[bad]), NearMiss: "the text may be in GBK: save and send it as UTF-8"}, true
	}
	switch {
	case whole:
		return JSONFault{}, false
	case s.deep:
		return JSONFault{At: s.at, Want: fmt.Sprintf("at most %d levels", maxDepth), Got: "more"}, true
	}
	here := text[s.at:]
	_, near := syntaxMistake(text[:s.at], here, s.want)
	return JSONFault{At: s.at, Want: s.want, Got: oneCharacter(here), NearMiss: near}, true
}

// oneCharacter shows the first character of b.
func oneCharacter(b []byte) string {
	if len(b) == 0 {
		return "the end"
	}
	_, n := utf8.DecodeRune(b)
	return quote(string(b[:n]))
}
