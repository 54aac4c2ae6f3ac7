package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/onelan/onelan/internal/rig"
)

// explainMisses profiles onelan under each load that misses a bar.
func (b *bench) explainMisses(ctx context.Context, r *report) error {
	r.judge()
	for _, l := range r.missed {
		top, err := b.profileLoad(ctx, l, filepath.Join(b.dir, "cpu.prof"))
		if err != nil {
			return fmt.Errorf("profile: %w", err)
		}
		r.profiles = append(r.profiles, fmt.Sprintf("\nonelan under %s, where the CPU time goes:\n\n```\n%s```\n", l.name, top))
	}
	return nil
}

// profileOne is the -profile flag: it leaves the profile behind for go tool pprof.
func profileOne(ctx context.Context, o options, out io.Writer) error {
	l, err := findLoad(o.profile)
	if err != nil {
		return err
	}
	b, err := newBench(o, out)
	if err != nil {
		return err
	}
	defer b.close()
	const name = "peers.prof"
	abs, err := filepath.Abs(name)
	if err != nil {
		return err
	}
	top, err := b.profileLoad(ctx, l, abs)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%sgo tool pprof %s tells more\n", top, name)
	return err
}

// profileLoad runs a load against onelan in a process that profiles itself, and
// returns the top of the profile, by function and by what it calls.
func (b *bench) profileLoad(ctx context.Context, l load, file string) (top string, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	args := []string{"-serve", "onelan", "-cpuprofile", file}
	if l.data {
		args = append(args, "-data", filepath.Join(b.dir, "profiled"))
	}
	s, err := rig.StartReady(ctx, self, args...)
	if err != nil {
		return "", err
	}
	o := b.options
	o.each = 5 * time.Second
	one, err := runLoad(ctx, o, &broker{onelanMemory, s.MQTT, s.Process}, l)
	s.Stop() // writes the profile
	if err != nil {
		return "", err
	}
	_, _ = fmt.Fprintf(b.out, "profile of %s: %.0f msg/s, CPU %.1f us/msg\n", l.name, one.rate, one.cpu)
	for _, by := range []string{"-flat", "-cum"} {
		text, err := exec.CommandContext(ctx, "go", "tool", "pprof", "-top", by, "-nodecount=25", self, file).Output()
		if err != nil {
			return "", err
		}
		_, table, _ := strings.Cut(string(text), "Showing nodes")
		top += "Showing nodes" + table
	}
	return top, nil
}
