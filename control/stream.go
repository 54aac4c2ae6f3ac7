package control

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/internal/clock"
)

// stuckFor is how long a live reader may take nothing off the wire before it is let
// go. It comes back by itself with the number of the last record it saw.
const stuckFor = time.Minute

// stream sends records as Server-Sent Events until the caller goes. Nobody waits
// for it: while it writes, the journal goes on, and what the ring lost meanwhile it is told.
func (d *door) stream(w http.ResponseWriter, r *http.Request, c choice) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	s := events{w: w, to: http.NewResponseController(w)}
	c.limit = 256 // between two flushes
	beat, cancel := context.WithTimeout(r.Context(), d.heartbeat)
	for s.flush(); s.err == nil && r.Context().Err() == nil; {
		page := c.read(d.p.Journal())
		switch {
		case len(page.Records) > 0 || page.Lost > 0:
			s.page(page, d.p.Clock().Now())
		case beat.Err() != nil:
			s.alive(c.after)
		default:
			_ = d.p.Journal().Wait(beat, c.after) // either end of it: the loop looks again
			continue
		}
		cancel()
		beat, cancel = context.WithTimeout(r.Context(), d.heartbeat)
	}
	cancel()
}

// events writes Server-Sent Events and remembers the first failure.
type events struct {
	w   http.ResponseWriter
	to  *http.ResponseController
	err error
}

func (s *events) page(page lab.JournalPage, now time.Time) {
	if page.Lost > 0 {
		s.event("lost", lab.Lost{Lost: page.Lost, At: now})
	}
	for i := range page.Records {
		s.write("id: %d\n", page.Records[i].Seq)
		s.event("record", &page.Records[i])
	}
	s.flush()
}

func (s *events) event(name string, data any) {
	text, err := json.Marshal(data)
	if err != nil {
		s.err = err
		return
	}
	s.write("event: %s\ndata: %s\n\n", name, text)
}

// alive keeps the connection open. It moves the reader's number on too: records
// it does not want are not lost to it when it comes back.
func (s *events) alive(id uint64) {
	s.write(": alive\nid: %d\n\n", id)
	s.flush()
}

func (s *events) write(format string, args ...any) {
	if s.err != nil {
		return
	}
	// The deadline is the socket's, so it is the system's time whatever the platform's clock shows. A
	// writer without deadlines (a test's recorder) does without.
	_ = s.to.SetWriteDeadline(clock.System().Now().Add(stuckFor))
	_, s.err = fmt.Fprintf(s.w, format, args...)
}

func (s *events) flush() {
	if s.err == nil {
		s.err = s.to.Flush()
	}
}
