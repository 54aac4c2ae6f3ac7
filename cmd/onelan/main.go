// Command onelan is a local imitation of China Mobile's OneNET cloud: `onelan serve`
// runs it, the other commands talk to the one that runs.
//
// This package turns words into calls and answers into words: flags in, text and an
// exit code out. It decides nothing; package server runs the platform, control/lab
// carries the commands to it. All of it hangs on an app, which holds what the outside
// gives, so that tests can give something else.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// SIGTERM is what Windows turns closing the window and logging off into.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the next signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
