package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/rig"
	"github.com/onelan/onelan/server"
)

const startsMeasured = 10

// starts measures from the start of the process to the first CONNACK, with a new
// database and with the one that the data loads have filled.
func (b *bench) starts(ctx context.Context, r *report) error {
	for i := range startsMeasured {
		took, rss, err := b.startOnce(ctx, filepath.Join(b.dir, fmt.Sprintf("fresh%d", i)))
		if err != nil {
			return err
		}
		r.fresh = append(r.fresh, took)
		r.rss = append(r.rss, rss)
	}
	if err := b.ensureHistory(ctx); err != nil {
		return err
	}
	r.historySize = sizeOf(b.history())
	for range startsMeasured {
		took, _, err := b.startOnce(ctx, b.history())
		if err != nil {
			return err
		}
		r.existing = append(r.existing, took)
	}
	_, _ = fmt.Fprintf(b.out, "start to CONNACK: new %v, existing %v\n", r.fresh, r.existing)
	return nil
}

// startOnce starts onelan on the directory and logs the tutorial's device in as soon as somebody answers.
func (b *bench) startOnce(ctx context.Context, dir string) (took time.Duration, rss int, err error) {
	port, err := rig.FreePort()
	if err != nil {
		return 0, 0, err
	}
	addr := fmt.Sprintf("127.0.0.1:%d", port)
	began := clock.System().Now()
	p, err := rig.Run(nil, b.binary, "serve", "--data", dir, "--log-level", "error",
		"--mqtt", addr, "--http", "127.0.0.1:0", "--lab", "127.0.0.1:0")
	if err != nil {
		return 0, 0, err
	}
	defer p.Stop()
	c, err := firstLogin(ctx, p, addr)
	if err != nil {
		return 0, 0, err
	}
	took = clock.System().Now().Sub(began)
	defer func() { _ = c.Close() }()
	clock.Sleep(clock.System(), 300*time.Millisecond, ctx.Done())
	rss, err = memory(p.PID)
	return took, rss, err
}

// firstLogin knocks until there is a CONNACK.
func firstLogin(ctx context.Context, p *rig.Process, addr string) (*rig.Conn, error) {
	demo := rig.Login{
		Device: string(server.DemoDevice), Product: string(server.DemoProduct), Secret: string(server.DemoAuthInfo), Keepalive: 60,
	}
	for ctx.Err() == nil && !p.Gone() {
		if c, _, err := rig.Open(ctx, addr, demo); err == nil {
			return c, nil
		}
		clock.Sleep(clock.System(), 200*time.Microsecond, ctx.Done())
	}
	return nil, errors.Join(ctx.Err(), fmt.Errorf("it ended: %s", p.Said()))
}

// ensureHistory fills the history directory when no data load has.
func (b *bench) ensureHistory(ctx context.Context) error {
	if _, err := os.Stat(b.history()); err == nil {
		return nil
	}
	s, err := b.startSQLite(ctx, onelanSQLite, b.history(), "full")
	if err != nil {
		return err
	}
	defer s.Stop()
	_, err = runLoad(ctx, b.options, s, dataLoads()[0])
	return err
}

// sizeOf is how many bytes the files of a directory have.
func sizeOf(dir string) (n int64) {
	files, _ := os.ReadDir(dir)
	for _, f := range files {
		if info, err := f.Info(); err == nil {
			n += info.Size()
		}
	}
	return n
}
