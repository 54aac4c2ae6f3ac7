package sim_test

import (
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/onelan/onelan/firmware"
	"github.com/onelan/onelan/firmware/sim"
	"github.com/onelan/onelan/onenettest"
)

// stock is what the firmware may import: it is in every ESP32 image since MicroPython 1.22, and needs nothing installed.
var stock = []string{
	"binascii", "errno", "esp32", "gc", "io", "json", "machine", "network", "ntptime", "os", "random", "select", "socket", "struct", "sys", "time",
}

// The interpreter has modules that a board lacks; here they would work, and there they would not.
func TestFirmwareImportsOnlyWhatABoardHas(t *testing.T) {
	t.Parallel()
	files, err := sim.Program("..")
	if err != nil {
		t.Fatal(err)
	}
	imports := regexp.MustCompile(`(?m)^\s*(?:import|from)\s+([\w, ]+?)(?:\s+import\b.*)?$`)
	seen := 0
	for path, text := range files {
		for _, m := range imports.FindAllStringSubmatch(string(text), -1) {
			for _, name := range strings.Split(m[1], ",") {
				name, _, _ = strings.Cut(strings.TrimSpace(name), " as ")
				seen++
				if _, ours := files["/"+name+".py"]; !ours && !slices.Contains(stock, name) {
					t.Errorf("%s imports %s, which is not in every ESP32 image", path, name)
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("%d imports seen: they are not recognised any more", seen)
	}
}

// The very command of the tutorial, by the program that people use.
func TestLEDObeysTheCommandLine(t *testing.T) {
	t.Parallel()
	srv, d, n := desktop(t)
	b := mustBoard(t, n, quick(d))
	program := filepath.Join(t.TempDir(), "onelan")
	args := []string{"build", "-o", program}
	if raceDetector {
		args = append(args, "-race")
	}
	if out, err := exec.CommandContext(t.Context(), "go", append(args, "github.com/onelan/onelan/cmd/onelan")...).CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	at := b.must(0, serving("lan"))
	for _, step := range []struct {
		word string
		lit  int
	}{{"on", 1}, {"off", 0}} {
		out, err := exec.CommandContext(t.Context(), program, "send", string(d.ID), step.word, "--wait", patience.String(), "--server", "http://"+srv.LabAddr()).CombinedOutput()
		if err != nil {
			t.Fatalf("onelan send: %v\n%s", err, out)
		}
		if !strings.Contains(string(out), step.word) {
			t.Errorf("onelan send prints %q, want the board's answer %q in it", out, step.word)
		}
		at = b.must(at, sim.PinIs(blue, step.lit))
	}
}

// The program of the tutorials, with a learner's values filled in, makes the very TCP writes that it makes on a board.
func TestTutorialProgramBlinksAndReports(t *testing.T) {
	t.Parallel()
	srv, _, n := desktop(t)
	d := srv.Demo(t)
	text, err := os.ReadFile("../examples/tutorial.py")
	if err != nil {
		t.Fatal(err)
	}
	const address = `"192.168.1.10"`
	if !strings.Contains(string(text), address) {
		t.Fatalf("the program has no %s to be replaced", address)
	}
	b := mustStart(t, n, program(strings.Replace(string(text), address, `"`+desk+`"`, 1)))
	b.must(0, sim.Printed("connected"))
	b.mustObey(srv, d, "on", 1)
	b.mustObey(srv, d, "toggle", 0)
	srv.Wait(t, onenettest.Point(d, "led", "1"))
	at := b.Mark()
	mustPublish(t, srv, "led", []byte("on"))
	b.must(at, sim.PinIs(blue, 1))
}

// What onelan board push runs on a board, in MicroPython: it tells what is there, and puts a new config.json in the old one's place.
func TestProgramsOfAPushDoWhatItNeeds(t *testing.T) {
	t.Parallel()
	const old, next = "{\"wifi\": \"\u4e2d\u6587\\r\\n\"}\r\n", `{"wifi": 2}`
	b := mustStart(t, nil, program(firmware.Examine))
	at := b.must(0, sim.Printed("onelan-board micropython 1."))
	b.must(at, sim.Printed("onelan-config none"))
	for i, step := range []struct{ config, program, prints string }{
		{old, firmware.Examine, "onelan-config " + hex.EncodeToString([]byte(old))},
		{old, firmware.Replace, "onelan-config replaced"},
		{"", firmware.Replace, "onelan-config replaced"}, // a board that is set up for the first time, or whose push was cut short
	} {
		at = b.Mark()
		b.RemoveFile("/config.json")
		if step.config != "" {
			b.WriteFile("/config.json", []byte(step.config))
		}
		b.WriteFile("/config.new.json", []byte(next))
		b.WriteFile("/main.py", []byte(step.program))
		b.PressReset()
		b.must(at, sim.Printed(step.prints))
		b.must(at, sim.Is(sim.Ended))
		if i == 0 {
			continue
		}
		for path, want := range map[string]string{"/config.json": next, "/config.old.json": old, "/config.new.json": ""} {
			if got, _ := b.ReadFile(path); string(got) != want {
				t.Errorf("step %d: %s is %q, want %q", i, path, got, want)
			}
		}
	}
}
