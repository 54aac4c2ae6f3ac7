package config

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestARenderedConfigurationLoadsAsItself(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]Config{"default": Default(), "full": full()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := mustLoad(t, string(Render(c)), Input{})
			if diff := cmp.Diff(c, l.Config); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheRenderedDefaultHasEveryKey(t *testing.T) {
	t.Parallel()
	l := mustLoad(t, string(Render(Default())), Input{})
	for _, s := range Settings() {
		if l.Origins[s.Path].Source != FromFile {
			t.Errorf("%s is not in the file", s.Path)
		}
	}
}

func TestEveryKeyHasItsText(t *testing.T) {
	t.Parallel()
	var paths []string
	c := Default()
	collect(reflect.ValueOf(&c).Elem(), "", &paths)
	for _, p := range paths {
		if docs[p] == "" {
			t.Errorf("docs has no text for %s", p)
		}
	}
	for p := range docs {
		if !slices.Contains(paths, p) {
			t.Errorf("docs has a text for %s, which does not exist", p)
		}
	}
}

// collect lists the paths of leaves, lists and sections.
func collect(v reflect.Value, path string, paths *[]string) {
	for i, name := range fieldNames(v.Type()) {
		*paths = append(*paths, join(path, name))
		if f := v.Field(i); f.Kind() == reflect.Struct {
			collect(f, join(path, name), paths)
		}
	}
}

func TestTheExamplesNeedOnlyTheirHashRemoved(t *testing.T) {
	t.Parallel()
	text := string(Render(Default()))
	for _, example := range examples {
		for line := range strings.Lines(example) {
			line = strings.TrimRight(line, "\n")
			hidden := regexp.MustCompile(`(?m)^( *)# ` + regexp.QuoteMeta(line) + `$`)
			text = hidden.ReplaceAllString(text, "${1}"+strings.ReplaceAll(line, "$", "$$"))
		}
	}
	l := mustLoad(t, text, Input{})
	if len(l.Products) != 1 || len(l.Devices) != 1 || len(l.Keys) != 2 {
		t.Errorf("%d products, %d devices, %d keys", len(l.Products), len(l.Devices), len(l.Keys))
	}
	if b := l.Bridge; len(b.Topics) != 2 || len(b.Devices) != 2 {
		t.Errorf("%d topics and %d devices of the bridge", len(b.Topics), len(b.Devices))
	}
}

func TestValuesMaskSecrets(t *testing.T) {
	t.Parallel()
	text := strings.NewReplacer("abc=", "MASTERSECRET", "R1", "CODESECRET", "1e5", "AUTHSECRET", "k=", "KEYSECRET").Replace(string(Render(full())))
	l := mustLoad(t, text, Input{})
	for _, v := range l.Values() {
		if strings.Contains(v.Value, "SECRET") {
			t.Errorf("%s shows %s", v.Path, v.Value)
		}
	}
}
