package queue_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

var (
	errFull = errors.New("no space left on device")
	start   = time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	refs    = []onenet.DeviceRef{{Product: "1", Device: "10"}, {Product: "1", Device: "11"}, {Product: "1", Device: "12"}}
)

// shaky is a store whose disk may be full, and whose commits may take their time. It judges every batch that it makes.
type shaky struct {
	*memory.Store

	mu   sync.Mutex
	err  error    // guarded by mu: given in place of a commit
	slow bool     // guarded by mu: commits wait for release
	held []func() // guarded by mu

	during func() // called once, between a read of entries and its answer
	away   bool   // that read finds nothing: it came at a moment when nothing waited

	there map[onenet.UplinkKey]bool // guarded by mu: entries that came and did not go
	gone  map[onenet.UplinkKey]bool // guarded by mu
	fault error                     // guarded by mu: the first batch that cannot be right
}

func newShaky(t testing.TB) *shaky {
	t.Helper()
	s := &shaky{Store: memory.New(), there: map[onenet.UplinkKey]bool{}, gone: map[onenet.UplinkKey]bool{}}
	b := onenet.Batch{AddProducts: []onenet.Product{{ID: "1", CreatedAt: start}}}
	for _, ref := range refs {
		b.AddDevices = append(b.AddDevices, onenet.Device{Product: ref.Product, ID: ref.Device, CreatedAt: start})
	}
	if err := s.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	return s
}

// Submit implements queue.Store.
func (s *shaky) Submit(b onenet.Batch, done func(error)) {
	s.mu.Lock()
	if s.slow {
		s.held = append(s.held, func() { s.commit(b, done) })
		s.mu.Unlock()
		return
	}
	s.mu.Unlock()
	s.commit(b, done)
}

func (s *shaky) commit(b onenet.Batch, done func(error)) {
	s.mu.Lock()
	err := s.err
	if err == nil {
		s.judge(b)
	}
	s.mu.Unlock()
	if err != nil {
		done(err)
		return
	}
	s.Store.Submit(b, done)
}

// judge sees that a batch balances in itself, and that nothing comes or goes twice. mu is held.
func (s *shaky) judge(b onenet.Batch) {
	sum := int64(0)
	for _, c := range b.CountUplink {
		if c.Column == onenet.UplinkAccepted {
			sum += c.N
		} else {
			sum -= c.N
		}
	}
	if want := int64(len(b.EnqueueUplink) - len(b.DropUplink)); sum != want {
		s.blame("a batch counts %d, and is for %d", sum, want)
	}
	for _, e := range b.EnqueueUplink {
		k := onenet.UplinkKey{Ref: e.Ref, Seq: e.Seq}
		if s.there[k] || s.gone[k] {
			s.blame("%v came twice", k)
		}
		s.there[k] = true
	}
	for _, k := range b.DropUplink {
		if !s.there[k] {
			s.blame("%v goes, and is not there", k)
		}
		delete(s.there, k)
		s.gone[k] = true
	}
	for _, e := range b.PutUplink {
		if k := (onenet.UplinkKey{Ref: e.Ref, Seq: e.Seq}); !s.there[k] {
			s.blame("%v changes, and is not there", k)
		}
	}
}

func (s *shaky) blame(format string, args ...any) {
	s.fault = errors.Join(s.fault, fmt.Errorf(format, args...))
}

func (s *shaky) wrong() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault
}

func (s *shaky) isThere(ref onenet.DeviceRef, seq int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.there[onenet.UplinkKey{Ref: ref, Seq: seq}]
}

func (s *shaky) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

// hold lets commits wait from now on.
func (s *shaky) hold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slow = true
}

// Uplink implements queue.Store.
func (s *shaky) Uplink(ctx context.Context, q onenet.UplinkQuery) ([]onenet.UplinkEntry, error) {
	list, err := s.Store.Uplink(ctx, q)
	if f := s.during; f != nil {
		if s.during = nil; s.away {
			list = nil
		}
		f()
	}
	return list, err
}

