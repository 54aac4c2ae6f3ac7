// Peers measures onelan side by side with the broker library it stands on and with
// mosquitto, its REST API with net/http and nginx, and holds the result against the bars the project has set itself.
//
//	go run ./internal/peers -binary bin/onelan           # tables on standard output
//	go run ./internal/peers -binary bin/onelan -write docs/PERFORMANCE.md
//	go run ./internal/peers -profile '1:1 QoS 1'         # where the time of one load goes
//
// Every broker is a process of its own; this program is the load. All brokers run at
// once and take turns, one short measurement each, so that what else the machine does meets all
// of them: compare within one run, not between runs. Loads are closed loops: a
// publisher sends when earlier messages have arrived, so nothing is ever dropped, and a
// broker that loses a message stops the measurement.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

type options struct {
	binary  string
	rounds  int
	warm    time.Duration
	each    time.Duration
	loads   *regexp.Regexp
	parts   string
	idle    int
	write   string
	profile string

	// In a process that this program started to be measured.
	serve      string
	data       string
	cpuProfile string
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	if err != nil {
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	switch {
	case o.serve != "":
		err = serve(ctx, o, stdout)
	case o.profile != "":
		err = profileOne(ctx, o, stdout)
	default:
		err = compare(ctx, o, stdout)
	}
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "error:", err)
		return 1
	}
	return 0
}

func parse(args []string, stderr io.Writer) (o options, err error) {
	f := flag.NewFlagSet("peers", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.binary, "binary", "bin/onelan", "the onelan to measure")
	f.IntVar(&o.rounds, "rounds", 5, "rounds; medians are taken over them")
	f.DurationVar(&o.warm, "warm", 200*time.Millisecond, "how long a load runs before it is measured")
	f.DurationVar(&o.each, "each", 800*time.Millisecond, "how long it is measured then")
	loads := f.String("loads", ".", "regular expression: the loads to run")
	f.StringVar(&o.parts, "parts", "topics,data,start,idle,dead,package,rest,exec", "what to measure")
	f.IntVar(&o.idle, "idle", 5000, "idle connections")
	f.StringVar(&o.write, "write", "", "write the result between the markers of this file too")
	f.StringVar(&o.profile, "profile", "", "instead of measuring show where onelan's CPU time goes under this load")
	f.StringVar(&o.serve, "serve", "", "be a server to be measured: mochi, plain (net/http), or onelan (for profiles)")
	f.StringVar(&o.data, "data", "", "with -serve onelan: keep the data here instead of in memory; with -serve plain: the answers to give")
	f.StringVar(&o.cpuProfile, "cpuprofile", "", "with -serve onelan: write a profile here at the end")
	if err = f.Parse(args); err != nil {
		return o, err
	}
	if o.loads, err = regexp.Compile(*loads); err != nil || o.rounds < 1 || f.NArg() > 0 {
		f.Usage()
		return o, flag.ErrHelp
	}
	if o.binary, err = filepath.Abs(o.binary); err != nil { // it is started in other folders
		return o, err
	}
	return o, nil
}

// compare measures all that was asked for and reports it.
func compare(ctx context.Context, o options, stdout io.Writer) error {
	began := clock.System().Now()
	r := &report{machine: describe(ctx), when: began}
	b, err := newBench(o, stdout)
	if err != nil {
		return err
	}
	defer b.close()
	if r.sync, err = syncTime(b.dir); err != nil {
		return err
	}
	if err := b.measure(ctx, r); err != nil {
		return err
	}
	r.took = clock.System().Now().Sub(began)
	text := r.markdown()
	if _, err := io.WriteString(stdout, "\n"+text); err != nil || o.write == "" {
		return err
	}
	return writeBetween(o.write, text)
}
