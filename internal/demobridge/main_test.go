package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// mustBuild builds the real program.
func mustBuild(t *testing.T) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var workDir string

func TestMain(m *testing.M) {
	var err error
	if workDir, err = os.MkdirTemp("", "demobridge-test-"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(workDir)
	m.Run() // its result becomes the exit code when TestMain returns
}

var build = sync.OnceValues(func() (string, error) {
	path := filepath.Join(workDir, "onelan")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	out, err := exec.Command("go", "build", "-o", path, "github.com/onelan/onelan/cmd/onelan").CombinedOutput()
	return path, errors.Join(err, said(err, out))
})

func said(err error, out []byte) error {
	if err == nil {
		return nil
	}
	return errors.New(string(out))
}

func TestTheDemoShowsWhatItPromises(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := show(t.Context(), mustBuild(t), &out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	rest := out.String()
	for _, want := range []string{
		`"online":true`, `"current_value":25.5`, "the blue LED goes on", "led is on", "8 messages wait", "nothing listens",
		"in the cloud", "0 messages wait, 10 are delivered", `"online":false`,
	} {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("%q is not shown, or not in its turn:\n%s", want, out.String())
		}
		rest = after
	}
}

// stopAt ends the demo when it shows something.
type stopAt struct {
	text string
	stop context.CancelFunc
}

func (s stopAt) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(s.text)) {
		s.stop()
	}
	return len(p), nil
}

func TestTheDemoCleansUpWhenItIsStopped(t *testing.T) {
	t.Parallel()
	before := leftovers(t)
	for _, at := range []string{"MQTT", "== 5", "== 6", "== 7"} {
		ctx, stop := context.WithCancel(t.Context())
		if err := show(ctx, mustBuild(t), stopAt{at, stop}); !errors.Is(err, context.Canceled) {
			t.Errorf("stopped at %q: %v", at, err)
		}
		stop()
	}
	if after := leftovers(t); len(after) > len(before)+1 { // the other test's demo may be under way
		t.Errorf("left behind: %v", slices.DeleteFunc(after, func(s string) bool { return slices.Contains(before, s) }))
	}
}

func leftovers(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(os.TempDir(), "demo-bridge-*"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestAMissingProgramIsSaid(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	if code := run([]string{"-binary", filepath.Join(t.TempDir(), "onelan")}, &stdout, &stderr); code != 1 || !strings.Contains(stderr.String(), "make build") {
		t.Errorf("exit code %d, %s", code, stderr.String())
	}
	if code := run([]string{"more"}, &stdout, &stderr); code != 2 {
		t.Errorf("exit code %d", code)
	}
}
