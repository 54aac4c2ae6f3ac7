package console_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/onenet"
)

const secret = "correct horse battery"

func TestWithAPasswordNothingIsShownBeforeIt(t *testing.T) {
	t.Parallel()
	hash, err := console.HashPassword(secret)
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(c *console.Config) { c.Password = hash })
	for _, path := range append(everyPage(r.Demo(t)), "/device/points.csv?product=244754&device=527521926", "/no-such-page") {
		got := r.call(t, http.MethodGet, path, "")
		if got.path != "/login" || strings.Contains(got.text, "esp32-led") || strings.Contains(got.text, "ESP32") {
			t.Errorf("%s leads to %s\n%s", path, got.path, got.text)
		}
	}
	if status, _ := r.post(t, "/reset", url.Values{}); status != http.StatusUnauthorized {
		t.Errorf("reset without the password: HTTP %d", status)
	}
	if got := r.call(t, http.MethodGet, "/live", ""); got.status != http.StatusUnauthorized {
		t.Errorf("live events without the password: HTTP %d", got.status)
	}
	if status, text := r.post(t, "/login", url.Values{"password": {"wrong"}}); status != http.StatusForbidden || !strings.Contains(text, `role="alert"`) {
		t.Errorf("a wrong password: HTTP %d\n%s", status, text)
	}
	if _, text := r.post(t, "/login", url.Values{"password": {secret}, "to": {"/devices"}}); !strings.Contains(text, "esp32-led") {
		t.Errorf("the right password does not lead to the page that was asked for:\n%s", text)
	}
	u, _ := url.Parse(r.url)
	for _, c := range r.http.Jar.Cookies(u) {
		if strings.Contains(c.Value, secret) {
			t.Error("a cookie holds the password")
		}
	}
	r.post(t, "/logout", url.Values{})
	if got := r.call(t, http.MethodGet, "/devices", ""); got.path != "/login" {
		t.Error("logging out did not")
	}
}

func lockedRig(t *testing.T) *rig {
	t.Helper()
	hash, err := console.HashPassword(secret)
	if err != nil {
		t.Fatal(err)
	}
	return newRig(t, func(c *console.Config) { c.Password = hash })
}

func (r *rig) logIn(t *testing.T) {
	t.Helper()
	if status, text := r.post(t, "/login", url.Values{"password": {secret}}); status != http.StatusOK || strings.Contains(text, `type="password"`) {
		t.Fatalf("the password was not taken: HTTP %d\n%s", status, text)
	}
}

// another is somebody else at the same address.
func (r *rig) another() *rig {
	other := *r
	jar, _ := cookiejar.New(nil) // it fails for bad options only
	other.http = &http.Client{Jar: jar, Transport: r.http.Transport}
	return &other
}

func TestTheCookiesOfALoginAreForNoScriptAndNoOtherSite(t *testing.T) {
	t.Parallel()
	r := lockedRig(t)
	r.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for proto, secure := range map[string]bool{"": false, "http": false, "https": true, "HTTPS, http": true, "http, https": false} {
		cookies := r.call(t, http.MethodPost, "/login", url.Values{"password": {secret}}.Encode(), "X-Forwarded-Proto", proto).cookies
		if len(cookies) != 2 {
			t.Fatalf("got %v", cookies)
		}
		for _, c := range cookies {
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || len(c.Value) < 20 || c.MaxAge <= 0 || c.Secure != secure {
				t.Errorf("behind a proxy that speaks %q with the browser: %v", proto, c)
			}
		}
	}
}

func TestWrongPasswordsOfSomebodyElseAtTheSameAddressDoNotLockOutABrowserThatHasLoggedIn(t *testing.T) {
	t.Parallel()
	r := lockedRig(t)
	r.logIn(t)
	r.post(t, "/logout", url.Values{})
	other := r.another()
	wrongUntil(t, other)
	if status, _ := other.post(t, "/login", url.Values{"password": {secret}}); status != http.StatusTooManyRequests {
		t.Errorf("whoever was wrong too often need not wait: HTTP %d", status)
	}
	r.logIn(t)
	r.post(t, "/logout", url.Values{})
	wrongUntil(t, r) // it has tries of its own, and no more than others
}

