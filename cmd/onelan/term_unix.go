//go:build !windows

package main

import "io"

// enableColor has nothing to do: every terminal understands ANSI colours.
func enableColor(io.Writer) bool { return true }
