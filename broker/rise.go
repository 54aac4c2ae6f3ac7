package broker

import (
	"bytes"

	"github.com/onelan/onelan/onenet"
)

// raise begins to take a topic message to the real OneNET, if it is meant for there. It reports false when there is no room on that way: then the
// message goes nowhere and is not acknowledged. A QoS 2 message comes by when it is released, so the cloud gets
// messages in the order in which the device's neighbours do.
func (l *link) raise(topic string, in *incoming) bool {
	b, ref := l.broker, l.session.ref
	in.up = nil
	if !b.platform.WantsUp(ref, topic) {
		return true
	}
	in.payload = bytes.Clone(in.payload)
	up, err := b.platform.Raise(onenet.Upward{Ref: ref, Topic: topic, QoS: in.qos, Payload: in.payload})
	if err != nil {
		b.platform.Drop(ref, topic, 1, "message not accepted, for the real OneNET is to get it too: "+err.Error())
		if in.qos == 2 {
			l.holdReleased(*in)
		}
		return false
	}
	in.up = up
	return true
}

// holdReleased takes back that a QoS 2 message was released: the device will repeat PUBREL, not the message.
func (l *link) holdReleased(in incoming) {
	in.up = nil
	l.session.remember(in.id, &in)
}

// rise puts what the message means for the way to the cloud into the batch behind its acknowledgement.
func (in *incoming) rise(batch *onenet.Batch) {
	if in.up != nil {
		in.up.Into(batch)
	}
}

// risen tells that way how the batch went.
func (in *incoming) risen(err error) {
	if in.up != nil {
		in.up.Done(err)
	}
}

// raiseWill takes a will to the real OneNET, as the message that it is: the device's login there has no will of its own. It is nil when the will
// stays here. Nobody could send it again, so where there is no room for it only the cloud goes without.
func (b *Broker) raiseWill(s *session, w *will) onenet.Passage {
	if !b.platform.WantsUp(s.ref, w.topic) {
		return nil
	}
	up, err := b.platform.Raise(onenet.Upward{Ref: s.ref, Topic: w.topic, QoS: w.qos, Payload: w.payload})
	if err != nil {
		b.platform.Drop(s.ref, w.topic, 1, "the will does not get to the real OneNET: "+err.Error())
		return nil
	}
	return up
}
