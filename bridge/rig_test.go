package bridge_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// fakeQueue is a Source in memory. What died tries times leaves it.
type fakeQueue struct {
	tries   int
	changed chan struct{}

	mu       sync.Mutex
	next     int64            // guarded by mu
	waiting  []bridge.Message // guarded by mu
	acked    []string         // guarded by mu: payloads
	died     map[string]int   // guarded by mu: by payload
	dead     []string         // guarded by mu
	broken   error            // guarded by mu: what every method returns
	progress *sync.Cond
}

// newFakeQueue waits with messages on a topic of its own, which the cloud takes whatever is in them.
func newFakeQueue(payloads ...string) *fakeQueue {
	q := &fakeQueue{tries: 3, changed: make(chan struct{}, 1), died: map[string]int{}}
	q.progress = sync.NewCond(&q.mu)
	q.add("up", 1, payloads...)
	return q
}

func (q *fakeQueue) add(topic string, qos byte, payloads ...string) {
	q.mu.Lock()
	for _, p := range payloads {
		q.next++
		q.waiting = append(q.waiting, bridge.Message{Entries: []int64{q.next}, Topic: topic, QoS: qos, Payload: []byte(p)})
	}
	q.mu.Unlock()
	select {
	case q.changed <- struct{}{}:
	default:
	}
}

func (q *fakeQueue) Next(_ context.Context, after int64, limit int) ([]bridge.Message, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	from, _ := slices.BinarySearchFunc(q.waiting, after+1, func(m bridge.Message, n int64) int { return int(m.Entries[0] - n) })
	return slices.Clone(q.waiting[from:min(from+limit, len(q.waiting))]), q.broken
}

func (q *fakeQueue) Acked(_ context.Context, messages []bridge.Message) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	defer q.progress.Broadcast()
	if q.broken != nil {
		return q.broken
	}
	for _, m := range messages {
		if len(q.waiting) == 0 || q.waiting[0].Entries[0] != m.Entries[0] {
			return errors.New("acknowledged out of order: " + string(m.Payload))
		}
		q.waiting = q.waiting[1:]
		q.acked = append(q.acked, string(m.Payload))
	}
	return nil
}

func (q *fakeQueue) Died(_ context.Context, m bridge.Message, _ string) (bool, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	defer q.progress.Broadcast()
	p := string(m.Payload)
	q.died[p]++
	if q.died[p] < q.tries {
		return false, q.broken
	}
	q.dead = append(q.dead, p)
	q.waiting = slices.DeleteFunc(q.waiting, func(w bridge.Message) bool { return w.Entries[0] == m.Entries[0] })
	return true, q.broken
}

func (q *fakeQueue) Changed() <-chan struct{} { return q.changed }

// await waits until the queue's content satisfies ok.
func (q *fakeQueue) await(t *testing.T, what string, ok func(waiting, acked, dead int) bool) {
	t.Helper()
	late := false
	timer := clock.System().AfterFunc(60*time.Second, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		late = true
		q.progress.Broadcast()
	})
	defer timer.Stop()
	q.mu.Lock()
	defer q.mu.Unlock()
	for !ok(len(q.waiting), len(q.acked), len(q.dead)) {
		if late {
			t.Fatalf("no %s: %d wait, %d are acknowledged, dead %q, died %v", what, len(q.waiting), len(q.acked), q.dead, q.died)
		}
		q.progress.Wait()
	}
}

func (q *fakeQueue) awaitEmpty(t *testing.T) {
	t.Helper()
	q.await(t, "empty queue", func(waiting, _, _ int) bool { return waiting == 0 })
}

func (q *fakeQueue) breakWith(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.broken = err
}

func (q *fakeQueue) snapshot() (acked, dead []string, died map[string]int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	all := map[string]int{}
	for p, n := range q.died {
		all[p] = n
	}
	return slices.Clone(q.acked), slices.Clone(q.dead), all
}

// numbers are n payloads that tell their place.
func numbers(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = strconv.Itoa(i)
	}
	return all
}

// rig is a link, through a fault proxy, to a cloud.
type rig struct {
	*bridge.Link
	t     *testing.T
	cloud *onenettest.Server
	dev   onenet.Device
	proxy *faultnet.Proxy
	queue *fakeQueue

	mu      sync.Mutex
	changes []bridge.Status // guarded by mu
	changed *sync.Cond
}

