package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

const (
	// gatherFor is how long records are gathered before a page is told: less than anybody sees, and long
	// enough that a thousand a second are ten batches.
	gatherFor = 80 * time.Millisecond
	// mostRows is how many rows a batch shows; of more, the newest are shown and the rest is counted.
	mostRows = 150
	// A flood is more than anybody reads: a batch of more than floodAt rows is told by its newest few, and the next one waits
	// longer, so that what is only looked at does not slow the broker.
	floodAt   = 2 * mostRows
	floodRows = 30
	floodFor  = 500 * time.Millisecond
)

// live tells a page what happens, by Server-Sent Events, until it goes: "rows" are rows of the list as HTML, "stir" names the
// kinds of records that came, so that the page looks again at what they concern, and "gap" says how many rows were left out; a page
// that pauses gets "count" instead, how many rows have come. The id of each is the newest
// record looked at: a page that comes back goes on behind it. Nobody waits for a page: while it is written to, the journal goes on.
func (d *door) live(w http.ResponseWriter, r *http.Request) {
	l := lively{d: d, c: choiceOf(r), lang: langOf(r), out: events{w: w, to: http.NewResponseController(w)}, in: func() bool { return d.admitted(r) }}
	l.rows, _ = strconv.Atoi(r.URL.Query().Get("rows")) // none: the page has no list
	l.paused = r.URL.Query().Has("paused")
	l.after = d.after(r)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	if r.Method == http.MethodHead {
		return
	}
	l.out.write("retry: 1000\nevent: hello\ndata: %s\nid: %d\n\n", d.boot, l.after)
	l.out.flush()
	for l.out.err == nil && r.Context().Err() == nil {
		l.turn(r.Context())
	}
}

// after is the record behind which a page goes on. The numbers of an earlier run are not ours: such a page gets all there is of
// this one. A number of the future means now.
func (d *door) after(r *http.Request) uint64 {
	last := d.p.Journal().Last()
	if boot := r.URL.Query().Get("boot"); boot != "" && boot != d.boot {
		return 0
	}
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		text = r.URL.Query().Get("after")
	}
	after, err := strconv.ParseUint(text, 10, 63)
	if err != nil || after > last {
		return last
	}
	return after
}

// lively is one page that is being told.
type lively struct {
	d      *door
	c      choice
	lang   lang
	rows   int  // how many the page's list keeps; 0: it has none
	paused bool // it only wants to know how many have come
	after  uint64
	out    events
	in     func() bool // the session still holds
}

// errOut ends the events of a session that was given up or has run out.
var errOut = errors.New("the session is over")

// turn waits for something to tell, and tells it.
func (l *lively) turn(ctx context.Context) {
	beat, cancel := context.WithTimeout(ctx, l.d.heartbeat)
	defer cancel()
	quiet := l.d.p.Journal().Wait(beat, l.after) != nil
	if !l.in() {
		l.out.err = errOut
		return
	}
	if quiet {
		l.out.write(": alive\n\n")
		l.out.flush()
		return
	}
	news := l.gather()
	if len(news.kinds) > 0 || news.lost > 0 {
		l.tell(news)
	}
	pause := gatherFor
	if news.flood {
		pause = floodFor
	}
	clock.Sleep(clock.System(), pause, ctx.Done()) // a reader's eyes: real time whatever the platform's clock shows
}

// news is what came since the last time.
type news struct {
	rows  []*onenet.Record // the newest that there is room for
	kinds []string
	left  int    // rows that were left out
	lost  uint64 // records that were gone before they could be read
	flood bool
}

// gather reads all that is there.
func (l *lively) gather() news {
	var n news
	for {
		list, lost := l.d.p.Journal().Read(l.after, 512)
		n.lost += lost
		for _, rec := range list {
			l.after = rec.Seq
			if l.c.wants(rec) {
				n.add(rec)
			}
		}
		if len(list) == 0 {
			break
		}
	}
	most := min(mostRows, l.rows)
	if n.flood = n.left+len(n.rows) > floodAt; n.flood {
		most = min(floodRows, l.rows)
	}
	if len(n.rows) > most {
		n.left += len(n.rows) - most
		n.rows = n.rows[len(n.rows)-most:]
	}
	return n
}

func (n *news) add(rec *onenet.Record) {
	if !slices.Contains(n.kinds, string(rec.Kind)) {
		n.kinds = append(n.kinds, string(rec.Kind))
	}
	n.rows = append(n.rows, rec)
	if len(n.rows) >= 2*mostRows { // a flood: the older half will not be shown
		n.left += mostRows
		n.rows = append(n.rows[:0], n.rows[mostRows:]...)
	}
}

func (l *lively) tell(n news) {
	if l.paused {
		l.out.event("count", l.after, strconv.FormatUint(uint64(n.left+len(n.rows))+n.lost, 10))
		l.out.flush()
		return
	}
	if l.rows > 0 {
		if left := uint64(n.left) + n.lost; left > 0 {
			l.out.event("gap", l.after, say(l.lang, "live.gap", left))
		}
		if len(n.rows) > 0 {
			l.out.event("rows", l.after, l.html(n.rows))
		}
	}
	l.out.event("stir", l.after, strings.Join(n.kinds, " "))
	l.out.flush()
}

// html is the rows as the page itself would show them, the newest first.
func (l *lively) html(list []*onenet.Record) string {
	var b bytes.Buffer
	for _, rec := range slices.Backward(list) {
		if err := l.d.pages().fragment(&b, l.lang, "row", l.d.rowOf(rec)); err != nil {
			l.d.log.Error("row not made", "seq", rec.Seq, "err", err)
		}
	}
	return b.String()
}

// events writes Server-Sent Events and remembers the first failure.
type events struct {
	w   http.ResponseWriter
	to  *http.ResponseController
	err error
}

// event writes one event. Its text may have lines; a carriage return would end one too.
func (s *events) event(name string, id uint64, text string) {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r", ""), "\n", "\ndata: ")
	s.write("event: %s\nid: %d\ndata: %s\n\n", name, id, text)
}

func (s *events) write(format string, args ...any) {
	if s.err == nil {
		_ = s.to.SetWriteDeadline(clock.System().Now().Add(stuckFor))
		_, s.err = fmt.Fprintf(s.w, format, args...)
	}
}

func (s *events) flush() {
	if s.err == nil {
		s.err = s.to.Flush()
	}
}
