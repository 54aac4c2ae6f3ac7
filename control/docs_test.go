package control

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestThePageListsEveryCall holds docs/LAB.md to the calls there are.
func TestThePageListsEveryCall(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/LAB.md")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z]+ /_lab/[^`]*)` \\|").FindAllStringSubmatch(string(page), -1) {
		listed = append(listed, m[1])
	}
	slices.Sort(listed)
	if d := cmp.Diff(newDoor(Config{}).patterns(), listed); d != "" {
		t.Errorf("(-there are +listed):\n%s", d)
	}
	for _, parameter := range []string{"after", "limit", "wait", "product", "device", "cause", "topic", "cmd", "call", "text", "kind"} {
		if !strings.Contains(string(page), "`"+parameter+"=") {
			t.Errorf("the page does not name the journal's %s", parameter)
		}
	}
}
