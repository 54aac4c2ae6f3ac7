package onenet

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// slip is one way in which a text comes out not quite as it was meant.
type slip struct {
	cause  Cause
	like   func(shown, right *spelling) bool
	how    func(shown, right string) string // says what happened; tells no character of a secret
	unique bool                             // a guess: counts only if it leads to one text
}

// slips are tried in this order, so that each explains what those before it do not. A slip
// from quotes to case may come together with any before it.
var slips = []slip{
	{LoginSpace, func(a, b *spelling) bool { return a.dense == b.dense }, spaceDetail, false},
	{LoginQuotes, func(a, b *spelling) bool { return a.unquoted == b.unquoted }, always("it is right without the marks around it"), false},
	{LoginFullWidth, func(a, b *spelling) bool { return a.tidy == b.tidy }, always("it is right in half-width characters"), false},
	{LoginSeparators, otherSeparators, always("without separators and in one letter case it is the same"), false},
	{LoginCase, func(a, b *spelling) bool { return strings.EqualFold(a.tidy, b.tidy) }, always("in one letter case it is the same"), false},
	{LoginNumber, sameNumber, always("as a number it is the same"), false},
	{LoginEncoded, func(a, b *spelling) bool { return a.decoded[b.raw] != "" }, func(a, b string) string { return "it is right once " + decodings(tidy(a))[b] + " is undone" }, false},
	{LoginCut, cutShort, cutDetail, true},
	{LoginLonger, func(a, b *spelling) bool { return b.runes >= 4 && strings.Contains(a.raw, b.raw) }, longerDetail, true},
	{LoginTypo, func(a, b *spelling) bool { return typoDetail(a.tidy, b.raw) != "" }, func(a, b string) string { return typoDetail(tidy(a), b) }, true},
}

func always(s string) func(string, string) string {
	return func(string, string) string { return s }
}

// spelling is a text in the forms in which it is compared.
type spelling struct {
	raw, dense, unquoted, tidy, bare string

	runes   int               // of raw
	number  float64           // tidy read as a number, NaN if it is none
	decoded map[string]string // tidy decoded, to the name of the encoding
}

// spell gives the forms of a right text. It is called for many, nearly all of which are plain.
func spell(s string) spelling {
	if strings.Trim(s, digits+letters) == "" {
		return spelling{raw: s, dense: s, unquoted: s, tidy: s, bare: s, runes: len(s)}
	}
	d := dense(s)
	t := tidy(s)
	return spelling{raw: s, dense: d, unquoted: unquoted(d), tidy: t, bare: bare(t), runes: utf8.RuneCountInString(s)}
}

// spellShown gives the forms of a text that is to be explained.
func spellShown(s string) spelling {
	sp := spell(s)
	sp.decoded = decodings(sp.tidy)
	sp.number = math.NaN()
	if n, err := strconv.ParseFloat(sp.tidy, 64); err == nil {
		sp.number = n
	}
	return sp
}

// misspelt finds the first slip that leads from what is shown to one of the right texts,
// and which of them; nil when there is none.
func misspelt(shown string, right []string) (found *slip, which int) {
	n, best := 0, len(slips)
	eachSlip(shown, right, func(i, j int) {
		switch {
		case i < best:
			best, which, n = i, j, 1
		case i == best:
			n++
		}
	})
	if best == len(slips) || slips[best].unique && n > 1 {
		return nil, 0
	}
	return &slips[best], which
}

// resembling lists those of the right texts to which a slip leads.
func resembling(shown string, right []string) []string {
	var list []string
	eachSlip(shown, right, func(_, j int) { list = append(list, right[j]) })
	return list
}

// eachSlip calls f with the number of the first slip that leads to right text j, for each to which one does.
func eachSlip(shown string, right []string, f func(i, j int)) {
	if tooLong(shown) {
		return
	}
	a := spellShown(shown)
	for j, text := range right {
		if text == "" || text == shown {
			continue
		}
		b := spell(text)
		if i := slices.IndexFunc(slips, func(s slip) bool { return s.like(&a, &b) }); i >= 0 {
			f(i, j)
		}
	}
}

// dense is s without white space, control characters and characters that nobody sees. A
// zero byte stays: it is a buffer's end, not white space.
func dense(s string) string {
	return strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, s)
}

func invisible(r rune) bool {
	return r != 0 && (unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r))
}

// marks enclose texts in programs, forms and prose.
const marks = "\"'`<>()[]{}“”‘’«»‹›《》「」『』【】（）＜＞＂＇"

