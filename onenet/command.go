package onenet

import "time"

// CommandState is how far a command has come. The numbers that the wire gives
// them are in package wire.
type CommandState string

// The states of a command, in the words of the reference, section 4.3.
const (
	CommandNotOnline  CommandState = "not-online"  // the device was away and the command had no timeout to wait
	CommandCreated    CommandState = "created"     // accepted, waiting for the device
	CommandSent       CommandState = "sent"        // written to the device, no answer yet
	CommandSendFailed CommandState = "send-failed" // could not be written, or its time ran out before the device came
	CommandAnswered   CommandState = "answered"    // the device answered; a later answer replaces the first
	CommandUnanswered CommandState = "unanswered"  // no answer inside the window; one that comes later still counts
	CommandTooLarge   CommandState = "too-large"   // the answer was over 64 KiB and was not kept
)

// Command is a request to a device (命令, cmd_uuid).
type Command struct {
	ID         CommandID
	Product    ProductID
	Device     DeviceID
	Body       []byte // exactly what the caller gave, at most 65535 bytes
	Confirm    bool   // qos=1: sent again at every login until answered or expired
	Upstream   bool   // it came from the real OneNET by way of the bridge, and there its answer goes
	State      CommandState
	CreatedAt  time.Time
	ExpiresAt  time.Time // end of the offline cache; equal to CreatedAt when timeout was 0
	SentAt     time.Time // newest sending; zero before
	AnsweredAt time.Time // newest answer; zero before
	Answer     []byte    // nil before the answer; an empty answer is not nil
	Rev        int       // rises with each change: a store ignores a revision older than what it has
}

// Ref names the device the command is for.
func (c Command) Ref() DeviceRef { return DeviceRef{c.Product, c.Device} }

// sendGrace is how long a command without a timeout may stand at Created: the
// time between its commit and its writing.
const sendGrace = 10 * time.Second

// As is the command as it stands now: what ends by the passing of time has ended,
// even if nobody was running to see it. A window of 0 never ends.
func (c Command) As(now time.Time, window time.Duration) Command {
	switch {
	case c.State == CommandCreated && !now.Before(c.ExpiresAt.Add(sendGrace)):
		c.State = CommandSendFailed
	case c.State == CommandSent && window > 0 && !now.Before(c.SentAt.Add(window)):
		c.State = CommandUnanswered
	}
	return c
}

// Waiting tells whether the command is still to be sent at the device's next
// login: never sent yet, or wanting an answer (Confirm) that has not come.
func (c Command) Waiting(now time.Time) bool {
	if !now.Before(c.ExpiresAt) {
		return false
	}
	switch c.State {
	case CommandCreated:
		return true
	case CommandSent, CommandUnanswered, CommandSendFailed:
		return c.Confirm
	default:
		return false
	}
}

// CommandQuery asks for commands of one device.
type CommandQuery struct {
	Ref     DeviceRef
	Start   time.Time      // by CreatedAt, inclusive; zero means from the first
	End     time.Time      // inclusive; zero means to the last
	States  []CommandState // none means all
	Waiting time.Time      // when set: only those for which Waiting(this) is true
	Desc    bool           // newest first
	Offset  int
	Limit   int // 0 means all
}
