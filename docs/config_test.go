package docs

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/config"
)

func TestConfigPageShowsWhatInitWrites(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("CONFIG.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(page), "```yaml\n")
	block, _, _ = strings.Cut(block, "```")
	if d := cmp.Diff(string(config.Render(config.Default())), block); d != "" {
		t.Errorf("run `onelan config init -` and put it into docs/CONFIG.md (-init +page):\n%s", d)
	}
}

// TestReadmesSayTheSame holds the two languages to the same commands, in the same order.
func TestReadmesSayTheSame(t *testing.T) {
	t.Parallel()
	if d := cmp.Diff(blocks(t, "../README.md"), blocks(t, "../README.zh-CN.md")); d != "" {
		t.Errorf("the code of the two READMEs differs (-en +zh):\n%s", d)
	}
}

// blocks are the code blocks of a page, without the comments in them.
func blocks(t *testing.T, name string) []string {
	t.Helper()
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for i, part := range strings.Split(string(page), "```") {
		if i%2 == 0 {
			continue
		}
		var lines []string
		for _, line := range strings.Split(part, "\n") {
			line, _, _ = strings.Cut(line, "  #")
			line, _, _ = strings.Cut(line, "// ")
			lines = append(lines, strings.TrimSpace(line))
		}
		all = append(all, strings.Join(lines, "\n"))
	}
	return all
}
