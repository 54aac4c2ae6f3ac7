package console

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

var verbs = regexp.MustCompile(`%[a-z]`)

func TestEveryPhraseIsThereInBothLanguages(t *testing.T) {
	t.Parallel()
	for key, w := range words {
		if w.zh == "" || w.en == "" {
			t.Errorf("%s: a language is empty: %+v", key, w)
		}
		if z, e := verbs.FindAllString(w.zh, -1), verbs.FindAllString(w.en, -1); !slices.Equal(z, e) {
			t.Errorf("%s: the languages take different things: %v and %v", key, z, e)
		}
	}
	n := 0
	for _, table := range []map[string]text{wordsFrame, wordsPages, wordsDevice, wordsRecords, wordsWork, wordsErrors} {
		n += len(table)
	}
	if n != len(words) {
		t.Errorf("%d phrases under %d keys: a key stands in two tables", n, len(words))
	}
}

func TestEveryKeyThatATemplateOrAListAsksForExists(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{}
	literal := regexp.MustCompile(`[ ({]t "([a-z0-9.-]+)"`)
	names, err := fs.Glob(embedded, "templates/*.html")
	if err != nil || len(names) < 10 {
		t.Fatalf("templates: %v, %v", names, err)
	}
	shared, err := fs.Glob(embedded, "templates/shared/*.html")
	if err != nil || len(shared) == 0 {
		t.Fatalf("shared templates: %v, %v", shared, err)
	}
	for _, name := range append(names, shared...) {
		b, err := fs.ReadFile(embedded, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range literal.FindAllStringSubmatch(string(b), -1) {
			asked[m[1]] = true
		}
	}
	for _, e := range navigation {
		asked["nav."+e.Name] = true
	}
	for _, k := range kinds {
		asked["kind."+string(k)] = true
	}
	for i := range 7 {
		s, _ := wire.CommandStateOf(i)
		asked["state."+string(s)] = true
	}
	for _, c := range onenet.Causes() {
		asked["stage."+string(c.Stage())] = true
	}
	for _, s := range spans {
		asked["span."+s.Name] = true
	}
	for _, p := range problems {
		asked[p.key], asked[p.key+".fix"] = true, true
	}
	for key := range asked {
		if _, ok := words[key]; !ok && !strings.HasSuffix(key, ".") {
			t.Errorf("there is no phrase %q", key)
		}
	}
}

func TestEveryCauseIsToldInChinese(t *testing.T) {
	t.Parallel()
	for _, c := range onenet.Causes() {
		if got := headline(zh, onenet.Refuse(c)); got == onenet.Refuse(c).Says {
			t.Errorf("%s is told in English only: %s", c, got)
		}
		if ref := tell(zh, onenet.Refuse(c).Ref); ref.English || english(ref.Text) {
			t.Errorf("the rule behind %s is told in English: %s", c, ref.Text)
		}
		if _, told := fixesZH[c]; !told {
			t.Errorf("what to do about %s is told in English only: %s", c, onenet.Refuse(c).Fix)
		}
	}
	if len(causesZH) != len(onenet.Causes()) || len(fixesZH) != len(onenet.Causes()) {
		t.Errorf("%d headlines and %d remedies for %d causes", len(causesZH), len(fixesZH), len(onenet.Causes()))
	}
}
