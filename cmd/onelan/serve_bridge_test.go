package main

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/config"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

func TestAHangUpOfTheTerminalEndsTheServerAndAnyOtherReadsAgain(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	read := 0
	s := onenettest.Start(t, onenettest.WithConfig(func(c *server.Config) {
		c.ReadPlan = func() (*bridge.Plan, error) { read++; return nil, errors.New("unreadable") }
	}))
	hup := make(chan os.Signal, 3)
	for range 3 {
		hup <- syscall.SIGHUP
	}
	seen := 0
	gone := func() bool { seen++; return seen == 3 }
	attend(t.Context(), s.Server, slog.New(slog.NewTextHandler(&log, nil)), hup, gone)
	if read != 2 || strings.Count(log.String(), `msg="bridge not reloaded" err=unreadable`) != 2 || !strings.Contains(log.String(), "the terminal is gone") {
		t.Errorf("read %d times, and said\n%s", read, &log)
	}
}

func TestFlagsOfTheBridge(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		args    []string
		on, dry bool
	}{
		{nil, false, false},
		{[]string{"--bridge"}, true, false},
		{[]string{"--dry-run"}, true, true},
		{[]string{"--bridge", "--dry-run"}, true, true},
		{[]string{"--bridge=false", "--set", "bridge.dry_run=true"}, false, true},
		{[]string{"--set", "bridge.enabled=true", "--bridge=false"}, false, false},
	} {
		t.Run(strings.Join(row.args, " "), func(t *testing.T) {
			t.Parallel()
			b := mustSettings(t, row.args...).Bridge
			if b.Enabled != row.on || b.DryRun != row.dry {
				t.Errorf("on %v, dry run %v, want %v and %v", b.Enabled, b.DryRun, row.on, row.dry)
			}
		})
	}
}

// mustSettings gives the configuration that serve would get with these flags and no file.
func mustSettings(t *testing.T, args ...string) *config.Loaded {
	t.Helper()
	a, o := &app{}, &serveOptions{}
	cmd := a.serveCommand()
	cmd.ResetFlags()
	o.flags(cmd)
	if err := cmd.ParseFlags(append(args, "--config", os.DevNull)); err != nil {
		t.Fatal(err)
	}
	l, err := o.settings.load(a, cmd)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
