package main

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// execs measures what onelan exec adds to a command: from its own start until the command runs, which tells the time then.
func (b *bench) execs(ctx context.Context, r *report) error {
	for range startsMeasured {
		took, err := b.untilItRuns(ctx, b.binary, "exec", "--", "date", "+%s%N")
		if err != nil {
			return err
		}
		r.exec = append(r.exec, took)
		if took, err = b.untilItRuns(ctx, "date", "+%s%N"); err != nil {
			return err
		}
		r.bare = append(r.bare, took)
	}
	_, _ = fmt.Fprintf(b.out, "start to command running: by onelan exec %v, without %v\n", r.exec, r.bare)
	return nil
}

// untilItRuns is how long a program takes to print the time.
func (b *bench) untilItRuns(ctx context.Context, name string, args ...string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = b.dir
	began := clock.System().Now()
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("%s: %w", cmd, err)
	}
	ns, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	if err != nil {
		return 0, err
	}
	return time.Unix(0, ns).Sub(began), nil
}
