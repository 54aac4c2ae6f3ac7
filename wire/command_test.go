package wire_test

import (
	"strings"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

const uuid = "3f0c9b1e-5a77-5d2c-9e41-0b8d6a1f2c33"

func TestCommandStatesHaveNumberTextAndHTTPStatus(t *testing.T) {
	t.Parallel()
	for i, tt := range []struct {
		state onenet.CommandState
		desc  string
		http  int
	}{
		{onenet.CommandNotOnline, "Device not online", 520},
		{onenet.CommandCreated, "command created", 220},
		{onenet.CommandSent, "Command Sent", 221},
		{onenet.CommandSendFailed, "Send Command Failed", 520},
		{onenet.CommandAnswered, "Command Response Received", 200},
		{onenet.CommandUnanswered, "Command Response Timeout", 432},
		{onenet.CommandTooLarge, "Command Response Too Large", 433},
	} {
		status, desc, ok := wire.CommandStatus(tt.state)
		if status != i || desc != tt.desc || !ok || wire.CommandHTTPStatus(tt.state) != tt.http {
			t.Errorf("%s: %d %q %t, HTTP %d; want %+v", tt.state, status, desc, ok, wire.CommandHTTPStatus(tt.state), tt)
		}
		if back, ok := wire.CommandStateOf(i); back != tt.state || !ok {
			t.Errorf("status %d is %s", i, back)
		}
	}
	if _, _, ok := wire.CommandStatus("?"); ok || wire.CommandHTTPStatus("?") != 500 {
		t.Error("a state that there is not has a status")
	}
	for _, status := range []int{-1, 7} {
		if s, ok := wire.CommandStateOf(status); ok {
			t.Errorf("status %d is %s", status, s)
		}
	}
}

func TestCommandTopicsCarryTheID(t *testing.T) {
	t.Parallel()
	if got := wire.CommandTopic(uuid); got != "$creq/"+uuid || len(got) != 42 {
		t.Errorf("command topic %q", got)
	}
	if id, ok := wire.ParseReplyTopic(wire.ReplyTopic(uuid)); id != uuid || !ok {
		t.Errorf("reply topic gives %q", id)
	}
	for _, topic := range []string{"", "$crsp", "$crsp/", "$creq/" + uuid, "/$crsp/" + uuid} {
		if id, ok := wire.ParseReplyTopic(topic); ok {
			t.Errorf("%q answers %q", topic, id)
		}
	}
}

func TestCommandIDIsALowerCaseUUID(t *testing.T) {
	t.Parallel()
	if !wire.IsCommandID(uuid) {
		t.Error("a UUID is no command id")
	}
	for _, s := range []string{"", strings.ToUpper(uuid), uuid[1:], uuid + "0", strings.ReplaceAll(uuid, "-", "0"), strings.Replace(uuid, "f", "g", 1)} {
		if wire.IsCommandID(s) {
			t.Errorf("%q is a command id", s)
		}
	}
}

func TestReplyNearMissesAreRecognised(t *testing.T) {
	t.Parallel()
	for _, topic := range []string{
		"$creq/" + uuid, "/$crsp/" + uuid, "crsp/" + uuid, "$CRSP/" + uuid, "$crsp" + uuid,
		"$crsp/" + uuid + "\x00", "$crsp/$creq/" + uuid, "$crsp/" + strings.ToUpper(uuid),
	} {
		if id, ok := wire.ReplyNearMiss(topic); !ok || id != uuid {
			t.Errorf("%q gives %q, %t", topic, id, ok)
		}
	}
	for _, topic := range []string{"$crsp/" + uuid, "$crsp/1", "room/" + uuid, "$dp", ""} {
		if id, ok := wire.ReplyNearMiss(topic); ok {
			t.Errorf("%q gives %q", topic, id)
		}
	}
}
