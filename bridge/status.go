package bridge

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// Status is how the link stands.
func (l *Link) Status() Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.statusLocked()
}

func (l *Link) statusLocked() Status {
	s := l.status
	if s.Linked = l.line != nil; s.Linked {
		s.InFlight = l.line.flight.sent()
	}
	return s
}

// enter notes a state, and what went wrong if something did.
func (l *Link) enter(s State, t *onenet.Refusal) {
	l.mu.Lock()
	told := l.enterLocked(s, t)
	l.mu.Unlock()
	l.tell(told)
}

// retreat notes what went wrong, and when it is tried again.
func (l *Link) retreat(s State, t *onenet.Refusal) {
	l.mu.Lock()
	l.status.Next = l.config.Clock.Now().Add(l.delay)
	told := l.enterLocked(s, t)
	l.mu.Unlock()
	l.tell(told)
}

// enterLocked returns what tell is to tell; nil when nothing has changed.
func (l *Link) enterLocked(s State, t *onenet.Refusal) *Status {
	now := l.config.Clock.Now()
	if s == l.status.State && t == nil {
		return nil
	}
	if s != l.status.State {
		l.status.State, l.status.Since = s, now
	}
	if s == Idle || s == Paused {
		l.status.Next = time.Time{}
	}
	if t != nil {
		l.status.Trouble, l.status.At = t, now
	}
	told := l.statusLocked()
	if t == nil {
		told.Trouble = nil // the log names it once
	}
	return &told
}

// tell passes a change on. No lock is held.
func (l *Link) tell(s *Status) {
	if s == nil {
		return
	}
	level, attrs := slog.LevelInfo, []slog.Attr{slog.String("device", s.Ref.String()), slog.String("state", string(s.State))}
	if s.Trouble != nil {
		level, attrs = slog.LevelWarn, append(attrs, slog.String("err", s.Trouble.Error()))
	}
	l.config.Log.LogAttrs(context.Background(), level, "bridge link", attrs...)
	l.pass(s.Linked)
}

// pass tells Changed how the link stands, but for what the caller knows of the connection: that one ended only run's goroutine says, in the
// order in which they come and go.
func (l *Link) pass(linked bool) {
	if l.config.Changed == nil {
		return
	}
	s := l.Status()
	s.Linked = linked
	l.config.Changed(s)
}

// still is the state of a link that tries again: the trouble it was in, until the cloud shows otherwise.
func (l *Link) still() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch s := l.status.State; s {
	case Refused, Evicted, HalfOpen:
		return s
	default:
		return Connecting
	}
}

// trying notes that the next attempt is due in so long.
func (l *Link) trying(delay time.Duration) {
	state := l.still()
	l.mu.Lock()
	l.status.Next = l.config.Clock.Now().Add(delay)
	told := l.enterLocked(state, nil)
	l.mu.Unlock()
	l.tell(told)
}

// begin notes that the attempt is made now; it is false when nobody wants it any more.
func (l *Link) begin(ctx context.Context) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.status.Next = time.Time{}
	l.status.Counts.Attempts++
	l.login = ctx.Err() == nil
	return l.login
}

// dialled notes that the login is over, one way or the other.
func (l *Link) dialled() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.login = false
}

// online notes a login that was accepted. After a fight over the id that proves nothing: the other client may take over at any
// moment, so the link counts as evicted until it has stayed for a while. The timer is that while.
func (l *Link) online(ln *line) clock.Timer {
	l.noes.reset()
	l.mu.Lock()
	l.line = ln
	l.status.Counts.Logins++
	fought, cut := l.status.State == Evicted, l.cut
	l.mu.Unlock()
	if cut {
		ln.tap.fail(errLeft)
	}
	if !fought {
		l.enter(Online, nil)
	}
	return l.config.Clock.AfterFunc(l.config.Timing.Early, func() {
		l.mu.Lock()
		var told *Status
		if l.line == ln {
			told = l.enterLocked(Online, nil)
		}
		l.mu.Unlock()
		l.tell(told)
	})
}

// offline notes that there is no line any more.
func (l *Link) offline() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.line = nil
}

func (l *Link) count(change func(*Counts)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(&l.status.Counts)
}

// sent notes that a message goes up.
func (l *Link) sent(m Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.status.Counts.Sent++
	if m.last() <= l.newest {
		l.status.Counts.Repeated++
	}
	l.newest = max(l.newest, m.last())
}

// acked notes that messages have arrived, which ends all trouble. What went at QoS 0 proves nothing.
func (l *Link) acked(messages []Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.status.Counts.Acked += len(messages)
	for _, m := range messages {
		if m.QoS > 0 {
			l.status.Proved = l.config.Clock.Now()
			l.status.Trouble, l.status.At = nil, time.Time{}
			return
		}
	}
}

// subscribed notes the topics that the cloud has refused on a line.
func (l *Link) subscribed(ln *line, refused []string) {
	l.mu.Lock()
	news := l.line == ln && !slices.Equal(refused, l.status.Refused)
	if news {
		l.status.Refused = refused
	}
	l.mu.Unlock()
	if !news {
		return
	}
	if len(refused) > 0 {
		l.config.Log.Warn("bridge link: subscriptions refused", "device", l.config.Ref.String(), "topics", refused)
	}
	l.pass(true)
}

// receive passes a message from the cloud on.
func (l *Link) receive(ctx context.Context, r Received) error {
	l.count(func(c *Counts) { c.Received++ })
	if l.config.Receive == nil {
		return nil
	}
	err := l.config.Receive(ctx, r)
	if err != nil {
		l.count(func(c *Counts) { c.Failed++ })
		l.config.Log.Warn("bridge could not pass a message on", "device", l.config.Ref.String(), "topic", r.Topic, "err", err)
	}
	return err
}
