package bridge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// Options are what a Bridge is made of. Platform, Store and Plan are required.
type Options struct {
	Platform *onenet.Platform
	Store    queue.Store
	Plan     Plan
	Timing   Timing
	Clock    clock.Clock // nil for that of the Platform
	Log      *slog.Logger
}

// Bridge carries devices to the real OneNET: a Link for each, the queue that they share, and the routes between here and there.
// It implements onenet.Uplink.
//
// Lock order: post.mu, then those of a Link, the queue and the Platform; none is held across a call of the store, or while a link
// is being closed.
type Bridge struct {
	platform *onenet.Platform
	clock    clock.Clock
	log      *slog.Logger
	timing   Timing
	queue    *queue.Queue
	logins   *Pacer
	total    *Pacer

	plan    atomic.Pointer[Plan]
	roster  atomic.Pointer[roster]
	changes chan struct{} // a token for the one change of the plan, reset or close that may be under way
	closed  bool          // guarded by the token
	gate    gate          // of those who change the queue
	moved   pulse         // beats when a link or the queue has moved
	expiry  *expiry
}

// roster is who is on the bridge. It is never changed, but replaced.
type roster struct {
	posts     map[onenet.DeviceRef]*post
	listeners map[place][]*post // who subscribes to a topic in the cloud
}

var errClosed = errors.New("the bridge is closed")

// Open takes up the queue and starts the links. Close ends them.
func Open(ctx context.Context, o Options) (*Bridge, error) {
	plan := o.Plan.clone()
	specs, err := plan.specs()
	if err != nil {
		return nil, err
	}
	if o.Clock == nil {
		o.Clock = o.Platform.Clock()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	q, err := queue.Open(ctx, queue.Config{Store: o.Store, Clock: o.Clock, Limits: o.Plan.Limits})
	if err != nil {
		return nil, fmt.Errorf("taking up the bridge's queue: %w", err)
	}
	b := &Bridge{
		platform: o.Platform, clock: o.Clock, log: o.Log, timing: o.Timing.withDefaults(), queue: q, changes: make(chan struct{}, 1),
		logins: NewPacer(o.Clock, o.Plan.LoginRate, 1), total: NewPacer(o.Clock, o.Plan.TotalRate, 1),
	}
	b.roster.Store(&roster{})
	b.plan.Store(&Plan{})
	b.change(plan, specs)
	b.expiry = startExpiry(b)
	return b, nil
}

// patience is how long a farewell may take, on the wire: real time, whatever the clock.
const patience = 2 * time.Second

// Close logs out everywhere and returns when nothing is under way any more. Links to a cloud that does not listen are
// cut after a moment; what they had under way waits in the queue. It may be called twice. What is raised after it waits in the queue too.
func (b *Bridge) Close() error {
	b.changes <- struct{}{}
	defer func() { <-b.changes }()
	if b.closed {
		return nil
	}
	b.closed = true
	b.expiry.stop()
	eachPost(b.roster.Load().posts, func(p *post) { p.unlink(patience); p.story.end() })
	return nil
}

// begin takes the token for a change; end gives it back.
func (b *Bridge) begin(ctx context.Context) error {
	select {
	case b.changes <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if b.closed {
		b.end()
		return errClosed
	}
	return nil
}

func (b *Bridge) end() { <-b.changes }

// Plan is what the bridge does now.
func (b *Bridge) Plan() Plan { return b.plan.Load().clone() }

// post finds the device's, or nil.
func (b *Bridge) post(ref onenet.DeviceRef) *post { return b.roster.Load().posts[ref] }
