package push

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// address names a receiver: what products send to the same URL keeps apart.
type address struct {
	product onenet.ProductID
	url     string
}

// letter is a firing on its way. Its value is in the body only.
type letter struct {
	onenet.Firing
	body []byte
}

func newLetter(f onenet.Firing) *letter {
	l := &letter{Firing: f, body: wire.AppendFiring(nil, f)}
	l.Value = nil
	return l
}

func (l *letter) address() address { return address{l.Ref.Product, l.Trigger.URL} }

// letterCost is what a letter takes besides its body, roughly.
const letterCost = 512

func (l *letter) bytes() int { return len(l.body) + letterCost }

// receiver is a URL with firings under way. Guarded by Outlet.mu but for cancel. It exists, and a goroutine for it,
// while its queue is not empty.
type receiver struct {
	address
	queue  []*letter // the first is being delivered
	bytes  int
	losses losses
	cancel context.CancelFunc
}

// losses counts firings that found no room, so that the first is told at once and the rest together.
type losses struct {
	told   bool
	untold int
}

// add counts one and tells whether it is to be told at once.
func (l *losses) add() bool {
	if l.told {
		l.untold++
		return false
	}
	l.told = true
	return true
}

// take gives those that nobody was told of, and begins anew.
func (l *losses) take() int {
	n := l.untold
	*l = losses{}
	return n
}

// accept puts a letter into its receiver's queue. When there is no room it says why, if that is to be told now.
func (o *Outlet) accept(l *letter) (why string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.run
	if r == nil {
		return "the platform is stopping"
	}
	rc := r.receivers[l.address()]
	if rc == nil && len(r.receivers) >= o.limits.Receivers {
		return tellNow(&r.crowd, "firings for %d other receivers are under way", len(r.receivers))
	}
	if rc == nil {
		rc = o.startLocked(r, l)
	}
	switch {
	case len(rc.queue) >= o.limits.Firings:
		return tellNow(&rc.losses, "its queue is full: %d firings", len(rc.queue))
	case len(rc.queue) > 0 && rc.bytes+l.bytes() > o.limits.Bytes: // one alone may be of any size
		return tellNow(&rc.losses, "its queue is full: %d bytes", rc.bytes)
	case r.bytes+l.bytes() > o.limits.TotalBytes:
		return tellNow(&rc.losses, "the queues of all receivers are full: %d bytes", r.bytes)
	}
	rc.queue = append(rc.queue, l)
	rc.bytes += l.bytes()
	r.bytes += l.bytes()
	return ""
}

func tellNow(l *losses, format string, args ...any) string {
	if !l.add() {
		return ""
	}
	return fmt.Sprintf(format, args...)
}

// startLocked makes a receiver and the goroutine that serves it, which finds the letter when the lock is free.
func (o *Outlet) startLocked(r *run, l *letter) *receiver {
	ctx, cancel := context.WithCancel(context.Background())
	rc := &receiver{address: l.address(), cancel: cancel}
	r.receivers[rc.address] = rc
	r.work.Go(func() {
		defer cancel()
		o.serve(ctx, r, rc)
	})
	return rc
}

// serve delivers what the queue has until it is empty.
func (o *Outlet) serve(ctx context.Context, r *run, rc *receiver) {
	for {
		l := o.first(r, rc)
		if l == nil || !o.deliver(ctx, r, rc, l) {
			return
		}
	}
}

// first is the letter whose turn it is. When there is none, the receiver is no more.
func (o *Outlet) first(r *run, rc *receiver) *letter {
	o.mu.Lock()
	if len(rc.queue) > 0 {
		defer o.mu.Unlock()
		return rc.queue[0]
	}
	delete(r.receivers, rc.address)
	crowd := r.crowd.take()
	o.mu.Unlock()
	o.tellLosses(rc)
	o.tellCrowd(crowd)
	return nil
}

// pop takes the first letter out of the queue. It comes before anybody is told: who hears of it finds its room free.
func (o *Outlet) pop(r *run, rc *receiver, l *letter) {
	o.mu.Lock()
	defer o.mu.Unlock()
	rc.queue[0] = nil
	rc.queue = rc.queue[1:]
	rc.bytes -= l.bytes()
	r.bytes -= l.bytes()
}

// deliver sends a letter until it arrives or is given up; false when ctx ended before.
func (o *Outlet) deliver(ctx context.Context, r *run, rc *receiver, l *letter) bool {
	for try := 1; ; try++ {
		took, err := o.post(ctx, l)
		if ctx.Err() != nil && err != nil {
			return false
		}
		o.tellLosses(rc)
		switch {
		case err == nil:
			o.pop(r, rc, l)
			o.tellDelivered(l, took)
			return true
		case try >= o.limits.Tries:
			o.pop(r, rc, l)
			o.tellGivenUp(l, try, err)
			return true
		}
		if !o.pause(ctx, try, func(d time.Duration) { o.tellRetry(l, try, d, err) }) {
			return false
		}
	}
}

// pause waits before the next try; false when ctx ended. It tells of it when the wait has begun: who hears of it and
// advances the clock must not be too early.
func (o *Outlet) pause(ctx context.Context, try int, tell func(time.Duration)) bool {
	d := pauseAfter(try)
	over := make(chan struct{})
	timer := o.clock.AfterFunc(d, func() { close(over) })
	defer timer.Stop()
	tell(d)
	select {
	case <-over:
		return true
	case <-ctx.Done():
		return false
	}
}

// pauseAfter is the pause behind a try: 1, 2, 4 ... 60 seconds (reference, section 6.4).
func pauseAfter(try int) time.Duration {
	const most = 60 * time.Second
	if try > 6 {
		return most
	}
	return time.Second << (try - 1)
}

// place is a URL as journal and log may show it: its query and its user may be secrets.
func place(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return "the receiver"
	}
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	if u.RawQuery != "" {
		return shown.String() + "?…"
	}
	return shown.String()
}
