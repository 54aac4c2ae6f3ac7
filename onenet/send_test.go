package onenet_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

// meanwhile is a store in which something happens while a command is stored, or right after the waiting ones are read.
type meanwhile struct {
	*memory.Store
	before, stored, read func()
}

func (m *meanwhile) Apply(ctx context.Context, b onenet.Batch) error {
	call(&m.before)
	err := m.Store.Apply(ctx, b)
	if len(b.PutCommands) > 0 {
		call(&m.stored)
	}
	return err
}

func (m *meanwhile) Commands(ctx context.Context, q onenet.CommandQuery) ([]onenet.Command, int, error) {
	list, n, err := m.Store.Commands(ctx, q)
	call(&m.read)
	return list, n, err
}

// call calls a function once.
func call(f *func()) {
	if now := *f; now != nil {
		*f = nil
		now()
	}
}

func mustMeanwhile(t *testing.T) (*onenet.Platform, *wireLog, *meanwhile) {
	t.Helper()
	_, w, c := platform(t)
	m := &meanwhile{Store: memory.New()}
	p := onenet.New(onenet.Config{Store: m, Clock: c})
	p.Attach(w)
	b := onenet.Batch{AddProducts: []onenet.Product{{ID: ref.Product}}, AddDevices: []onenet.Device{{Product: ref.Product, ID: ref.Device}}}
	if err := m.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	return p, w, m
}

func TestACommandThatIsAnsweredBeforeItsSenderLooksIsNoFault(t *testing.T) {
	t.Parallel()
	for name, upstream := range map[string]onenet.CommandID{"sent here": "", "of the cloud": cloudID} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, w, m := mustMeanwhile(t)
			m.stored = func() {
				p.Arrived(ref, 1, "", "")
				if err := p.SendWaiting(t.Context(), ref); err != nil {
					t.Error(err)
				}
				for id := range w.sent {
					answer(t, p, id, "quick")
				}
			}
			c, err := p.SendCommand(t.Context(), ref, onenet.CommandRequest{Body: []byte("on"), Timeout: time.Hour, Upstream: upstream})
			if err != nil || c.State != onenet.CommandAnswered || string(c.Answer) != "quick" || w.times(c.ID) != 1 {
				t.Errorf("got %+v, %v, sent %d times", c, err, w.times(c.ID))
			}
		})
	}
}

func TestACommandWhoseDeviceGoesAgainIsLeftToTheStore(t *testing.T) {
	t.Parallel()
	p, w, m := mustMeanwhile(t)
	c, err := p.SendCommand(t.Context(), ref, onenet.CommandRequest{Body: []byte("on"), Timeout: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	p.Arrived(ref, 1, "", "")
	m.read = func() { p.Left(ref, 1, "", "DISCONNECT") }
	if err := p.SendWaiting(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	if n := p.LiveCommands(); n != 0 || w.times(c.ID) != 0 {
		t.Errorf("%d commands in memory, sent %d times", n, w.times(c.ID))
	}
	wantState(t, p, c.ID, onenet.CommandCreated)
}

func TestWhatIsDeletedIsForgottenWhoeverWaitsForIt(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(*onenet.Platform, context.Context) error{
		"forget [1/2]":     func(p *onenet.Platform, ctx context.Context) error { return p.RemoveDevice(ctx, ref) },
		"forget product 1": func(p *onenet.Platform, ctx context.Context) error { return p.RemoveProduct(ctx, ref.Product) },
	} {
		p, _, m := mustMeanwhile(t)
		up := &sky{}
		p.AttachUplink(up)
		ctx, cancel := context.WithCancel(t.Context())
		m.before = cancel
		err := remove(p, ctx)
		if told := up.told(); err != nil || len(told) != 1 || told[0] != name {
			t.Errorf("%v, and the way to the cloud was told %q, want %q", err, told, name)
		}
	}
}

// The race detector is the judge.
func TestACommandIsTakenBackWhileAnotherLoginSendsIt(t *testing.T) {
	t.Parallel()
	p, _, _ := mustMeanwhile(t)
	c, err := p.SendCommand(t.Context(), ref, onenet.CommandRequest{Body: []byte("on"), Timeout: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	p.Arrived(ref, 1, "", "")
	const times = 1000
	var work sync.WaitGroup
	work.Go(func() {
		for range times {
			p.NotWritten(c.ID)
		}
	})
	work.Go(func() {
		for range times {
			if err := p.SendWaiting(t.Context(), ref); err != nil {
				t.Error(err)
			}
		}
	})
	work.Wait()
	if got, err := p.Command(t.Context(), c.ID); err != nil || got.State != onenet.CommandCreated && got.State != onenet.CommandSent {
		t.Errorf("it is %s, %v", got.State, err)
	}
}
