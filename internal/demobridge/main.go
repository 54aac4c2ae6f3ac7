// Demobridge shows the bridge at work, in one terminal and without the real OneNET: an onelan plays the cloud, another one is the edge
// that bridges a device to it, and this program plays the device.
//
//	go run ./internal/demobridge -binary bin/onelan
//
// It shows a point that arrives in the cloud, a command of the cloud that switches the device, the cloud killed and started again, and the
// backlog that arrives with the times at which the device sent it. Both run on loopback on free ports, with data in a temporary folder that is gone
// at the end. It ends by itself, or on Ctrl-C; its exit code is 1 when something did not happen that should.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("demobridge", flag.ContinueOnError)
	f.SetOutput(stderr)
	binary := f.String("binary", "bin/onelan", "the onelan to show")
	if f.Parse(args) != nil || f.NArg() > 0 {
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := show(ctx, *binary, stdout)
	switch {
	case ctx.Err() != nil:
		_, _ = fmt.Fprintln(stdout, "\nstopped; everything is cleaned up")
		return 130
	case err != nil:
		_, _ = fmt.Fprintln(stderr, "error:", err)
		if errors.Is(err, os.ErrNotExist) {
			_, _ = fmt.Fprintln(stderr, "hint: make build")
		}
		return 1
	}
	return 0
}

// show plays all scenes, and cleans up whatever happens.
func show(ctx context.Context, binary string, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "demo-bridge-")
	if err != nil {
		return err
	}
	s := &stage{binary: binary, dir: dir, out: out}
	defer func() {
		s.close()
		err = errors.Join(err, os.RemoveAll(dir))
	}()
	for _, scene := range []func(context.Context) error{
		s.openCloud, s.openEdge, s.deviceComes, s.pointGoesUp, s.commandComesDown, s.cloudDies, s.cloudReturns, s.deviceLeaves,
	} {
		if err := scene(ctx); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	s.say("\nThat was all. To bridge a device of yours to the real OneNET: docs/BRIDGE.md.")
	return nil
}
