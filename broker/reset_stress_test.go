package broker_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onelan/onelan/internal/rig"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

// rounds counts resets. A connection that was asked for in round n may see messages of round n and later ones, and none
// from before.
type rounds struct {
	srv     *onenettest.Server
	devices []onenet.Device
	n       atomic.Int64
	over    atomic.Bool
	read    atomic.Int64 // messages that the clients looked at
}

// reset begins the next round.
func (r *rounds) reset() error {
	return r.srv.Platform().Reset(context.Background(), "next round", func(yield func(onenet.Batch, error) bool) {
		r.n.Add(1)
		yield(contentOf(r.devices...), nil)
	})
}

// play connects, subscribes and publishes again and again, with everything that a session or a topic may keep. That
// connections are cut is what it is about; only a message of an earlier round is an error.
func (r *rounds) play(d onenet.Device) error {
	login := loginOf(d)
	login.Keep = true
	for !r.over.Load() {
		round := r.n.Load()
		c, _, err := rig.Open(context.Background(), r.srv.MQTTAddr(), login)
		if err != nil {
			continue
		}
		err = r.talk(c, round)
		_ = c.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *rounds) talk(c *rig.Conn, round int64) error {
	var p []byte
	p = append(p, subscribePacket(20, 1, "room1", "room2")...)
	for i := range 4 {
		text := strconv.FormatInt(r.n.Load(), 10)
		p = append(p, dpPacket(`{"t":1}`, 1, uint16(i+1))...)
		p = append(p, retainPacket("room1", text, 1, uint16(i+100))...)
		p = append(p, publishPacket("room2", []byte(text), 2, uint16(i+200))...)
		p = append(p, ackPacket(0x62, uint16(i+200))...)
	}
	if _, err := c.Write(p); err != nil {
		return nil
	}
	for range 100 { // whatever comes; nothing is acknowledged
		head, body, err := c.Next(20 * time.Millisecond)
		if err != nil {
			return nil
		}
		if head>>4 != 3 {
			continue
		}
		m := parseMessage(packet(head, body))
		if said, err := strconv.ParseInt(m.payload, 10, 64); err != nil || said < round {
			return fmt.Errorf("round %d got a message of round %q on %s", round, m.payload, m.topic)
		}
		r.read.Add(1)
	}
	return nil
}

func TestNothingOfBeforeReachesAfterAResetUnderLoad(t *testing.T) {
	t.Parallel()
	r := &rounds{srv: onenettest.Start(t, withoutGap())}
	for range 6 {
		r.devices = append(r.devices, r.srv.Device(t))
	}
	var wg sync.WaitGroup
	for _, d := range r.devices {
		wg.Go(func() {
			if err := r.play(d); err != nil {
				t.Error(err)
			}
		})
	}
	for i := range 30 {
		seen := r.read.Load()
		waitUntil(t, "messages flow", func() bool { return r.read.Load() > seen+20 || t.Failed() })
		if err := r.reset(); err != nil {
			t.Errorf("reset %d: %v", i, err)
		}
	}
	r.over.Store(true)
	wg.Wait()
}

// Not parallel: it counts the goroutines and the memory of the whole process.
//
//nolint:paralleltest // see above
func TestResetsLeaveNeitherGoroutinesNorMemoryBehind(t *testing.T) {
	srv := onenettest.Start(t, withoutGap(), onenettest.WithConfig(func(c *server.Config) {
		quietly(c)
		c.JournalSize = 64 // full from the start
	}))
	var devices []onenet.Device
	for range 4 {
		devices = append(devices, srv.Device(t))
	}
	round := func() {
		for _, d := range devices {
			c, _, err := rig.Open(t.Context(), srv.MQTTAddr(), rig.Login{
				Device: string(d.ID), Product: string(d.Product), Secret: string(d.AuthInfo), Keepalive: 60, Keep: true,
			})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if err := c.Subscribe("room1", 2); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Write(retainPacket("room1", "kept", 2, 9)); err != nil {
				t.Fatal(err)
			}
		}
		mustReset(t, srv, contentOf(devices...))
	}
	for range 20 { // until all pools and the journal are warm
		round()
	}
	goroutines, heap := measure()
	const resets = 200
	for range resets {
		round()
	}
	var g int
	waitUntil(t, "the goroutines are gone", func() bool {
		g, _ = measure()
		return g <= goroutines
	})
	_, h := measure()
	if grown := h - heap; grown > resets*1024 {
		t.Errorf("%d resets left %d bytes behind, %d each", resets, grown, grown/resets)
	}
}

func measure() (goroutines int, heap int64) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return runtime.NumGoroutine(), int64(m.HeapAlloc)
}

// BenchmarkReset is a reset to 1,000 devices and 100,000 points, of which as many were there before, with 50 devices connected.
func BenchmarkReset(b *testing.B) {
	for _, points := range []int{0, 100} {
		b.Run(fmt.Sprintf("%dpoints", points*1000), func(b *testing.B) { benchReset(b, points) })
	}
}

func benchReset(b *testing.B, points int) {
	srv := benchServer(b)
	var devices []onenet.Device
	content := contentOf()
	at := srv.Platform().Clock().Now()
	for i := range 1000 {
		d := srv.Device(b)
		devices = append(devices, d)
		for j := range points {
			content.Points = append(content.Points, onenet.StoredPoint{
				Ref: d.Ref(), Received: at,
				Datapoint: onenet.Datapoint{Stream: "t", At: at.Add(time.Duration(j) * time.Second), Value: []byte(strconv.Itoa(i))},
			})
		}
	}
	content.AddDevices = devices
	mustReset(b, srv, content)
	b.ResetTimer()
	for b.Loop() {
		b.StopTimer()
		conns := make([]*rig.Conn, 50)
		for i := range conns {
			c, _, err := rig.Open(b.Context(), srv.MQTTAddr(), loginOf(devices[i]))
			if err != nil {
				b.Fatal(err)
			}
			conns[i] = c
		}
		b.StartTimer()
		mustReset(b, srv, content)
		b.StopTimer()
		for _, c := range conns {
			if _, _, err := c.Next(rig.Patience); !errors.Is(err, io.EOF) {
				b.Fatalf("after the reset: %v", err)
			}
			_ = c.Close()
		}
		b.StartTimer()
	}
}
