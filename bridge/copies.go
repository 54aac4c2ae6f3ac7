package bridge

import (
	"slices"
	"strings"
	"time"
)

// sending expects the copies of a message that is about to go up: one for each link that subscribes to its topic in the cloud and
// whose device has the message already. Those are the device's own link, and those of devices to which the broker here gives what is
// published on the same local topic of the same local product. Any other device has it only from the cloud, and gets it.
func (p *post) sending(m Message) {
	if strings.HasPrefix(m.Topic, "$") { // nobody can subscribe to those
		return
	}
	b := p.bridge
	listeners := b.roster.Load().listeners[p.now().place(m.Topic)]
	if len(listeners) == 0 {
		return
	}
	now, wait := b.clock.Now(), b.echoWait()
	if m.QoS > 0 {
		wait += b.timing.Ack // at the latest; settleEchoes says better
	}
	key := keyOfEcho(m.Topic, m.Payload)
	for _, l := range listeners {
		if l == p || p.hasGiven(l, m.Topic) {
			l.echoes.expect(key, echo{from: p, seq: m.last(), until: now.Add(wait)}, now)
		}
	}
}

// hasGiven tells whether what goes up to a topic has reached another device here.
func (p *post) hasGiven(l *post, topic string) bool {
	return l.ref.Product == p.ref.Product && slices.Contains(p.routes.Load().origins[topic], l.routes.Load().down[topic].topic)
}

// settleEchoes notes that the cloud has a message.
func (p *post) settleEchoes(m Message) {
	if strings.HasPrefix(m.Topic, "$") || m.QoS == 0 {
		return
	}
	b := p.bridge
	until := b.clock.Now().Add(b.echoWait())
	for _, l := range b.roster.Load().listeners[p.now().place(m.Topic)] {
		l.echoes.settle(keyOfEcho(m.Topic, m.Payload), p, m.last(), until)
	}
}

// lostEchoes notes that the cloud has all it will have of what was under way.
func (p *post) lostEchoes() {
	b := p.bridge
	s := p.now()
	until := b.clock.Now().Add(b.echoWait())
	told := map[*post]bool{}
	for topic := range s.routes.origins {
		for _, l := range b.roster.Load().listeners[s.place(topic)] {
			if !told[l] {
				told[l] = true
				l.echoes.lost(p, until)
			}
		}
	}
}

const defaultEchoWait = 5 * time.Second

func (b *Bridge) echoWait() time.Duration {
	if d := b.plan.Load().EchoWait; d > 0 {
		return d
	}
	return defaultEchoWait
}
