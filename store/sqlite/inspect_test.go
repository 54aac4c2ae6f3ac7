package sqlite

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestInspect(t *testing.T) {
	t.Parallel()
	t.Run("a directory without a database is fine, and stays without", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		h, err := Inspect(t.Context(), dir)
		if diff := cmp.Diff(Health{}, h); diff != "" || err != nil {
			t.Errorf("%v %s", err, diff)
		}
		if files, _ := os.ReadDir(dir); len(files) != 0 {
			t.Errorf("it left %v", files)
		}
	})
	t.Run("a database is whole, in use or not", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		s, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		h, err := Inspect(t.Context(), dir)
		if err != nil || !h.InUse || !h.Exists || h.Size == 0 {
			t.Errorf("while it is open: %+v, %v", h, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		h, err = Inspect(t.Context(), dir)
		if err != nil || h.InUse || !h.Exists || h.Size == 0 {
			t.Errorf("when it is closed: %+v, %v", h, err)
		}
		again, err := Open(dir, Options{})
		if err != nil {
			t.Fatalf("after the look: %v", err)
		}
		_ = again.Close()
	})
	t.Run("damage is told, with what to do", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		s, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		_ = s.Close()
		path := filepath.Join(dir, databaseName)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := 4096; i < len(b); i++ { // the first page stays: it opens as ours
			b[i] ^= 0xA5
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err = Inspect(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "damaged") || !strings.Contains(err.Error(), "hint:") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("what is no database is told", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, databaseName), []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Inspect(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "no database") {
			t.Errorf("got %v", err)
		}
	})
}
