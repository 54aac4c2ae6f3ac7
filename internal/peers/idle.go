package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/rig"
)

// All connections come and go idleCycles times before they are weighed again. That is
// done idleAgain times, with a cycle between, because how much of the memory is garbage just then is chance.
const (
	idleCycles = 4
	idleAgain  = 3
)

// idleConnections weighs connections that do nothing: those of a server that was just
// started, and those after all devices have come and gone several times.
func (b *bench) idleConnections(ctx context.Context, r *report) error {
	dir := filepath.Join(b.dir, "idle")
	if err := b.registerIdle(ctx, dir); err != nil {
		return err
	}
	s, err := rig.StartOnelan(ctx, b.binary, "--data", dir)
	if err != nil {
		return err
	}
	defer s.Stop()
	if r.idle.base, err = settledMemory(ctx, s.PID); err != nil {
		return err
	}
	r.idle.n = b.idle
	door := lab.New("http://" + s.Lab)
	defer door.Close()
	for cycle := range idleCycles + idleAgain {
		if err := b.idleCycle(ctx, s, door, cycle, r); err != nil {
			return err
		}
	}
	return nil
}

// idleCycle connects all, weighs them when it is time to, and disconnects all.
func (b *bench) idleCycle(ctx context.Context, s *rig.Onelan, door *lab.Client, cycle int, r *report) error {
	began := clock.System().Now()
	conns, err := b.connectIdle(ctx, s.MQTT, cycle)
	defer closeAll(conns)
	if err != nil {
		return err
	}
	took := clock.System().Now().Sub(began)
	if cycle == 0 || cycle >= idleCycles {
		weight, err := settledMemory(ctx, s.PID)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(b.out, "%d idle connections after %d cycles: %d KiB in all, %d before; connected in %s\n",
			b.idle, cycle, weight>>10, r.idle.base>>10, took.Round(time.Millisecond))
		if cycle == 0 {
			r.idle.fresh = weight
		} else {
			r.idle.after = append(r.idle.after, weight)
		}
	}
	closeAll(conns)
	return awaitOffline(ctx, door)
}

// registerIdle makes the devices known, in a process of its own that leaves no garbage in the one weighed.
func (b *bench) registerIdle(ctx context.Context, dir string) error {
	s, err := rig.StartOnelan(ctx, b.binary, "--data", dir)
	if err != nil {
		return err
	}
	defer s.Stop()
	var list bytes.Buffer
	table := csv.NewWriter(&list)
	for i := range b.idle {
		l := loginAs("idle", i)
		if err := table.Write([]string{l.Product, l.Device, "", l.Secret, ""}); err != nil {
			return err
		}
	}
	table.Flush()
	door := lab.New("http://" + s.Lab)
	defer door.Close()
	_, err = door.ImportDevices(ctx, &list)
	return err
}

// connectIdle logs all devices in, 50 at a time. Each cycle comes from an address of its
// own, so that closed connections do not use up the ports.
func (b *bench) connectIdle(ctx context.Context, addr string, cycle int) ([]*rig.Conn, error) {
	const dialers = 50
	from := fmt.Sprintf("127.0.1.%d", cycle+1)
	conns := make([]*rig.Conn, b.idle)
	errs := make([]error, dialers)
	var wg sync.WaitGroup
	for d := range dialers {
		wg.Go(func() {
			for i := d; i < len(conns) && errs[d] == nil; i += dialers {
				if conns[i], errs[d] = rig.Dial(ctx, addr, from); errs[d] == nil {
					_, errs[d] = conns[i].Login(loginAs("idle", i))
				}
			}
		})
	}
	wg.Wait()
	return conns, errors.Join(errs...)
}

// closeAll says goodbye; it may be called twice.
func closeAll(conns []*rig.Conn) {
	for _, c := range conns {
		if c == nil {
			continue
		}
		_, _ = c.Write(rig.Disconnect)
		_ = c.Close()
	}
}

// awaitOffline returns when the server has seen all of them go.
func awaitOffline(ctx context.Context, door *lab.Client) error {
	for range 1000 {
		r, err := door.Ready(ctx)
		if err != nil || r.Online == 0 {
			return err
		}
		clock.Sleep(clock.System(), 20*time.Millisecond, ctx.Done())
	}
	return errors.New("connections that were closed are still online after 20 s")
}
