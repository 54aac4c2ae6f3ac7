package broker_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// sky is an Uplink that wants $dp, answers and some topics, and puts them into the store's uplink.
type sky struct {
	topics map[string]bool

	mu     sync.Mutex
	refuse error    // guarded by mu: what Raise gives
	raised []string // guarded by mu: "topic QoS payload", in order
	ended  []error  // guarded by mu: what was said to Done, in order
	seq    int64    // guarded by mu
}

// mustRoute puts a sky above the platform.
func mustRoute(srv *onenettest.Server, topics ...string) *sky {
	s := &sky{topics: map[string]bool{"$dp": true}}
	for _, topic := range topics {
		s.topics[topic] = true
	}
	srv.Platform().AttachUplink(s)
	return s
}

func (s *sky) Wants(_ onenet.DeviceRef, topic string) bool { return s.topics[topic] }

func (s *sky) Raise(m onenet.Upward) (onenet.Passage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse != nil {
		return nil, s.refuse
	}
	s.raised = append(s.raised, fmt.Sprintf("%s %d %s", m.Topic, m.QoS, m.Payload))
	s.seq++
	return ascent{s, onenet.UplinkEntry{Ref: m.Ref, Seq: s.seq, Topic: m.Topic, QoS: m.QoS, Payload: m.Payload}}, nil
}

func (s *sky) setFull(full bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = nil
	if full {
		s.refuse = onenet.Errorf(onenet.ErrLimit, "queue to the cloud", "", "it is full")
	}
}

// rose is what was raised so far.
func (s *sky) rose() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.raised...)
}

// done is what was said to Done so far.
func (s *sky) done() []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]error{}, s.ended...)
}

func (*sky) Present(onenet.DeviceRef)                           {}
func (*sky) Forget(...onenet.DeviceRef)                         {}
func (*sky) ForgetProduct(onenet.ProductID)                     {}
func (*sky) Reset(_ context.Context, change func() error) error { return change() }

type ascent struct {
	sky   *sky
	entry onenet.UplinkEntry
}

func (a ascent) Into(b *onenet.Batch) { b.EnqueueUplink = append(b.EnqueueUplink, a.entry) }

func (a ascent) Done(err error) {
	a.sky.mu.Lock()
	defer a.sky.mu.Unlock()
	a.sky.ended = append(a.sky.ended, err)
}

// mustQueue is what the store has of a device for the cloud.
func mustQueue(t testing.TB, store onenet.Store, d onenet.Device) []string {
	t.Helper()
	entries, err := store.Uplink(t.Context(), onenet.UplinkQuery{Ref: d.Ref()})
	if err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for _, e := range entries {
		list = append(list, fmt.Sprintf("%s %d %s", e.Topic, e.QoS, e.Payload))
	}
	return list
}
