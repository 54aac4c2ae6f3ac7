//go:build !windows

package main

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/onelan/onelan/internal/clock"
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
	return c, func() bool { return had && losesTerminal() }, func() { signal.Stop(c) }
}

// losesTerminal tells whether the session has no terminal any more, or is about to lose it: the signal may come before it is taken
// away, from the session's leader that ends or from a terminal program that says so first.
func losesTerminal() bool {
	const looks, pause = 10, 50 * time.Millisecond
	for range looks {
		if !hasTerminal() {
			return true
		}
		clock.Sleep(clock.System(), pause, nil)
	}
	return false
}

// hasTerminal tells whether the session has a terminal.
func hasTerminal() bool {
	tty, err := os.OpenFile("/dev/tty", os.O_RDONLY|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	_ = tty.Close() // it was only asked
	return true
}
