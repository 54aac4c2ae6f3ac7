package broker

import (
	"github.com/onelan/onelan/onenet"
)

// message is a topic message on its way to subscribers. Who passes it on may use it; who keeps it
// for later makes it his own with keepable.
type message struct {
	topic   string
	payload []byte
	frame   []byte // its QoS 0 packet, encoded once for all
}

func (m *message) packet() []byte {
	if m.frame == nil {
		m.frame = appendPublish(make([]byte, 0, len(m.topic)+len(m.payload)+8), m.topic, m.payload, 0, 0, false, false)
	}
	return m.frame
}

// keepable is the message for somebody who cannot send it at once: where it has a packet already, that
// and the payload may lie in buffers of the publisher's, which are used again.
func (m *message) keepable() *message {
	kept := &message{topic: m.topic, payload: m.payload}
	if m.frame != nil {
		kept.payload = append([]byte(nil), m.payload...)
	}
	return kept
}

// delivery is a message on its way to one device.
type delivery struct {
	msg      *message
	qos      byte
	retain   bool
	seq      int64  // its number in the store, 0 when it is not there
	id       uint16 // packet id, 0 before it was sent
	released bool   // QoS 2: PUBREC came, PUBREL went
	resent   *link  // the connection on which it was last repeated
	since    int64  // broker age in nanoseconds when the peer's answer began to be due
}

// outbox is what one device is owed: sent and unacknowledged, then waiting.
// Its session's lock guards it.
type outbox struct {
	lastID  uint16
	sent    []*delivery // in order of sending; at most the limit
	waiting []*delivery
	bytes   int            // payload bytes of waiting
	held    map[int64]bool // store numbers among sent and waiting
	loaded  map[int64]bool // store numbers that the last greeting found in the store; they may still be given on their old way
	owed    int            // the first so many of waiting are part of the greeting
	resume  bool           // sent has to be sent again: the device came back
}

// pauseLocked forgets what need not survive the connection. QoS 1 and 2 messages that
// wait are in the store when the session is kept; those sent stay, with their packet ids.
func (s *session) pauseLocked() {
	o := &s.outbox
	for _, d := range o.waiting {
		delete(o.held, d.seq)
	}
	s.countWaiting(-o.bytes)
	o.waiting = nil
	o.resume = len(o.sent) > 0
}

// find returns the delivery with the packet id and its place.
func (o *outbox) find(id uint16) (int, *delivery) {
	for i, d := range o.sent {
		if d.id == id {
			return i, d
		}
	}
	return -1, nil
}

func (o *outbox) remove(i int) {
	delete(o.held, o.sent[i].seq)
	o.sent = append(o.sent[:i], o.sent[i+1:]...)
}

// nextID is a packet id that no message on its way has.
func (o *outbox) nextID() uint16 {
	for {
		o.lastID++
		if o.lastID == 0 {
			continue
		}
		if i, _ := o.find(o.lastID); i < 0 {
			return o.lastID
		}
	}
}

func (o *outbox) hold(seq int64) {
	if seq == 0 {
		return
	}
	if o.held == nil {
		o.held = map[int64]bool{}
	}
	o.held[seq] = true
}

// fate is what became of a message for one device.
type fate int

const (
	away    fate = iota // the device is not here
	dropped             // too much waits for it already: the drop was counted
	given               // written, or behind what waits
)

// give hands a message to the device if it is here: at once, or behind what waits.
// Links with new output are noted in dirty.
func (s *session) give(m *message, d delivery, dirty *dirt) fate {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link == nil {
		return away
	}
	if s.greeting {
		d.msg = m.keepable()
		return s.waitLocked(&d)
	}
	if d.qos == 0 {
		return s.sendOnceLocked(m, d.retain, dirty)
	}
	d.msg = m
	s.outbox.hold(d.seq)
	if len(s.outbox.sent) >= s.broker.limits.Inflight || len(s.outbox.waiting) > 0 {
		return s.waitLocked(&d)
	}
	s.sendLocked(&d, dirty)
	return given
}

// sendOnceLocked sends at QoS 0, unless too much waits for the device already.
func (s *session) sendOnceLocked(m *message, retain bool, dirty *dirt) fate {
	if s.link.backlog() > s.broker.queueRoom() {
		s.drops.add(s, m.topic, "the device takes messages too slowly")
		return dropped
	}
	var p []byte
	if retain {
		p = appendPublish(nil, m.topic, m.payload, 0, 0, true, false)
	} else {
		p = m.packet()
	}
	if s.link.send(p) {
		dirty.add(s.link)
	}
	return given
}

// sendLocked sends at QoS 1 or 2 and remembers the message until it is acknowledged.
func (s *session) sendLocked(d *delivery, dirty *dirt) {
	d.id = s.outbox.nextID()
	d.since = int64(s.broker.age())
	s.outbox.sent = append(s.outbox.sent, d)
	if s.link.sendPublish(d, false) {
		dirty.add(s.link)
	}
	if d.qos == 2 {
		s.link.watch.handshake()
	}
}

// waitLocked puts a message behind the others, or drops it when too many wait. One
// that is in the store is dropped there too.
func (s *session) waitLocked(d *delivery) fate {
	o, size := &s.outbox, len(d.msg.payload)
	if len(o.waiting) > 0 && (len(o.waiting) >= s.broker.limits.QueueMessages || o.bytes+size > s.broker.queueRoom()) {
		delete(o.held, d.seq)
		if d.seq != 0 {
			s.dropStored(d.seq)
		}
		s.drops.add(s, d.msg.topic, "too many messages wait for the device")
		return dropped
	}
	o.hold(d.seq)
	o.waiting = append(o.waiting, d)
	s.countWaiting(size)
	return given
}

// countWaiting keeps the sums of the payload bytes that wait, for this device and for all.
func (s *session) countWaiting(size int) {
	s.outbox.bytes += size
	s.broker.queued.Add(int64(size))
}

// queueRoom is how many bytes may wait for one device now.
func (b *Broker) queueRoom() int {
	const least = 64 << 10
	if b.queued.Load() > int64(b.limits.QueueTotalBytes) {
		return least
	}
	return b.limits.QueueBytes
}

// dropStored takes a message out of the store: it was acknowledged, or given up.
func (s *session) dropStored(seq int64) {
	s.broker.later(onenet.Batch{Dequeue: []onenet.QueueKey{{Ref: s.ref, Seq: seq}}}, s.ref)
}

// pumpLocked sends what waits as far as the window allows.
func (s *session) pumpLocked(dirty *dirt) {
	o := &s.outbox
	for len(o.waiting) > 0 && s.link != nil && !s.greeting {
		d := o.waiting[0]
		if d.qos > 0 && len(o.sent) >= s.broker.limits.Inflight {
			return
		}
		o.waiting[0] = nil
		o.waiting = o.waiting[1:]
		s.countWaiting(-len(d.msg.payload))
		s.sendWaitingLocked(d, dirty)
	}
}

func (s *session) sendWaitingLocked(d *delivery, dirty *dirt) {
	if d.qos > 0 {
		s.sendLocked(d, dirty)
		return
	}
	s.sendOnceLocked(d.msg, d.retain, dirty)
	if d.seq != 0 {
		delete(s.outbox.held, d.seq)
		s.dropStored(d.seq)
	}
}
