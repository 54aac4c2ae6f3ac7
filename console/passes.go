package console

import (
	"crypto/rand"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

const (
	sessionCookie = "onelan_session"
	sessionFor    = 7 * 24 * time.Hour // since it was used last
	mostSessions  = 1000

	browserCookie = "onelan_browser"
	browserFor    = 30 * 24 * time.Hour // since it logged in last
	mostBrowsers  = 1000
)

// passes are what cookies prove something by: made-up texts that are remembered for a while after their last use. When there are
// too many, the one that was used longest ago goes.
type passes struct {
	clock clock.Clock
	keep  time.Duration
	most  int

	mu   sync.Mutex
	used map[string]time.Time // guarded by mu
}

func newPasses(c clock.Clock, keep time.Duration, most int) *passes {
	return &passes{clock: c, keep: keep, most: most, used: map[string]time.Time{}}
}

// issue makes a new one.
func (p *passes) issue() string {
	id := rand.Text()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sweepLocked()
	p.used[id] = p.clock.Now()
	return id
}

// sweepLocked forgets what is over, and makes room for one more.
func (p *passes) sweepLocked() {
	now, oldest := p.clock.Now(), ""
	for id, used := range p.used {
		if now.Sub(used) > p.keep {
			delete(p.used, id)
		} else if oldest == "" || used.Before(p.used[oldest]) {
			oldest = id
		}
	}
	if len(p.used) >= p.most {
		delete(p.used, oldest)
	}
}

// has tells whether it is one that holds.
func (p *passes) has(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hasLocked(id)
}

func (p *passes) hasLocked(id string) bool {
	used, is := p.used[id]
	return is && p.clock.Now().Sub(used) <= p.keep
}

// use tells so, too, and makes it hold from now on.
func (p *passes) use(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.hasLocked(id) {
		return false
	}
	p.used[id] = p.clock.Now()
	return true
}

// end makes it hold no longer.
func (p *passes) end(id string) {
	p.mu.Lock()
	delete(p.used, id)
	p.mu.Unlock()
}

// cookieOf is the text of a cookie; empty when there is none.
func cookieOf(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// passCookie carries a pass to the paths that it is for, and to no script and no form of another site.
func passCookie(r *http.Request, name, id, path string, keep time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: id, Path: path, MaxAge: int(keep.Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: overTLS(r),
	}
}

// overTLS tells whether a browser speaks TLS with a proxy in front of us, as that says: the console itself never does. Anybody may say
// so. Who says it falsely makes only his own browser keep the cookie to itself, so it is believed for this one purpose.
func overTLS(r *http.Request) bool {
	first, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Proto"), ",")
	return strings.EqualFold(strings.TrimSpace(first), "https")
}
