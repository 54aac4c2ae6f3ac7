package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/firmware"
)

const boardLong = `The firmware is a handful of MicroPython files that come with onelan. From a blank ESP32 to a LED that
obeys, with Python's tools (pip install esptool mpremote) and the image for the chip from
micropython.org:

  esptool erase-flash
  esptool write-flash 0x1000 ESP32_GENERIC.bin    # 0 for 0x1000 on an ESP32-S3 or -C3
  onelan serve                                    # in another terminal
  onelan board push --wifi NAME                   # asks for its password
  mpremote                                        # what the board says; Ctrl-] leaves
  onelan send 527521926 on`

func (a *app) boardCommand() *cobra.Command {
	return group("board", "Put the firmware on an ESP32", boardLong, a.boardPush(), a.boardFiles())
}

const boardFilesLong = `Write the firmware's files into a folder, to read, to change, or to copy to a board with another
tool (Thonny, WebREPL). config.example.json comes along: edited and named config.json it goes to
the board with the rest. A file that differs is left alone without --force.`

func (a *app) boardFiles() *cobra.Command {
	force := false
	cmd := &cobra.Command{
		Use: "files DIR", Short: "Write the firmware's files into a folder", Long: boardFilesLong,
		Example: "  onelan board files esp32",
		Args:    takes("DIR"),
		RunE:    func(_ *cobra.Command, args []string) error { return a.boardFilesTo(args[0], force) },
	}
	cmd.Flags().BoolVar(&force, "force", false, "replace files that differ")
	return cmd
}

func (a *app) boardFilesTo(dir string, force bool) error {
	names := append(programs(), firmware.Example)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if changed := differing(dir, names); len(changed) > 0 && !force {
		return fail(exitFailed, "%s in %s are not as they come with onelan: %v", count(len(changed), "file"), dir, changed).with("--force replaces them")
	}
	for _, name := range names {
		if err := replaceFile(filepath.Join(dir, name), program(name), 0o644); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(a.stdout, "wrote %s into %s\n", count(len(names), "file"), dir)
	return err
}

// differing are the files that are there and not as the firmware has them.
func differing(dir string, names []string) []string {
	var list []string
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) || err == nil && bytes.Equal(text, program(name)) {
			continue
		}
		list = append(list, name)
	}
	return list
}

// programs are the names of the files that belong on a board. The one that it starts comes last: a board whose copy was cut short has
// nothing to start.
func programs() []string {
	names, err := fs.Glob(firmware.Files, "*.py")
	if err != nil {
		panic(err) // the pattern is ours
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == firmware.Main })
	return append(names, firmware.Main)
}

// program is a file of the firmware.
func program(name string) []byte {
	text, err := firmware.Files.ReadFile(name)
	if err != nil {
		panic(err) // its name came from there
	}
	return text
}
