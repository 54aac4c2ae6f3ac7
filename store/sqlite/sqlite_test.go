package sqlite_test

import (
	"os"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
	"github.com/onelan/onelan/store/sqlite"
	"github.com/onelan/onelan/store/storetest"
)

// TestMain is the victim of a test when that test says so, and the tests otherwise.
func TestMain(m *testing.M) {
	if dir := os.Getenv(victimDir); dir != "" {
		os.Exit(beVictim(dir))
	}
	goleak.VerifyTestMain(m)
}

func mustOpen(tb testing.TB, dir string) *sqlite.Store {
	tb.Helper()
	s, err := sqlite.Open(dir, sqlite.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) onenet.Store {
		t.Helper()
		return mustOpen(t, t.TempDir())
	})
}

func TestDumpsGoBetweenStores(t *testing.T) {
	t.Parallel()
	open := func(t *testing.T) onenet.Store {
		t.Helper()
		return mustOpen(t, t.TempDir())
	}
	t.Run("of this kind", func(t *testing.T) {
		t.Parallel()
		storetest.RunBetween(t, open, open)
	})
	t.Run("of this kind and of the one in memory", func(t *testing.T) {
		t.Parallel()
		storetest.RunBetween(t, open, func(*testing.T) onenet.Store { return memory.New() })
	})
}

func TestStoreSurvives(t *testing.T) {
	t.Parallel()
	var dirs sync.Map // of the stores
	open := func(t *testing.T, dir string) onenet.Store {
		t.Helper()
		s := mustOpen(t, dir)
		dirs.Store(s, dir)
		return s
	}
	storetest.RunDurable(t,
		func(t *testing.T) onenet.Store {
			t.Helper()
			return open(t, t.TempDir())
		},
		func(t *testing.T, s onenet.Store) onenet.Store {
			t.Helper()
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			dir, _ := dirs.Load(s)
			return open(t, dir.(string))
		},
	)
}
