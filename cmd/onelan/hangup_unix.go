//go:build !windows

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// hangups are the signals to read the configuration again, until stop is called; gone tells of one whether it means that the terminal
// is gone, under which the program was started. Who was told to ignore them (nohup) gets none.
func hangups() (signals <-chan os.Signal, gone func() bool, stop func()) {
	c := make(chan os.Signal, 1)
	if signal.Ignored(syscall.SIGHUP) {
		return c, func() bool { return false }, func() {}
	}
	signal.Notify(c, syscall.SIGHUP)
	had := hasTerminal()
	return c, func() bool { return had && !hasTerminal() }, func() { signal.Stop(c) }
}

// hasTerminal tells whether the session has a terminal. One that hung up is taken away from its session before the signal comes.
func hasTerminal() bool {
	tty, err := os.OpenFile("/dev/tty", os.O_RDONLY|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	_ = tty.Close() // it was only asked
	return true
}
