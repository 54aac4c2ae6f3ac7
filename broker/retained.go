package broker

import (
	"fmt"

	"github.com/onelan/onelan/onenet"
)

// retained is the message that a topic keeps for new subscribers.
type retained struct {
	msg    *message
	willOf onenet.DeviceID // set when it is a will
}

// maxRetainedBytes bounds what one product may retain.
const maxRetainedBytes = 64 << 20

// retain keeps the message as the topic's last one, or clears it when it is empty
// (reference, section 2.2). The change it returns has to be stored before the message is
// acknowledged; ok is false when there is nothing to store. r tells that there was no room.
func (w *world) retain(m *message, qos byte, willOf onenet.DeviceID) (batch onenet.Batch, r *onenet.Refusal) {
	w.mu.Lock()
	defer w.mu.Unlock()
	old := w.retained[m.topic]
	if len(m.payload) == 0 {
		w.clearLocked(m.topic)
		batch.Unretain = []onenet.TopicRef{{Product: w.product, Topic: m.topic}}
		return batch, nil
	}
	size := w.bytes + len(m.payload)
	if old != nil {
		size -= len(old.msg.payload)
	}
	if size > maxRetainedBytes || (old == nil && len(w.retained) >= w.broker.limits.TopicsPerProduct) {
		return batch, onenet.Refuse(onenet.PublishRetained).
			Want(fmt.Sprintf("at most %d retained messages and %d bytes", w.broker.limits.TopicsPerProduct, maxRetainedBytes), "one more")
	}
	w.retained[m.topic] = &retained{msg: m.keepable(), willOf: willOf}
	w.bytes = size
	if willOf != "" {
		w.wills[willOf] = m.topic
	}
	batch.Retain = []onenet.RetainedMessage{{Product: w.product, Topic: m.topic, QoS: qos, Payload: m.payload, WillOf: willOf}}
	return batch, nil
}

func (w *world) clearLocked(topic string) {
	if old := w.retained[topic]; old != nil {
		w.bytes -= len(old.msg.payload)
		delete(w.retained, topic)
	}
}

// lastOf is what the topic retains, or nil.
func (w *world) lastOf(topic string) *message {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if r := w.retained[topic]; r != nil {
		return r.msg
	}
	return nil
}

// will is what a device wants said when it is lost.
type will struct {
	topic   string
	payload []byte
	qos     byte
	retain  bool
}

func (w *will) check(profile onenet.Profile) *onenet.Refusal {
	switch {
	case profile == onenet.Profile2016:
		return onenet.Refuse(onenet.ConnectWillProfile).Want("no will", fmt.Sprintf("a will on %q", w.topic))
	case badTopic([]byte(w.topic)) != "" || w.topic[0] == '$':
		return onenet.Refuse(onenet.ConnectWillTopic).Want("a topic without wildcards that does not begin with $", fmt.Sprintf("%q", w.topic))
	}
	return nil
}

// publishWill gives a lost device's will to the subscribers that are here, and keeps it
// for new ones when it is to be retained (reference, section 1.4).
func (b *Broker) publishWill(s *session, w *will) {
	m := &message{topic: w.topic, payload: w.payload}
	b.storeWill(s, w, m)
	var d dirt
	for _, to := range s.world.route(w.topic).to {
		to.give(m, delivery{qos: w.qos}, &d)
	}
	d.flush()
	b.platform.Journal().Append(onenet.Record{
		Kind: onenet.KindMessage, Product: s.ref.Product, Device: s.ref.Device, Topic: w.topic, QoS: w.qos,
		Size: len(w.payload), Payload: w.payload[:min(len(w.payload), onenet.PayloadKept)], Text: "the will of the device",
	})
}

// storeWill stores what is to survive of a will: what its topic retains, and its way to the real OneNET.
func (b *Broker) storeWill(s *session, w *will, m *message) {
	var batch onenet.Batch
	if w.retain {
		var r *onenet.Refusal
		if batch, r = s.world.retain(m, w.qos, s.ref.Device); r != nil {
			b.platform.Warn(s.ref, "", w.topic, r)
		}
	}
	up := b.raiseWill(s, w)
	switch {
	case up != nil:
		up.Into(&batch)
	case w.retain:
		b.later(batch, s.ref)
		return
	default:
		return
	}
	b.settler.add(func(*dirt) {
		b.store.Submit(batch, func(err error) {
			up.Done(err)
			b.logLoss(s.ref)(err)
		})
	})
}

// eraseWill removes what a device's last will left behind: its next login does that.
func (b *Broker) eraseWill(w *world, id onenet.DeviceID) {
	w.mu.Lock()
	var gone []onenet.TopicRef
	if topic, left := w.wills[id]; left {
		delete(w.wills, id)
		if r := w.retained[topic]; r != nil && r.willOf == id {
			w.clearLocked(topic)
			gone = append(gone, onenet.TopicRef{Product: w.product, Topic: topic})
		}
	}
	w.mu.Unlock()
	if len(gone) > 0 {
		b.later(onenet.Batch{Unretain: gone}, onenet.DeviceRef{Product: w.product, Device: id})
	}
}
