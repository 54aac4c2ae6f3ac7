package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

// benchmarkLine is a line of go test -bench.
var benchmarkLine = regexp.MustCompile(`(?m)^BenchmarkStart\S*\s+\d+\s+([0-9.]+) ns/op`)

// packageStart runs the Go benchmark of onenettest.Start.
func (b *bench) packageStart(ctx context.Context, r *report) error {
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkStart$", "-benchtime", "200x", "-count", "5",
		"github.com/onelan/onelan/onenettest")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	for _, m := range benchmarkLine.FindAllSubmatch(out, -1) {
		ns, err := strconv.ParseFloat(string(m[1]), 64)
		if err != nil {
			return err
		}
		r.start = append(r.start, time.Duration(ns))
	}
	if len(r.start) == 0 {
		return errors.New("onenettest has no BenchmarkStart")
	}
	_, _ = fmt.Fprintf(b.out, "onenettest.Start and Close: %v\n", r.start)
	return nil
}
