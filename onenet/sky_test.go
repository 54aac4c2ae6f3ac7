package onenet_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

// sky is an Uplink that notes what it is told, and puts what is raised into the store's uplink.
type sky struct {
	mu      sync.Mutex
	deaf    bool  // it wants nothing
	refuse  error // what Raise gives
	raised  []onenet.Upward
	story   []string // what happened, in order: "present 1/2", "done 1", "done 2: no room" ...
	present func(onenet.DeviceRef)
}

func (s *sky) tell(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.story = append(s.story, fmt.Sprintf(format, args...))
}

// told is the story so far; it begins anew.
func (s *sky) told() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	story := s.story
	s.story = nil
	return story
}

func (s *sky) Wants(onenet.DeviceRef, string) bool { return !s.deaf }

func (s *sky) Raise(m onenet.Upward) (onenet.Passage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse != nil {
		return nil, s.refuse
	}
	s.raised = append(s.raised, m)
	return ascent{s, m, int64(len(s.raised))}, nil
}

func (s *sky) Present(ref onenet.DeviceRef) {
	if s.present != nil {
		s.present(ref)
	}
	s.tell("present %s", ref)
}
func (s *sky) Forget(refs ...onenet.DeviceRef)   { s.tell("forget %v", refs) }
func (s *sky) ForgetProduct(id onenet.ProductID) { s.tell("forget product %s", id) }
func (s *sky) Reset(_ context.Context, change func() error) error {
	s.tell("reset")
	err := change()
	s.tell("go on: %v", err)
	return err
}

// ascent is a message on its way into the store.
type ascent struct {
	sky *sky
	m   onenet.Upward
	n   int64
}

func (a ascent) Into(b *onenet.Batch) {
	b.EnqueueUplink = append(b.EnqueueUplink, onenet.UplinkEntry{Ref: a.m.Ref, Seq: a.n, Topic: a.m.Topic, QoS: a.m.QoS, Payload: a.m.Payload})
}

func (a ascent) Done(err error) { a.sky.tell("up %d: %v", a.n, err) }

// ledger is a store that notes how many points and commands came in one batch with how many entries of the uplink, and fails where it is told to.
type ledger struct {
	*memory.Store
	mu      sync.Mutex
	batches []string
	fail    error
	during  func() // runs once, when a command is looked for
}

func (l *ledger) Command(ctx context.Context, id onenet.CommandID) (onenet.Command, error) {
	l.mu.Lock()
	during := l.during
	l.during = nil
	l.mu.Unlock()
	if during != nil {
		during()
	}
	return l.Store.Command(ctx, id)
}

func (l *ledger) Submit(b onenet.Batch, done func(error)) {
	l.mu.Lock()
	fail := l.fail
	l.batches = append(l.batches, fmt.Sprintf("%d points, %d commands, %d up", len(b.Points), len(b.PutCommands), len(b.EnqueueUplink)))
	l.mu.Unlock()
	if fail != nil {
		l.Store.Submit(onenet.Batch{}, func(error) { done(fail) })
		return
	}
	l.Store.Submit(b, done)
}

func (l *ledger) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.batches) == 0 {
		return "none"
	}
	return l.batches[len(l.batches)-1]
}

// heaven is a platform whose device 2 has an Uplink.
type heaven struct {
	*onenet.Platform
	sky   *sky
	wire  *wireLog
	store *ledger
	clock *clock.Manual
}

func mustRise(t *testing.T) *heaven {
	t.Helper()
	p, w, c := platform(t)
	h := &heaven{Platform: p, wire: w, clock: c, sky: &sky{}, store: &ledger{Store: memory.New()}}
	for b, err := range p.Dump(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if err := h.store.Apply(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	h.restart()
	return h
}

// restart is the platform of the next run.
func (h *heaven) restart() {
	if h.Platform != nil {
		h.Close()
	}
	h.Platform = onenet.New(onenet.Config{Store: h.store, Clock: h.clock})
	h.Attach(h.wire)
	h.AttachUplink(h.sky)
}

// texts are the texts of the journal's records of a kind, in order.
func (h *heaven) texts(kind onenet.Kind) []string {
	records, _ := h.Journal().Read(0, 1000)
	var list []string
	for _, r := range records {
		if r.Kind == kind {
			list = append(list, r.Text)
		}
	}
	return list
}

func (h *heaven) mustQueue(t *testing.T) []string {
	t.Helper()
	entries, err := h.store.Uplink(t.Context(), onenet.UplinkQuery{Ref: ref})
	if err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for _, e := range entries {
		list = append(list, fmt.Sprintf("%s %d %s", e.Topic, e.QoS, e.Payload))
	}
	return slices.Clip(list)
}