// unquoted is s without the marks around it, and without backslashes before them.
func unquoted(s string) string {
	return strings.Trim(strings.ReplaceAll(s, `\`, ""), marks)
}

// narrow is s with half-width characters for the full-width ones of an input method.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		if '！' <= r && r <= '～' {
			return r - '！' + '!'
		}
		return r
	}, s)
}

// tidy is s without anything that an id cannot contain.
func tidy(s string) string { return unquoted(dense(narrow(s))) }

func bare(s string) string { return separators.Replace(s) }

var separators = strings.NewReplacer(":", "", "-", "", "_", "", ".", "")

// otherSeparators holds for a MAC address or the like: 3c:71:bf:c8:00:54, 3C-71-BF-C8-00-54, 3C71BFC80054.
func otherSeparators(a, b *spelling) bool {
	return len(a.bare) >= 4 && strings.EqualFold(a.bare, b.bare) && !strings.EqualFold(a.tidy, b.tidy)
}

// sameNumber holds for an id that went through a number: 244754.0, 0244754, 2.44754e+05.
func sameNumber(a, b *spelling) bool {
	if math.IsNaN(a.number) || strings.Trim(b.raw, digits) != "" {
		return false
	}
	right, err := strconv.ParseFloat(b.raw, 64)
	if err != nil {
		return false
	}
	if strings.ContainsAny(a.tidy, "eE") { // printed with few digits
		return math.Abs(a.number-right) <= right*1e-5
	}
	return a.number == right
}

// decodings are what a text says when it is taken for an encoded one, with the name of the encoding.
func decodings(s string) map[string]string {
	all := map[string]string{}
	if plain, err := hex.DecodeString(s); err == nil {
		all[string(plain)] = "hexadecimal writing"
	}
	if plain, err := base64.StdEncoding.DecodeString(s); err == nil {
		all[string(plain)] = "base64"
	}
	if plain, err := url.PathUnescape(s); err == nil && plain != s {
		all[plain] = "percent-encoding"
	}
	return all
}

func cutShort(a, b *spelling) bool {
	long := utf8.RuneCountInString(a.tidy) >= 3 && 2*len(a.tidy) >= len(b.raw) && len(a.tidy) < len(b.raw)
	return long && (strings.HasPrefix(b.raw, a.tidy) || strings.HasSuffix(b.raw, a.tidy))
}

func cutDetail(shown, right string) string {
	s := tidy(shown)
	where := "end"
	if !strings.HasPrefix(right, s) {
		where = "beginning"
	}
	return fmt.Sprintf("%s missing at the %s", characters(utf8.RuneCountInString(right)-utf8.RuneCountInString(s)), where)
}

func longerDetail(shown, right string) string {
	before, behind, _ := strings.Cut(shown, right)
	switch {
	case before == "" && strings.Trim(behind, "\x00") == "":
		return "zero bytes follow the right text"
	case before == "":
		return characters(utf8.RuneCountInString(behind)) + " too many behind the right text"
	case behind == "":
		return characters(utf8.RuneCountInString(before)) + " too many before the right text"
	}
	return "the right text stands inside it"
}

func characters(n int) string {
	if n == 1 {
		return "1 character"
	}
	return fmt.Sprintf("%d characters", n)
}

// spaceDetail says what stands where that does not belong there.
func spaceDetail(shown, right string) string {
	at := strings.IndexFunc(shown, invisible)
	if at < 0 { // the right text has it, this one lacks it
		return "white space is missing"
	}
	where := "inside"
	switch rest := strings.TrimFunc(shown[at:], invisible); {
	case rest == "":
		where = "at the end"
	case at == 0:
		where = "at the beginning"
	}
	r, n := utf8.DecodeRuneInString(shown[at:])
	if r == '\r' && strings.HasPrefix(shown[at+n:], "\n") {
		return "carriage return and newline " + where
	}
	return spaceName(r) + " " + where
}

func spaceName(r rune) string {
	switch r {
	case ' ':
		return "a blank"
	case '\n':
		return "a newline"
	case '\r':
		return "a carriage return"
	case '\t':
		return "a tab"
	case '\u00a0':
		return "a no-break space"
	case '\u3000':
		return "a full-width blank"
	case '\u200b':
		return "a zero-width space"
	case '\ufeff':
		return "a byte order mark"
	}
	return fmt.Sprintf("an invisible character (%U)", r)
}

// typoDetail says how the two differ if it is in one character, in two neighbours
// exchanged, or only in characters that look alike; else it is empty.
func typoDetail(shown, right string) string {
	if max(len(shown)-len(right), len(right)-len(shown)) > utf8.UTFMax {
		return ""
	}
	a, b := []rune(shown), []rune(right)
	if len(b) < 4 || max(len(a)-len(b), len(b)-len(a)) > 1 || shown == right {
		return ""
	}
	i := 0 // first difference
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	switch x, y := a[i:], b[i:]; {
	case len(a) == len(b) && alike(shown) == alike(right):
		return fmt.Sprintf("character %d only looks like the right one (0 and O, 1 and l)", i+1)
	case len(x) == len(y) && string(x[1:]) == string(y[1:]):
		return fmt.Sprintf("character %d differs", i+1)
	case len(x) > len(y) && string(x[1:]) == string(y):
		return fmt.Sprintf("character %d is one too many", i+1)
	case len(x) < len(y) && string(x) == string(y[1:]):
		return fmt.Sprintf("character %d is missing", i+1)
	case len(x) == len(y) && len(x) > 1 && x[0] == y[1] && x[1] == y[0] && string(x[2:]) == string(y[2:]):
		return fmt.Sprintf("characters %d and %d are exchanged", i+1, i+2)
	}
	return ""
}

// alike is s with one character for all that look like it.
func alike(s string) string { return lookalikes.Replace(s) }

var lookalikes = strings.NewReplacer("O", "0", "o", "0", "Q", "0", "l", "1", "I", "1", "i", "1", "|", "1", "S", "5", "s", "5", "B", "8", "Z", "2", "z", "2")
