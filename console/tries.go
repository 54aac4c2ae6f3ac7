package console

import (
	"net/http"
	"sync"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/peer"
)

const (
	mostFailed  = 10000           // of whom wrong passwords are remembered
	freeTries   = 5               // wrong passwords in a row; from then on each costs a wait
	longestWait = 5 * time.Minute // between two tries
)

// guest is who gives a password: a browser that has logged in before, or else an address. So whoever shares an address with others,
// behind a proxy or in a container's network, is not locked out by them.
type guest struct {
	name  string // under which wrong passwords are counted
	known bool   // it is a browser
}

func (l *lock) guestOf(r *http.Request) guest {
	if id := cookieOf(r, browserCookie); l.browsers.has(id) {
		return guest{"browser " + id, true}
	}
	return guest{sourceOf(r.RemoteAddr), false}
}

// sourceOf is what of an address one machine has for certain.
func sourceOf(remote string) string {
	if r := peer.Range(remote); r.IsValid() {
		return r.String()
	}
	return remote
}

// tries counts wrong passwords by who gave them, so that nobody can lock another out.
type tries struct {
	clock clock.Clock

	mu     sync.Mutex
	failed map[string]failed // guarded by mu: by a guest's name
}

// failed is who gave wrong passwords.
type failed struct {
	times int       // in a row
	next  time.Time // the next try; in the past for one who need not wait
}

func newTries(c clock.Clock) *tries { return &tries{clock: c, failed: map[string]failed{}} }

// wait is how long until a guest may try.
func (t *tries) wait(g guest) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	f, is := t.failed[g.name]
	if !is {
		return 0
	}
	return max(f.next.Sub(t.clock.Now()), 0)
}

// count takes note of a wrong password.
func (t *tries) count(g guest) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f, is := t.failed[g.name]
	if !is && len(t.failed) >= mostFailed {
		t.forgetOneLocked()
	}
	f.times++
	f.next = t.clock.Now()
	if over := f.times - freeTries; over >= 0 {
		f.next = f.next.Add(min(time.Second<<min(over, 20), longestWait))
	}
	t.failed[g.name] = f
}

// forgetOneLocked makes room. Whoever might try soonest goes first: many new addresses do not make one free that has to wait.
func (t *tries) forgetOneLocked() {
	var soonest string
	var at time.Time
	for name, f := range t.failed {
		if soonest == "" || f.next.Before(at) {
			soonest, at = name, f.next
		}
	}
	delete(t.failed, soonest)
}

// forgive begins anew with a guest who knew the password.
func (t *tries) forgive(g guest) {
	t.mu.Lock()
	delete(t.failed, g.name)
	t.mu.Unlock()
}
