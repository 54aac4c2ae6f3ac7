package bridge

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// tap is the connection that stands under Paho. It sees what Paho does not tell: the CONNACK's code, which Paho takes for
// success when it does not know it, and the moment of the last sign of life. And it keeps the connection alive itself: Paho
// pings up to five seconds after the keepalive is over, when a cloud that counts one keepalive has hung up already
// (reference section 1.4), and finds a dead peer later still.
type tap struct {
	net.Conn
	in    *bufio.Reader // Paho reads a packet in three parts
	clock clock.Clock
	busy  func() bool // nobody reads just now, and that is our fault

	writing   sync.Mutex
	keepalive time.Duration // set before Paho may ping
	began     time.Time     // times are counted from it: a wall clock that is set tells nothing about the peer
	heard     atomic.Int64  // when the last byte came, in nanoseconds
	said      atomic.Int64  // when the last packet left
	pinged    atomic.Int64  // when our last PINGREQ left, 0 when none did

	written chan struct{} // holds a signal when a PUBLISH has left

	head [4]byte // the first bytes that came: CONNACK
	have int

	mu    sync.Mutex
	err   error         // guarded by mu: why it ended, the first reason
	timer clock.Timer   // guarded by mu
	dead  chan struct{} // closed when err is set
}

var errLeft = errors.New("the bridge has left")

// silentError says that nothing has come from the peer, not even an answer to PINGREQ.
type silentError struct{ silence time.Duration }

func (e *silentError) Error() string {
	return fmt.Sprintf("nothing came for %s, not even an answer to a ping", e.silence)
}

func newTap(c net.Conn, k clock.Clock, keepalive time.Duration, busy func() bool) *tap {
	return &tap{
		Conn: c, in: bufio.NewReader(c), clock: k, keepalive: keepalive, busy: busy, began: k.Now(),
		dead: make(chan struct{}), written: make(chan struct{}, 1),
	}
}

// now is how long the connection has stood.
func (t *tap) now() time.Duration { return t.clock.Now().Sub(t.began) }

func (t *tap) note(what *atomic.Int64) { what.Store(int64(t.now())) }

// Read is what Paho reads.
func (t *tap) Read(b []byte) (int, error) {
	n, err := t.in.Read(b)
	if t.have < len(t.head) { // not after the CONNACK: connack reads them then
		t.have += copy(t.head[t.have:], b[:n])
	}
	if n > 0 {
		t.note(&t.heard)
	}
	return n, t.ended(err)
}

// Write is what Paho writes: a whole packet. Its pings are left out; check sends our own.
func (t *tap) Write(b []byte) (int, error) {
	if t.keepalive > 0 && len(b) == 2 && b[0] == pingreq[0] {
		return len(b), nil
	}
	t.writing.Lock()
	defer t.writing.Unlock()
	n, err := t.Conn.Write(b)
	t.note(&t.said)
	if len(b) > 0 && b[0]>>4 == publishType {
		select {
		case t.written <- struct{}{}:
		default:
		}
	}
	return n, t.ended(err)
}

const publishType = 3 // in the upper half of the first byte [MQTT-3.3.1]

// ended turns an error of the connection into the reason why it ended, which Paho then passes on as the error of whatever it did.
func (t *tap) ended(err error) error {
	if err == nil {
		return nil
	}
	t.fail(err)
	return t.reason()
}

// Close is called by Paho alone; we call fail.
func (t *tap) Close() error {
	t.fail(errLeft)
	return nil
}

// fail ends the connection. The first reason is the one that counts.
func (t *tap) fail(why error) {
	t.mu.Lock()
	first := t.err == nil
	if first {
		t.err = why
		close(t.dead)
		if t.timer != nil {
			t.timer.Stop()
		}
	}
	t.mu.Unlock()
	if first {
		_ = t.Conn.Close()
	}
}

// reason is why it ended; nil while it stands.
func (t *tap) reason() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// connack is the code of the CONNACK that came; ok is false when none came. It is for after Paho's Connect.
func (t *tap) connack() (code byte, ok bool) {
	return t.head[3], t.have == len(t.head) && t.head[0] == 0x20
}

var pingreq = []byte{0xC0, 0}

// After three quarters of the keepalive without a word in either direction we ping, and after five quarters without a word from
// the peer it is gone: its PINGRESP had half a keepalive to come.
func (t *tap) pingAfter() time.Duration { return t.keepalive * 3 / 4 }
func (t *tap) goneAfter() time.Duration { return t.keepalive * 5 / 4 }

// watch begins to keep the connection alive.
func (t *tap) watch() {
	if t.keepalive == 0 {
		return
	}
	t.note(&t.heard)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		t.timer = t.clock.AfterFunc(t.pingAfter(), t.check)
	}
}

// check sends a ping or gives the peer up, if either is due, and comes again when the next may be.
func (t *tap) check() {
	now := t.now()
	if t.busy() {
		t.heard.Store(int64(now))
	}
	heard, said := time.Duration(t.heard.Load()), time.Duration(t.said.Load())
	if silence := now - heard; silence >= t.goneAfter() {
		t.fail(&silentError{silence})
		return
	}
	due := min(heard, said) + t.pingAfter()
	if pinged := time.Duration(t.pinged.Load()); pinged > 0 {
		due = max(due, pinged+t.pingAfter())
	}
	ping := now >= due
	if ping {
		t.pinged.Store(int64(now))
		due = now + t.pingAfter()
	}
	t.rearm(min(due, heard+t.goneAfter()) - now)
	if ping { // last, because it may wait for a peer that takes nothing
		t.ping()
	}
}

func (t *tap) rearm(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		t.timer.Reset(d)
	}
}

// ping writes a PINGREQ, unless somebody is writing: then that is the sign of life.
func (t *tap) ping() {
	if !t.writing.TryLock() {
		return
	}
	defer t.writing.Unlock()
	_, err := t.Conn.Write(pingreq)
	t.note(&t.said)
	_ = t.ended(err)
}
