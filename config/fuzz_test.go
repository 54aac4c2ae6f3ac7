package config

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzConfig holds two promises: no text makes Load panic, and a configuration that
// was loaded comes out of Render as a file that loads as the same configuration.
func FuzzConfig(f *testing.F) {
	f.Add([]byte("sync: \"\\u4e2d\\x41\"\nlog:\n  level: >-\n    info\n"))
	files, err := filepath.Glob(filepath.Join("testdata", "faults", "*.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range append(files, filepath.Join("testdata", "full.yaml")) {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := load(FileName, text, Input{})
		if err != nil {
			if faults, ok := errors.AsType[Faults](err); !ok || faults.Error() == "" {
				t.Fatalf("not a list of faults: %v", err)
			}
			return
		}
		again, err := load(FileName, Render(l.Config), Input{})
		if err != nil {
			t.Fatalf("rendered as %s\nwhich does not load: %v", Render(l.Config), err)
		}
		if diff := cmp.Diff(l.Config, again.Config); diff != "" {
			t.Fatalf("rendered as %s\nwhich loads as something else:\n%s", Render(l.Config), diff)
		}
	})
}