// quick is a link's patience in tests.
func quick() bridge.Timing {
	return bridge.Timing{
		Retry: 5 * time.Millisecond, RetryMost: 50 * time.Millisecond, Settle: time.Millisecond,
		Write: time.Second, Connect: 5 * time.Second, Strikes: 1000,
	}
}

// newRig makes a link to an onelan that plays the cloud; the link is not started.
func newRig(t *testing.T, q *fakeQueue, change func(*bridge.Config)) *rig {
	t.Helper()
	cloud := onenettest.Start(t)
	return newRigTo(t, cloud, cloud.Device(t), q, change)
}

func newRigTo(t *testing.T, cloud *onenettest.Server, dev onenet.Device, q *fakeQueue, change func(*bridge.Config)) *rig {
	t.Helper()
	r := &rig{t: t, cloud: cloud, dev: dev, proxy: faultnet.Start(t, cloud.MQTTAddr()), queue: q}
	r.changed = sync.NewCond(&r.mu)
	c := linkConfig(r.proxy.Addr(), dev, q)
	c.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	c.Changed = r.note
	if change != nil {
		change(&c)
	}
	l, err := bridge.New(c)
	if err != nil {
		t.Fatal(err)
	}
	r.Link = l
	t.Cleanup(l.Close)
	return r
}

func linkConfig(addr string, dev onenet.Device, q bridge.Source) bridge.Config {
	return bridge.Config{
		Ref: onenet.DeviceRef{Product: "local", Device: "board"}, Addr: addr, Source: q,
		Login:     bridge.Login{Product: string(dev.Product), Device: string(dev.ID), Password: dev.AuthInfo},
		Keepalive: time.Minute, Timing: quick(),
	}
}

func (r *rig) note(s bridge.Status) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changes = append(r.changes, s)
	r.changed.Broadcast()
}

// awaitChange waits for a change, after the first from of them, that ok chooses, and says how many there were up to it.
func (r *rig) awaitChange(from int, what string, ok func(bridge.Status) bool) (bridge.Status, int) {
	r.t.Helper()
	late := false
	timer := clock.System().AfterFunc(onenettest.Patience, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		late = true
		r.changed.Broadcast()
	})
	defer timer.Stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := from; ; i++ {
		for i >= len(r.changes) {
			if late {
				r.t.Fatalf("no change to %s; there were %+v", what, r.changes)
			}
			r.changed.Wait()
		}
		if ok(r.changes[i]) {
			return r.changes[i], i + 1
		}
	}
}

// awaitState waits for a state, after the first from changes.
func (r *rig) awaitState(from int, s bridge.State) (bridge.Status, int) {
	r.t.Helper()
	return r.awaitChange(from, string(s), func(have bridge.Status) bool { return have.State == s })
}

// deaf is an upstream that takes everything and says nothing: the proxy in front of it answers.
func deaf(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	work.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			work.Go(func() { _, _ = io.Copy(io.Discard, c); c.Close() })
		}
	})
	t.Cleanup(func() { ln.Close() })
	return ln.Addr().String()
}

// arrivals collects the payloads of a topic in the order in which they reach the upstream.
type arrivals struct {
	topic string

	mu   sync.Mutex
	list []string // guarded by mu
}

func watchArrivals(p *faultnet.Proxy, topic string) *arrivals {
	a := &arrivals{topic: topic}
	p.Judge(func(f faultnet.Frame) faultnet.Verdict {
		if f.Direction == faultnet.Up && f.Topic() == topic {
			a.mu.Lock()
			a.list = append(a.list, string(f.Payload()))
			a.mu.Unlock()
		}
		return faultnet.Pass
	})
	return a
}

// first is the payloads in the order of their first arrivals, and how many came again.
func (a *arrivals) first() (list []string, again int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return firsts(a.list)
}

func firsts(all []string) (list []string, again int) {
	seen := map[string]bool{}
	for _, p := range all {
		if seen[p] {
			again++
			continue
		}
		seen[p] = true
		list = append(list, p)
	}
	return list, again
}
