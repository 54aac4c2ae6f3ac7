package main

import (
	"io"
	"os"

	"golang.org/x/sys/windows"
)

// enableColor makes a Windows console understand ANSI colours; consoles before
// Windows 10 do not.
func enableColor(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	var mode uint32
	console := windows.Handle(f.Fd())
	if windows.GetConsoleMode(console, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
