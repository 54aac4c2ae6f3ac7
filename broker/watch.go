package broker

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// watch ends a link that is silent for too long: before its CONNECT, after its
// keepalive, or in the middle of a QoS 2 handshake. It has one timer, which is not
// moved with each packet: when it fires it looks how much time is really left.
type watch struct {
	link  *link
	last  atomic.Int64 // when the peer was last heard, in nanoseconds of the broker's life
	timer clock.Timer
	shake clock.Timer // looks after handshakes; it is set while shaking

	working sync.WaitGroup // looks that are under way; none begins once stopped

	mu        sync.Mutex
	stopped   bool          // guarded by mu
	limit     time.Duration // guarded by mu: silence allowed, 0 for any
	keepalive time.Duration // guarded by mu: as asked for
	in        bool          // guarded by mu: logged in
	shaking   bool          // guarded by mu: a timer for handshakes is set
}

// start watches for the CONNECT.
func (w *watch) start() {
	w.heard()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.limit = w.link.broker.limits.ConnectWithin
	w.armLocked(w.limit)
}

// loggedIn watches the keepalive from here on.
func (w *watch) loggedIn(keepalive time.Duration) {
	s := w.link.broker.switches
	limit := keepalive
	if limit == 0 {
		limit = s.KeepaliveZero
	}
	if s.KeepaliveMax > 0 && limit > s.KeepaliveMax {
		limit = s.KeepaliveMax
	}
	limit = time.Duration(float64(limit) * s.KeepaliveTimes)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.limit, w.keepalive, w.in = limit, keepalive, true
	if limit > 0 {
		w.armLocked(limit)
	} else if w.timer != nil {
		w.timer.Stop()
	}
}

func (w *watch) armLocked(d time.Duration) {
	switch {
	case w.stopped:
	case w.timer == nil:
		w.timer = w.link.broker.clock.AfterFunc(d, w.look)
	default:
		w.timer.Reset(d)
	}
}

// heard notes that the peer has sent something.
func (w *watch) heard() { w.last.Store(int64(w.link.broker.age())) }

func (w *watch) look() {
	w.mu.Lock()
	if w.stopped {
		w.mu.Unlock()
		return
	}
	w.working.Add(1)
	defer w.working.Done()
	silence := w.link.broker.age() - time.Duration(w.last.Load())
	limit, keepalive, in := w.limit, w.keepalive, w.in
	if limit <= 0 {
		w.mu.Unlock()
		return
	}
	if left := limit - silence; left > 0 {
		w.armLocked(left)
		w.mu.Unlock()
		return
	}
	w.mu.Unlock()
	w.expired(limit, keepalive, in)
}

func (w *watch) expired(limit, keepalive time.Duration, in bool) {
	l := w.link
	if !in {
		l.broker.platform.Refused(onenet.Attempt{Addr: l.addr}, onenet.Refuse(onenet.LinkConnectTimeout).
			Want(fmt.Sprintf("a CONNECT within %s", limit), "none"), "", nil)
		l.end(whySilent)
		return
	}
	l.end(fmt.Sprintf("nothing heard for %s: keepalive %s times %g", limit, keepalive, l.broker.switches.KeepaliveTimes))
}

// handshake watches a QoS 2 handshake that has begun. The timer looks at
// what is unfinished; it need not know which handshake it was set for.
func (w *watch) handshake() {
	limit := w.link.broker.switches.HandshakeLimit
	w.mu.Lock()
	defer w.mu.Unlock()
	if limit <= 0 || w.stopped || w.shaking {
		return
	}
	w.shaking = true
	w.shake = w.link.broker.clock.AfterFunc(limit, w.unfinished)
}

// unfinished ends the link when a handshake is older than the limit (reference, section 1.4),
// and looks again later when a younger one is under way.
func (w *watch) unfinished() {
	w.mu.Lock()
	w.shaking = false
	if w.stopped {
		w.mu.Unlock()
		return
	}
	w.working.Add(1)
	defer w.working.Done()
	w.mu.Unlock()
	l := w.link
	id, age, any := l.session.oldestHandshake()
	switch {
	case !any:
	case age >= l.broker.switches.HandshakeLimit:
		l.violationOn(onenet.LinkHandshake, fmt.Sprintf("the next step within %s", l.broker.switches.HandshakeLimit),
			fmt.Sprintf("nothing for packet id %d", id), "", nil)
	default:
		w.handshake()
	}
}

// asked is the keepalive that the device asked for.
func (w *watch) asked() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.keepalive
}

func (w *watch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	for _, t := range []clock.Timer{w.timer, w.shake} {
		if t != nil {
			t.Stop()
		}
	}
}
