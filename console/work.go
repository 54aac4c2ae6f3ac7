package console

import (
	"encoding/hex"
	"net/http"
	"sync"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

const (
	mostWorks   = 100
	keptFor     = time.Minute // a work that has ended or was never begun, for a page that asks late or early
	tokenDigits = 32          // hexadecimal ones
)

// works is the long work that pages wait for, each under a token that the page's script has made up: it goes with the form or the
// link, and the page asks by it how far the work is. Without a script there is no token and nothing is kept.
type works struct {
	clock clock.Clock // real time: it bounds what pages may take

	mu   sync.Mutex
	list map[string]*work // guarded by mu
}

// work is one long piece of work. Telling a nil one does nothing: no page asks for it.
type work struct {
	of *works

	begun   bool          // guarded by of.mu: somebody is at it, or was
	touched time.Time     // guarded by of.mu: when it was made, or has ended
	now     progress      // guarded by of.mu
	changed chan struct{} // guarded by of.mu: closed when now is another
}

// progress is how far a piece of work is.
type progress struct {
	Share float64 // from 0 to 1; unknown
	End   end
	Key   string // of words; empty: there is nothing to say
	Args  []any
}

// unknown is the share of work that nobody knows the size of.
const unknown = -1

// end is how a piece of work has ended; empty while it goes on.
type end string

const (
	endDone   end = "done"
	endFailed end = "failed" // the page that comes instead says why
	endCut    end = "cut"    // somebody stopped it, or it broke
)

func newWorks() *works { return &works{clock: clock.System(), list: map[string]*work{}} }

// tokenOf is the token that a form or a link brings. It stands in the address: the work begins before the body has been read.
func tokenOf(r *http.Request) string { return r.URL.Query().Get("work") }

// begin is called by whoever does the work. A token that is none, or that other work has already, gives nil.
func (s *works) begin(token string) *work {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.entryLocked(token)
	if w == nil || w.begun {
		return nil
	}
	w.begun = true
	return w
}

// watch is called for a page that waits. It may come before the work begins and shortly after it has ended; nil when the token is none.
func (s *works) watch(token string) *work {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.entryLocked(token)
}

// entryLocked is the work of a token, which may be new; nil when there is no room for it.
func (s *works) entryLocked(token string) *work {
	if w := s.list[token]; w != nil {
		return w
	}
	if _, err := hex.DecodeString(token); err != nil || len(token) != tokenDigits {
		return nil
	}
	s.sweepLocked()
	if len(s.list) >= mostWorks {
		return nil
	}
	w := &work{of: s, touched: s.clock.Now(), now: progress{Share: unknown}, changed: make(chan struct{})}
	s.list[token] = w
	return w
}

// sweepLocked forgets what nobody is at, nor will ask for.
func (s *works) sweepLocked() {
	now := s.clock.Now()
	for token, w := range s.list {
		if (!w.begun || w.now.End != "") && now.Sub(w.touched) > keptFor {
			delete(s.list, token)
		}
	}
}

// tell says how far the work is. After its end it is not heard.
func (w *work) tell(p progress) {
	if w == nil {
		return
	}
	w.of.mu.Lock()
	defer w.of.mu.Unlock()
	if w.now.End != "" {
		return
	}
	w.now = p
	if p.End != "" {
		w.touched = w.of.clock.Now()
	}
	close(w.changed)
	w.changed = make(chan struct{})
}

// look gives how far the work is, and what is closed when that is no longer true.
func (w *work) look() (progress, <-chan struct{}) {
	w.of.mu.Lock()
	defer w.of.mu.Unlock()
	return w.now, w.changed
}

// lives tells whether the work goes on or may still begin.
func (w *work) lives() bool {
	w.of.mu.Lock()
	defer w.of.mu.Unlock()
	return w.begun || w.of.clock.Now().Sub(w.touched) <= keptFor
}

// share is a part of a whole, which may not be known.
func share[T int | int64 | time.Duration](part, whole T) float64 {
	if whole <= 0 {
		return unknown
	}
	return min(max(float64(part)/float64(whole), 0), 1)
}
