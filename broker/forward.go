package broker

import (
	"github.com/onelan/onelan/onenet"
)

// deliveryQoS is the publisher's QoS: what the subscriber asked for does not count (reference,
// section 2.2). The platform of 2016 delivers everything at QoS 0.
func (b *Broker) deliveryQoS(qos byte) byte {
	if b.switches.Profile == onenet.Profile2016 {
		return 0
	}
	return qos
}

// fanOut gives a message to subscribers whose sessions end with their connections.
func (b *Broker) fanOut(r *route, from *link, in incoming) {
	if len(r.to) == 0 {
		return
	}
	qos := b.deliveryQoS(in.qos)
	m := &message{topic: r.topic, payload: in.payload}
	if qos > 0 {
		m.payload = append([]byte(nil), in.payload...) // it outlives the read buffer
	} else {
		m.frame = appendPublish(from.scratch[:0], r.topic, in.payload, 0, 0, false, false)
		from.scratch = m.frame[:0]
	}
	for _, s := range r.to {
		if s == from.session && !b.switches.EchoToSelf {
			continue
		}
		s.give(m, delivery{qos: qos}, &from.d)
	}
	if cap(from.scratch) > maxCoalesced {
		from.scratch = nil
	}
}

// stored is a message for one kept session.
type stored struct {
	to  *session
	seq int64
	old []int64 // messages that make room for it
}

// forwardStored passes on a message that is retained, goes to the cloud too, or that somebody wants who may be
// away: it is stored first, delivered and acknowledged after that. The payload stays as it is from here on.
func (b *Broker) forwardStored(r *route, from *link, in incoming) {
	qos := b.deliveryQoS(in.qos)
	m := &message{topic: r.topic, payload: in.payload}
	var batch onenet.Batch
	if in.retain {
		var refused *onenet.Refusal
		if batch, refused = from.session.world.retain(m, in.qos, ""); refused != nil {
			b.platform.Warn(from.session.ref, from.addr, r.topic, refused)
		}
	}
	var skip *session // gets nothing
	if !b.switches.EchoToSelf {
		skip = from.session
	}
	keep := b.plan(r, m, qos, skip, &batch)
	var a *ack
	switch in.qos {
	case 1:
		a = from.ackLater(typePuback, in.id)
	case 2:
		a = from.ackLater(typePubcomp, in.id)
	}
	in.rise(&batch)
	b.store.Submit(batch, func(err error) {
		in.risen(err)
		b.settler.add(func(d *dirt) {
			if a != nil && from.settle(a, err == nil) {
				d.add(from)
			}
			if err != nil && in.qos == 2 {
				from.holdReleased(in)
			}
			if err != nil {
				b.platform.Drop(from.session.ref, r.topic, 1, "message not stored: "+err.Error())
				return
			}
			b.deliverStored(r, m, qos, keep, skip, d)
		})
	})
}

// plan decides which kept sessions get the message by way of the store, and adds that
// to the batch: those that are away, and at QoS 1 and 2 all.
func (b *Broker) plan(r *route, m *message, qos byte, skip *session, batch *onenet.Batch) []stored {
	var keep []stored
	now := b.clock.Now()
	for _, s := range r.to {
		if s.clean || s == skip {
			continue
		}
		seq := b.seq.Add(1)
		old, wanted := s.keepAway(storedMark{seq, now.UnixMilli()}, qos)
		if !wanted {
			continue
		}
		keep = append(keep, stored{to: s, seq: seq, old: old})
		batch.Enqueue = append(batch.Enqueue, onenet.QueuedMessage{
			Ref: s.ref, Seq: seq, Topic: m.topic, QoS: qos, Payload: m.payload, At: now,
		})
		for _, gone := range old {
			batch.Dequeue = append(batch.Dequeue, onenet.QueueKey{Ref: s.ref, Seq: gone})
		}
	}
	return keep
}

// deliverStored gives the message to everybody who is here.
func (b *Broker) deliverStored(r *route, m *message, qos byte, keep []stored, skip *session, d *dirt) {
	seqs := map[*session]int64{}
	for _, k := range keep {
		seqs[k.to] = k.seq
		b.tellPushedOut(k, r.topic)
	}
	for _, s := range r.to {
		if s == skip {
			continue
		}
		s.giveStored(m, delivery{qos: qos, seq: seqs[s]}, d)
	}
}

// tellPushedOut tells of the messages that made room for one.
func (b *Broker) tellPushedOut(k stored, topic string) {
	if len(k.old) > 0 {
		b.platform.Drop(k.to.ref, topic, len(k.old), "the device is away: only the newest messages are kept")
	}
}

// keepAway tells whether a message for this kept session goes through the store, and
// which older ones it pushes out there (reference, section 2.2: two days, the newest ten).
func (s *session) keepAway(mark storedMark, qos byte) (old []int64, wanted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link != nil {
		return nil, qos > 0
	}
	if s.broker.switches.Profile == onenet.Profile2016 {
		return nil, false
	}
	s.away = append(s.away, mark)
	oldest := mark.at - s.broker.limits.OfflineFor.Milliseconds()
	for len(s.away) > s.broker.limits.OfflineMessages || s.away[0].at < oldest {
		old = append(old, s.away[0].seq)
		s.away = s.away[1:]
	}
	return old, true
}

// giveStored is give for a message that may be in the store already: the greeting may
// have found it there and sent it.
func (s *session) giveStored(m *message, d delivery, dirty *dirt) fate {
	if d.seq != 0 {
		s.mu.Lock()
		known := s.outbox.held[d.seq] || s.outbox.loaded[d.seq]
		s.mu.Unlock()
		if known {
			return given
		}
	}
	f := s.give(m, d, dirty)
	if f == away && d.seq != 0 {
		s.nowAway(d.seq)
	}
	return f
}

// nowAway counts a stored message among those kept for a device that is away: it
// went while the message was being stored.
func (s *session) nowAway(seq int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.away {
		if m.seq == seq {
			return
		}
	}
	s.away = append(s.away, storedMark{seq, s.broker.clock.Now().UnixMilli()})
}

// noteMessage writes a topic message into the journal, and a warning beside it
// when it looks like data that nobody will ever see.
func (b *Broker) noteMessage(l *link, r *route, in incoming) {
	b.platform.Journal().Append(onenet.Record{
		Kind: onenet.KindMessage, Product: l.session.ref.Product, Device: l.session.ref.Device, Addr: l.addr, Topic: r.topic,
		QoS: in.qos, Size: len(in.payload), Count: len(r.to),
		Payload: append([]byte(nil), in.payload[:min(len(in.payload), onenet.PayloadKept)]...),
	})
	if len(r.to) == 0 && !in.retain && in.up == nil {
		l.warnUnheard(r.topic, in.payload)
	}
}
