// Command board is a virtual ESP32 for people: it runs the firmware against a platform that runs already, shows the LED and the serial
// line in the terminal, and takes keys for what happens to boards: Wi-Fi that goes, power that fails, a network that falls silent.
//
//	go run ./cmd/onelan serve
//	go run ./firmware/sim/cmd/board
//
// Without arguments the board is the tutorial's device. Each config.json that is named is a board of its own; -n makes more of them, which
// register themselves.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return
	}
	_, _ = fmt.Fprintln(os.Stderr, "error:", err)
	var h hinted
	if errors.As(err, &h) {
		_, _ = fmt.Fprintln(os.Stderr, "hint: ", h.hint)
	}
	os.Exit(1) //nolint:forbidigo // main exits
}

// hinted is an error with what to type next.
type hinted struct {
	error
	hint string
}

func (h hinted) Unwrap() error { return h.error }

// options is what the command line says.
type options struct {
	firmware string
	broker   string
	api      string
	boards   int
	configs  []string
}

func parse(args []string, stderr io.Writer) (o options, err error) {
	f := flag.NewFlagSet("board", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.firmware, "firmware", "", "the `folder` with main.py and sim/ (default: firmware/ of the project that you stand in)")
	f.StringVar(&o.broker, "broker", "127.0.0.1:6002", "`host:port` of the platform's MQTT, or auto to ask the network")
	f.StringVar(&o.api, "api", "", "`host:port` of the platform's REST API, where more boards register (default: port 8080 beside the broker)")
	f.IntVar(&o.boards, "n", 1, "how many boards, where no config.json is named (1 to 9)")
	f.Usage = func() {
		_, _ = fmt.Fprintf(stderr, "usage: board [flags] [config.json ...]\n\nkeys: %s\n\nflags:\n", keyHelp)
		f.PrintDefaults()
	}
	if err := f.Parse(args); err != nil {
		return o, err
	}
	o.configs = f.Args()
	if len(o.configs) > 0 {
		o.boards = len(o.configs)
	}
	if o.boards < 1 || o.boards > 9 {
		return o, hinted{fmt.Errorf("%d boards", o.boards), "1 to 9 fit a terminal"}
	}
	return o, nil
}

// run shows boards until ctx ends or somebody types q.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	boards, err := switchOn(o)
	if err != nil {
		return err
	}
	defer func() {
		for _, b := range boards {
			_ = b.Close()
		}
	}()
	s := newScreen(stdout, stdin, boards)
	defer s.restore()
	s.begin()
	d := desk{boards: boards, screen: s, firmware: o.firmware}
	return d.watch(ctx, keys(ctx, stdin))
}
