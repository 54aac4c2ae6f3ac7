package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The names in docs/COMPATIBILITY.md: `package TestName/subtest`.
var named = regexp.MustCompile("`([a-z0-9/]+) ((?:Test|Run)[^`]*)`")

// TestNamesInCompatibilityExist holds every row of the table to a test that is there. A
// subtest's name must stand somewhere in the package's tests or in the vectors.
func TestNamesInCompatibilityExist(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("COMPATIBILITY.md")
	if err != nil {
		t.Fatal(err)
	}
	vectors, err := os.ReadFile("../testdata/vectors/dp.json")
	if err != nil {
		t.Fatal(err)
	}
	code := map[string]string{} // the sources of each package, read once
	rows := 0
	for _, row := range strings.Split(string(page), "\n") {
		if !strings.HasPrefix(row, "| ") || strings.HasPrefix(row, "| § ") || strings.HasPrefix(row, "| Switch") || strings.HasPrefix(row, "| `") { // the last table lists switches
			continue
		}
		rows++
		names := named.FindAllStringSubmatch(row, -1)
		if len(names) == 0 && !strings.Contains(row, "not built") {
			t.Errorf("no test and no word that it is not built: %s", row)
		}
		for _, n := range names {
			if _, read := code[n[1]]; !read {
				code[n[1]] = sources(t, "../"+n[1])
			}
			checkName(t, n[1], n[2], code[n[1]], string(vectors))
		}
	}
	if rows < 100 {
		t.Errorf("only %d rows were found: is the table still read right?", rows)
	}
}

func checkName(t *testing.T, pkg, name, code, vectors string) {
	t.Helper()
	test, sub, isSub := strings.Cut(name, "/")
	if !regexp.MustCompile(`(?m)^func ` + test + `\(`).MatchString(code) {
		t.Errorf("%s has no test %s", pkg, test)
	}
	if isSub && !strings.Contains(strings.ReplaceAll(code+vectors, " ", "_"), sub) {
		t.Errorf("%s has no subtest %q", test, sub)
	}
}

// sources are the Go files of a folder: the contract of the stores is not in a _test file.
func sources(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	files, err := filepath.Glob(filepath.Join(filepath.FromSlash(dir), "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	return all.String()
}
