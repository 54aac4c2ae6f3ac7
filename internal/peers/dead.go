package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/rig"
)

const deadMeasured = 10

// deadPeer measures how long a device waits for its CONNACK when its older
// connection still stands, takes nothing any more, and has a full buffer.
func (b *bench) deadPeer(ctx context.Context, r *report) error {
	s, err := b.startMemory(ctx)
	if err != nil {
		return err
	}
	defer s.Stop()
	for i := range deadMeasured {
		took, err := reconnect(ctx, s.addr, i)
		if err != nil {
			return err
		}
		r.dead = append(r.dead, took)
	}
	_, _ = fmt.Fprintf(b.out, "reconnect past a dead peer: %v\n", r.dead)
	return nil
}

func reconnect(ctx context.Context, addr string, n int) (time.Duration, error) {
	device := loginAs("dead", n)
	old, _, err := rig.Open(ctx, addr, device)
	if err != nil {
		return 0, err
	}
	defer func() { _ = old.Close() }()
	topic := "dead/" + strconv.Itoa(n)
	if err := old.Subscribe(topic, 0); err != nil {
		return 0, err
	}
	if err := fill(ctx, addr, topic); err != nil {
		return 0, err
	}
	began := clock.System().Now()
	c, _, err := rig.Open(ctx, addr, device)
	if err != nil {
		return 0, fmt.Errorf("past a dead peer: %w", err)
	}
	took := clock.System().Now().Sub(began)
	return took, c.Close()
}

// fill publishes more than all buffers between the server and a client that does not read can
// hold: 32 MiB, where the system gives a connection some 10 at most.
func fill(ctx context.Context, addr, topic string) error {
	const size, messages, between = 64 << 10, 512, 16
	c, _, err := rig.Open(ctx, addr, loginAs("filler", 0))
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	m := rig.Message{Topic: topic, Payload: make([]byte, size)}.Packet()
	for i := range messages {
		if _, err := c.Write(m); err != nil {
			return err
		}
		if i%between > 0 {
			continue
		}
		if _, err := c.Write(rig.Ping); err != nil {
			return err
		}
		if _, err := c.Await(rig.Pong); err != nil {
			return err
		}
	}
	return nil
}
