package bridge

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// post is the place of one device on the bridge. It stays while the device is on the plan; its Link is exchanged when the plan says
// something else about it.
type post struct {
	bridge *Bridge
	ref    onenet.DeviceRef
	pace   *Pacer // of the device's messages
	routes atomic.Pointer[routes]

	suppressed atomic.Int64
	up, down   meter
	echoes     echoes
	story      story
	remarks    remarks

	mu      sync.Mutex
	spec    spec               // guarded by mu
	link    *Link              // guarded by mu: nil in a dry run, and while one is exchanged
	life    context.Context    // guarded by mu: of what the link receives
	kill    context.CancelFunc // guarded by mu: ends life
	paused  bool               // guarded by mu: somebody said so
	aside   int                // guarded by mu: tests for which the link stands aside
	drains  int                // guarded by mu: those who wait for the queue to be empty
	wanted  bool               // guarded by mu: the link was started
	leaving bool               // guarded by mu: it is to stop as soon as it can
	linger  clock.Timer        // guarded by mu: runs before it leaves
	lingers int                // guarded by mu: how often it was set: a timer of before is none
}

func newPost(b *Bridge, s spec) *post {
	p := &post{bridge: b, ref: s.device.Ref, spec: s, pace: NewPacer(b.clock, s.rate, 1)}
	p.story.begin(p)
	p.routes.Store(s.routes)
	return p
}

// now is what the plan says about it.
func (p *post) now() spec {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.spec
}

func (p *post) linked() bool { return p.current() != nil }

func (p *post) current() *Link {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.link
}

// set makes the post what the plan says, with a link or without. A link that can stay does.
func (p *post) set(s spec, on bool) {
	p.mu.Lock()
	stays := on && p.link != nil && p.spec.sameLink(s)
	p.spec = s
	p.routes.Store(s.routes)
	p.pace.Set(s.rate)
	if stays {
		p.reviewLocked()
	}
	p.mu.Unlock()
	if stays {
		return
	}
	p.unlink(patience)
	if on {
		p.connect(s)
	}
}

// connect gives the post a link. The spec was validated.
func (p *post) connect(s spec) {
	link, err := New(p.config(s))
	if err != nil {
		p.bridge.log.Error("bridge link not made", "device", p.ref.String(), "err", err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.link = link
	p.life, p.kill = context.WithCancel(context.Background())
	if p.paused || p.aside > 0 {
		link.Pause()
	}
	p.reviewLocked()
}

// fresh is how old a message may be that goes up as its device sent it: the cloud's time of arrival is as good as ours. It covers the
// second that OneNET wants between two messages of a device.
const fresh = 2 * time.Second

// config is that of the post's link.
func (p *post) config(s spec) Config {
	b := p.bridge
	c := s.config()
	c.Source = &supply{reader: reader{&queue.Reader{Queue: b.queue, Ref: p.ref, Packing: b.packing}}, post: p}
	c.Receive, c.Sending, c.Changed = p.receive, p.sending, p.changed
	c.Logins, c.Rate, c.Total = b.logins, p.pace, b.total
	c.Timing, c.Clock, c.Log = b.timing, b.clock, b.log
	return c
}

// packing says how entries become messages, by the plan that is in force.
func (b *Bridge) packing() queue.Packing {
	p := b.plan.Load()
	return queue.Packing{Off: p.NoPack, Raw: p.NoTimes, Fresh: fresh, DP: b.dpOptions()}
}

func (b *Bridge) dpOptions() wire.DPOptions {
	return wire.DPOptions{BinaryUTC: b.platform.Switches().BinaryUTC}
}

// unlink ends the link and returns when it has ended. After so long it is cut.
func (p *post) unlink(patience time.Duration) {
	p.mu.Lock()
	link, kill := p.link, p.kill
	p.link, p.wanted = nil, false
	p.stayLocked()
	p.mu.Unlock()
	if link == nil {
		return
	}
	timer := clock.System().AfterFunc(patience, func() { kill(); link.Cut() })
	link.Close()
	timer.Stop()
	kill()
	p.bridge.moved.beat()
}

// changed hears of every change of the link, from the link.
func (p *post) changed(s Status) {
	b := p.bridge
	if !s.Linked {
		p.offline()
	}
	p.story.link(s)
	p.review()
	b.moved.beat()
}

// offline tells the queue that nothing is under way any more.
func (p *post) offline() {
	b := p.bridge
	n, err := b.queue.Offline(context.Background(), p.ref)
	if err != nil {
		b.log.Error("bridge queue: messages of QoS 0 not dropped", "device", p.ref.String(), "count", n, "err", err)
	}
	if n > 0 {
		p.story.poke()
	}
	p.lostEchoes()
}
