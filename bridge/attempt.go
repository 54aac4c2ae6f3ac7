package bridge

import (
	"context"
	"errors"

	"github.com/onelan/onelan/internal/clock"
)

// attempt makes one connection, when its turn has come, and serves it to its end.
func (l *Link) attempt(ctx context.Context) {
	if !l.wait(ctx) {
		return
	}
	ln, err := l.dial(ctx)
	l.dialled()
	if err != nil {
		if ctx.Err() == nil {
			l.failed(err)
		}
		return
	}
	l.delay = 0
	steady := l.online(ln)
	why := ln.serve(ctx)
	steady.Stop()
	l.offline()
	if ctx.Err() == nil { // who is told to leave is answered with a FIN: that is no loss
		l.lost(ln, why)
	}
}

// wait is the pause before an attempt, and then the turn among all links.
func (l *Link) wait(ctx context.Context) bool {
	l.trying(l.delay)
	return clock.Sleep(l.config.Clock, l.delay, ctx.Done()) && l.config.Logins.Wait(ctx.Done()) && l.begin(ctx)
}

// failed is about an attempt that did not come on line.
func (l *Link) failed(err error) {
	var refused *refusedError
	if errors.As(err, &refused) {
		l.delay = l.noes.next(l.random)
		l.count(func(c *Counts) { c.Refusals++ })
		l.retreat(Refused, explain(err, &l.config))
		return
	}
	l.past.unreachable()
	l.delay = l.losses.next(l.random)
	l.retreat(l.still(), explain(err, &l.config))
}

// lost is about a connection that was on line, and that nobody wanted to end.
func (l *Link) lost(ln *line, why error) {
	d := death{why: why, at: l.config.Clock.Now(), lived: l.config.Clock.Now().Sub(ln.since)}
	d.left, d.acked, _ = ln.flight.left()
	f := l.past.judge(d, l.config.Timing)
	words := explain(why, &l.config)
	if f.died != nil {
		l.blame(*f.died, words.Error())
	}
	if d.acked > 0 || d.lived >= l.config.Timing.Early {
		l.losses.reset()
	}
	if d.lived >= l.config.Timing.Early {
		l.fights.reset()
	}
	l.delay = l.losses.next(l.random)
	if f.state == Evicted {
		l.delay = l.fights.next(l.random)
		words = explainEvicted(&l.config, len(l.past.strikes))
	}
	l.count(func(c *Counts) {
		c.Lost++
		c.HalfOpens += one(f.state == HalfOpen)
		c.Evictions += one(f.state == Evicted)
	})
	l.retreat(f.state, words)
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// blame tells the Source which message a connection died of.
func (l *Link) blame(m Message, why string) {
	gone, err := l.config.Source.Died(context.Background(), m, why)
	if err != nil {
		l.config.Log.Error("bridge cannot note that a message killed its connection", "device", l.config.Ref.String(), "seq", m.last(), "err", err)
	}
	if gone {
		l.past = past{careful: l.past.careful}
	}
	l.count(func(c *Counts) { c.Quarantined += one(gone) })
}
