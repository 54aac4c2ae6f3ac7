package broker

import (
	"context"
	"fmt"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/onelan/onelan/onenet"
)

// subscribing is what the link decided about the SUBSCRIBE that Mochi is working on.
// Only the reading goroutine touches it.
type subscribing struct {
	denied map[string]bool // filters, as Mochi knows them
	added  []onenet.Subscription
}

// mendSubscribe sets the reserved bits as Mochi wants them: OneNET's own paper
// prescribes 0, MQTT prescribes 2, and both are taken (reference, section 2.3). Who sends 0 is
// a kit that reads one packet at a time.
func (l *link) mendSubscribe(f frame) []byte {
	switch f.head & 0x0f {
	case 0:
		l.separate.Store(true)
		f.raw[0] |= 2
	case 2:
	default:
		l.violation(onenet.SubscribeMalformed, fmt.Sprintf("%X0 or %X2", f.kind(), f.kind()), f)
		return nil
	}
	if c := filtersCause(f); c != "" {
		l.violation(c, "a packet id above 0, then filters in UTF-8, each with a QoS of 0, 1 or 2", f)
		return nil
	}
	return f.raw
}

// filtersCause says why the packet cannot be read; nothing when it can.
func filtersCause(f frame) onenet.Cause {
	in := &fields{b: f.body}
	if in.uint16() == 0 || in.at == len(f.body) {
		return onenet.SubscribeMalformed // [MQTT-2.3.1-1, MQTT-3.8.3-3]
	}
	for in.at < len(f.body) && !in.bad {
		if !validText(string(in.bytes())) {
			return onenet.SubscribeTopic
		}
		if f.kind() == typeSubscribe && in.byte() > 2 {
			return onenet.SubscribeMalformed // [MQTT-3.8.3-4]
		}
	}
	if in.bad {
		return onenet.SubscribeMalformed
	}
	return ""
}

// prepareSubscribe judges the filters before Mochi does, and gives them the names that the index uses.
func (l *link) prepareSubscribe(pk *packets.Packet) {
	l.subs = subscribing{}
	seen := map[string]bool{}
	for i := range pk.Filters {
		sub := &pk.Filters[i]
		r := l.judgeFilter(sub.Filter, seen)
		internal := l.session.world.prefix + sub.Filter
		if r != nil {
			l.refuse(r, sub.Filter, nil)
			l.subs.deny(internal)
			if l.broker.switches.DenySub == onenet.DenySubClose {
				l.end("subscription refused: " + r.Says)
			}
		} else {
			if l.broker.switches.Profile == onenet.Profile2016 {
				sub.Qos = 0
			}
			seen[sub.Filter] = true
			l.subs.added = append(l.subs.added, onenet.Subscription{Topic: sub.Filter, QoS: sub.Qos})
		}
		sub.Filter = internal
	}
}

func (s *subscribing) deny(filter string) {
	if s.denied == nil {
		s.denied = map[string]bool{}
	}
	s.denied[filter] = true
}

// judgeFilter applies the rules of the reference, section 2.2; seen are the filters of the same packet.
func (l *link) judgeFilter(filter string, seen map[string]bool) *onenet.Refusal {
	if c := filterCause(filter); c != "" {
		return onenet.Refuse(c).Want("the full name of a topic", fmt.Sprintf("%q", filter))
	}
	n, have := l.session.countSubs(filter)
	lim := l.broker.limits
	switch {
	case have || seen[filter]:
		return nil
	case n+len(seen) >= lim.TopicsPerDevice:
		return onenet.Refuse(onenet.SubscribeLimit).Want(fmt.Sprintf("at most %d", lim.TopicsPerDevice), "one more")
	case !l.session.world.mayWant(filter, seen):
		return onenet.Refuse(onenet.SubscribeProduct).Want(fmt.Sprintf("at most %d", lim.TopicsPerProduct), "one more")
	}
	return nil
}

func (s *session) countSubs(topic string) (n int, have bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, have = s.subs[topic]
	return len(s.subs), have
}

// subscribed runs when Mochi has entered the filters and before it writes SUBACK: a
// kept session is stored first.
func (l *link) subscribed() {
	s := l.session
	s.mu.Lock()
	if s.subs == nil {
		s.subs = map[string]byte{}
	}
	var fresh []string
	for _, sub := range l.subs.added {
		if _, have := s.subs[sub.Topic]; !have {
			fresh = append(fresh, sub.Topic)
		}
		s.subs[sub.Topic] = sub.QoS
	}
	s.mu.Unlock()
	for _, topic := range fresh {
		s.world.subscribed(topic)
	}
	l.broker.platform.NoteTopics(s.ref.Product, fresh)
	s.save()
	for _, sub := range l.subs.added {
		l.broker.platform.Journal().Append(onenet.Record{
			Kind: onenet.KindSubscribed, Product: s.ref.Product, Device: s.ref.Device, Addr: l.addr, Topic: sub.Topic, QoS: sub.QoS,
		})
	}
}

// sendRetained gives a new subscriber what its topics retain, at the QoS it asked for
// (reference, section 2.2).
func (l *link) sendRetained() {
	for _, sub := range l.subs.added {
		if m := l.session.world.lastOf(sub.Topic); m != nil {
			l.session.give(m, delivery{qos: l.broker.deliveryQoS(sub.QoS), retain: true}, &l.d)
		}
	}
	l.subs = subscribing{}
}

// unsubscribed forgets topics.
func (l *link) unsubscribed(topics []string) {
	s := l.session
	for _, topic := range topics {
		s.mu.Lock()
		_, had := s.subs[topic]
		delete(s.subs, topic)
		s.mu.Unlock()
		if !had {
			continue
		}
		s.world.unsubscribed(topic)
		l.broker.platform.Journal().Append(onenet.Record{
			Kind: onenet.KindUnsubscribed, Product: s.ref.Product, Device: s.ref.Device, Addr: l.addr, Topic: topic,
		})
	}
	s.save()
}

// save stores what a kept session wants, and waits until it is safe.
func (s *session) save() {
	if s.clean {
		return
	}
	s.mu.Lock()
	stored := onenet.StoredSession{Ref: s.ref}
	for topic, qos := range s.subs {
		stored.Subscriptions = append(stored.Subscriptions, onenet.Subscription{Topic: topic, QoS: qos})
	}
	s.mu.Unlock()
	if err := s.broker.store.Apply(context.Background(), onenet.Batch{PutSessions: []onenet.StoredSession{stored}}); err != nil {
		s.broker.log.Error("session not stored", "device", s.ref, "err", err)
	}
}

// linkOf is the link under a Mochi client, nil for one that was only restored.
func linkOf(cl *mqtt.Client) *link {
	l, _ := cl.Net.Conn.(*link)
	return l
}
