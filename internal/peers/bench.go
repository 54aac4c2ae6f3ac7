package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// bench is one comparison under way.
type bench struct {
	options
	dir string // for whatever is written
	out io.Writer
}

func newBench(o options, out io.Writer) (*bench, error) {
	dir, err := os.MkdirTemp("", "peers")
	if err != nil {
		return nil, err
	}
	return &bench{options: o, dir: dir, out: out}, nil
}

func (b *bench) close() { _ = os.RemoveAll(b.dir) }

// history is the data directory that the data loads fill; the start is measured with it too.
func (b *bench) history() string { return filepath.Join(b.dir, "history") }

// measure does what is wanted, and profiles what misses its bar.
func (b *bench) measure(ctx context.Context, r *report) error {
	if err := b.measureParts(ctx, r); err != nil {
		return err
	}
	return b.explainMisses(ctx, r)
}

// measureParts does all parts that are wanted, in the order in which they need each other.
func (b *bench) measureParts(ctx context.Context, r *report) error {
	for _, part := range []struct {
		name string
		do   func(context.Context, *report) error
	}{
		{"topics", b.topics},
		{"data", b.dataLoads},
		{"start", b.starts},
		{"idle", b.idleConnections},
		{"dead", b.deadPeer},
		{"package", b.packageStart},
		{"rest", b.rest},
		{"exec", b.execs},
	} {
		if !slices.Contains(strings.Split(b.parts, ","), part.name) {
			continue
		}
		if err := part.do(ctx, r); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

// topics compares passing on messages.
func (b *bench) topics(ctx context.Context, r *report) error {
	peers, err := b.startPeers(ctx)
	if err != nil {
		return err
	}
	defer stopAll(peers)
	var all []matchup
	for _, l := range topicLoads() {
		for _, p := range peers {
			all = append(all, matchup{l, p})
		}
	}
	r.topics, err = b.inTurns(ctx, all)
	return err
}

// dataLoads compares storing data with passing on messages, on one onelan, and shows beside
// it what the disk and the database cost.
func (b *bench) dataLoads(ctx context.Context, r *report) error {
	durable, err := b.startSQLite(ctx, onelanSQLite, b.history(), "full")
	if err != nil {
		return err
	}
	defer durable.Stop()
	normal, err := b.startSQLite(ctx, onelanNormal, filepath.Join(b.dir, "normal"), "normal")
	if err != nil {
		return err
	}
	defer normal.Stop()
	memory, err := b.startMemory(ctx)
	if err != nil {
		return err
	}
	defer memory.Stop()
	var all []matchup
	for _, l := range dataLoads() {
		all = append(all, matchup{l, durable})
		if l.data {
			all = append(all, matchup{l, normal}, matchup{l, memory})
		}
	}
	r.data, err = b.inTurns(ctx, all)
	return err
}

// matchup is a load and a broker to bear it.
type matchup struct {
	load   load
	broker *broker
}

// series are the results by load and broker, one for each round.
type series map[[2]string][]result

// inTurns measures all matchups once per round. Those of one load follow each other, in
// another order each round, so that none is always the one behind the same neighbour.
func (b *bench) inTurns(ctx context.Context, all []matchup) (series, error) {
	s := series{}
	for round := range b.rounds {
		for i := 0; i < len(all); {
			n := 1
			for i+n < len(all) && all[i+n].load.name == all[i].load.name {
				n++
			}
			same := all[i : i+n]
			i += n
			if !b.loads.MatchString(same[0].load.name) {
				continue
			}
			for k := range same {
				m := same[(k+round)%n]
				one, err := runLoad(ctx, b.options, m.broker, m.load)
				if err != nil {
					return s, err
				}
				key := [2]string{m.load.name, m.broker.name}
				s[key] = append(s[key], one)
				_, _ = fmt.Fprintf(b.out, "round %d: %-28s %-15s %8.0f msg/s, CPU %5.1f us/msg (load: %.1f)\n",
					round+1, m.load.name, m.broker.name, one.rate, one.cpu, one.load)
			}
		}
	}
	return s, nil
}
