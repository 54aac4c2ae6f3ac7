package onenet

import "fmt"

// Stage is how far a device had come when it was refused.
type Stage string

// The stages, in the order in which a device passes them.
const (
	StageLink      Stage = "link"      // the TCP connection, before or beside MQTT
	StageConnect   Stage = "connect"   // the form of the CONNECT packet
	StageLogin     Stage = "login"     // who the device says it is
	StageSubscribe Stage = "subscribe" // a topic it wants
	StagePublish   Stage = "publish"   // a message it sends
	StageData      Stage = "data"      // the inside of a $dp message
	StageCommand   Stage = "command"   // a command or its answer
	StageCall      Stage = "call"      // a call of the REST API
)

// Field is the part of a login that a refusal is about: what a person has to correct.
type Field string

// The fields of an Attempt.
const (
	FieldProduct    Field = "product"    // MQTT: user name
	FieldDevice     Field = "device"     // MQTT: client id
	FieldCredential Field = "credential" // MQTT: password
)

// Refusal says why a device was turned down: to people, never to the device.
// Secrets appear masked.
type Refusal struct {
	Stage    Stage  `json:"stage"`
	Cause    Cause  `json:"cause"`
	Field    Field  `json:"field,omitempty"`     // of a login: which of the three is wrong, the first when several are
	Says     string `json:"says"`                // what happened, one sentence
	Expected string `json:"expected,omitempty"`  // what would have been accepted
	Got      string `json:"got,omitempty"`       // what came instead
	NearMiss string `json:"near_miss,omitempty"` // the likely mix-up, one sentence
	Fix      string `json:"fix"`                 // what to do
	Ref      string `json:"reference"`           // where the rule is written down
	Offset   *int   `json:"offset,omitempty"`    // byte of the payload that is wrong, from 0
}

// Refuse makes a Refusal of the cause with the texts that belong to it.
func Refuse(c Cause) *Refusal {
	t := c.text()
	return &Refusal{Stage: t.stage, Cause: c, Says: t.says, Fix: t.fix, Ref: t.ref}
}

// Want notes what was expected and what came; it returns r.
func (r *Refusal) Want(expected, got string) *Refusal {
	r.Expected, r.Got = expected, got
	return r
}

// Near notes the likely mix-up; it returns r.
func (r *Refusal) Near(format string, args ...any) *Refusal {
	r.NearMiss = fmt.Sprintf(format, args...)
	return r
}

// In notes which field of the login is wrong; it returns r.
func (r *Refusal) In(f Field) *Refusal {
	r.Field = f
	return r
}

// AtByte notes which byte of the payload is wrong; it returns r.
func (r *Refusal) AtByte(offset int) *Refusal {
	r.Offset = &offset
	return r
}

// Error is the refusal in one line.
func (r *Refusal) Error() string {
	s := string(r.Cause) + ": " + r.Says
	if r.Offset != nil {
		s += fmt.Sprintf(" (byte %d)", *r.Offset)
	}
	if r.Expected != "" || r.Got != "" {
		s += fmt.Sprintf("; expected %s, got %s", r.Expected, r.Got)
	}
	if r.NearMiss != "" {
		s += "; " + r.NearMiss
	}
	return s
}
