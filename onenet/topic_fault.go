package onenet

import (
	"strings"
	"unicode/utf8"
)

// MaxTopicName is how long the name of a topic may be, in characters (reference, section 0).
const MaxTopicName = 1024

// TopicFault is why a topic or filter cannot be used.
type TopicFault string

// The faults, in the order in which they are looked for.
const (
	TopicOK       TopicFault = ""
	TopicEmpty    TopicFault = "empty"
	TopicNotUTF8  TopicFault = "not-utf8"
	TopicNUL      TopicFault = "nul"      // [MQTT-1.5.3-2]
	TopicTooLong  TopicFault = "too-long" // over MaxTopicName
	TopicDollar   TopicFault = "dollar"   // begins with $, which only the platform subscribes
	TopicWildcard TopicFault = "wildcard" // + or #, which OneNET does not know
)

// FaultOfTopic looks at what must hold for the text of any topic or filter.
func FaultOfTopic(topic string) TopicFault {
	switch {
	case topic == "":
		return TopicEmpty
	case !utf8.ValidString(topic):
		return TopicNotUTF8
	case strings.IndexByte(topic, 0) >= 0:
		return TopicNUL
	case len(topic) > MaxTopicName && utf8.RuneCountInString(topic) > MaxTopicName:
		return TopicTooLong
	}
	return TopicOK
}

// FaultOfFilter looks at a name that devices are to subscribe to: a filter of theirs, or an entry of the product's list
// of topics (reference, sections 2.1 and 2.2).
func FaultOfFilter(filter string) TopicFault {
	if f := FaultOfTopic(filter); f != TopicOK {
		return f
	}
	switch {
	case strings.HasPrefix(filter, "$"):
		return TopicDollar
	case strings.ContainsAny(filter, "+#"):
		return TopicWildcard
	}
	return TopicOK
}
