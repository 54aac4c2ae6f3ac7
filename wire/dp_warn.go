package wire

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/onelan/onelan/onenet"
)

// DPWarnings says what in a message is legal, and stored, but was perhaps not meant.
// now is the time of receipt; with a zero now times are not looked at. Each kind of
// warning comes once.
func DPWarnings(points []onenet.Datapoint, now time.Time) []string {
	if len(points) == 0 {
		return []string{"the message holds no data point"}
	}
	var kinds, all []string
	for _, p := range points {
		for _, warn := range [...]func(onenet.Datapoint, time.Time) (kind, text string){warnShape, warnNumber, warnName, warnTime} {
			if kind, text := warn(p, now); text != "" && !slices.Contains(kinds, kind) {
				kinds, all = append(kinds, kind), append(all, text)
			}
		}
	}
	return all
}

// warnShape recognises the JSON of another type in a block of type 3, where any is legal.
func warnShape(p onenet.Datapoint, _ time.Time) (kind, text string) {
	switch {
	case p.Stream == "datastreams" && bytes.HasPrefix(p.Value, []byte(`[{`)):
		return "shape", `a stream called "datastreams" was stored: the JSON is that of type 1, the type byte says 3`
	case p.Stream == "ds_id" || p.Stream == "datapoints":
		return "shape", fmt.Sprintf("a stream called %q was stored: the type byte does not fit the JSON", p.Stream)
	case len(p.Value) > 0 && p.Value[0] == '{':
		if names := members(p.Value); len(names) > 0 && allTimes(names) {
			return "shape", fmt.Sprintf("the value of stream %q is an object of times: with type byte 04 each would be a point", p.Stream)
		}
	}
	return "", ""
}

func allTimes(names []member) bool {
	for _, m := range names {
		if _, ok := parseTime(m.name); !ok {
			return false
		}
	}
	return true
}

// warnNumber recognises numbers that went wrong on their way into the message.
func warnNumber(p onenet.Datapoint, _ time.Time) (kind, text string) {
	v := p.Value
	switch {
	case bytes.EqualFold(v, []byte(`"nan"`)) || bytes.EqualFold(v, []byte(`"inf"`)):
		return "nan", fmt.Sprintf("stream %q has the text %s for a value: the sensor gave no number", p.Stream, v)
	case len(v) < 24 && (bytes.Contains(v, []byte("e-3")) || bytes.Contains(v, []byte("e-4"))) && v[0] != '"':
		return "tiny", fmt.Sprintf("stream %q has the value %s: a float sent big-endian reads like this; type 7 is little-endian", p.Stream, v)
	case len(v) > 2 && v[0] == '"' && v[1] <= '9': // a digit, a sign or a point
		if _, ok := plainNumber(string(v[1 : len(v)-1])); ok {
			return "text number", fmt.Sprintf("stream %q has the number %s as a text: charts and triggers take numbers only", p.Stream, v)
		}
	}
	return "", ""
}

func warnName(p onenet.Datapoint, _ time.Time) (kind, text string) {
	if s := string(p.Stream); strings.TrimSpace(s) != s {
		return "name", fmt.Sprintf("the name of stream %q begins or ends with white space", s)
	}
	return "", ""
}

// warnTime recognises clocks that are wrong: OneNET stores any time, but the newest
// value is then not the one that came last (section 9, quirks 21 and 22).
func warnTime(p onenet.Datapoint, now time.Time) (kind, text string) {
	if now.IsZero() || p.At.IsZero() {
		return "", ""
	}
	late := now.Sub(p.At)
	at := FormatTime(p.At)
	switch off := (late - 8*time.Hour).Abs(); {
	case off < 10*time.Minute:
		return "time", fmt.Sprintf("stream %q has the time %s, 8 hours ago: UTC was sent where Beijing time belongs", p.Stream, at)
	case late < -10*time.Minute:
		return "time", fmt.Sprintf("stream %q has the time %s, which is still to come", p.Stream, at)
	case late > 365*24*time.Hour:
		return "time", fmt.Sprintf("stream %q has the time %s: the clock of the device was not set, or the time is fixed in its program", p.Stream, at)
	}
	return "", ""
}
