package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes this test binary be onelan when a script calls onelan, and a mpremote with a board when a script or onelan calls that.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"onelan": func() {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			context.AfterFunc(ctx, stop)
			os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
		},
		"mpremote": func() { os.Exit(fakeTool(os.Args[1:])) },
	})
}
