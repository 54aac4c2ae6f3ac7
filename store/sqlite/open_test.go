package sqlite_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	zombie "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/sqlite"
)

// mustProblem checks that an error is told in two lines: what happened, and what to do.
func mustProblem(t *testing.T, err error, says string) {
	t.Helper()
	if _, ok := errors.AsType[*sqlite.Problem](err); !ok {
		t.Fatalf("got %v, want a Problem", err)
	}
	what, hint, _ := strings.Cut(err.Error(), "\nhint: ")
	if !strings.Contains(what, says) || strings.TrimSpace(hint) == "" || strings.Contains(hint, "\n") {
		t.Errorf("the problem reads %q, want one line with %q in it and one with a hint", err, says)
	}
}

// mustNotOpen checks that a directory is refused with a problem, and is left unlocked.
func mustNotOpen(t *testing.T, dir, says string) {
	t.Helper()
	for range 2 {
		s, err := sqlite.Open(dir, sqlite.Options{})
		if err == nil {
			_ = s.Close()
		}
		mustProblem(t, err, says)
	}
}

func mustWrite(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// mustRun runs SQL on a closed database.
func mustRun(t *testing.T, path, script string) {
	t.Helper()
	c, err := zombie.OpenConn(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(sqlitex.ExecuteScript(c, script, nil), c.Close()); err != nil {
		t.Fatal(err)
	}
}

// mustUsedDir is a directory whose database holds n points.
func mustUsedDir(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	s := mustOpen(t, dir)
	mustDevices(t, s, 1)
	var b onenet.Batch
	for i := range n {
		b.Points = append(b.Points, numbered(i).Points...)
	}
	if err := errors.Join(s.Apply(t.Context(), b), s.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestOpenRefusesAndSaysWhatToDo(t *testing.T) {
	t.Parallel()
	t.Run("a directory that another store has open", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		s := mustOpen(t, dir)
		mustNotOpen(t, dir, "in use by another onelan")
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		mustOpen(t, dir)
	})
	t.Run("a file in the place of the directory", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "file")
		mustWrite(t, file, nil)
		mustNotOpen(t, file, "cannot be opened")
	})
	t.Run("a directory in the place of the database", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "onelan.db"), 0o700); err != nil {
			t.Fatal(err)
		}
		mustNotOpen(t, dir, "cannot be opened")
	})
	t.Run("a file that is no database", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		mustWrite(t, filepath.Join(dir, "onelan.db"), bytes.Repeat([]byte("no database "), 1000))
		mustNotOpen(t, dir, "no database at all")
	})
	t.Run("a database that was cut off", func(t *testing.T) {
		t.Parallel()
		dir := mustUsedDir(t, 8_000)
		if err := os.Truncate(filepath.Join(dir, "onelan.db"), 64<<10); err != nil {
			t.Fatal(err)
		}
		mustNotOpen(t, dir, "is damaged")
	})
	t.Run("a database of another program", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		mustRun(t, filepath.Join(dir, "onelan.db"), "CREATE TABLE photo (id INTEGER PRIMARY KEY)")
		mustNotOpen(t, dir, "another program")
	})
	t.Run("a database of a newer onelan", func(t *testing.T) {
		t.Parallel()
		dir := mustUsedDir(t, 1)
		mustRun(t, filepath.Join(dir, "onelan.db"), "PRAGMA user_version = 99")
		mustNotOpen(t, dir, "its layout is 99")
	})
	t.Run("a way to sync that it does not know", func(t *testing.T) {
		t.Parallel()
		_, err := sqlite.Open(t.TempDir(), sqlite.Options{Sync: "often"})
		if !errors.Is(err, onenet.ErrInvalid) {
			t.Errorf("got %v, want ErrInvalid", err)
		}
	})
}

func TestDamageInsideIsToldAndTheRestAnswers(t *testing.T) {
	t.Parallel()
	dir := mustUsedDir(t, 8_000)
	f, err := os.OpenFile(filepath.Join(dir, "onelan.db"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	junk := bytes.Repeat([]byte{0xa5}, int(info.Size()/2))
	if _, err := f.WriteAt(junk, info.Size()/2); err != nil { // where the points are
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	s := mustOpen(t, dir)
	_, err = s.Points(t.Context(), onenet.PointQuery{Ref: demo, Desc: true, Limit: onenet.MostPoints})
	mustProblem(t, err, "is damaged")
	if _, err := s.Device(t.Context(), demo); err != nil {
		t.Errorf("the registry, which is whole, gives %v", err)
	}
}

func TestEveryWayToSyncStores(t *testing.T) {
	t.Parallel()
	for _, sync := range []string{"full", "normal", "off"} {
		dir := t.TempDir()
		s, err := sqlite.Open(dir, sqlite.Options{Sync: sync})
		if err != nil {
			t.Fatal(err)
		}
		mustDevices(t, s, 1)
		if err := errors.Join(s.Apply(t.Context(), numbered(0)), s.Close()); err != nil {
			t.Fatal(err)
		}
		if n := mustCount(t, mustOpen(t, dir)); n != 1 {
			t.Errorf("sync %s: %d points, want 1", sync, n)
		}
	}
}

func TestDirectoryAndFilesAreForTheirUserAlone(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	dir := filepath.Join(t.TempDir(), "data", "onelan")
	s := mustOpen(t, dir)
	mustDevices(t, s, 1)
	modes := func(want map[string]os.FileMode) {
		t.Helper()
		for name, mode := range want {
			info, err := os.Stat(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if info.Mode().Perm() != mode {
				t.Errorf("%s has the mode %o, want %o", name, info.Mode().Perm(), mode)
			}
		}
	}
	modes(map[string]os.FileMode{".": 0o700, "onelan.db": 0o600, "onelan.db-wal": 0o600, "onelan.db-shm": 0o600, "onelan.lock": 0o600})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "onelan.db"), 0o644); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, dir)
	modes(map[string]os.FileMode{"onelan.db": 0o600})
}

func TestCloseLeavesNothingButTheDatabase(t *testing.T) {
	t.Parallel()
	dir := mustUsedDir(t, 100)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := e.Name(); name != "onelan.db" && name != "onelan.lock" {
			t.Errorf("%s is left after Close", name)
		}
	}
}
