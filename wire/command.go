package wire

import (
	"strings"

	"github.com/onelan/onelan/onenet"
)

const (
	commandPrefix = "$creq/"
	replyPrefix   = "$crsp/"
)

// CommandIDSize is the length of every command id; clients count on it.
const CommandIDSize = 36

// KitCommandBody is the longest command that the STM32 kit understands: with a longer
// one the remaining length takes two bytes and the kit no longer finds the topic
// (section 4.1).
const KitCommandBody = 83

// commandRow is what the wire says of a state (section 4.3).
type commandRow struct {
	state  onenet.CommandState
	desc   string
	status int // HTTP status of /cmds/{uuid}/resp
}

// commandRows by status number. The reference has no HTTP status for 0, and no id by
// which to ask for such a command; 520 says the same.
var commandRows = [...]commandRow{
	{onenet.CommandNotOnline, "Device not online", 520},
	{onenet.CommandCreated, "command created", 220},
	{onenet.CommandSent, "Command Sent", 221},
	{onenet.CommandSendFailed, "Send Command Failed", 520},
	{onenet.CommandAnswered, "Command Response Received", 200},
	{onenet.CommandUnanswered, "Command Response Timeout", 432},
	{onenet.CommandTooLarge, "Command Response Too Large", 433},
}

// CommandStatus is the number of a state, 0 to 6, and the words for it in the answer to
// GET /cmds/{uuid}. ok is false for a state that there is not.
func CommandStatus(s onenet.CommandState) (status int, desc string, ok bool) {
	for i, row := range commandRows {
		if row.state == s {
			return i, row.desc, true
		}
	}
	return 0, "", false
}

// CommandHTTPStatus is the HTTP status of GET /cmds/{uuid}/resp, which is where that
// call says how far the command is; 500 for a state that there is not.
func CommandHTTPStatus(s onenet.CommandState) int {
	if i, _, ok := CommandStatus(s); ok {
		return commandRows[i].status
	}
	return 500
}

// CommandStateOf is the state of a status number.
func CommandStateOf(status int) (onenet.CommandState, bool) {
	if status < 0 || status >= len(commandRows) {
		return "", false
	}
	return commandRows[status].state, true
}

// CommandTopic is where a command goes to the device.
func CommandTopic(id onenet.CommandID) string { return commandPrefix + string(id) }

// ReplyTopic is where the device answers a command.
func ReplyTopic(id onenet.CommandID) string { return replyPrefix + string(id) }

// ParseReplyTopic gives the id of the command that a topic answers. It takes any text
// for an id: whether there is such a command is for the platform to say.
func ParseReplyTopic(topic string) (onenet.CommandID, bool) {
	id, ok := strings.CutPrefix(topic, replyPrefix)
	return onenet.CommandID(id), ok && id != ""
}

// IsCommandID tells whether s has the form of a command id: a lower-case UUID.
func IsCommandID(s string) bool {
	if len(s) != CommandIDSize {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case !isHex(c) || 'A' <= c && c <= 'F':
			return false
		}
	}
	return true
}

// ReplyNearMiss recognises a topic that was meant as the answer to a command and is
// none: "$creq/<id>", "/$crsp/<id>", "crsp/<id>", "$CRSP/<id>", "$crsp<id>". It gives the id.
func ReplyNearMiss(topic string) (onenet.CommandID, bool) {
	if id, ok := ParseReplyTopic(topic); ok && IsCommandID(string(id)) {
		return "", false
	}
	lower := strings.ToLower(topic)
	if !strings.Contains(lower, "crsp") && !strings.Contains(lower, "creq") {
		return "", false
	}
	for i := 0; i+CommandIDSize <= len(lower); i++ {
		if id := lower[i : i+CommandIDSize]; IsCommandID(id) {
			return onenet.CommandID(id), true
		}
	}
	return "", false
}