// release makes the oldest n commits that wait, and reports how many are left.
func (s *shaky) release(n int) int {
	s.mu.Lock()
	list := s.held[:min(n, len(s.held))]
	s.held = s.held[len(list):]
	left := len(s.held)
	s.mu.Unlock()
	for _, f := range list {
		f()
	}
	return left
}

// flow ends hold.
func (s *shaky) flow() {
	s.mu.Lock()
	s.slow = false
	s.mu.Unlock()
	s.release(1 << 30)
}

// crash loses the commits that wait.
func (s *shaky) crash() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slow, s.held = false, nil
}

// desk is a queue and all that a test needs with it.
type desk struct {
	*queue.Queue
	store  *shaky
	clock  *clock.Manual
	limits queue.Limits
	n      int
}

func mustOpen(t testing.TB, limits queue.Limits) *desk {
	t.Helper()
	d := &desk{store: newShaky(t), clock: clock.NewManual(start), limits: limits}
	d.mustReopen(t)
	return d
}

func (d *desk) mustReopen(t interface {
	Helper()
	Fatal(...any)
},
) {
	t.Helper()
	q, err := queue.Open(context.Background(), queue.Config{Store: d.store, Clock: d.clock, Limits: d.limits})
	if err != nil {
		t.Fatal(err)
	}
	d.Queue = q
}

// message is a different one each time.
func (d *desk) message(ref onenet.DeviceRef) onenet.UplinkEntry {
	d.n++
	payload := fmt.Sprintf(`{"n":%d}`, d.n)
	return onenet.UplinkEntry{Ref: ref, Topic: "$dp", QoS: 1, Payload: append([]byte{3, 0, byte(len(payload))}, payload...)}
}

// mustPut adds messages, each in a batch of its own, and gives their numbers.
func (d *desk) mustPut(t testing.TB, ref onenet.DeviceRef, n int) []int64 {
	t.Helper()
	var seqs []int64
	for range n {
		seqs = append(seqs, d.mustPutOne(t, d.message(ref)))
	}
	return seqs
}

func (d *desk) mustPutOne(t testing.TB, e onenet.UplinkEntry) int64 {
	t.Helper()
	a, err := d.Add(e)
	if err != nil {
		t.Fatal(err)
	}
	var b onenet.Batch
	a.Into(&b)
	d.store.Submit(b, func(err error) {
		a.Done(err)
		if err != nil {
			t.Error(err)
		}
	})
	return a.Seq()
}

// mustSeqs are the numbers of what waits, or is in quarantine.
func (d *desk) mustSeqs(t testing.TB, ref onenet.DeviceRef, dead bool) []int64 {
	t.Helper()
	list, err := d.Inspect(t.Context(), onenet.UplinkQuery{Ref: ref, Dead: dead})
	if err != nil {
		t.Fatal(err)
	}
	return numbers(list)
}

func (d *desk) mustNext(t testing.TB, ref onenet.DeviceRef, n int) []int64 {
	t.Helper()
	list, err := d.Next(t.Context(), ref, n)
	if err != nil {
		t.Fatal(err)
	}
	return numbers(list)
}

func numbers(list []onenet.UplinkEntry) []int64 {
	var seqs []int64
	for _, e := range list {
		seqs = append(seqs, e.Seq)
	}
	return seqs
}

// mustBalance sees that memory and store agree and balance, and gives a device's books without their time.
func (d *desk) mustBalance(t testing.TB, ref onenet.DeviceRef) queue.Books {
	t.Helper()
	if err := errors.Join(d.Verify(t.Context()), d.store.wrong()); err != nil {
		t.Fatal(err)
	}
	b, err := d.Balance(ref)
	if err != nil {
		t.Fatal(err)
	}
	b.Ref, b.Oldest, b.Bytes = onenet.DeviceRef{}, time.Time{}, 0
	return b
}
