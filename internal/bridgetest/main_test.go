package bridgetest_test

import (
	"os"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/onelan/onelan/internal/clock"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if workDir != "" {
			_ = os.RemoveAll(workDir)
		}
		os.Exit(code)
	}))
}

// number is a setting of the environment.
func number(t testing.TB, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s=%q: %v", name, text, err)
	}
	return n
}

// seed chooses the moments. It is logged, so that a run can be made again.
func seed(t testing.TB, otherwise int) uint64 {
	t.Helper()
	n := number(t, "BRIDGETEST_SEED", otherwise)
	t.Logf("seed %d", n)
	return uint64(n)
}

func now() time.Time { return clock.System().Now() }
