package main

import "os"

// hangups: Windows has no signal to read the configuration again; `onelan bridge reload` does it there.
func hangups() (signals <-chan os.Signal, gone func() bool, stop func()) {
	return nil, func() bool { return false }, func() {}
}
