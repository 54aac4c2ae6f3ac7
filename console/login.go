package console

import (
	"math"
	"net"
	"net/http"
	"net/url"
)

type loginBody struct {
	To   string // where to go then
	Key  string // what went wrong; empty: nothing yet
	Wait int    // seconds
}

// locked keeps everybody out who has not given the password, where there is one.
func (d *door) locked(next http.Handler) http.Handler {
	if d.lock == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case d.lock.knows(r):
			next.ServeHTTP(w, r)
		case r.Method == http.MethodGet && r.URL.Path != "/live":
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
	const longest = 16 << 10 // bytes of the form
	r.Body = http.MaxBytesReader(w, r.Body, longest)
	to := localPath(r.PostFormValue("to"))
	if d.lock == nil {
		redirect{to: to}.write(d, w, r)
		return
	}
	ok, wait := d.lock.try(addrOf(r), r.PostFormValue("password"))
	switch {
	case ok:
		d.log.Info("logged in to the console", "addr", r.RemoteAddr)
		redirect{to, []*http.Cookie{{
			Name: sessionCookie, Value: d.lock.admit(), Path: "/", MaxAge: int(sessionFor.Seconds()), HttpOnly: true,
			SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil,
		}}}.write(d, w, r)
	case wait > 0:
		d.log.Warn("login to the console too soon", "addr", r.RemoteAddr)
		page{
			name: "login", title: "login.title", status: http.StatusTooManyRequests,
			body: loginBody{to, "login.wait", int(math.Ceil(wait.Seconds()))},
		}.write(d, w, r)
	default:
		d.log.Warn("wrong password for the console", "addr", r.RemoteAddr)
		page{name: "login", title: "login.title", status: http.StatusForbidden, body: loginBody{To: to, Key: "login.wrong"}}.write(d, w, r)
	}
}

func (d *door) logout(r *http.Request) (reply, error) {
	if d.lock != nil {
		d.lock.forget(r)
	}
	return redirect{to: "/login", cookies: []*http.Cookie{{Name: sessionCookie, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode}}}, nil
}

// addrOf is where a request comes from, without the port.
func addrOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