// wrongUntil gives wrong passwords until that costs a wait.
func wrongUntil(t *testing.T, r *rig) {
	t.Helper()
	for n := range 6 {
		got := r.call(t, http.MethodPost, "/login", url.Values{"password": {"wrong"}}.Encode(), "Sec-Fetch-Site", "same-origin")
		if n < 5 && got.status == http.StatusForbidden {
			continue
		}
		if wait := got.header.Get("Retry-After"); n != 5 || got.status != http.StatusTooManyRequests || wait == "" || wait == "0" {
			t.Fatalf("wrong password number %d: HTTP %d, to be tried again after %q", n+1, got.status, wait)
		}
	}
}

func TestASessionThatWasGivenUpHearsNothingMore(t *testing.T) {
	t.Parallel()
	r := lockedRig(t)
	r.logIn(t)
	const id = "ffeeddccbbaa99887766554433221100"
	live, work := r.ask(t, http.MethodGet, "/live?rows=10", ""), r.ask(t, http.MethodGet, "/work?id="+id, "") //nolint:bodyclose // ask closes them when the test ends
	for _, resp := range []*http.Response{live, work} {
		if _, err := io.ReadFull(resp.Body, make([]byte, 1)); err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("HTTP %d, %v", resp.StatusCode, err)
		}
	}
	u, _ := url.Parse(r.url)
	session := r.another()
	session.http.Jar.SetCookies(u, r.http.Jar.Cookies(u))
	r.post(t, "/logout", url.Values{})
	r.Platform().Journal().Append(onenet.Record{Kind: onenet.KindSystem, Text: "said in confidence"})
	if text, err := io.ReadAll(live.Body); err != nil || strings.Contains(string(text), "confidence") || strings.Contains(string(text), "stir") {
		t.Errorf("the live events end with %v and told\n%s", err, text)
	}
	r.logIn(t)
	r.post(t, "/devices/import?work="+id, url.Values{"table": {"244754,1234567"}})
	if text, err := io.ReadAll(work.Body); err != nil || strings.Contains(string(text), "added") {
		t.Errorf("the events of work end with %v and told\n%s", err, text)
	}
	if got := session.call(t, http.MethodGet, "/live", ""); got.status != http.StatusUnauthorized {
		t.Errorf("they can be asked for again: HTTP %d", got.status)
	}
}

func TestAnOpenPageAsksForThePasswordAfterARestart(t *testing.T) {
	t.Parallel()
	hash, err := console.HashPassword(secret)
	if err != nil {
		t.Fatal(err)
	}
	var log lines
	r := newRig(t, func(c *console.Config) {
		c.Password, c.Log = hash, slog.New(slog.NewTextHandler(io.MultiWriter(t.Output(), &log), nil))
	})
	c := r.config
	f := newFront(t, r.door)
	b := browse(t, f.URL, wide, high, "en")
	b.Open(t, "/devices")
	b.Write(t, "#password", secret+"\n")
	b.Has(t, "h1", "Devices")
	again, err := console.New(c)
	if err != nil {
		t.Fatal(err)
	}
	f.turn(again)
	b.Shows(t, `location.pathname === "/login" && !!document.querySelector("#password")`)
	b.Write(t, "#password", secret+"\n")
	b.Has(t, "h1", "Devices")
	b.Quiet(t)
	if n := log.count("/live"); n != 0 {
		t.Errorf("%d lines of the log are about the live connection", n)
	}
}

// lines is a log that can be looked through.
type lines struct {
	mu   sync.Mutex
	text strings.Builder // guarded by mu
}

// Write implements io.Writer.
func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) count(word string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), word)
}

func TestWithoutThePasswordHeadIsAnsweredAsGet(t *testing.T) {
	t.Parallel()
	r := lockedRig(t)
	r.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for _, path := range append(everyPage(r.Demo(t)), "/live", "/work?id="+token, "/device/points.csv?product=244754&device=527521926", "/nowhere", "/login", "/prefs") {
		get, head := r.call(t, http.MethodGet, path, ""), r.call(t, http.MethodHead, path, "")
		if get.status != head.status || get.header.Get("Location") != head.header.Get("Location") {
			t.Errorf("%s: GET gives HTTP %d and leads to %q, HEAD HTTP %d and %q", path, get.status, get.header.Get("Location"), head.status, head.header.Get("Location"))
		}
	}
}
