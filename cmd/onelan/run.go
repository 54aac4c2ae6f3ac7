package main

import (
	"context"
	"io"
	"os"

	"github.com/onelan/onelan/internal/clock"
)

// app is what a command gets from the outside.
type app struct {
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	env    []string // NAME=value
	clock  clock.Clock

	server string // --server
	color  string // --color
}

// run is the whole program: it returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr, env: os.Environ(), clock: clock.System(), color: "auto"}
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return a.exit(ctx, root.ExecuteContext(ctx))
}
