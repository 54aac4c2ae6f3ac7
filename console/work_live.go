package console

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// tellEvery is how often a page hears of its work: often enough that a bar moves.
const tellEvery = 150 * time.Millisecond

// told is an event of /work, as the script gets it.
type told struct {
	Share float64 `json:"share"` // below 0: unknown
	Text  string  `json:"text"`
	End   end     `json:"end,omitempty"`
}

// workEvents tells a page by Server-Sent Events how far the work is that it waits for, until that has ended.
func (d *door) workEvents(w http.ResponseWriter, r *http.Request) {
	job := d.works.watch(r.URL.Query().Get("id"))
	if job == nil {
		d.refuse(w, r, &problem{status: http.StatusNotFound, key: "error.page"})
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	if r.Method == http.MethodHead {
		return
	}
	out, l := events{w: w, to: http.NewResponseController(w)}, langOf(r)
	out.write("retry: 1000\n\n")
	for out.err == nil && r.Context().Err() == nil && d.admitted(r) {
		now, changed := job.look()
		out.progress(l, now)
		if now.End != "" {
			return
		}
		if !d.changes(r.Context(), changed) && !job.lives() {
			out.progress(l, progress{Share: unknown, End: endFailed})
			return
		}
		clock.Sleep(clock.System(), tellEvery, r.Context().Done()) // a reader's eyes: real time whatever the platform's clock shows
	}
}

// changes waits until something has changed; false when for a while nothing has.
func (d *door) changes(ctx context.Context, changed <-chan struct{}) bool {
	beat, cancel := context.WithTimeout(ctx, d.heartbeat)
	defer cancel()
	select {
	case <-changed:
		return true
	case <-beat.Done():
		return false
	}
}

func (s *events) progress(l lang, p progress) {
	t := told{Share: p.Share, End: p.End}
	if p.Key != "" {
		t.Text = say(l, p.Key, p.Args...)
	}
	text, err := json.Marshal(t)
	if err != nil {
		s.err = err
		return
	}
	s.write("event: work\ndata: %s\n\n", text)
	s.flush()
}
