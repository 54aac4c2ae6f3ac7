package broker

import (
	"bytes"

	"github.com/onelan/onelan/onenet"
)

// Deliver gives a message of the cloud to one device (onenet.Downlink). It takes the way of a topic message with one
// subscriber: what a kept session is to have goes through the store, with the limits of all such messages.
func (b *Broker) Deliver(ref onenet.DeviceRef, topic string, payload []byte, qos byte, done func(onenet.Delivered, error)) {
	s := b.session(ref)
	if s == nil || !s.wants(topic) {
		done(onenet.NotWanted, nil)
		return
	}
	m := &message{topic: topic, payload: bytes.Clone(payload)} // it may wait for longer than until done
	qos = b.deliveryQoS(qos)
	var batch onenet.Batch
	keep := b.plan(&route{topic: topic, to: []*session{s}}, m, qos, nil, &batch)
	if len(keep) == 0 {
		var d dirt
		f := s.give(m, delivery{qos: qos}, &d)
		d.flush()
		done(f.delivered(s, false))
		return
	}
	b.store.Submit(batch, func(err error) {
		if err != nil {
			done("", err)
			return
		}
		if !b.settler.add(func(d *dirt) { done(b.deliverKept(keep[0], m, qos, d)) }) {
			done(onenet.DeliveredLater, nil) // the broker has ended: the next one finds it in the session
		}
	})
}

// deliverKept gives a message that is in the store to the device that it was stored for.
func (b *Broker) deliverKept(k stored, m *message, qos byte, d *dirt) (onenet.Delivered, error) {
	b.tellPushedOut(k, m.topic)
	return k.to.giveStored(m, delivery{qos: qos, seq: k.seq}, d).delivered(k.to, true)
}

// delivered is the fate as the platform is told of it.
func (f fate) delivered(s *session, kept bool) (onenet.Delivered, error) {
	switch {
	case f == given:
		return onenet.DeliveredNow, nil
	case f == dropped:
		return "", onenet.Errorf(onenet.ErrLimit, "device", string(s.ref.Device), "it takes messages too slowly, and too many wait for it")
	case kept:
		return onenet.DeliveredLater, nil
	default:
		return onenet.NotWanted, nil
	}
}

// wants tells whether the session has subscribed to the topic.
func (s *session) wants(topic string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.subs[topic]
	return ok && !s.erased.Load()
}
