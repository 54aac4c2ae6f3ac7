package bridge

import (
	"fmt"

	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// Wants implements onenet.Uplink. It takes no lock.
func (b *Bridge) Wants(ref onenet.DeviceRef, topic string) bool {
	p := b.post(ref)
	if p == nil {
		return false
	}
	_, ok := p.upward(topic)
	return ok
}

// upward is where a message of the device goes in the cloud. What is for the platform itself goes at QoS 1 whatever QoS the device has
// used: only an acknowledgement proves that it arrived. That of the answers only those go up whose commands came from there is
// for the Platform to see to.
func (p *post) upward(topic string) (way, bool) {
	if topic == wire.DPTopic {
		return way{topic: topic, least: 1, qos: 1}, true
	}
	if _, ok := wire.ParseReplyTopic(topic); ok {
		return way{topic: topic, least: 1, qos: 1}, true
	}
	w, ok := p.routes.Load().up[topic]
	return w, ok
}

// Raise implements onenet.Uplink. QoS 2 goes up as QoS 1: at least once is what a queue can give. It waits while the content is being
// replaced, and for nothing else.
func (b *Bridge) Raise(m onenet.Upward) (onenet.Passage, error) {
	p := b.post(m.Ref)
	if p == nil {
		return nil, nil
	}
	to, ok := p.upward(m.Topic)
	if !ok {
		return nil, nil
	}
	entries := p.entries(m, to)
	if b.plan.Load().DryRun {
		for _, e := range entries {
			p.wouldRaise(e)
		}
		return nil, nil
	}
	if len(entries) == 0 {
		return nil, nil
	}
	return p.board(entries)
}

// entries are what the queue gets of a message: one, or as many as the points of another door need.
func (p *post) entries(m onenet.Upward, to way) []onenet.UplinkEntry {
	entry := func(qos byte, payload []byte) onenet.UplinkEntry {
		return onenet.UplinkEntry{Ref: p.ref, At: m.At, Topic: to.topic, QoS: qos, Payload: payload}
	}
	if m.Payload != nil || m.Points == nil {
		return []onenet.UplinkEntry{entry(max(to.least, min(m.QoS, to.qos)), m.Payload)}
	}
	var list []onenet.UplinkEntry
	for _, packed := range p.pack(m.Points) {
		list = append(list, entry(1, packed.Payload))
	}
	return list
}

// pack writes points as messages of $dp. What cannot be written so stays here, and the journal says so.
func (p *post) pack(stored []onenet.StoredPoint) []wire.PackedDP {
	points := make([]onenet.Datapoint, len(stored))
	for i, s := range stored {
		points[i] = s.Datapoint
	}
	packed, err := wire.PackDP(points, wire.PackLimit{})
	if err == nil {
		return packed
	}
	for i := range points { // one of them is to blame: the others go up
		alone, err := wire.PackDP(points[i:i+1], wire.PackLimit{})
		if err != nil {
			p.story.tell(onenet.Record{Topic: wire.DPTopic, Count: 1, Text: fmt.Sprintf("a data point of stream %q stays here: %v", points[i].Stream, err)})
		}
		packed = append(packed, alone...)
	}
	return packed
}

// board takes entries into the queue, all of them or none.
func (p *post) board(entries []onenet.UplinkEntry) (onenet.Passage, error) {
	b := p.bridge
	b.gate.enter()
	list := make(passages, 0, len(entries))
	for _, e := range entries {
		a, err := b.queue.Add(e)
		if err != nil {
			list.done(err)
			b.gate.leave()
			p.story.full(err)
			return nil, err
		}
		list = append(list, a)
	}
	return &passage{post: p, list: list}, nil
}

// passages are the entries of one message.
type passages []*queue.Addition

func (l passages) done(err error) {
	for _, a := range l {
		a.Done(err)
	}
}

// passage is a message on its way into the queue. It implements onenet.Passage.
type passage struct {
	post *post
	list passages
	over bool
}

// Into puts the message into the batch of its effects.
func (g *passage) Into(b *onenet.Batch) {
	for _, a := range g.list {
		a.Into(b)
	}
}

// Done tells what came of that batch. Only its first call counts.
func (g *passage) Done(err error) {
	if g.over {
		return
	}
	g.over = true
	g.list.done(err)
	g.post.bridge.gate.leave()
	g.post.story.poke()
	g.post.review()
}

// wouldRaise tells what a dry run does not do.
func (p *post) wouldRaise(e onenet.UplinkEntry) {
	r := onenet.Record{Topic: e.Topic, QoS: e.QoS, Size: len(e.Payload), Payload: kept(e.Payload)}
	who := p.now().device
	r.Addr = who.Addr
	r.Count = p.bridge.pointsIn(Message{Topic: e.Topic, Payload: e.Payload})
	r.Text = fmt.Sprintf("would go up: as device %s of product %s", who.Login.Device, who.Login.Product)
	p.story.tell(r)
}
