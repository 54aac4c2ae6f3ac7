package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/clipperhouse/displaywidth"

	"github.com/onelan/onelan/onenet"
)

// watcher writes records for people: one line each, and more below for a refusal.
type watcher struct {
	out   io.Writer
	paint painter
	width int // of the terminal; 0: nothing is wrapped
	day   string
	wide  int // of the widest device name so far, so that the columns settle
}

// newWatcher expects names as long as those of the legacy platform: 244754/527521926.
func newWatcher(out io.Writer, p painter, width int) *watcher {
	return &watcher{out: out, paint: p, width: width, wide: 16}
}

func (w *watcher) show(r onenet.Record) error {
	var b strings.Builder
	at := r.At.Local()
	if day := at.Format(time.DateOnly); day != w.day {
		w.day = day
		fmt.Fprintf(&b, "%s\n", w.paint.paint(dim, "-- "+day+" "+at.Format("-07:00")+" --"))
	}
	name := printable(deviceName(r))
	w.wide = min(max(w.wide, displaywidth.String(name)), 30)
	look := looks[r.Kind]
	if s, ok := linkLooks[r.Link]; ok && r.Kind == onenet.KindBridge {
		look.style = s
	}
	label := look.label
	if label == "" {
		label = printable(string(r.Kind))
	}
	fmt.Fprintf(&b, "%s  %s%s  %s  ", w.paint.paint(dim, at.Format(shortTime)), name,
		spaces(w.wide-displaywidth.String(name)), w.paint.paint(look.style, fmt.Sprintf("%-9s", label)))
	w.text(&b, len(shortTime)+len("    ")+w.wide+9+len("  "), story(r))
	w.reasons(&b, r.Refusal)
	_, err := io.WriteString(w.out, b.String())
	return err
}

// text writes a text that begins at a column, wrapped there where the terminal ends.
func (w *watcher) text(b *strings.Builder, column int, text string) {
	const most, least = 6, 30 // lines, columns
	lines := []string{text}
	if w.width > 0 {
		lines = wrap(text, max(w.width-column, least))
	}
	if len(lines) > most {
		lines = append(lines[:most-1], "…")
	}
	b.WriteString(strings.Join(lines, "\n"+spaces(column)) + "\n")
}

func spaces(n int) string { return strings.Repeat(" ", max(n, 0)) }

func deviceName(r onenet.Record) string {
	switch {
	case r.Product == "" && r.Device == "":
		return "-"
	case r.Product == "":
		return string(r.Device)
	case r.Device == "":
		return string(r.Product)
	default:
		return string(r.Product) + "/" + string(r.Device)
	}
}

// looks says how each kind of record is marked.
var looks = map[onenet.Kind]struct {
	style style
	label string
}{
	onenet.KindSystem:       {dim, "system"},
	onenet.KindConnected:    {green, "online"},
	onenet.KindDisconnected: {yellow, "offline"},
	onenet.KindRefused:      {red, "REFUSED"},
	onenet.KindSubscribed:   {blue, "subscribe"},
	onenet.KindUnsubscribed: {blue, "unsubscr."},
	onenet.KindMessage:      {blue, "message"},
	onenet.KindData:         {cyan, "data"},
	onenet.KindCommand:      {violet, "command"},
	onenet.KindDropped:      {red, "DROPPED"},
	onenet.KindTrigger:      {violet, "trigger"},
	onenet.KindBridge:       {violet, "bridge"},
	onenet.KindWarning:      {yellow, "warning"},
}

// story is a record in one line.
func story(r onenet.Record) string {
	switch r.Kind {
	case onenet.KindConnected, onenet.KindDisconnected:
		return joined(printable(r.Text), from(r))
	case onenet.KindRefused, onenet.KindWarning:
		if r.Refusal != nil {
			return joined(printable(r.Refusal.Says)+offset(r.Refusal), topicOf(r), callOf(r), from(r))
		}
	case onenet.KindData:
		return values(r)
	case onenet.KindCommand:
		return commandStory(r)
	case onenet.KindMessage, onenet.KindSubscribed, onenet.KindUnsubscribed:
		return messageStory(r)
	case onenet.KindDropped:
		return joined(count(r.Count, "message"), printable(r.Topic), printable(r.Text))
	case onenet.KindTrigger:
		if r.Trigger > 0 {
			return joined(fmt.Sprintf("#%d", r.Trigger), printable(r.Text), from(r))
		}
		return joined(printable(r.Text), from(r))
	case onenet.KindBridge:
		return bridgeStory(r)
	case onenet.KindSystem:
	}
	return joined(printable(r.Text), printable(r.Topic), callOf(r))
}

