package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onelan/onelan/internal/rig"
)

// explainMisses profiles onelan under the loads that miss a bar, one of each kind: the
// last, which has the larger window, and so waits less and computes more.
func (b *bench) explainMisses(ctx context.Context, r *report) error {
	r.judge()
	for i, l := range r.missed {
		alike := func(o load) bool {
			return o.groups == l.groups && o.subs == l.subs && o.data == l.data && o.qos == l.qos
		}
		if slices.ContainsFunc(r.missed[i+1:], alike) {
			continue
		}
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
// returns what there is to learn from it.
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
	one, err := runLoad(ctx, o, &broker{name: onelanMemory, addr: s.MQTT, Process: s.Process}, l)
	s.Stop() // writes the profile
	if err != nil {
		return "", err
	}
	_, _ = fmt.Fprintf(b.out, "profile of %s: %.0f msg/s, CPU %.1f us/msg\n", l.name, one.rate, one.cpu)
	return readProfile(ctx, self, file)
}

// readProfile gives the functions that use most by themselves, and what they are used for.
func readProfile(ctx context.Context, binary, file string) (string, error) {
	flat, err := pprofTop(ctx, binary, file, "-flat")
	if err != nil {
		return "", err
	}
	cum, err := pprofTop(ctx, binary, file, "-cum")
	if err != nil {
		return "", err
	}
	const head, most = 1, 6
	flat = flat[:min(len(flat), head+most)]
	for _, line := range cum[head:] {
		if landmark.MatchString(line) && cumShare(line) >= 2 {
			flat = append(flat, line)
		}
	}
	return strings.Join(flat, ""), nil
}

// cumShare is the percentage of a line of pprof's table: flat, flat%, sum%, cum, cum%, name.
func cumShare(line string) float64 {
	f := strings.Fields(line)
	if len(f) < 6 {
		return 0
	}
	share, err := strconv.ParseFloat(strings.TrimSuffix(f[4], "%"), 64)
	if err != nil {
		return 0
	}
	return share
}

// pprofTop is pprof's table, its heading first.
func pprofTop(ctx context.Context, binary, file, by string) ([]string, error) {
	text, err := exec.CommandContext(ctx, "go", "tool", "pprof", "-top", by, "-nodecount=500", binary, file).Output()
	if err != nil {
		return nil, err
	}
	_, table, ok := strings.Cut(string(text), "      flat  flat%")
	if !ok {
		return nil, fmt.Errorf("pprof says nothing of %s", file)
	}
	return slices.Collect(strings.Lines("      flat  flat%" + table)), nil
}

// landmark matches the functions that tell the parts of the work apart: the store's
// statements and commits, decoding, the rules, the socket, the garbage collector.
var landmark = regexp.MustCompile(`(?m)onelan/store/sqlite\.\(\*writer\)\.(write|addPoint|tell)$|` +
	`sqlite/lib\._(vdbeCommit|sqlite3WalFrames|sqlite3WalCheckpoint|full_fsync|sqlite3BtreeInsert|balance)$|` +
	`onelan/wire\.DecodeDP$|onelan/onenet\.\(\*Platform\)\.(Ingest|stored)$|onelan/onenet\.\(\*Journal\)\.Append$|` +
	`onelan/broker\.\(\*(link\)\.(Read|publish|flushLocked)|Broker\)\.(fanOut|noteMessage)|settler\)\.run)$|` +
	`runtime\.(gcBgMarkWorker|mallocgc|findRunnable)$`)
