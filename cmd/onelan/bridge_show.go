package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/clipperhouse/displaywidth"

	"github.com/onelan/onelan/control/lab"
)

// presences are what the presences mean.
var presences = map[string]string{
	"follow": "follow: in the cloud while it is online here, and while its queue drains",
	"always": "always: in the cloud whether it is online here or not",
}

// showLink shows everything about one device.
func (a *app) showLink(to io.Writer, width int, b lab.Bridge, d lab.BridgeDevice) error {
	p := a.painter(a.stdout)
	rows := []pair{{"device", refOf(d).String() + ", " + hereText(d)}}
	if d.Mapped {
		rows = append(rows, linkRows(b, d)...)
	} else {
		rows = append(rows, pair{"state", "unmapped: it is not on the bridge; only its queue is left"})
	}
	rows = append(rows, bookRows(b, d)...)
	var out strings.Builder
	fields(&out, rows, p, width, func(name string) style {
		switch name {
		case "state":
			return linkLooks[linkState(d)]
		case "books":
			if !balances(d.Books) {
				return red
			}
		}
		return ""
	})
	if r := d.Trouble; r != nil {
		fmt.Fprintf(&out, "\n%s ", p.paint(red, "trouble:"))
		(&watcher{width: width}).text(&out, len("trouble: "), printable(r.Says)+timing(b, d))
		for _, f := range refusalFields(r) {
			fmt.Fprintf(&out, "  %s ", p.paint(dim, fmt.Sprintf("%-9s", f.name)))
			(&watcher{width: width}).text(&out, 12, printable(f.value))
		}
	}
	_, err := io.WriteString(to, out.String())
	return err
}

func hereText(d lab.BridgeDevice) string {
	if d.Here {
		return "online here"
	}
	return "offline here"
}

func linkRows(b lab.Bridge, d lab.BridgeDevice) []pair {
	c, u := d.Counts, d.Upstream
	proved := "never: the cloud has acknowledged nothing yet"
	if !d.Proved.IsZero() {
		proved = fmt.Sprintf("the cloud acknowledged a message %s ago (%s)", ago(b.At, d.Proved), when(d.Proved))
	}
	state := fmt.Sprintf("%s for %s", d.State, ago(b.At, d.Since))
	if d.Next.After(b.At) {
		state += ", next attempt in " + brief(d.Next.Sub(b.At))
	}
	return []pair{
		{"in the cloud", fmt.Sprintf("device %s of product %s, at %s", u.Device, u.Product, u.Addr)},
		{"presence", orElse(presences[d.Presence], d.Presence)},
		{"routes", routesText(b, d)},
		{"state", state},
		{"not allowed", strings.Join(d.Refused, ", ")},
		{"last proof", proved},
		{"rates", fmt.Sprintf("%s/s up, %s/s down over the last ten seconds", perSecond(c.UpRate), perSecond(c.DownRate))},
		{"logins", fmt.Sprintf("%d of %s; %d refused", c.Logins, count(c.Attempts, "attempt"), c.Refusals)},
		{"lost", fmt.Sprintf("%s; %d of them half-open; %d times a fight over the id", count(c.Lost, "connection"), c.HalfOpens, c.Evictions)},
		{"up", fmt.Sprintf("%d sent, %d acknowledged, %d under way; %d repeated", c.Sent, c.Acked, d.InFlight, c.Repeated)},
		{"down", fmt.Sprintf("%d received, %d not taken; %d copies dropped", c.Received, c.Failed, c.Suppressed)},
	}
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// routesText are all routes of a device.
func routesText(b lab.Bridge, d lab.BridgeDevice) string {
	all := []string{"up $dp", "up answers to the cloud's commands", "down commands"}
	return strings.Join(append(append(all, b.Topics...), d.Topics...), "; ")
}

func bookRows(b lab.Bridge, d lab.BridgeDevice) []pair {
	waiting := ""
	if d.Books.Waiting > 0 {
		waiting = fmt.Sprintf("%s, %s, the oldest for %s (%s)",
			count(d.Books.Waiting, "message"), bytesText(d.Books.Bytes), ago(b.At, d.Books.Oldest), when(d.Books.Oldest))
	}
	quarantine := ""
	if d.Books.Quarantined > 0 {
		quarantine = fmt.Sprintf("%s; onelan bridge inspect %s --dead says why", count(d.Books.Quarantined, "message"), refOf(d))
	}
	return []pair{{"books", equation(d.Books)}, {"waiting", waiting}, {"quarantine", quarantine}, {"dropped", dropReasons(d.Books)}}
}

// fields writes fields below each other, wrapped, without those that are empty.
func fields(b *strings.Builder, rows []pair, p painter, width int, look func(name string) style) {
	wide := 0
	for _, r := range rows {
		if r.value != "" {
			wide = max(wide, displaywidth.String(r.name))
		}
	}
	w := &watcher{width: width}
	for _, r := range rows {
		if r.value == "" {
			continue
		}
		var value strings.Builder
		w.text(&value, wide+2, printable(r.value))
		text, _ := strings.CutSuffix(value.String(), "\n")
		fmt.Fprintf(b, "%s%s  %s\n", p.paint(dim, r.name), spaces(wide-displaywidth.String(r.name)), p.paint(look(r.name), text))
	}
}
