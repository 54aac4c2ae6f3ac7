package bridge

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/onelan/onelan/onenet"
)

// Direction says which way a topic goes.
type Direction string

// The directions.
const (
	Up   Direction = "up"   // from here to the cloud
	Down Direction = "down" // from the cloud to the device
	Both Direction = "both"
)

// Route is a topic that goes over the bridge besides $dp and commands. Its text is
//
//	up|down|both TOPIC [-> CLOUD-TOPIC] [qos 0|1]
//
// where {device} stands for the device's id, on the left the local one and on the right that of the cloud. A topic with
// blanks or quotation marks stands in quotation marks, and then \ begins the escapes of Go's strings.
type Route struct {
	Direction Direction
	Local     string
	Cloud     string // as Local when the text names none
	QoS       byte   // at most, 0 or 1; 1 when the text names none
}

// The words of a route's text.
const (
	arrow   = "->"
	qosWord = "qos"
)

const routeForm = "want up|down|both TOPIC [-> CLOUD-TOPIC] [qos 0|1]"

// ParseRoute reads the text of a route. What it reads is written as well by String.
func ParseRoute(text string) (Route, error) {
	words, err := splitRoute(text)
	if err != nil {
		return Route{}, err
	}
	if len(words) < 2 {
		return Route{}, errors.New(routeForm)
	}
	r := Route{Direction: Direction(words[0].text), Local: words[1].text, Cloud: words[1].text, QoS: 1}
	rest := words[2:]
	if len(rest) > 1 && rest[0].is(arrow) {
		r.Cloud, rest = rest[1].text, rest[2:]
		if r.Cloud == "" {
			return Route{}, errors.New("the cloud's topic is empty")
		}
	}
	if len(rest) > 1 && rest[0].is(qosWord) {
		if r.QoS, err = parseQoS(rest[1].text); err != nil {
			return Route{}, err
		}
		rest = rest[2:]
	}
	if len(rest) > 0 {
		return Route{}, fmt.Errorf("%s, got %q after the topic", routeForm, rest[0].text)
	}
	return r, r.check()
}

func parseQoS(text string) (byte, error) {
	switch text {
	case "0":
		return 0, nil
	case "1":
		return 1, nil
	}
	return 0, fmt.Errorf("QoS %q: want 0 or 1, which is at least once: a queue cannot give more", text)
}

// check says everything that is wrong with a route by itself.
func (r Route) check() error {
	var faults []error
	switch r.Direction {
	case Up, Down, Both:
	default:
		faults = append(faults, fmt.Errorf("direction %q: want up, down or both", r.Direction))
	}
	faults = append(faults, checkRouted(r.Local))
	if r.Cloud != "" && r.Cloud != r.Local {
		faults = append(faults, checkRouted(r.Cloud))
	}
	if r.QoS > 1 {
		faults = append(faults, fmt.Errorf("QoS %d: want 0 or 1", r.QoS))
	}
	return errors.Join(faults...)
}

// checkRouted says why a topic cannot be one of a route.
func checkRouted(topic string) error {
	switch onenet.FaultOfFilter(topic) {
	case onenet.TopicOK:
		return nil
	case onenet.TopicEmpty:
		return errors.New("the topic is empty")
	case onenet.TopicDollar:
		return fmt.Errorf("topic %q: $dp, commands and answers go over the bridge by themselves, and other topics with $ are the platform's own", topic)
	case onenet.TopicWildcard:
		return fmt.Errorf("topic %q: OneNET knows no wildcards; name each topic", topic)
	case onenet.TopicTooLong:
		return fmt.Errorf("topic of %d characters: want at most %d", utf8.RuneCountInString(topic), onenet.MaxTopicName)
	default:
		return fmt.Errorf("topic %q: want UTF-8 without NUL", topic)
	}
}

// String is the text that ParseRoute reads.
func (r Route) String() string {
	text := string(r.Direction) + " " + quoteTopic(r.Local)
	if r.Cloud != "" && r.Cloud != r.Local {
		text += " " + arrow + " " + quoteTopic(r.Cloud)
	}
	if r.QoS != 1 {
		text += " " + qosWord + " " + strconv.Itoa(int(r.QoS))
	}
	return text
}

// quoteTopic is a topic as the text of a route has it.
func quoteTopic(topic string) string {
	odd := func(c rune) bool {
		return !unicode.IsGraphic(c) || unicode.IsSpace(c) || c == '"' || c == utf8.RuneError
	}
	if topic == "" || topic == arrow || topic == qosWord || strings.ContainsFunc(topic, odd) {
		return strconv.Quote(topic)
	}
	return topic
}

// routeWord is a word of a route's text.
type routeWord struct {
	text   string
	quoted bool // then it is a topic whatever it says
}

func (w routeWord) is(keyword string) bool { return !w.quoted && w.text == keyword }

func splitRoute(text string) (words []routeWord, err error) {
	for {
		if text = strings.TrimLeftFunc(text, unicode.IsSpace); text == "" {
			return words, nil
		}
		var w routeWord
		if w, text, err = cutWord(text); err != nil {
			return nil, err
		}
		words = append(words, w)
	}
}

// cutWord takes the first word off a text that begins with one.
func cutWord(text string) (w routeWord, rest string, err error) {
	if text[0] != '"' {
		end := strings.IndexFunc(text, unicode.IsSpace)
		if end < 0 {
			end = len(text)
		}
		return routeWord{text: text[:end]}, text[end:], nil
	}
	raw, err := strconv.QuotedPrefix(text)
	if err != nil {
		return w, "", fmt.Errorf("%s: the quotation mark before it is never closed", text)
	}
	rest = text[len(raw):]
	if first, _ := utf8.DecodeRuneInString(rest); rest != "" && !unicode.IsSpace(first) {
		return w, "", fmt.Errorf("%s: a blank is missing behind the quotation mark", text)
	}
	w.text, err = strconv.Unquote(raw)
	w.quoted = true
	return w, rest, err
}
