package onenet

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
)

// Kind says what a Record is about.
type Kind string

// The kinds of records.
const (
	KindSystem       Kind = "system"       // the platform itself: started, reset, a limit reached
	KindConnected    Kind = "connected"    // a device logged in
	KindDisconnected Kind = "disconnected" // a device went; Text says why
	KindRefused      Kind = "refused"      // something was turned down; Refusal says why
	KindSubscribed   Kind = "subscribed"
	KindUnsubscribed Kind = "unsubscribed"
	KindMessage      Kind = "message" // a topic message came in, or came down from the real OneNET
	KindData         Kind = "data"    // data points were stored
	KindCommand      Kind = "command" // a command changed its state
	KindDropped      Kind = "dropped" // messages were not delivered; Count and Text say how many and why
	KindTrigger      Kind = "trigger" // a trigger fired, or its message was delivered or given up
	KindBridge       Kind = "bridge"  // the bridge to the real OneNET: a link changed its state, something arrived there or was given up
	KindWarning      Kind = "warning" // accepted, but probably not what was meant
)

// PayloadKept is how many bytes of a payload a Record keeps.
const PayloadKept = 1024

// Record is one line of the history. Empty fields do not apply to its Kind.
type Record struct {
	Seq     uint64       `json:"seq"`
	At      time.Time    `json:"at"`
	Kind    Kind         `json:"kind"`
	Product ProductID    `json:"product,omitempty"`
	Device  DeviceID     `json:"device,omitempty"`
	Addr    string       `json:"addr,omitempty"`    // the peer's address and port
	Topic   string       `json:"topic,omitempty"`   // as the device spells it
	QoS     byte         `json:"qos,omitempty"`     // quality of service
	Size    int          `json:"size,omitempty"`    // payload bytes in all
	Payload []byte       `json:"payload,omitempty"` // the first PayloadKept of them; of a file uploaded over REST, of the file
	Points  []PointNote  `json:"points,omitempty"`  // what a $dp message held, the first 20
	First   time.Time    `json:"first,omitzero"`    // where Points leaves some out: the earliest time of them all
	Last    time.Time    `json:"last,omitzero"`     // and the latest
	Command CommandID    `json:"cmd,omitempty"`
	State   CommandState `json:"state,omitempty"`
	Trigger int          `json:"trigger,omitempty"` // the trigger's id
	Call    string       `json:"call,omitempty"`    // of the REST API, as its documentation spells it: "GET /devices/{id}"
	Down    bool         `json:"down,omitempty"`    // of KindMessage: it is not Device's but the real OneNET's, for Device
	Link    string       `json:"link,omitempty"`    // of KindBridge: the state of the device's link to the cloud
	Count   int          `json:"count,omitempty"`
	Refusal *Refusal     `json:"refusal,omitempty"`
	Text    string       `json:"text,omitempty"` // one sentence for people
}

// PointNote is a data point as a Record shows it.
type PointNote struct {
	Stream StreamID        `json:"ds"`
	At     time.Time       `json:"at"`
	Value  json.RawMessage `json:"value"`
}

// notePoints keeps enough of the points to recognise the message. The points of a
// message of size bytes may all lie in its memory, which a record must not hold on to when it is large.
func notePoints(points []StoredPoint, size int) []PointNote {
	notes := make([]PointNote, 0, min(len(points), pointsNoted))
	for _, p := range points[:min(len(points), pointsNoted)] {
		n := PointNote{p.Stream, p.At, p.Value}
		if len(n.Value) > PayloadKept {
			n.Value, _ = json.Marshal(string(n.Value[:64]) + clipped)
		}
		if size > PayloadKept {
			n.Stream, n.Value = StreamID(strings.Clone(string(n.Stream))), bytes.Clone(n.Value)
		}
		notes = append(notes, n)
	}
	return notes
}

// How much of the points a record shows.
const (
	pointsNoted = 20
	clipped     = "…" // ends a value that was too long
)

// span gives the times between which the points lie, when there are more than a record shows.
func span(points []StoredPoint) (first, last time.Time) {
	if len(points) <= pointsNoted {
		return
	}
	first, last = points[0].At, points[0].At
	for _, p := range points[1:] {
		if p.At.Before(first) {
			first = p.At
		}
		if p.At.After(last) {
			last = p.At
		}
	}
	return first, last
}

// keep copies as much of a payload as a Record holds.
func keep(payload []byte) []byte {
	if len(payload) == 0 {
		return nil
	}
	return append([]byte(nil), payload[:min(len(payload), PayloadKept)]...)
}
