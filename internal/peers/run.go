package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/rig"
)

// result is one measurement of one broker under one load.
type result struct {
	rate float64 // messages per second: delivered to subscribers, or acknowledged data
	cpu  float64 // microseconds of the broker's CPU time per message
	load float64 // microseconds of our own
}

// crowd are the clients of one measurement.
type crowd struct {
	load    load
	conns   []*rig.Conn
	pumps   []*rig.Pump
	readers []*rig.Reader
	count   atomic.Int64
	work    sync.WaitGroup
	stopped atomic.Bool
	failed  atomic.Pointer[error]
}

// gather logs all clients in and subscribes those who listen.
func gather(ctx context.Context, addr string, l load) (*crowd, error) {
	c := &crowd{load: l}
	for g := range l.groups {
		if err := c.addGroup(ctx, addr, g); err != nil {
			c.stop()
			return nil, err
		}
	}
	return c, nil
}

func (c *crowd) addGroup(ctx context.Context, addr string, g int) error {
	pub, err := c.open(ctx, addr, "pub", g)
	if err != nil {
		return err
	}
	flow := c.load.flow(g)
	p := rig.NewPump(pub, flow)
	c.pumps = append(c.pumps, p)
	for i := range c.load.subs {
		sub, err := c.open(ctx, addr, "sub", g*c.load.subs+i)
		if err != nil {
			return err
		}
		if err := sub.Subscribe(flow.Topic, flow.QoS); err != nil {
			return err
		}
		r := p.Messages(i, sub)
		r.Count = &c.count
		c.readers = append(c.readers, r)
	}
	if flow.QoS > 0 {
		r := p.Acks()
		if c.load.data {
			r.Count = &c.count
		}
		c.readers = append(c.readers, r)
	}
	return nil
}

func (c *crowd) open(ctx context.Context, addr, role string, n int) (*rig.Conn, error) {
	conn, _, err := rig.Open(ctx, addr, loginAs(role, n))
	if err != nil {
		return nil, err
	}
	c.conns = append(c.conns, conn)
	return conn, nil
}

// start sets all in motion.
func (c *crowd) start() {
	for _, r := range c.readers {
		c.work.Go(func() {
			if err := r.Run(); err != nil && !c.stopped.Load() {
				c.failed.CompareAndSwap(nil, &err)
			}
		})
	}
	for _, p := range c.pumps {
		if err := p.Start(); err != nil {
			c.failed.CompareAndSwap(nil, &err)
		}
	}
}

// stop ends all connections and waits for their goroutines.
func (c *crowd) stop() {
	c.stopped.Store(true)
	for _, conn := range c.conns {
		_, _ = conn.Write(rig.Disconnect)
		_ = conn.Close()
	}
	c.work.Wait()
}

// err tells why the load does not run as it should.
func (c *crowd) err() error {
	if err := c.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// runLoad measures a broker under a load.
func runLoad(ctx context.Context, o options, b *broker, l load) (r result, err error) {
	c, err := gather(ctx, b.addr, l)
	if err != nil {
		return r, fmt.Errorf("%s: %w", b.name, err)
	}
	defer c.stop()
	c.start()
	clock.Sleep(clock.System(), o.warm, ctx.Done())
	before, err := c.sample(b)
	if err != nil {
		return r, err
	}
	clock.Sleep(clock.System(), o.each, ctx.Done())
	after, err := c.sample(b)
	if err = errors.Join(err, c.err(), ctx.Err()); err != nil {
		return r, fmt.Errorf("%s, %s: %w", b.name, l.name, err)
	}
	n := float64(after.count - before.count)
	if n == 0 {
		return r, fmt.Errorf("%s, %s: nothing moves any more: a message was lost", b.name, l.name)
	}
	return result{
		rate: n / after.at.Sub(before.at).Seconds(),
		cpu:  float64((after.cpu - before.cpu).Microseconds()) / n,
		load: float64((after.own - before.own).Microseconds()) / n,
	}, nil
}

// sample is what there is to read at one moment.
type sample struct {
	at       time.Time
	count    int64
	cpu, own time.Duration
}

func (c *crowd) sample(b *broker) (s sample, err error) {
	s.at, s.count = clock.System().Now(), c.count.Load()
	if s.cpu, err = cpuTime(b.PID); err != nil {
		return s, err
	}
	s.own, err = cpuTime(0)
	return s, err
}
