package faultnet

import (
	"context"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// Patience is how long Await gives the traffic before the test fails.
const Patience = 20 * time.Second

// Proxy stands between clients and an upstream.
type Proxy struct {
	listener net.Listener
	clock    clock.Clock
	done     chan struct{}
	work     sync.WaitGroup

	mu       sync.Mutex // guards what follows
	change   *sync.Cond
	upstream string
	faults   faults
	counts   Counts
	conns    []*conn
	closed   bool
}

// Counts is what has passed so far.
type Counts struct {
	Connections []time.Time    // when each was accepted
	Logins      []time.Time    // when each CONNECT came
	Up, Down    map[Kind]int   // frames that came from the client, from the upstream, also those that were not passed on
	Open        int            // connections whose client's side stands
	Killed      int            // connections that a rule ended
	Topics      map[string]int // PUBLISHes from clients, by topic
}

// Start runs a proxy in front of the upstream, on a free port of loopback, until the test ends.
func Start(t testing.TB, upstream string) *Proxy {
	t.Helper()
	var lc net.ListenConfig
	ln, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("faultnet: %v", err)
	}
	p := &Proxy{listener: ln, clock: clock.System(), done: make(chan struct{}), upstream: upstream}
	p.counts = Counts{Up: map[Kind]int{}, Down: map[Kind]int{}, Topics: map[string]int{}}
	p.change = sync.NewCond(&p.mu)
	p.work.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

// Addr is where clients connect to.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Redirect makes new connections go to another upstream: one that was restarted on another port.
func (p *Proxy) Redirect(upstream string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.upstream = upstream
}

// Counts is what has passed so far.
func (p *Proxy) Counts() Counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.countsLocked()
}

func (p *Proxy) countsLocked() Counts {
	c := p.counts
	c.Connections, c.Logins = slices.Clone(c.Connections), slices.Clone(c.Logins)
	for _, conn := range p.conns {
		if !conn.gone {
			c.Open++
		}
	}
	c.Up, c.Down, c.Topics = cloneMap(c.Up), cloneMap(c.Down), cloneMap(c.Topics)
	return c
}

func cloneMap[K comparable](m map[K]int) map[K]int {
	out := make(map[K]int, len(m))
	for k, n := range m {
		out[k] = n
	}
	return out
}

// Sent is what each client has sent, byte for byte, by connection in the order of their coming.
func (p *Proxy) Sent() [][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([][]byte, len(p.conns))
	for i, c := range p.conns {
		all[i] = slices.Clone(c.sent)
	}
	return all
}

// Await waits until the counts satisfy ok; what says it in words, for when they do not within Patience.
func (p *Proxy) Await(t testing.TB, what string, ok func(Counts) bool) {
	t.Helper()
	late := false
	timer := p.clock.AfterFunc(Patience, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		late = true
		p.change.Broadcast()
	})
	defer timer.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	for !ok(p.countsLocked()) {
		if late {
			t.Fatalf("faultnet: waited %s for %s; seen up %v, down %v", Patience, what, p.counts.Up, p.counts.Down)
		}
		p.change.Wait()
	}
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		c := &conn{proxy: p, client: client, silent: p.faults.silence}
		p.conns = append(p.conns, c)
		p.counts.Connections = append(p.counts.Connections, p.clock.Now())
		upstream, closed := p.upstream, p.closed
		p.change.Broadcast()
		p.mu.Unlock()
		if closed {
			c.end(Reset)
			return
		}
		p.work.Go(func() { c.run(upstream) })
	}
}

func (p *Proxy) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	close(p.done)
	_ = p.listener.Close()
	p.Cut(Reset)
	p.work.Wait()
}
