package bridge

import (
	"crypto/sha256"
	"sync"
	"time"
)

// echoes are the copies of what the bridge has published in the cloud that one link still expects to see again, and that its device
// does not need, because it has them already: it has sent them itself, or the broker here has given them to it. Each copy is expected
// once, and dropped once.
//
// MQTT does not say who has published a message, so a copy is known by its topic and its payload alone. That can go wrong in two
// ways. A copy that never comes (the cloud gives a device nothing of its own, or lost the message with the connection on which it
// went up) stays expected for Plan.EchoWait after the acknowledgement, and an equal message of another cloud device in that
// time is taken for it: swallowed. And a copy that comes later than that (a kept session, a cloud that
// is slow), or beyond the last mostEchoes, is passed on: the device has it twice.
type echoes struct {
	mu    sync.Mutex
	byKey map[echoKey][]echo // guarded by mu
	n     int                // guarded by mu: in all of them
}

// echoKey is the topic and the payload of a message in the cloud.
type echoKey [sha256.Size]byte

// echo is one copy that is expected.
type echo struct {
	from  *post // who has published it
	seq   int64 // the last entry of the message
	until time.Time
}

// mostEchoes bounds what a link expects.
const mostEchoes = 1024

func keyOfEcho(topic string, payload []byte) (k echoKey) {
	h := sha256.New()
	_, _ = h.Write([]byte(topic))
	_, _ = h.Write([]byte{0}) // no topic has it in it [MQTT-1.5.3-2]
	_, _ = h.Write(payload)
	h.Sum(k[:0])
	return k
}

// expect notes that a copy may come. When there are too many the one that would be given up first is.
func (e *echoes) expect(k echoKey, c echo, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.byKey == nil {
		e.byKey = map[echoKey][]echo{}
	}
	if e.n >= mostEchoes {
		e.sweepLocked(now)
	}
	if e.n >= mostEchoes {
		e.dropFirstLocked()
	}
	e.byKey[k] = append(e.byKey[k], c)
	e.n++
}

// take reports whether a message is a copy that was expected, and then expects it no more.
func (e *echoes) take(k echoKey, now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	first := -1
	for i, c := range e.byKey[k] {
		if now.Before(c.until) && (first < 0 || c.until.Before(e.byKey[k][first].until)) {
			first = i
		}
	}
	if first < 0 {
		return false
	}
	e.removeLocked(k, first)
	return true
}

// settle says that the cloud has a message: from now on its copy must come soon.
func (e *echoes) settle(k echoKey, from *post, seq int64, until time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i, c := range e.byKey[k] {
		if c.from == from && c.seq == seq && until.Before(c.until) {
			e.byKey[k][i].until = until
		}
	}
}

// lost says that a publisher's connection has ended: whatever the cloud has of what was under way it has now.
func (e *echoes) lost(from *post, until time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, list := range e.byKey {
		for i, c := range list {
			if c.from == from && until.Before(c.until) {
				list[i].until = until
			}
		}
	}
}

// forget expects nothing any more.
func (e *echoes) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.byKey, e.n = nil, 0
}

func (e *echoes) removeLocked(k echoKey, i int) {
	e.n--
	if len(e.byKey[k]) == 1 {
		delete(e.byKey, k)
		return
	}
	e.byKey[k] = append(e.byKey[k][:i:i], e.byKey[k][i+1:]...)
}

// sweepLocked gives up what is too late.
func (e *echoes) sweepLocked(now time.Time) {
	for k := range e.byKey {
		for i := len(e.byKey[k]) - 1; i >= 0; i-- {
			if !now.Before(e.byKey[k][i].until) {
				e.removeLocked(k, i)
			}
		}
	}
}

func (e *echoes) dropFirstLocked() {
	var key echoKey
	at, first := -1, time.Time{}
	for k, list := range e.byKey {
		for i, c := range list {
			if at < 0 || c.until.Before(first) {
				key, at, first = k, i, c.until
			}
		}
	}
	if at >= 0 {
		e.removeLocked(key, at)
	}
}
