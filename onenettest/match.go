package onenettest

import (
	"bytes"
	"fmt"

	"github.com/onelan/onelan/onenet"
)

// Match chooses a record of the history.
type Match struct {
	what string
	ok   func(*onenet.Record) bool
}

// That matches what ok accepts; what says it in words, for the message when nothing comes.
func That(what string, ok func(*onenet.Record) bool) Match { return Match{what, ok} }

// Kind matches any record of a kind that concerns the device.
func Kind(k onenet.Kind, d onenet.Device) Match {
	return That(fmt.Sprintf("%s of device %s", k, d.ID), func(r *onenet.Record) bool {
		return r.Kind == k && r.Product == d.Product && r.Device == d.ID
	})
}

func (m Match) and(what string, ok func(*onenet.Record) bool) Match {
	return That(m.what+" "+what, func(r *onenet.Record) bool { return m.ok(r) && ok(r) })
}

// Online matches the device's login.
func Online(d onenet.Device) Match { return Kind(onenet.KindConnected, d) }

// Offline matches the end of the device's connection.
func Offline(d onenet.Device) Match { return Kind(onenet.KindDisconnected, d) }

// Point matches stored data of the device in the stream, with this value as JSON; an empty value matches any.
func Point(d onenet.Device, stream onenet.StreamID, value string) Match {
	return Kind(onenet.KindData, d).and(fmt.Sprintf("in stream %s, value %s", stream, value), func(r *onenet.Record) bool {
		for _, p := range r.Points {
			if p.Stream == stream && (value == "" || string(p.Value) == value) {
				return true
			}
		}
		return false
	})
}

// Message matches a message of the device on the topic; a nil payload matches any.
func Message(d onenet.Device, topic string, payload []byte) Match {
	return Kind(onenet.KindMessage, d).and(fmt.Sprintf("on %s: %q", topic, payload), func(r *onenet.Record) bool {
		return !r.Down && r.Topic == topic && (payload == nil || bytes.Equal(r.Payload, payload))
	})
}

// Subscribed matches the device's subscription to the topic.
func Subscribed(d onenet.Device, topic string) Match {
	return Kind(onenet.KindSubscribed, d).and("to "+topic, func(r *onenet.Record) bool { return r.Topic == topic })
}

// CommandIs matches the moment at which the command comes into the state.
func CommandIs(c onenet.Command, state onenet.CommandState) Match {
	return That(fmt.Sprintf("command %s being %s", c.ID, state), func(r *onenet.Record) bool {
		return r.Kind == onenet.KindCommand && r.Command == c.ID && r.State == state
	})
}

// Answered matches any answer of the device.
func Answered(d onenet.Device) Match {
	return Kind(onenet.KindCommand, d).and("being answered", func(r *onenet.Record) bool { return r.State == onenet.CommandAnswered })
}

// Refused matches a refusal with the cause.
func Refused(c onenet.Cause) Match {
	return That("a refusal with cause "+string(c), func(r *onenet.Record) bool {
		return r.Kind == onenet.KindRefused && r.Refusal != nil && r.Refusal.Cause == c
	})
}

// Warned matches a warning with the cause.
func Warned(c onenet.Cause) Match {
	return That("a warning with cause "+string(c), func(r *onenet.Record) bool {
		return r.Kind == onenet.KindWarning && r.Refusal != nil && r.Refusal.Cause == c
	})
}

// Dropped matches messages for the device that were not delivered.
func Dropped(d onenet.Device) Match { return Kind(onenet.KindDropped, d) }
