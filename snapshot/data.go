package snapshot

import (
	"github.com/onelan/onelan/onenet"
)

type stream struct {
	Product    text   `json:"product"`
	Device     text   `json:"device"`
	Stream     text   `json:"stream"`
	Unit       text   `json:"unit,omitempty"`
	UnitSymbol text   `json:"unit_symbol,omitempty"`
	Tags       []text `json:"tags,omitempty"`
	Created    milli  `json:"created,omitzero"`
}

func streamOf(m onenet.StreamMeta) stream {
	return stream{
		text(m.Ref.Product), text(m.Ref.Device), text(m.Stream), text(m.Unit), text(m.UnitSymbol), texts[text](m.Tags), milli{m.CreatedAt},
	}
}

func (l stream) noun() onenet.StreamMeta {
	return onenet.StreamMeta{
		Ref: refOf(l.Product, l.Device), Stream: onenet.StreamID(l.Stream), Unit: string(l.Unit), UnitSymbol: string(l.UnitSymbol),
		Tags: texts[string](l.Tags), CreatedAt: l.Created.Time,
	}
}

// command tells no answer (null) from an empty one.
type command struct {
	ID       text   `json:"id"`
	Product  text   `json:"product"`
	Device   text   `json:"device"`
	Body     []byte `json:"body"`
	Confirm  bool   `json:"confirm,omitempty"`
	Upstream bool   `json:"upstream,omitempty"`
	State    text   `json:"state"`
	Created  milli  `json:"created,omitzero"`
	Expires  milli  `json:"expires,omitzero"`
	Sent     milli  `json:"sent,omitzero"`
	Answered milli  `json:"answered,omitzero"`
	Answer   []byte `json:"answer"`
	Rev      int    `json:"rev"`
}

func commandOf(c onenet.Command) command {
	return command{
		text(c.ID), text(c.Product), text(c.Device), c.Body, c.Confirm, c.Upstream, text(c.State),
		milli{c.CreatedAt},
		milli{c.ExpiresAt},
		milli{c.SentAt},
		milli{c.AnsweredAt},
		c.Answer, c.Rev,
	}
}

func (l command) noun() onenet.Command {
	return onenet.Command{
		ID: onenet.CommandID(l.ID), Product: onenet.ProductID(l.Product), Device: onenet.DeviceID(l.Device), Body: l.Body, Confirm: l.Confirm,
		Upstream: l.Upstream, State: onenet.CommandState(l.State), CreatedAt: l.Created.Time, ExpiresAt: l.Expires.Time, SentAt: l.Sent.Time,
		AnsweredAt: l.Answered.Time, Answer: l.Answer, Rev: l.Rev,
	}
}

type session struct {
	Product       text           `json:"product"`
	Device        text           `json:"device"`
	Subscriptions []subscription `json:"subscriptions,omitempty"`
}

type subscription struct {
	Topic text `json:"topic"`
	QoS   byte `json:"qos"`
}

func sessionOf(s onenet.StoredSession) session {
	l := session{Product: text(s.Ref.Product), Device: text(s.Ref.Device)}
	for _, sub := range s.Subscriptions {
		l.Subscriptions = append(l.Subscriptions, subscription{text(sub.Topic), sub.QoS})
	}
	return l
}

func (l session) noun() onenet.StoredSession {
	s := onenet.StoredSession{Ref: refOf(l.Product, l.Device)}
	for _, sub := range l.Subscriptions {
		s.Subscriptions = append(s.Subscriptions, onenet.Subscription{Topic: string(sub.Topic), QoS: sub.QoS})
	}
	return s
}

// queued is a message that waits for a device. One for nobody only says how far the numbers have come.
type queued struct {
	Product text   `json:"product,omitempty"`
	Device  text   `json:"device,omitempty"`
	Seq     int64  `json:"seq"`
	Topic   text   `json:"topic,omitempty"`
	QoS     byte   `json:"qos"`
	Payload []byte `json:"payload"`
	At      milli  `json:"at,omitzero"`
}

func queuedOf(m onenet.QueuedMessage) queued {
	return queued{text(m.Ref.Product), text(m.Ref.Device), m.Seq, text(m.Topic), m.QoS, m.Payload, milli{m.At}}
}

func (l queued) noun() onenet.QueuedMessage {
	return onenet.QueuedMessage{
		Ref: refOf(l.Product, l.Device), Seq: l.Seq, Topic: string(l.Topic), QoS: l.QoS, Payload: l.Payload, At: l.At.Time,
	}
}

type retained struct {
	Product text   `json:"product"`
	Topic   text   `json:"topic"`
	QoS     byte   `json:"qos"`
	Payload []byte `json:"payload"`
	WillOf  text   `json:"will_of,omitempty"`
}

func retainedOf(m onenet.RetainedMessage) retained {
	return retained{text(m.Product), text(m.Topic), m.QoS, m.Payload, text(m.WillOf)}
}

func (l retained) noun() onenet.RetainedMessage {
	return onenet.RetainedMessage{
		Product: onenet.ProductID(l.Product), Topic: string(l.Topic), QoS: l.QoS, Payload: l.Payload, WillOf: onenet.DeviceID(l.WillOf),
	}
}
