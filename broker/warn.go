package broker

import (
	"fmt"
	"strings"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// filterCause says why a filter cannot be subscribed; nothing when it can.
func filterCause(filter string) onenet.Cause {
	switch wire.CheckFilter(filter) {
	case wire.TopicOK:
		return ""
	case wire.TopicEmpty:
		return onenet.SubscribeEmpty
	case wire.TopicTooLong:
		return onenet.SubscribeLong
	case wire.TopicWildcard:
		return onenet.SubscribeWildcard
	case wire.TopicDollar:
		switch {
		case strings.HasPrefix(filter, "$creq"):
			return onenet.SubscribeCommand
		case strings.HasPrefix(filter, "$share/"):
			return onenet.SubscribeShared
		case newerPlatform(filter):
			return onenet.SubscribeThing
		}
		return onenet.SubscribeDollar
	default:
		return onenet.SubscribeTopic
	}
}

// newerPlatform recognises topics of the token platforms.
func newerPlatform(topic string) bool { return strings.HasPrefix(topic, "$sys/") }

// stray tells of a message to a $ topic on which the platform does nothing. Firmware
// survives it on the real platform, so it is acknowledged and warned of.
func (l *link) stray(in incoming, topic string, kind wire.TopicKind) {
	cause := onenet.PublishDollar
	switch {
	case wire.DPNearMiss(topic):
		cause = onenet.PublishDPTypo
	case strings.HasPrefix(topic, "$creq"):
		cause = onenet.PublishCommand
	case strings.HasPrefix(topic, "$crsp"):
		cause = onenet.CommandTopic
	case newerPlatform(topic):
		cause = onenet.PublishThing
	}
	l.warnOnce(topic, onenet.Refuse(cause).Want("$dp or $crsp/ and a command's id", fmt.Sprintf("%q (%s)", topic, kind)))
}

// warnUnheard tells of a message that nobody gets and that looks as if it were meant to be stored.
func (l *link) warnUnheard(topic string, payload []byte) {
	switch {
	case wire.DPNearMiss(topic):
		l.warnOnce(topic, onenet.Refuse(onenet.PublishDPTypo).Want(`"$dp"`, fmt.Sprintf("%q", topic)))
	case len(payload) > 1 && (payload[0] == '{' || payload[0] == '[') || len(payload) > 3 && payload[0] >= 1 && payload[0] <= 7:
		l.warnOnce(topic, onenet.Refuse(onenet.PublishData).Want("$dp", fmt.Sprintf("%q, which nobody subscribes", topic)))
	}
}

// maxWarned bounds the topics that one connection is warned of.
const maxWarned = 20

// warnOnce tells once per connection of each cause, topic and near miss.
func (l *link) warnOnce(topic string, r *onenet.Refusal) {
	key := string(r.Cause) + topic + r.NearMiss
	if _, told := l.warned[key]; told || len(l.warned) >= maxWarned {
		return
	}
	if l.warned == nil {
		l.warned = map[string]struct{}{}
	}
	l.warned[key] = struct{}{}
	l.broker.platform.Warn(l.session.ref, l.addr, topic, r)
}
