package broker

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// incoming is a PUBLISH from a device. Topic and payload lie in the read buffer.
type incoming struct {
	topic   []byte
	payload []byte
	qos     byte
	retain  bool
	id      uint16
	up      onenet.Passage // its way to the real OneNET; nil when it stays here
}

// parsePublish reads the body of a PUBLISH; a cause says what is wrong with it.
func parsePublish(f frame) (in incoming, c onenet.Cause) {
	in.qos, in.retain = f.qos(), f.head&1 != 0
	if in.qos == 3 {
		return in, onenet.PublishQoS
	}
	if len(f.body) < 2 {
		return in, onenet.PublishMalformed
	}
	n := int(binary.BigEndian.Uint16(f.body))
	rest := f.body[2:]
	if n > len(rest) {
		return in, onenet.PublishMalformed
	}
	in.topic, rest = rest[:n], rest[n:]
	if in.qos > 0 {
		if len(rest) < 2 {
			return in, onenet.PublishMalformed
		}
		in.id, rest = binary.BigEndian.Uint16(rest), rest[2:]
		if in.id == 0 {
			return in, onenet.PublishPacketID
		}
	}
	in.payload = rest
	return in, badTopic(in.topic)
}

// badTopic says what is wrong with a topic to publish to; nothing is when it is empty.
func badTopic(t []byte) onenet.Cause {
	if len(t) == 0 {
		return onenet.PublishEmpty
	}
	ascii := true
	for _, c := range t {
		switch {
		case c == '+' || c == '#':
			return onenet.PublishWildcard
		case c == 0:
			return onenet.PublishTopic
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	if !ascii && !utf8.Valid(t) {
		return onenet.PublishTopic
	}
	return ""
}

// publish takes a message of the device.
func (l *link) publish(f frame) {
	in, bad := parsePublish(f)
	if bad != "" {
		l.violationOn(bad, "a valid PUBLISH", fmt.Sprintf("% X", f.raw[:min(len(f.raw), 24)]), string(in.topic), in.payload)
		return
	}
	if in.qos == 2 && l.session.seen(in.id) {
		l.ackNow(typePubrec, in.id) // again: it has it already [MQTT-4.3.3-2]
		return
	}
	if in.topic[0] == '$' {
		l.publishDollar(in)
		return
	}
	if in.qos == 2 {
		l.keepUntilReleased(in)
		return
	}
	l.forward(in)
}

// publishDollar takes what is meant for the platform itself.
func (l *link) publishDollar(in incoming) {
	l.d.flush() // the store may let us wait
	topic := string(in.topic)
	class := wire.ClassifyTopic(topic)
	switch class.Kind {
	case wire.TopicDP:
		l.upload(in, topic)
	case wire.TopicReply:
		a := l.dollarAck(in)
		l.broker.platform.Answer(l.session.ref, l.addr, class.Command, in.qos, append([]byte(nil), in.payload...), l.whenStored(a))
	default:
		l.stray(in, topic, class.Kind)
		l.acceptDollar(in)
	}
}

// dollarAck notes the acknowledgement of a message to the platform: PUBACK, or PUBREC with the
// id remembered until PUBREL.
func (l *link) dollarAck(in incoming) *ack {
	switch in.qos {
	case 0:
		return nil
	case 1:
		return l.ackLater(typePuback, in.id)
	default:
		l.rememberDollar(in.id)
		return l.ackLater(typePubrec, in.id)
	}
}

// rememberDollar notes a QoS 2 message that was taken already; its PUBREL is due all the same.
func (l *link) rememberDollar(id uint16) {
	l.session.remember(id, nil)
	l.watch.handshake()
}

// acceptDollar acknowledges a message to the platform that changes nothing.
func (l *link) acceptDollar(in incoming) {
	switch in.qos {
	case 1:
		l.ackNow(typePuback, in.id)
	case 2:
		l.rememberDollar(in.id)
		l.ackNow(typePubrec, in.id)
	}
}

// whenStored acknowledges when the store has answered. A message that could not be stored
// is not acknowledged and forgotten: the device sends it again.
func (l *link) whenStored(a *ack) func(error) {
	return func(err error) {
		if a == nil {
			return
		}
		l.broker.settler.add(func(d *dirt) {
			if err != nil && a.kind == typePubrec {
				l.session.release(a.id)
			}
			if l.settle(a, err == nil) {
				d.add(l)
			}
		})
	}
}

// upload takes a $dp message (reference, section 3).
func (l *link) upload(in incoming, topic string) {
	points, r := wire.DecodeDP(in.payload, wire.DPOptions{BinaryUTC: l.broker.switches.BinaryUTC})
	if r != nil {
		l.refuse(r, topic, in.payload)
		if l.broker.switches.BadDP == onenet.BadDPClose {
			l.end("malformed $dp: " + r.Says)
			return
		}
		l.acceptDollar(in)
		return
	}
	if len(l.warned) < maxWarned {
		for _, text := range wire.DPWarnings(points, l.broker.clock.Now()) {
			l.warnOnce(topic, onenet.Refuse(onenet.PublishSuspect).Near("%s", text))
		}
	}
	a := l.dollarAck(in)
	l.broker.platform.Ingest(onenet.Upload{
		Ref: l.session.ref, Points: points, Addr: l.addr, Topic: topic, QoS: in.qos, Size: len(in.payload), Payload: in.payload,
	}, l.whenStored(a))
}

// keepUntilReleased keeps a QoS 2 message until PUBREL: only then is it passed on
// (reference, section 2.4).
func (l *link) keepUntilReleased(in incoming) {
	kept := in
	kept.topic, kept.payload = append([]byte(nil), in.topic...), append([]byte(nil), in.payload...)
	if !l.session.remember(in.id, &kept) {
		l.violationOn(onenet.LinkHandshake, fmt.Sprintf("at most %d messages between PUBREC and PUBREL", maxUnreleased), "one more", string(in.topic), nil)
		return
	}
	l.ackNow(typePubrec, in.id)
	l.watch.handshake()
}

// released answers PUBREL: the message is passed on now.
func (l *link) released(id uint16) {
	in, known := l.session.release(id)
	if !known || in == nil {
		l.ackNow(typePubcomp, id)
		return
	}
	l.forward(*in)
}

// forward passes a topic message on, and acknowledges it when it is as safe as its
// subscribers asked for.
func (l *link) forward(in incoming) {
	r := l.session.world.routeOf(in.topic)
	b := l.broker
	if !l.raise(r.topic, &in) {
		return
	}
	b.noteMessage(l, r, in)
	if b.switches.Profile == onenet.Profile2016 {
		in.retain = false
	}
	if !in.retain && !r.kept && in.up == nil && (in.qos == 0 || !l.acks.waiting()) {
		l.ackForward(in) // first: small clients wait for it before they look at anything else
		b.fanOut(r, l, in)
		return
	}
	if in.up == nil {
		in.payload = append([]byte(nil), in.payload...)
	}
	b.forwardStored(r, l, in)
}

func (l *link) ackForward(in incoming) {
	switch in.qos {
	case 1:
		l.ackNow(typePuback, in.id)
	case 2:
		l.ackNow(typePubcomp, in.id)
	}
}
