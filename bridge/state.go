package bridge

import (
	"time"

	"github.com/onelan/onelan/onenet"
)

// State is how a Link stands with the cloud.
type State string

// The states. Refused, evicted and half-open stay while the Link tries again, until the cloud has shown otherwise.
const (
	Idle       State = "idle"       // nobody wants it to be there
	Connecting State = "connecting" // on the way: waiting for its turn, dialling, logging in
	Online     State = "online"     // logged in
	Refused    State = "refused"    // the cloud has said no
	Evicted    State = "evicted"    // another client with this id keeps taking over
	HalfOpen   State = "half-open"  // the connection stood, and nobody was there
	Paused     State = "paused"     // somebody said so
)

// Status is a Link at one moment.
type Status struct {
	Ref      onenet.DeviceRef // the local device
	Upstream string           // address
	State    State
	Since    time.Time
	Linked   bool            // a login stands, whatever the state says
	Trouble  *onenet.Refusal // what went wrong last, in words; nil when nothing did since the last delivery
	At       time.Time       // when it went wrong
	Proved   time.Time       // the last acknowledgement of a message: more than a socket can prove
	Next     time.Time       // when the next attempt is due; zero when none is
	InFlight int             // messages that are sent and not acknowledged
	Refused  []string        // topics that the cloud does not let the device subscribe to
	Counts   Counts
}

// Counts is what a Link has done since it was made.
type Counts struct {
	Attempts  int // to connect
	Logins    int // that were accepted
	Refusals  int // that were not
	Lost      int // connections that ended without our will
	HalfOpens int // of those, found half-open
	Evictions int // times that a fight over the id was seen
	Sent      int // messages, repeated ones included
	Acked     int // messages that the cloud has acknowledged, or that went at QoS 0
	Repeated  int // messages sent again because their acknowledgement had not come: the most that can have arrived twice
	Received  int // messages from the cloud
	Failed    int // of those, not taken

	Quarantined int // messages that killed so many connections that the queue took them out of the way
}
