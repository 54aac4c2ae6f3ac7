package broker

import "sync"

// ackQueue keeps a link's acknowledgements in the order of the messages
// [MQTT-4.6.0-2], although some messages are safe sooner than others.
type ackQueue struct {
	mu      sync.Mutex
	pending []*ack     // guarded by mu: in order; the first is not ready
	room    *sync.Cond // on mu; made when somebody waits
	over    bool       // guarded by mu: the link has ended
}

// ack is an acknowledgement that is due, now or when its message is safe.
type ack struct {
	kind  byte
	id    uint16
	ready bool
	none  bool // the message could not be kept: it is not acknowledged
}

// mostPending bounds the messages of one link that wait for the store.
const mostPending = 4096

// ackNow acknowledges a message that needs no waiting.
func (l *link) ackNow(kind byte, id uint16) {
	q := &l.acks
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.pending) > 0 {
		q.pending = append(q.pending, &ack{kind: kind, id: id, ready: true})
		return
	}
	l.sendAck(kind, id)
}

// ackLater notes that a message will be acknowledged when settle is called with what
// it returns. It waits while very many are pending: a device is not to be faster than the store.
func (l *link) ackLater(kind byte, id uint16) *ack {
	q := &l.acks
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.pending) >= mostPending && !q.over {
		if q.room == nil {
			q.room = sync.NewCond(&q.mu)
		}
		q.room.Wait()
	}
	a := &ack{kind: kind, id: id}
	q.pending = append(q.pending, a)
	return a
}

// settle acknowledges the message, or does not when it could not be kept, and all that
// only waited for it. It reports whether the link has to be flushed.
func (l *link) settle(a *ack, kept bool) (first bool) {
	q := &l.acks
	q.mu.Lock()
	defer q.mu.Unlock()
	a.ready, a.none = true, !kept
	n := 0
	for n < len(q.pending) && q.pending[n].ready {
		if p := q.pending[n]; !p.none && l.sendAck(p.kind, p.id) {
			first = true
		}
		q.pending[n] = nil
		n++
	}
	if q.pending = q.pending[n:]; len(q.pending) == 0 {
		q.pending = nil
	}
	if n > 0 && q.room != nil {
		q.room.Broadcast()
	}
	return first
}

// waiting tells whether messages of the link are not safe yet: then those behind
// them may not overtake them.
func (q *ackQueue) waiting() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.pending) > 0
}

// abandon lets go of whoever waits for room: the link has ended.
func (q *ackQueue) abandon() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.over = true
	if q.room != nil {
		q.room.Broadcast()
	}
}
