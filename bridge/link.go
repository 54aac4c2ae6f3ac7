package bridge

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// Link is one device's session with the cloud.
type Link struct {
	config Config
	work   sync.WaitGroup
	done   chan struct{} // closed when run has ended

	// of run's goroutine alone
	past   past
	random *rand.Rand
	losses backoff
	noes   backoff       // refusals
	fights backoff       // over the id
	delay  time.Duration // before the next attempt

	mu     sync.Mutex
	wanted bool               // guarded by mu: by Start and Stop
	paused bool               // guarded by mu
	closed bool               // guarded by mu
	wish   chan struct{}      // guarded by mu: closed, and another in its place, when one of those three changes
	cancel context.CancelFunc // guarded by mu: of the attempt that is under way
	status Status             // guarded by mu
	newest int64              // guarded by mu: the newest entry that was sent
	line   *line              // guarded by mu: the one that is on line
	login  bool               // guarded by mu: a login is under way
	cut    bool               // guarded by mu: no connection may stand any more
	fresh  bool               // guarded by mu: the next attempt forgets what was before
}

// New makes a Link that is idle. Close ends it.
func New(c Config) (*Link, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.Source == nil {
		return nil, errors.New("a link needs a source")
	}
	c = c.withDefaults()
	t := c.Timing
	l := &Link{
		config: c, done: make(chan struct{}), wish: make(chan struct{}), cancel: func() {},
		random: rand.New(rand.NewPCG(c.Seed, 0)),
		losses: backoff{first: t.Retry, most: t.RetryMost},
		noes:   backoff{first: t.Refused, most: t.RefusedMost},
		fights: backoff{first: t.Evicted, most: t.EvictedMost},
		status: Status{Ref: c.Ref, Upstream: c.Addr, State: Idle, Since: c.Clock.Now()},
	}
	go l.run()
	return l, nil
}

// Start makes the device appear in the cloud, and stay.
func (l *Link) Start() { l.ask(func() { l.wanted = true }) }

// Stop makes it leave: what is under way has a moment to be acknowledged, then the link logs out.
func (l *Link) Stop() { l.ask(func() { l.wanted = false }) }

// Pause makes it leave whatever Start says, until Resume.
func (l *Link) Pause() { l.ask(func() { l.paused = true }) }

// Resume ends a pause. The next attempt is made at once, also where the link was not paused and waits for it.
func (l *Link) Resume() {
	l.ask(func() {
		l.paused = false
		if !l.status.Next.IsZero() {
			l.fresh = true
			l.cancel()
		}
	})
}

// leave is Stop, unless a login is under way: a cloud that has read half of it may end the device's next session for it. It
// reports whether the link leaves.
func (l *Link) leave() bool {
	left := false
	l.ask(func() {
		left = !l.login
		l.wanted = l.wanted && !left
	})
	return left
}

// Close logs out and returns when everything has ended. It may be called twice.
func (l *Link) Close() {
	l.ask(func() { l.closed = true })
	<-l.done
	l.work.Wait()
}

// Cut ends the connection at once, without a farewell, and the link with it; it does not wait. What was under way waits in the
// Source for the next. It is for who has called Close and cannot wait for a peer that takes nothing.
func (l *Link) Cut() {
	var ln *line
	l.ask(func() { l.closed, l.cut, ln = true, true, l.line })
	if ln != nil {
		ln.tap.fail(errLeft)
	}
}

// ask changes what is wanted, and ends the attempt that is under way when nobody wants it any more.
func (l *Link) ask(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
	close(l.wish)
	l.wish = make(chan struct{})
	if l.restLocked() != "" {
		l.cancel()
	}
}

// restLocked is the state that the link is to be in instead of trying; empty when it is to try.
func (l *Link) restLocked() State {
	switch {
	case l.paused:
		return Paused
	case !l.wanted || l.closed:
		return Idle
	}
	return ""
}

// turn is what run does next: an attempt under ctx, or a rest until wish is closed.
func (l *Link) turn() (ctx context.Context, rest State, wish <-chan struct{}, closed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ctx, l.cancel = context.WithCancel(context.Background())
	if l.fresh {
		l.fresh = false
		l.afresh()
	}
	rest = l.restLocked()
	if rest != "" {
		l.cancel()
	}
	return ctx, rest, l.wish, l.closed
}

func (l *Link) run() {
	defer close(l.done)
	for {
		ctx, rest, wish, closed := l.turn()
		switch {
		case closed:
			l.enter(Idle, nil)
			return
		case rest != "":
			l.rest(rest, wish)
		default:
			l.attempt(ctx)
		}
	}
}

// rest waits until something else is wanted. After a pause somebody has looked at the link: it starts afresh.
func (l *Link) rest(state State, wish <-chan struct{}) {
	l.enter(state, nil)
	<-wish
	if state == Paused {
		l.afresh()
	}
}

// afresh forgets how the attempts before went. It is for run's goroutine.
func (l *Link) afresh() {
	l.delay = 0
	l.past = past{}
	l.losses.reset()
	l.noes.reset()
	l.fights.reset()
}

// Try logs in to the cloud once, and out again; it returns nil when that worked, and otherwise a *onenet.Refusal that says why
// not. A link of the same device is thrown out by it.
func Try(ctx context.Context, c Config) error {
	_, err := try(ctx, c)
	return err
}

// aside is how long a try stays to receive: a cloud sends the commands that have waited for the device right behind the CONNACK, and once.
const aside = 250 * time.Millisecond

// try is Try, and tells how long the login took, on the wire.
func try(ctx context.Context, c Config) (took time.Duration, err error) {
	if err := c.Validate(); err != nil {
		return 0, err
	}
	l := &Link{config: c.withDefaults()}
	defer l.work.Wait()
	began := clock.System().Now()
	ln, err := l.dial(ctx)
	took = clock.System().Now().Sub(began)
	if err != nil {
		return took, explain(err, &l.config)
	}
	if c.Receive != nil {
		l.work.Go(func() { ln.deliver(ctx) })
		clock.Sleep(clock.System(), aside, ctx.Done())
	}
	ln.leave()
	return took, nil
}
