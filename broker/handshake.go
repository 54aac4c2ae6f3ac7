package broker

import (
	"encoding/binary"
	"time"

	"github.com/onelan/onelan/onenet"
)

// maxUnreleased bounds the QoS 2 messages of one device between PUBREC and PUBREL.
const maxUnreleased = 100

// pending is a QoS 2 message of the device that it has not released yet.
type pending struct {
	in    *incoming     // nil for a message to the platform, which was taken at once
	since time.Duration // broker age when PUBREL began to be due, or pardoned
}

// pardoned marks a message of an earlier connection: the device may know nothing of it any more.
const pardoned time.Duration = -1

// pardonLocked takes unreleased messages of an earlier connection off the watch. They may still be released.
func (s *session) pardonLocked() {
	for id, p := range s.received {
		p.since = pardoned
		s.received[id] = p
	}
}

// seen tells whether a QoS 2 message with this id is between PUBREC and PUBREL.
func (s *session) seen(id uint16) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.received[id]
	return ok
}

// remember notes a QoS 2 message until PUBREL; it reports false when there are too many.
func (s *session) remember(id uint16, in *incoming) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.received) >= maxUnreleased {
		return false
	}
	if s.received == nil {
		s.received = map[uint16]pending{}
	}
	s.received[id] = pending{in, s.broker.age()}
	return true
}

// release ends the handshake of a message; known is false when there is none.
func (s *session) release(id uint16) (in *incoming, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, known := s.received[id]
	delete(s.received, id)
	return p.in, known
}

// oldestHandshake finds the QoS 2 message, in either direction, that has waited longest.
func (s *session) oldestHandshake() (id uint16, age time.Duration, found bool) {
	now := s.broker.age()
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, p := range s.received {
		if a := now - p.since; p.since != pardoned && (!found || a > age) {
			id, age, found = i, a, true
		}
	}
	for _, d := range s.outbox.sent {
		if a := now - time.Duration(d.since); d.qos == 2 && (!found || a > age) {
			id, age, found = d.id, a, true
		}
	}
	return id, age, found
}

// acknowledged takes PUBACK, PUBREC, PUBREL and PUBCOMP from the device.
func (l *link) acknowledged(f frame) {
	// OneNET's paper prescribes 60 for PUBREL, MQTT 62; both are taken (reference, section 2.3).
	if want := f.kind() << 4; f.head != want && f.head != want|2 || len(f.body) != 2 {
		l.violation(onenet.LinkMalformed, "an acknowledgement of two bytes", f)
		return
	}
	id := binary.BigEndian.Uint16(f.body)
	s := l.session
	switch f.kind() {
	case typePuback:
		s.finish(id, 1, &l.d)
	case typePubrec:
		s.received2(id, &l.d)
	case typePubcomp:
		s.finish(id, 2, &l.d)
	case typePubrel:
		if f.head == typePubrel<<4 && !s.seen(id) && s.finishOddly(&l.d) {
			l.separate.Store(true)
			return
		}
		l.released(id)
	}
}

// finish ends the delivery with this id.
func (s *session) finish(id uint16, qos byte, dirty *dirt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, d := s.outbox.find(id)
	if d == nil || d.qos != qos {
		return // a repeated acknowledgement
	}
	s.finishLocked(i, d, dirty)
}

func (s *session) finishLocked(i int, d *delivery, dirty *dirt) {
	s.outbox.remove(i)
	if d.seq != 0 {
		s.dropStored(d.seq)
	}
	s.pumpLocked(dirty)
}

// received2 answers PUBREC with PUBREL.
func (s *session) received2(id uint16, dirty *dirt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, d := s.outbox.find(id); d != nil && d.qos == 2 {
		d.released = true
		d.since = int64(s.broker.age())
	}
	if s.link != nil && s.link.sendAck(typePubrel, id) { // for an unknown id too, or the device would ask for ever
		dirty.add(s.link)
	}
}

// finishOddly takes the STM32 kit's answer to PUBREL for what it means: it sends
// another PUBREL, always 60 02 00 0A, where PUBCOMP is due (reference, section 2.4).
func (s *session) finishOddly(dirty *dirt) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, d := range s.outbox.sent {
		if d.qos == 2 && d.released {
			s.finishLocked(i, d, dirty)
			return true
		}
	}
	return false
}
