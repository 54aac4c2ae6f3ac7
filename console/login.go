package console

import (
	"math"
	"net/http"
	"net/url"
	"strconv"
)

type loginBody struct {
	To   string // where to go then
	Key  string // what went wrong; empty: nothing yet
	Wait int    // seconds
}

// admitted tells whether the visitor may see more than the door.
func (d *door) admitted(r *http.Request) bool { return d.lock == nil || d.lock.knows(r) }

// locked keeps everybody out who has not given the password, where there is one.
func (d *door) locked(next http.Handler) http.Handler {
	if d.lock == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		events, looks := r.URL.Path == "/live" || r.URL.Path == "/work", r.Method == http.MethodGet || r.Method == http.MethodHead
		switch {
		case d.lock.lets(r):
			next.ServeHTTP(w, r)
		case events && looks: // an open page asks until it is looked at: that is no line of the log each time
			http.Error(w, say(langOf(r), "error.login"), http.StatusUnauthorized)
		case looks:
			redirect{to: "/login?" + url.Values{"to": {r.URL.RequestURI()}}.Encode()}.write(d, w, r)
		default:
			d.refuse(w, r, &problem{status: http.StatusUnauthorized, key: "error.login"})
		}
	})
}

func (d *door) askPassword(r *http.Request) (reply, error) {
	to := localPath(r.URL.Query().Get("to"))
	if d.lock == nil || d.lock.knows(r) {
		return redirect{to: to}, nil
	}
	return page{name: "login", title: "login.title", body: loginBody{To: to}}, nil
}

func (d *door) login(w http.ResponseWriter, r *http.Request) {
	to := localPath(r.PostFormValue("to"))
	if d.lock == nil {
		redirect{to: to}.write(d, w, r)
		return
	}
	if err := wants(r, "password"); err != nil {
		d.refuse(w, r, err)
		return
	}
	v, err := d.lock.try(r.Context(), d.lock.guestOf(r), r.PostFormValue("password"))
	switch {
	case err != nil: // there is nobody to answer
		d.log.Info("login to the console not waited for", "addr", r.RemoteAddr)
	case v.ok:
		d.log.Info("logged in to the console", "addr", r.RemoteAddr)
		redirect{to, d.lock.admit(r)}.write(d, w, r)
	default:
		d.notLoggedIn(w, r, to, v)
	}
}

func (d *door) notLoggedIn(w http.ResponseWriter, r *http.Request, to string, v verdict) {
	p := page{name: "login", title: "login.title", status: http.StatusForbidden, body: loginBody{To: to, Key: v.key}}
	if v.wait <= 0 {
		d.log.Warn("wrong password for the console", "addr", r.RemoteAddr)
	} else {
		d.log.Warn("login to the console too soon", "addr", r.RemoteAddr)
		seconds := int(math.Ceil(v.wait.Seconds()))
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		p.status, p.body = http.StatusTooManyRequests, loginBody{to, v.key, seconds}
	}
	p.write(d, w, r)
}

// admit begins a session, and remembers that this browser knew the password.
func (l *lock) admit(r *http.Request) []*http.Cookie {
	browser := cookieOf(r, browserCookie)
	if !l.browsers.use(browser) {
		browser = l.browsers.issue()
	}
	return []*http.Cookie{
		passCookie(r, sessionCookie, l.sessions.issue(), "/", sessionFor),
		passCookie(r, browserCookie, browser, "/login", browserFor),
	}
}

func (d *door) logout(r *http.Request) (reply, error) {
	if d.lock != nil {
		d.lock.sessions.end(cookieOf(r, sessionCookie))
	}
	gone := passCookie(r, sessionCookie, "", "/", 0)
	gone.MaxAge = -1
	return redirect{to: "/login", cookies: []*http.Cookie{gone}}, nil
}
