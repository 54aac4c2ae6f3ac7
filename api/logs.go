package api

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

func (d *door) logRoutes() []route {
	return []route{{method: "GET", path: "/logs/{id}", do: d.logs}}
}

// mostLines is how many lines a log has: the newest.
const mostLines = 100

// logLine is one line of a device's log.
type logLine struct {
	At   string `json:"at"`
	Text string `json:"log"`
}

// logs is GET /logs/{id}: what the platform remembers of a device since t_start, oldest first, in lines such as the
// console of OneNET shows (reference, section 7). The form of the answer is ours: nobody wrote OneNET's down.
func (d *door) logs(ctx context.Context, c *call) (reply, error) {
	since, err := c.moment("t_start")
	if err != nil {
		return reply{}, err
	}
	dev, err := d.p.OpenDevice(ctx, c.access, c.device(), c.method())
	if err != nil {
		return reply{}, err
	}
	lines := []logLine{}
	for _, r := range d.recordsOf(dev.Ref(), since) {
		lines = append(lines, logLine{wire.FormatMillis(r.At), lineOf(r)})
	}
	lines = lines[max(len(lines)-mostLines, 0):]
	return envelope(wire.Envelope{Data: struct {
		Count int       `json:"count"`
		Lines []logLine `json:"logs"`
	}{len(lines), lines}})
}

// moment is a time, or seconds or milliseconds since 1970; absent or empty, it is zero.
func (c *call) moment(name string) (time.Time, error) {
	n, err := strconv.ParseInt(c.params[name], 10, 64)
	const milliseconds = 1e11 // seconds would be beyond the year 5000
	switch {
	case err != nil || n < 0:
		return c.time(name)
	case n > milliseconds:
		return time.UnixMilli(n), nil
	}
	return time.Unix(n, 0), nil
}

// recordsOf are the journal's records of a device since a moment.
func (d *door) recordsOf(ref onenet.DeviceRef, since time.Time) []*onenet.Record {
	const step = 1024
	var mine []*onenet.Record
	for after := uint64(0); ; {
		records, _ := d.p.Journal().Read(after, step)
		if len(records) == 0 {
			return mine
		}
		for _, r := range records {
			if r.Product == ref.Product && r.Device == ref.Device && !r.At.Before(since) {
				mine = append(mine, r)
			}
		}
		after = records[len(records)-1].Seq
	}
}

// lineOf is a record as a line of the log: protocol, what happened, to what, how it went.
func lineOf(r *onenet.Record) string {
	protocol := "mqtt"
	if r.Call != "" {
		protocol = "http"
	}
	return strings.Join(append([]string{protocol}, words(r)...), " ")
}

func words(r *onenet.Record) []string {
	switch r.Kind {
	case onenet.KindConnected:
		return []string{"login", r.Addr, "succ"}
	case onenet.KindDisconnected:
		return []string{"close", r.Text}
	case onenet.KindSubscribed:
		return []string{"subscribe", r.Topic, "succ"}
	case onenet.KindUnsubscribed:
		return []string{"unsubscribe", r.Topic, "succ"}
	case onenet.KindMessage:
		if r.Down {
			return []string{"svrpublish", r.Topic, fmt.Sprintf("%d bytes", r.Size)}
		}
		return []string{"publish", r.Topic, fmt.Sprintf("%d bytes", r.Size)}
	case onenet.KindData:
		return []string{"publish", or(r.Topic, r.Call), fmt.Sprintf("%d points", r.Count)}
	case onenet.KindCommand:
		return commandWords(r)
	case onenet.KindRefused, onenet.KindWarning:
		return []string{string(r.Kind), or(r.Topic, r.Call), r.Text}
	default:
		return []string{string(r.Kind), or(r.Topic, r.Text)}
	}
}

// commandWords tells a command on its way out (svrpublish) from its answer.
func commandWords(r *onenet.Record) []string {
	_, desc, _ := wire.CommandStatus(r.State)
	switch r.State {
	case onenet.CommandAnswered, onenet.CommandTooLarge:
		return []string{"publish", wire.ReplyTopic(r.Command), desc}
	default:
		return []string{"svrpublish", wire.CommandTopic(r.Command), desc}
	}
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
