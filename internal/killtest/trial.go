package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/rig"
	"github.com/onelan/onelan/server"
)

type options struct {
	binary  string
	dir     string
	times   int
	devices int
	seed    uint64
}

// tally counts what a witness saw.
type tally struct {
	acked int // acknowledged before the kill
	lost  int // of these, not there after the restart, or there twice or changed
	extra int // there after the restart, although never acknowledged
}

func (t *tally) add(o tally) {
	t.acked += o.acked
	t.lost += o.lost
	t.extra += o.extra
}

// witness makes the server promise one kind of thing, and checks whether it kept its word.
type witness interface {
	// name says what is counted: "points".
	name() string
	// begin prepares a round with a server that was just started.
	begin(ctx context.Context, s *rig.Onelan, round int) error
	// press sends until the server is gone, and returns why it cannot go on. A nil error means that it had no more to send.
	press(ctx context.Context) error
	// check asks the server, started again, for what was acknowledged in the round.
	check(ctx context.Context, s *rig.Onelan) (tally, error)
}

// historian is a witness that can check all rounds once more.
type historian interface {
	checkAll(ctx context.Context, s *rig.Onelan) (tally, error)
}

// trial kills one server again and again.
type trial struct {
	options
	args      []string
	out       io.Writer
	rnd       *rand.Rand
	clock     clock.Clock
	witnesses []witness
}

// roundTime bounds a round, so that a server that hangs ends the trial.
const roundTime = 2 * time.Minute

func newTrial(o options, args []string, out io.Writer) *trial {
	t := &trial{
		options: o, args: args, out: out, clock: clock.System(),
		rnd: rand.New(rand.NewPCG(o.seed, 0)),
	}
	t.witnesses = []witness{
		newFlood(o.devices), &retained{}, &queue{title: "queued"}, &queue{title: "unanswered", connected: true, most: 10},
		&registry{},
	}
	return t
}

func (t *trial) run(ctx context.Context) (sum tally, err error) {
	for round := 1; round <= t.times && err == nil; round++ {
		var one tally
		if one, err = t.round(ctx, round); err != nil {
			err = fmt.Errorf("round %d: %w", round, err)
		}
		sum.add(one)
	}
	if err != nil {
		return sum, err
	}
	again, err := t.checkHistory(ctx)
	if err != nil {
		return sum, fmt.Errorf("at the end: %w", err)
	}
	sum.lost += again.lost
	_, _ = fmt.Fprintf(t.out, "%d kills: acknowledged %d, found %d, lost=%d (besides, %d never acknowledged were kept); all rounds checked again at the end: acknowledged %d, lost=%d\n",
		t.times, sum.acked, sum.acked-sum.lost, sum.lost, sum.extra, again.acked, again.lost)
	return sum, nil
}

func (t *trial) start(ctx context.Context) (*rig.Onelan, error) {
	args := []string{"--data", t.dir, "--auto-register", "--set", "switches.connack_gap=1ms"}
	return rig.StartOnelan(ctx, t.binary, append(args, t.args...)...)
}

// round floods, kills, starts again and checks.
func (t *trial) round(ctx context.Context, round int) (sum tally, err error) {
	ctx, cancel := context.WithTimeout(ctx, roundTime)
	defer cancel()
	s, err := t.start(ctx)
	if err != nil {
		return sum, err
	}
	defer s.Kill()
	for _, w := range t.witnesses {
		if err := w.begin(ctx, s, round); err != nil {
			return sum, fmt.Errorf("%s: %w", w.name(), err)
		}
	}
	alive := time.Duration(20+t.rnd.IntN(500)) * time.Millisecond
	if err := t.pressUntilKilled(ctx, s, alive); err != nil {
		return sum, err
	}
	note, err := t.killStart(ctx)
	if err != nil {
		return sum, err
	}
	began := t.clock.Now()
	again, err := t.start(ctx)
	if err != nil {
		return sum, fmt.Errorf("after the kill: %w", err)
	}
	defer again.Stop()
	back := t.clock.Now().Sub(began)
	line := ""
	for _, w := range t.witnesses {
		one, err := w.check(ctx, again)
		if err != nil {
			return sum, fmt.Errorf("%s: %w", w.name(), err)
		}
		line += fmt.Sprintf(", %d %s", one.acked, w.name())
		if one.lost > 0 {
			line += fmt.Sprintf(" (LOST %d)", one.lost)
		}
		sum.add(one)
	}
	_, _ = fmt.Fprintf(t.out, "round %2d: killed after %3d ms%s, back in %3d ms: acknowledged%s; lost=%d\n",
		round, alive.Milliseconds(), note, back.Milliseconds(), line[1:], sum.lost)
	return sum, nil
}

// pressUntilKilled lets all witnesses send, kills the server after a while and waits for them.
func (t *trial) pressUntilKilled(ctx context.Context, s *rig.Onelan, alive time.Duration) error {
	var killed atomic.Bool
	var wg sync.WaitGroup
	early := make(chan error, len(t.witnesses))
	for _, w := range t.witnesses {
		wg.Go(func() {
			if err := w.press(ctx); err != nil && !killed.Load() {
				early <- fmt.Errorf("%s: ended before the kill: %w", w.name(), err)
			}
		})
	}
	clock.Sleep(t.clock, alive, ctx.Done())
	killed.Store(true)
	s.Kill()
	wg.Wait()
	close(early)
	if err := <-early; err != nil {
		return fmt.Errorf("%w (the server said: %s)", err, s.Said())
	}
	return ctx.Err()
}

// killStart kills a start too, now and then, somewhere in its first 40 ms.
func (t *trial) killStart(ctx context.Context) (note string, err error) {
	if t.rnd.IntN(4) > 0 {
		return "", nil
	}
	young := time.Duration(t.rnd.IntN(40)) * time.Millisecond
	ctx, cancel := context.WithCancel(ctx)
	timer := t.clock.AfterFunc(young, cancel)
	defer timer.Stop()
	s, err := t.start(ctx)
	if err == nil {
		<-ctx.Done()
		s.Kill()
	} else if !errors.Is(err, context.Canceled) {
		return "", fmt.Errorf("after the kill: %w", err)
	}
	return fmt.Sprintf(", the next start after %d ms", young.Milliseconds()), nil
}

// checkHistory asks once more for what all rounds left behind.
func (t *trial) checkHistory(ctx context.Context) (sum tally, err error) {
	s, err := t.start(ctx)
	if err != nil {
		return sum, err
	}
	defer s.Stop()
	for _, w := range t.witnesses {
		h, ok := w.(historian)
		if !ok {
			continue
		}
		one, err := h.checkAll(ctx, s)
		if err != nil {
			return sum, err
		}
		sum.add(one)
	}
	return sum, nil
}

// login is how the trial's devices log in: the server registers them when they first come.
func login(device string, keep bool) rig.Login {
	return rig.Login{Device: device, Product: string(server.DemoProduct), Secret: "secret of " + device, Keep: keep}
}
