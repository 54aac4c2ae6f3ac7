package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/firmware"
)

func TestPushSaysWhatToInstall(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"board", "push"}, nil, &out, &errs); code != exitFailed {
		t.Errorf("exit code %d, want %d", code, exitFailed)
	}
	for _, want := range []string{"error: mpremote is not installed", "pip install mpremote", "onelan board files DIR"} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("no %q in %s", want, &errs)
		}
	}
}

// A copy that is cut short leaves a board without the file that it starts.
func TestMainIsCopiedLast(t *testing.T) {
	t.Parallel()
	names := programs()
	if got := names[len(names)-1]; got != firmware.Main {
		t.Errorf("the last file is %s", got)
	}
	onDisk, err := fs.Glob(os.DirFS(filepath.Join("..", "..", "firmware")), "*.py")
	if err != nil || len(onDisk) != len(names) {
		t.Errorf("%d files are copied, firmware/ has %v (%v)", len(names), onDisk, err)
	}
}

func TestBoardIsNamedInWords(t *testing.T) {
	t.Parallel()
	for config, want := range map[string]string{
		`{"device_id": "527521926", "lan": {"host": "192.168.1.10"}}`: " for device 527521926 at 192.168.1.10",
		`{"device_id": 527521926, "lan": {}}`:                         " for device 527521926 at auto",
		`{"register_code": "c", "use": ["cloud", "lan"]}`:             " that registers itself in the cloud",
		`{}`:                        " for device mac at auto",
		`{"use": 1}`:                "",
		"\xff no JSON":              "",
		`{"device_id":"\u001b[2J"}`: ` for device \u001b[2J at auto`,
	} {
		if d := cmp.Diff(want, whoIs([]byte(config))); d != "" {
			t.Errorf("%s (-want +got):\n%s", config, d)
		}
	}
}

func TestAnswerOfABoardIsRead(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		out   string
		want  present
		wrong bool
	}{
		"as mpremote passes it on": {"onelan-board micropython 1.22\r\nonelan-config 7b7d\r\n", present{"1.22", 22, []byte("{}")}, false},
		"no config.json":           {"onelan-board micropython 1.25\nonelan-config none\n", present{"1.25", 25, nil}, false},
		"a later MicroPython":      {"onelan-board micropython 2.0\nonelan-config none\n", present{"2.0", firmware.MinVersion, nil}, false},
		"something before":         {"booting\nonelan-board micropython 1.25\n", present{"1.25", 25, nil}, false},
		"another Python":           {"onelan-board circuitpython 9.1\nonelan-config none\n", present{}, true},
		"nothing":                  {"", present{}, true},
		"a broken line":            {"onelan-board micropython 1.25\nonelan-config 7b7\n", present{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := parsePresent(tt.out)
			if (err != nil) != tt.wrong {
				t.Fatalf("error %v", err)
			}
			if d := cmp.Diff(tt.want, got, cmp.AllowUnexported(present{})); !tt.wrong && d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}
