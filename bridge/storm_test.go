package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// storm lets everything that may happen at once happen at once, each thing again and again.
type storm struct {
	*edge
	end     context.Context
	work    sync.WaitGroup
	arrived uint64
	mu      sync.Mutex // guards arrived
}

// rage does something until the end, in a goroutine of its own.
func (s *storm) rage(seed uint64, do func(r *rand.Rand, i int)) {
	s.work.Go(func() {
		r := rand.New(rand.NewPCG(seed, 1))
		for s.end.Err() == nil {
			do(r, r.IntN(len(s.devices)))
		}
	})
}

// breathe pauses between two deeds of one who would otherwise leave the others no time.
func (s *storm) breathe(d time.Duration) { clock.Sleep(clock.System(), d, s.end.Done()) }

func (s *storm) session() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.arrived++
	return s.arrived
}

// tolerable is what may be said in a storm.
func (s *storm) tolerable(err error) {
	for _, kind := range []error{
		nil, context.Canceled, context.DeadlineExceeded, onenet.ErrNotFound, onenet.ErrExists, onenet.ErrLimit,
	} {
		if errors.Is(err, kind) {
			return
		}
	}
	var no *onenet.Refusal
	if !errors.As(err, &no) {
		s.t.Error(err)
	}
}

func (s *storm) upload(r *rand.Rand, i int) {
	done := make(chan error, 1)
	if r.IntN(2) == 0 {
		s.submit(i, 1, points(1)[0], func(err error) { done <- err })
	} else {
		u := onenet.Upload{Ref: s.devices[i], Call: "POST", Points: []onenet.Datapoint{{Stream: "n", Value: []byte("1")}}}
		s.platform.Ingest(u, func(err error) { done <- err })
	}
	s.tolerable(<-done)
}

// change is one of the changes that a person may make.
func (s *storm) change(r *rand.Rand, i int) {
	ctx, cancel := context.WithTimeout(s.end, 50*time.Millisecond)
	defer cancel()
	ref, p := s.devices[i], s.Plan()
	var err error
	switch r.IntN(9) {
	case 0:
		_, err = s.Apply(ctx, p)
	case 1:
		d := s.device(i)
		d.Topics = []bridge.Route{{Direction: bridge.Both, Local: fmt.Sprint("t", r.IntN(3)), QoS: 1}}
		err = s.Put(ctx, d)
	case 2:
		err = s.Remove(ctx, ref)
	case 3:
		_, err = s.Drain(ctx)
	case 4:
		_, err = s.Test(ctx, ref)
	case 5:
		_, err = s.Pause(ref)
	case 6:
		_, err = s.Resume()
	case 7:
		_, err = s.Drop(ctx, ref, queue.Pick{})
	case 8:
		_, err = s.Status()
	}
	s.tolerable(err)
}

// remake deletes a device and makes it again, or all of them.
func (s *storm) remake(r *rand.Rand, i int) {
	ctx := s.t.Context()
	if r.IntN(20) == 0 {
		s.tolerable(s.platform.Reset(ctx, "", onenet.Contents(s.content())))
	} else {
		s.tolerable(s.platform.RemoveDevice(ctx, s.devices[i]))
		_, err := s.platform.AddDevice(ctx, onenet.Device{Product: localProduct, ID: s.devices[i].Device})
		s.tolerable(err)
	}
	s.breathe(5 * time.Millisecond)
}

func TestAStorm(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{devices: 4, plan: func(p *bridge.Plan) { p.Limits.Device.Entries = 200 }})
	end, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	s := &storm{edge: e, end: end}
	for seed := range uint64(4) {
		s.rage(seed, s.upload)
		s.rage(seed, s.change)
	}
	s.rage(0, s.remake)
	s.rage(0, func(r *rand.Rand, i int) {
		n := s.session()
		e.platform.Arrived(e.devices[i], n, "", "")
		s.tolerable(e.platform.SendWaiting(end, e.devices[i]))
		s.breathe(time.Duration(r.IntN(20)) * time.Millisecond)
		e.platform.Left(e.devices[i], n, "", "")
	})
	s.rage(0, func(*rand.Rand, int) { e.proxy.Cut(faultnet.Reset); s.breathe(50 * time.Millisecond) })
	s.rage(0, func(_ *rand.Rand, i int) {
		_, err := e.cloud.Platform().SendCommand(end, e.there[i].Ref(), onenet.CommandRequest{Body: []byte("on"), Timeout: time.Minute})
		s.tolerable(err)
		s.breathe(5 * time.Millisecond)
	})
	done := make(chan struct{})
	s.work.Go(func() {
		for {
			select {
			case <-e.doors.commands:
			case <-done:
				return
			}
		}
	})
	<-end.Done()
	close(done)
	s.work.Wait()
	s.calm()
}

// calm waits until all is delivered, and holds the books against the store.
func (s *storm) calm() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), onenettest.Patience)
	defer cancel()
	for i := range s.devices {
		if err := s.Put(ctx, s.device(i)); err != nil {
			s.t.Error(err)
		}
	}
	if _, err := s.Resume(); err != nil {
		s.t.Error(err)
	}
	if left, err := s.Drain(ctx); left != 0 || err != nil {
		s.t.Errorf("%d left: %v", left, err)
	}
	s.mustVerify()
}
