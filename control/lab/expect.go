package lab

import (
	"encoding/json"

	"github.com/onelan/onelan/onenet"
)

// Expect is something that has happened since a marked record, or is to happen soon. Exactly one of
// Point, Publish, Command, Refusal and Online is set.
type Expect struct {
	After  uint64 `json:"after,omitempty"`  // look behind the record of this number; 0: from the start or the last reset on
	Within string `json:"within,omitempty"` // how long to wait, such as "5s", at most 60 s; empty: not at all

	Point   *ExpectPoint   `json:"point,omitempty"`
	Publish *ExpectPublish `json:"publish,omitempty"`
	Command *ExpectCommand `json:"command,omitempty"`
	Refusal *ExpectRefusal `json:"refusal,omitempty"`
	Online  *ExpectOnline  `json:"online,omitempty"`
}

// ExpectPoint is a data point that is stored. Empty fields match any.
type ExpectPoint struct {
	Product onenet.ProductID `json:"product,omitempty"`
	Device  onenet.DeviceID  `json:"device,omitempty"`
	Stream  onenet.StreamID  `json:"stream,omitempty"`
	Value   json.RawMessage  `json:"value,omitempty"` // equal as JSON: 25.5 is 25.50, {"a":1,"b":2} is {"b":2,"a":1}
}

// ExpectPublish is a topic message that came in. Empty fields match any.
type ExpectPublish struct {
	Product       onenet.ProductID `json:"product,omitempty"`
	Device        onenet.DeviceID  `json:"device,omitempty"`
	Topic         string           `json:"topic,omitempty"`
	Payload       *string          `json:"payload,omitempty"`
	PayloadBase64 []byte           `json:"payload_base64,omitempty"`
}

// ExpectCommand is a command that came into a state. Empty fields match any.
type ExpectCommand struct {
	ID      onenet.CommandID    `json:"id,omitempty"`
	Product onenet.ProductID    `json:"product,omitempty"`
	Device  onenet.DeviceID     `json:"device,omitempty"`
	State   onenet.CommandState `json:"state,omitempty"`  // empty: answered
	Body    *string             `json:"body,omitempty"`   // of the command
	Answer  *string             `json:"answer,omitempty"` // of the device
}

// ExpectRefusal is a device or a caller that was turned down. Empty fields match any.
type ExpectRefusal struct {
	Product onenet.ProductID `json:"product,omitempty"`
	Device  onenet.DeviceID  `json:"device,omitempty"`
	Cause   onenet.Cause     `json:"cause,omitempty"`
}

// ExpectOnline is a device that is here and has been for a while without a break.
type ExpectOnline struct {
	Product onenet.ProductID `json:"product,omitempty"`
	Device  onenet.DeviceID  `json:"device"`
	For     string           `json:"for,omitempty"` // such as "2s"; empty: it is enough to be here
}

// Expected is the answer: what was found, or what came nearest.
type Expected struct {
	OK      bool     `json:"ok"`
	Says    string   `json:"says"`              // one sentence: what was found, or what was not
	Record  *Record  `json:"record,omitempty"`  // the first that fits
	Nearest []Record `json:"nearest,omitempty"` // when nothing fits: the three that come nearest, the nearest first
	Last    uint64   `json:"last"`              // the newest record looked at: a mark for what is to follow
	Lost    uint64   `json:"lost,omitempty"`    // records that were gone before they could be looked at
}

// ResetDone is the answer to a reset, a seeding and the loading of a snapshot.
type ResetDone struct {
	Mark     uint64 `json:"mark"` // the record of the reset: what belongs to the new content comes after it
	Products int    `json:"products"`
	Devices  int    `json:"devices"`
	Points   int    `json:"points"`
}

// Version says which onelan this is.
type Version struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}
