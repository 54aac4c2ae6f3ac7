// Package push is the outward HTTP door: it posts what triggers fired to their URLs (reference, sections 5.8 and 6.4).
//
// Each receiver, a URL of a product, has a queue of its own and gets its firings one by one, in the order in which
// they came true. It must answer 200, with any body, within five seconds; else it is asked again after 1, 2, 4 ... 60
// seconds, until the firing is given up and the next has its turn. Receivers do not wait for each other, and nobody
// waits for a receiver: what its queue has no room for is given up at once. The journal tells of every delivery,
// every retry and everything given up.
//
// Firings under way live in memory only: what a receiver has not got when the platform stops is given up, and told. A receiver
// may get a firing twice: its 200 may be lost on the way.
//
// No proxy is used and no redirect is followed: only 200 counts, and a body goes to the URL that somebody chose and nowhere else.
package push

import (
	"context"
	"crypto/x509"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// Config is what an Outlet is made of. Journal is required; other zero fields take the defaults.
type Config struct {
	Journal *onenet.Journal
	Clock   clock.Clock // of the pauses between tries; how long an answer takes is real time
	Log     *slog.Logger
	RootCAs *x509.CertPool // of https receivers; nil means the system's
	Limits  Limits
}

// Limits bound what receivers may take. Zero fields take the default.
type Limits struct {
	Answer     time.Duration // a receiver answers within this: 5 s
	Tries      int           // after so many a firing is given up: 10, which takes some four minutes
	Receivers  int           // with firings under way: 256
	Firings    int           // under way to one receiver: 1000
	Bytes      int           // under way to one receiver: 1 MiB
	TotalBytes int           // under way to all: 32 MiB
}

func (l Limits) withDefaults() Limits {
	set := func(have *int, def int) {
		if *have <= 0 {
			*have = def
		}
	}
	if l.Answer <= 0 {
		l.Answer = 5 * time.Second
	}
	set(&l.Tries, 10)
	set(&l.Receivers, 256)
	set(&l.Firings, 1000)
	set(&l.Bytes, 1<<20)
	set(&l.TotalBytes, 32<<20)
	return l
}

// Outlet sends firings to their receivers. It implements onenet.Outlet and is safe for concurrent use.
type Outlet struct {
	journal *onenet.Journal
	clock   clock.Clock
	log     *slog.Logger
	limits  Limits
	client  *http.Client

	mu  sync.Mutex // held across nothing
	run *run       // guarded by mu; nil after Close
}

// run is all that is under way between two Forgets. Guarded by Outlet.mu but for the work.
type run struct {
	receivers map[address]*receiver
	bytes     int
	crowd     losses // of receivers for which there was no room
	work      sync.WaitGroup
}

// New makes an Outlet; Close ends it.
func New(c Config) *Outlet {
	if c.Clock == nil {
		c.Clock = clock.System()
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	o := &Outlet{journal: c.Journal, clock: c.Clock, log: c.Log, limits: c.Limits.withDefaults(), run: newRun()}
	o.client = newClient(c.RootCAs, o.limits)
	return o
}

func newRun() *run { return &run{receivers: map[address]*receiver{}} }

// Fire implements onenet.Outlet.
func (o *Outlet) Fire(f onenet.Firing) {
	l := newLetter(f)
	if why := o.accept(l); why != "" {
		o.tellLost(l, why)
	}
}

// Forget implements onenet.Outlet. Nothing of what it gives up is journaled: it belongs to a content that is gone.
func (o *Outlet) Forget() {
	o.mu.Lock()
	old := o.run
	if old != nil {
		o.run = newRun()
	}
	o.mu.Unlock()
	o.end(old)
}

// Close gives up what is under way, tells how much it was, and waits for the last of it. It may be called twice.
func (o *Outlet) Close() error {
	o.mu.Lock()
	old := o.run
	o.run = nil
	o.mu.Unlock()
	if old == nil {
		return nil
	}
	o.end(old)
	if n := old.left(); n > 0 {
		o.tellClosed(n)
	}
	return nil
}

// end stops a run, of which Outlet.run is no longer the owner, and waits for it.
func (o *Outlet) end(r *run) {
	if r == nil {
		return
	}
	o.mu.Lock()
	cancels := make([]context.CancelFunc, 0, len(r.receivers))
	for _, rc := range r.receivers {
		cancels = append(cancels, rc.cancel)
	}
	o.mu.Unlock()
	for _, cancel := range cancels {
		cancel()
	}
	r.work.Wait()
	o.client.CloseIdleConnections()
}

// left is how many firings an ended run did not deliver and did not tell of.
func (r *run) left() int {
	n := r.crowd.untold
	for _, rc := range r.receivers {
		n += len(rc.queue) + rc.losses.untold
	}
	return n
}
