package sim_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/firmware/sim"
)

// lines is what the board has printed.
func (r *rig) lines() []string {
	var out []string
	for _, e := range r.Events(0) {
		if e.Kind == sim.Line {
			out = append(out, e.Text)
		}
	}
	return out
}

// mustRun runs a program to its end, and gives what it printed.
func mustRun(t *testing.T, text string, options ...option) []string {
	t.Helper()
	b := mustStart(t, nil, program(text), options...)
	b.must(0, sim.Is(sim.Ended))
	return b.lines()
}

func TestFlashKeepsWhatWasClosed(t *testing.T) {
	t.Parallel()
	b := mustStart(t, nil, program(`
import os
try:
    with open("boots") as f:
        n = len(f.read())
except OSError:
    n = 0
print("boot", n)
with open("boots.new", "w") as f:
    f.write("x" * (n + 1))
os.rename("boots.new", "boots")
with open("/gone", "w") as f:
    f.write("x")
os.remove("/gone")
unfinished = open("unfinished", "w")
unfinished.write("lost with the power")
`))
	at := b.must(0, sim.Printed("boot 0"))
	at = b.must(at, sim.Is(sim.Ended))
	b.PowerCycle()
	at = b.must(at, sim.Printed("boot 1"))
	at = b.must(at, sim.Is(sim.Ended))
	b.PressReset()
	at = b.must(at, sim.Printed("boot 2"))
	b.must(at, sim.Is(sim.Ended))
	for path, want := range map[string]bool{"/boots": true, "/boots.new": false, "/gone": false, "/unfinished": false} {
		if _, got := b.ReadFile(path); got != want {
			t.Errorf("%s is on the flash: %t, want %t", path, got, want)
		}
	}
}

func TestModulesBehaveAsOnAnESP32(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		program string
		want    []string
	}{
		"the clock begins in 2000": {
			"import time\nprint(time.gmtime()[:3], time.time() < 60, time.mktime((2000, 1, 1, 0, 1, 0, 0, 0)))", []string{"(2000, 1, 1) True 60"},
		},
		"and is set": {
			"import machine, time\nmachine.RTC().datetime((2026, 1, 31, 5, 8, 0, 7, 0))\nprint(time.localtime()[:6])", []string{"(2026, 1, 31, 8, 0, 7)"},
		},
		"old names are the same modules": {
			"import time, utime, select, uselect, errno, uerrno\nprint(time is utime, select is uselect, errno is uerrno, getattr(errno, 'ETIMEDOUT'))",
			[]string{"True True True 116"},
		},
		"the station is touchy": {
			`
import network
sta = network.WLAN(network.STA_IF)
for step in (lambda: sta.connect("lab", "wrong"), lambda: sta.active(True), lambda: sta.connect("lab", "wrong"), lambda: sta.connect("lab", "right"),
             lambda: sta.disconnect(), lambda: sta.connect("lab", "right"), lambda: sta.isconnected()):
    try:
        print(step())
    except OSError as e:
        print(e)
`, []string{"Wifi Not Started", "True", "None", "Wifi Internal State Error", "None", "None", "True"},
		},
		"a socket without Wi-Fi leads nowhere": {
			`
import errno, socket
for step in (lambda: socket.getaddrinfo("localhost", 1), lambda: socket.socket().connect(("127.0.0.1", 1)), lambda: socket.socket().send(b"x")):
    try:
        print(step())
    except OSError as e:
        print(e.errno, e.errno == getattr(errno, "EHOSTUNREACH"))
`, []string{"-202 False", "118 True", "128 False"},
		},
		"there are sixteen sockets": {
			"import socket\nkept = []\ntry:\n    while True:\n        kept.append(socket.socket())\nexcept OSError:\n    print(len(kept))", []string{"16"},
		},
		"a mistake is told as on the serial line": {
			"def f():\n    return 1 / 0\nf()",
			[]string{"Traceback (most recent call last):", `  File "<stdin>", line 4, in <module>`, `  File "main.py", line 3, in <module>`, `  File "main.py", line 2, in f`, "ZeroDivisionError: divide by zero"},
		},
		"text is UTF-8": {`print("开灯")`, []string{"开灯"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := mustRun(t, tt.program, func(c *sim.Config) { c.Networks = map[string]string{"lab": "right"} })
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("printed (-want +got):\n%s", d)
			}
		})
	}
}

func TestNothingLeavesThisMachine(t *testing.T) {
	t.Parallel()
	got := mustRun(t, `
import network, socket
sta = network.WLAN()
sta.active(True)
sta.connect("any")
for address in ("183.230.40.39", "192.168.1.1", "10.0.0.1"):
    try:
        socket.socket().connect((address, 6002))
    except OSError as e:
        print(e.errno)
try:
    socket.getaddrinfo("example.org", 80)
except OSError as e:
    print(e.errno)
`)
	if d := cmp.Diff([]string{"118", "118", "118", "-202"}, got); d != "" {
		t.Errorf("printed (-want +got):\n%s", d)
	}
}

func TestClosedBoardIsQuietAndSaysSo(t *testing.T) {
	t.Parallel()
	b := mustStart(t, nil, program("while True:\n    pass"))
	for range 2 {
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	b.PowerCycle()
	if _, err := b.Wait(t.Context(), b.Mark(), sim.Is(sim.Booted)); !errors.Is(err, sim.ErrClosed) {
		t.Errorf("Wait: %v, want ErrClosed", err)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	b := mustStart(t, nil, program("print('here')"))
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := b.Wait(ctx, 0, sim.Printed("elsewhere")); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "elsewhere") {
		t.Errorf("Wait: %v, want a deadline and what was waited for", err)
	}
}

func TestMissingPartsAreNamed(t *testing.T) {
	t.Parallel()
	needInterpreter(t)
	t.Run("no stand-ins", func(t *testing.T) {
		t.Parallel()
		if _, err := sim.New(sim.Config{Sim: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "firmware/sim") {
			t.Errorf("New: %v, want it to name the folder", err)
		}
	})
	t.Run("no interpreter", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		for _, name := range []string{"board.mjs", "lib/time.py"} {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		b := mustStart(t, nil, program(""), func(c *sim.Config) { c.Sim = dir })
		at := b.must(0, sim.Is(sim.Ended))
		if got := b.Events(at - 1)[0].Text; !strings.Contains(got, "npm ci") {
			t.Errorf("the board ended with %q, want what to type", got)
		}
	})
	t.Run("no such MAC", func(t *testing.T) {
		t.Parallel()
		if _, err := sim.New(sim.Config{Sim: ".", MAC: "240AC4"}); err == nil {
			t.Error("New takes half a MAC")
		}
	})
	t.Run("no program", func(t *testing.T) {
		t.Parallel()
		if _, err := sim.Program(t.TempDir()); err == nil {
			t.Error("Program takes an empty folder")
		}
	})
}