// joined puts what there is behind each other.
func joined(parts ...string) string {
	var there []string
	for _, p := range parts {
		if p != "" {
			there = append(there, p)
		}
	}
	return strings.Join(there, "  ")
}

// from is where the peer is.
func from(r onenet.Record) string {
	if r.Addr == "" {
		return ""
	}
	return "(" + printable(r.Addr) + ")"
}

// callOf is the call of the REST API that it came by.
func callOf(r onenet.Record) string {
	if r.Call == "" {
		return ""
	}
	return "(" + printable(r.Call) + ")"
}

func topicOf(r onenet.Record) string {
	switch {
	case r.Topic == "":
		return ""
	case r.Size == 0:
		return "(" + printable(r.Topic) + ")"
	default:
		return "(" + printable(r.Topic) + ", " + count(r.Size, "byte") + ")"
	}
}

func offset(r *onenet.Refusal) string {
	if r.Offset == nil {
		return ""
	}
	return fmt.Sprintf(" (byte %d)", *r.Offset)
}

// values are the data points of a message: temperature=25.5 humidity=60.
func values(r onenet.Record) string {
	var parts []string
	for _, p := range r.Points {
		part := printable(string(p.Stream)) + "=" + printable(string(p.Value))
		if past := r.At.Sub(p.At); past > time.Minute || past < -time.Minute {
			part += " @" + p.At.Local().Format("2006-01-02 15:04:05")
		}
		parts = append(parts, part)
	}
	if more := r.Count - len(r.Points); more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	if r.QoS > 0 {
		parts = append(parts, fmt.Sprintf("(QoS %d)", r.QoS))
	}
	return joined(strings.Join(parts, " "), callOf(r))
}

func messageStory(r onenet.Record) string {
	topic := printable(r.Topic)
	if r.Kind == onenet.KindMessage {
		topic += "  " + shown(r.Payload)
		if r.Size > len(r.Payload) {
			topic += fmt.Sprintf("… (%d bytes)", r.Size)
		}
	}
	qos := fmt.Sprintf("(QoS %d)", r.QoS)
	if r.Call != "" { // which has none
		qos = callOf(r)
	}
	return joined(topic, qos, printable(r.Text))
}

// bridgeStory tells what became of a link, or of messages on their way to the cloud or back.
func bridgeStory(r onenet.Record) string {
	if r.Refusal != nil {
		return joined("link "+printable(r.Link), printable(r.Refusal.Says), from(r))
	}
	points := ""
	if len(r.Points) > 0 {
		points = values(onenet.Record{At: r.At, Points: r.Points, Count: r.Count})
	}
	return joined(printable(r.Text), topicOf(r), points, from(r))
}

// commandStory tells a command's state, and what was sent or answered.
func commandStory(r onenet.Record) string {
	arrow := "->"
	if r.State == onenet.CommandAnswered || r.State == onenet.CommandTooLarge {
		arrow = "<-"
	}
	body := shown(r.Payload)
	if body == "" {
		body = "(empty)"
	}
	if r.Size > len(r.Payload) {
		body += fmt.Sprintf("… (%d bytes)", r.Size)
	}
	id := printable(string(r.Command))
	if len(id) > 8 {
		id = id[:8]
	}
	return joined(fmt.Sprintf("%s %-10s", arrow, printable(string(r.State))), body, "#"+id, printable(r.Text))
}

// reasons writes the fields of a refusal below its line.
func (w *watcher) reasons(b *strings.Builder, r *onenet.Refusal) {
	if r == nil {
		return
	}
	const margin = 14 // below the name of the device
	for _, f := range refusalFields(r) {
		fmt.Fprintf(b, "%s%s ", spaces(margin), w.paint.paint(dim, fmt.Sprintf("%-9s", f.name)))
		w.text(b, margin+10, printable(f.value))
	}
}

// refusalFields are what a refusal tells beyond what happened.
func refusalFields(r *onenet.Refusal) []pair {
	all := []pair{
		{"expected", r.Expected},
		{"got", r.Got},
		{"likely", r.NearMiss},
		{"fix", r.Fix},
		{"cause", string(r.Cause) + ", " + r.Ref},
	}
	var list []pair
	for _, f := range all {
		if f.value != "" {
			list = append(list, f)
		}
	}
	return list
}
