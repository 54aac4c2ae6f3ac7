package control

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

// choice is which records a reader wants. What is empty is not asked for.
type choice struct {
	after   uint64
	limit   int
	kinds   []onenet.Kind
	product onenet.ProductID
	device  onenet.DeviceID
	topic   string
	command onenet.CommandID
	cause   string // of a refusal or a warning; "call." chooses all that begin so
	call    string // of the REST API; "GET " chooses all that begin so
	text    string // somewhere in what the record says, large or small letters alike
}

func choiceOf(q *query) choice {
	const usual, most = 100, 1000
	c := choice{
		after: q.number("after"), limit: q.count("limit"),
		product: onenet.ProductID(q.text("product")), device: onenet.DeviceID(q.text("device")),
		topic: q.text("topic"), command: onenet.CommandID(q.text("cmd")),
		cause: q.text("cause"), call: q.text("call"), text: strings.ToLower(q.text("text")),
	}
	if c.limit == 0 {
		c.limit = usual
	}
	c.limit = min(c.limit, most)
	for _, text := range q.values["kind"] {
		for kind := range strings.SplitSeq(text, ",") {
			if kind != "" {
				c.kinds = append(c.kinds, onenet.Kind(kind))
			}
		}
	}
	return c
}

func (c choice) wants(r *onenet.Record) bool {
	return (c.product == "" || c.product == r.Product) && (c.device == "" || c.device == r.Device) &&
		(len(c.kinds) == 0 || slices.Contains(c.kinds, r.Kind)) &&
		(c.topic == "" || c.topic == r.Topic) && (c.command == "" || c.command == r.Command) &&
		(c.cause == "" || r.Refusal != nil && begins(string(r.Refusal.Cause), c.cause)) &&
		(c.call == "" || begins(r.Call, c.call)) &&
		(c.text == "" || strings.Contains(strings.ToLower(r.Text), c.text))
}

// begins tells whether the text is the one asked for, or begins with it where it ends in a mark: "call." is all causes of calls,
// "GET /" all calls that read.
func begins(text, asked string) bool {
	return text == asked || strings.HasPrefix(text, asked) && strings.ContainsAny(asked[len(asked)-1:], "./ ")
}

// read gives the records that are there and moves c.after behind what it has seen.
func (c *choice) read(j *onenet.Journal) lab.JournalPage {
	const step = 256
	page := lab.JournalPage{Records: []lab.Record{}}
	if c.after > j.Last() { // a number of an earlier run of the server
		c.after = 0
	}
	for {
		records, lost := j.Read(c.after, step)
		page.Lost += lost
		if len(records) == 0 {
			c.after += lost
			page.Last = c.after
			return page
		}
		for _, r := range records {
			c.after = r.Seq
			if c.wants(r) {
				page.Records = append(page.Records, *r)
			}
			if len(page.Records) == c.limit {
				page.Last = c.after
				return page
			}
		}
	}
}

// journal answers with a page, or for a caller that wants events with a stream of them.
func (d *door) journal(w http.ResponseWriter, r *http.Request) {
	q := queryOf(r)
	c := choiceOf(q)
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		n, err := strconv.ParseUint(id, 10, 63)
		if err != nil {
			q.err = onenet.Invalid("Last-Event-ID", "want a number, got %q", id)
		}
		c.after = n
	}
	wait := q.wait("wait")
	switch {
	case q.err != nil:
		d.refuse(w, r, q.err)
	case strings.Contains(r.Header.Get("Accept"), "text/event-stream"):
		d.stream(w, r, c)
	default:
		ctx, cancel := context.WithTimeout(r.Context(), wait)
		defer cancel()
		writeJSON(w, http.StatusOK, d.page(ctx, c))
	}
}

// page reads once, and again until there is something or ctx ends.
func (d *door) page(ctx context.Context, c choice) lab.JournalPage {
	j := d.p.Journal()
	lost := uint64(0)
	for {
		page := c.read(j)
		lost += page.Lost
		if len(page.Records) > 0 || lost > 0 || j.Wait(ctx, c.after) != nil || ctx.Err() != nil {
			page.Lost = lost
			return page
		}
	}
}
