package main

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/onelan/onelan/firmware"
)

// fakeTool is mpremote and the board on the other end of its cable: as much of them as onelan uses. The board's flash is the folder that
// $BOARD names; without one no board is there. Each call is a line in the file that $CALLS names, temporary folders left out. What the two
// programs that onelan sends do on a board is tested in firmware/sim, in MicroPython itself.
func fakeTool(args []string) int {
	if err := record(args); err != nil {
		return complain(err)
	}
	if len(args) < 2 || args[0] != "connect" {
		return complain(errors.New("no connect"))
	}
	board := os.Getenv("BOARD")
	if board == "" {
		return complain(errors.New(cmp.Or(os.Getenv("FAULT"), "no device found")))
	}
	for _, step := range steps(args[2:]) {
		if err := do(board, step); err != nil {
			return complain(err)
		}
	}
	return 0
}

func complain(err error) int {
	_, _ = fmt.Fprintln(os.Stderr, "mpremote:", err)
	return 1
}

// steps are the commands between the plus signs.
func steps(args []string) [][]string {
	var all [][]string
	for len(args) > 0 {
		end := slices.Index(args, "+")
		if end < 0 {
			return append(all, args)
		}
		all, args = append(all, args[:end]), args[end+1:]
	}
	return all
}

func record(args []string) error {
	name := os.Getenv("CALLS")
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	var words []string
	for _, arg := range args {
		switch {
		case arg == firmware.Examine:
			arg = "EXAMINE"
		case arg == firmware.Replace:
			arg = "REPLACE"
		case filepath.IsAbs(arg) && !strings.HasPrefix(arg, "/dev/"):
			arg = filepath.Base(arg)
		}
		words = append(words, arg)
	}
	_, err = fmt.Fprintln(f, strings.Join(words, " "))
	return errors.Join(err, f.Close())
}

func do(board string, step []string) error {
	switch {
	case len(step) == 2 && step[0] == "exec" && step[1] == firmware.Examine:
		return examined(board)
	case len(step) == 2 && step[0] == "exec" && step[1] == firmware.Replace:
		return replaced(board)
	case len(step) > 3 && step[0] == "fs" && step[1] == "cp":
		return copied(board, step[2:len(step)-1], step[len(step)-1])
	case len(step) == 1 && step[0] == "reset":
		return nil
	}
	return fmt.Errorf("'%s' is not a command", step[0])
}

func examined(board string) error {
	fmt.Println("onelan-board", cmp.Or(os.Getenv("PYTHON"), "micropython 1.25"))
	text, err := os.ReadFile(filepath.Join(board, firmware.Config))
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Println("onelan-config none")
		return nil
	}
	fmt.Println("onelan-config", hex.EncodeToString(text))
	return err
}

func replaced(board string) error {
	err := os.Rename(filepath.Join(board, firmware.Config), filepath.Join(board, "config.old.json"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(filepath.Join(board, firmware.NewConfig), filepath.Join(board, firmware.Config))
}

func copied(board string, names []string, to string) error {
	target, onBoard := strings.CutPrefix(to, ":")
	if !onBoard {
		return fmt.Errorf("cp: %s is not on the board", to)
	}
	for _, name := range names {
		fmt.Printf("cp %s :%s\n", filepath.Base(name), target)
		if err := copyFile(name, filepath.Join(board, cmp.Or(target, filepath.Base(name)))); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
