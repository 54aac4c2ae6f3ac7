package wire

import (
	"strings"
	"unicode"

	"github.com/onelan/onelan/onenet"
)

// MaxTopic is how many characters a topic may have (section 0).
const MaxTopic = onenet.MaxTopicName

// DPTopic is where data points go.
const DPTopic = "$dp"

// TopicKind is what a topic is for (section 2.1).
type TopicKind string

// The kinds of topics.
const (
	TopicDP       TopicKind = "data"         // $dp
	TopicReply    TopicKind = "reply"        // $crsp/{id}
	TopicCommand  TopicKind = "command"      // $creq/{id}, the platform's only
	TopicReserved TopicKind = "reserved"     // any other $…
	TopicPoint    TopicKind = "notification" // /{device}/{stream}
	TopicCustom   TopicKind = "custom"       // the product's own
)

// TopicClass is a topic's kind and the names in it.
type TopicClass struct {
	Kind    TopicKind
	Command onenet.CommandID // TopicReply, TopicCommand
	Device  onenet.DeviceID  // TopicPoint
	Stream  onenet.StreamID  // TopicPoint; may have slashes of its own
}

// ClassifyTopic tells what a topic is for, by its form alone: a custom topic may look
// like a notification, and whether it is one depends on whether there is such a device.
func ClassifyTopic(topic string) TopicClass {
	if topic == DPTopic {
		return TopicClass{Kind: TopicDP}
	}
	if id, ok := ParseReplyTopic(topic); ok {
		return TopicClass{Kind: TopicReply, Command: id}
	}
	if id, ok := strings.CutPrefix(topic, commandPrefix); ok && id != "" {
		return TopicClass{Kind: TopicCommand, Command: onenet.CommandID(id)}
	}
	if strings.HasPrefix(topic, "$") {
		return TopicClass{Kind: TopicReserved}
	}
	if rest, ok := strings.CutPrefix(topic, "/"); ok {
		if dev, stream, ok := strings.Cut(rest, "/"); ok && dev != "" && stream != "" {
			return TopicClass{Kind: TopicPoint, Device: onenet.DeviceID(dev), Stream: onenet.StreamID(stream)}
		}
	}
	return TopicClass{Kind: TopicCustom}
}

// PointTopic is where the points of a stream are told to other devices (section 2.5).
func PointTopic(dev onenet.DeviceID, stream onenet.StreamID) string {
	return "/" + string(dev) + "/" + string(stream)
}

// TopicFault is why a topic or filter cannot be used; the rules are the platform's.
type TopicFault = onenet.TopicFault

// The faults.
const (
	TopicOK       = onenet.TopicOK
	TopicEmpty    = onenet.TopicEmpty
	TopicNotUTF8  = onenet.TopicNotUTF8
	TopicNUL      = onenet.TopicNUL
	TopicTooLong  = onenet.TopicTooLong
	TopicDollar   = onenet.TopicDollar
	TopicWildcard = onenet.TopicWildcard
)

// CheckTopic looks at the topic of a PUBLISH or a will: what cannot stand there in any
// MQTT, or is too long. That a $ topic is reserved is for ClassifyTopic to say.
func CheckTopic(topic string) TopicFault {
	if f := onenet.FaultOfTopic(topic); f != TopicOK {
		return f
	}
	if strings.ContainsAny(topic, "+#") { // [MQTT-3.3.2-2]
		return TopicWildcard
	}
	return TopicOK
}

// CheckFilter looks at a filter of a SUBSCRIBE (section 2.2). Whatever is wrong with
// it, the connection stays.
func CheckFilter(filter string) TopicFault { return onenet.FaultOfFilter(filter) }

// DPNearMiss recognises a topic that was meant as $dp and is another: "dp", "/dp",
// "$dp/", "$DP", "dp ", "＄dp". What is published there is forwarded, not stored.
func DPNearMiss(topic string) bool {
	if topic == DPTopic || len(topic) > 4*len(DPTopic)+8 {
		return false
	}
	narrow := strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' { // full-width forms lie 0xFEE0 above ASCII
			r -= '！' - '!'
		}
		return unicode.ToLower(r)
	}, topic)
	core := strings.TrimFunc(narrow, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) // white space, quotes, slashes, $, control characters
	})
	return core == "dp"
}
