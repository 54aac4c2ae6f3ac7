package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/onelan/onelan/firmware"
)

// boardTool is mpremote, MicroPython's own tool, and the port that it is to use. The serial line is its business: it knows the drivers of
// three systems and MicroPython's raw mode in all its versions.
type boardTool struct {
	path string
	port string // as mpremote connect takes it
}

// findTool looks for mpremote.
func findTool(port string) (boardTool, error) {
	path, err := exec.LookPath("mpremote")
	if err != nil {
		return boardTool{}, fail(exitFailed, "mpremote is not installed: it is what talks to the board over USB").
			with("pip install mpremote (or: pipx install mpremote); without it, onelan board files DIR writes the files for another tool")
	}
	return boardTool{path, cmp.Or(port, "auto")}, nil
}

// run runs mpremote, and shows what it says as it comes.
func (b boardTool) run(ctx context.Context, stdout, stderr io.Writer, args ...string) error {
	child := exec.CommandContext(ctx, b.path, append([]string{"connect", b.port}, args...)...)
	child.Stdout, child.Stderr = stdout, stderr
	return child.Run()
}

// present is what is on a board.
type present struct {
	python string // MicroPython's version
	minor  int
	config []byte // nil: there is none
}

// examine asks the board what runs on it. A program that is running there is stopped by that.
func (b boardTool) examine(ctx context.Context) (present, error) {
	var out, errs bytes.Buffer
	if err := b.run(ctx, &out, &errs, "exec", firmware.Examine); err != nil {
		says := lastLine(errs.String() + "\n" + out.String())
		return present{}, fail(exitFailed, "no board: %s", cmp.Or(says, "mpremote: "+err.Error())).with("%s", toolHint(says))
	}
	return parsePresent(out.String())
}

func parsePresent(out string) (p present, err error) {
	name := ""
	for line := range strings.Lines(out) {
		words := strings.Fields(line)
		switch {
		case len(words) == 3 && words[0] == "onelan-board":
			name, p.python = words[1], words[2]
		case len(words) == 2 && words[0] == "onelan-config" && words[1] != "none":
			if p.config, err = hex.DecodeString(words[1]); err != nil {
				return p, fail(exitFailed, "the board's answer cannot be read: %v", err).with("try again")
			}
		}
	}
	if name != "micropython" {
		return p, fail(exitFailed, "what answers is not MicroPython: %q", cmp.Or(name, printable(lastLine(out)))).with("onelan board --help says how to put it on the board")
	}
	if _, err := fmt.Sscanf(p.python, "1.%d", &p.minor); err != nil {
		p.minor = firmware.MinVersion // 2.0 and later
	}
	return p, nil
}

// copying is what a push takes to a board.
type copying struct {
	dir    string   // where the files are
	files  []string // their names, in order
	config bool     // config.json among them
}

// copy copies, and starts the board afresh.
func (b boardTool) copy(ctx context.Context, stdout, stderr io.Writer, c copying) error {
	args := []string{"fs", "cp"}
	for _, name := range c.files {
		args = append(args, filepath.Join(c.dir, name))
	}
	args = append(args, ":")
	if c.config {
		args = append(args, "+", "fs", "cp", filepath.Join(c.dir, firmware.Config), ":"+firmware.NewConfig, "+", "exec", firmware.Replace)
	}
	if err := b.run(ctx, stdout, stderr, append(args, "+", "reset")...); err != nil {
		return fail(exitFailed, "mpremote did not finish: %v", err).with("run it again: what was copied stays, and is copied again")
	}
	return nil
}

// toolHint says what to do about what mpremote complains of.
func toolHint(says string) string {
	for _, x := range []struct{ in, hint string }{
		{"no device found", "is it plugged in, with a cable that carries data? mpremote connect list names the ports; then onelan board push PORT"},
		{"in use", "close what has the port: a serial monitor, Thonny, another mpremote"},
		{"failed to access", "mpremote connect list names the ports; on Linux your user must be in the group dialout"},
		{"raw repl", "is MicroPython on the board? onelan board --help says how to put it there; or press its reset button and try again"},
	} {
		if strings.Contains(says, x.in) {
			return x.hint
		}
	}
	return "mpremote connect list names the ports; then onelan board push PORT"
}

// lastLine is the last line with something in it: the one that tells.
func lastLine(text string) string {
	last := ""
	for line := range strings.Lines(text) {
		last = cmp.Or(strings.TrimSpace(line), last)
	}
	return printable(last)
}
