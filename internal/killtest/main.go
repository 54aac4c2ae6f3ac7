// Killtest holds onelan to its promise that nothing acknowledged is lost.
//
//	go run ./internal/killtest -binary bin/onelan -times 50
//
// It starts the real binary on a directory of its own and lets devices flood it: data
// points at QoS 1, retained messages, messages for devices that are away and for one
// that never acknowledges, registrations, commands. At a random moment it kills the server with
// SIGKILL, starts it again on the same directory, sometimes kills that start too, and
// asks for everything that had been acknowledged. After the last round it asks for the
// points and commands of all rounds once more.
//
// It exits with 1 when anything is missing, changed or doubled, or when the server
// does not start. What was not acknowledged may be there or not.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/onelan/onelan/internal/clock"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	var o options
	f := flag.NewFlagSet("killtest", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.binary, "binary", "bin/onelan", "the onelan to kill")
	f.IntVar(&o.times, "times", 50, "how many times")
	f.IntVar(&o.devices, "devices", 8, "devices that send data points")
	f.Uint64Var(&o.seed, "seed", uint64(clock.System().Now().UnixNano()), "chooses the moments")
	f.StringVar(&o.dir, "data", "", "keep the data here; empty for a temporary directory that is removed when all is well")
	if f.Parse(args) != nil || f.NArg() > 0 || o.times < 1 || o.devices < 1 {
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := killMany(ctx, o, stdout); err != nil {
		_, _ = fmt.Fprintln(stderr, "error:", err)
		return 1
	}
	return 0
}

// killMany runs the trial in its directory.
func killMany(ctx context.Context, o options, out io.Writer) error {
	made := o.dir == ""
	if made {
		var err error
		if o.dir, err = os.MkdirTemp("", "killtest"); err != nil {
			return err
		}
	}
	_, _ = fmt.Fprintf(out, "killtest: %d kills, seed %d, data in %s\n", o.times, o.seed, o.dir)
	sum, err := newTrial(o, nil, out).run(ctx)
	if err == nil && sum.lost > 0 {
		err = fmt.Errorf("%d acknowledged things were lost; the data is in %s", sum.lost, o.dir)
	}
	if err == nil && made {
		err = os.RemoveAll(o.dir)
	}
	return err
}
