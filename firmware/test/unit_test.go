// Package firmware_test runs the firmware's unit tests in MicroPython itself, looks at its Python as ruff does, and reads
// the vectors that firmware and platform share. How a whole board behaves is tested in firmware/sim.
package firmware_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// node runs a script of this folder to its end, which must be a good one. Where the interpreter is missing the test fails in
// CI, and is skipped elsewhere.
func node(t *testing.T, script string, arguments ...string) string {
	t.Helper()
	missing := t.Skip
	if os.Getenv("CI") == "true" {
		missing = t.Fatal
	}
	if _, err := exec.LookPath("node"); err != nil {
		missing("node is not installed")
	}
	if _, err := os.Stat("../sim/node_modules"); err != nil {
		missing("the interpreter is not installed: npm ci --prefix firmware/sim")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "node", append([]string{script}, arguments...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("node %s: %v\n%s", script, err, out)
	}
	return string(out)
}

func TestUnits(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("test_*.py")
	if err != nil || len(files) == 0 {
		t.Fatalf("no unit tests: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(file, ".py")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			node(t, "run.mjs", name)
		})
	}
}

func TestRunnerFailsWhereATestDoes(t *testing.T) {
	t.Parallel()
	node(t, "run.mjs", "test_words") // the interpreter is there
	for _, name := range []string{"vectors", "nowhere"} {
		if out, err := exec.CommandContext(t.Context(), "node", "run.mjs", name).CombinedOutput(); err == nil {
			t.Errorf("%s has no tests and passed:\n%s", name, out)
		}
	}
}

func TestPythonIsTidy(t *testing.T) {
	t.Parallel()
	node(t, "lint.mjs")
}
