package onenet_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/onelan/onelan/onenet"
)

func TestEveryCauseHasCompleteTexts(t *testing.T) {
	t.Parallel()
	code := regexp.MustCompile(`^[a-z]+\.[a-z0-9]+([-.][a-z0-9]+)*$`)
	said := map[string]onenet.Cause{}
	for _, c := range onenet.Causes() {
		r := onenet.Refuse(c)
		if r.Cause != c || !code.MatchString(string(c)) {
			t.Errorf("%s: not a code", c)
		}
		if stage, _, _ := strings.Cut(string(c), "."); stage != string(r.Stage) {
			t.Errorf("%s: its stage is %q", c, r.Stage)
		}
		for name, text := range map[string]string{"what happened": r.Says, "what to do": r.Fix, "where the rule stands": r.Ref} {
			if fault := badText(text); fault != "" {
				t.Errorf("%s: %s: %s: %q", c, name, fault, text)
			}
		}
		if r.Says == r.Fix {
			t.Errorf("%s: says what happened only: %q", c, r.Says)
		}
		if other, twice := said[r.Says]; twice {
			t.Errorf("%s says what %s says: %q", c, other, r.Says)
		}
		said[r.Says] = c
	}
}

// badText says what is wrong with a text of a cause: they stand inside a sentence, and nobody is scolded.
func badText(s string) string {
	switch lower := strings.ToLower(s); {
	case len(s) < 3:
		return "missing"
	case strings.TrimSpace(s) != s || strings.HasSuffix(s, "."):
		return "ends like a sentence of its own"
	case strings.ContainsAny(s, "!\n"):
		return "shouts, or has a line of its own"
	case strings.Contains(lower, "please") || strings.Contains(lower, "must not") || strings.Contains(lower, "illegal"):
		return "scolds"
	}
	return ""
}

func TestAnUnknownCauseIsAMistakeOfOurs(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a refusal without texts was made")
		}
	}()
	onenet.Refuse("login.never-heard-of")
}

func TestARefusalInOneLineSaysAll(t *testing.T) {
	t.Parallel()
	r := onenet.Refuse(onenet.LoginSwapped).In(onenet.FieldDevice).Want("1", "2").AtByte(3).Near("%d of %d", 4, 5)
	want := "login.ids-swapped: " + r.Says + " (byte 3); expected 1, got 2; 4 of 5"
	if got := r.Error(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
