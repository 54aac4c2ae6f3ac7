package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/onelan/onelan/console"
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

func TestTheSessionCookieIsForNoScriptAndNoOtherSite(t *testing.T) {
	t.Parallel()
	hash, err := console.HashPassword(secret)
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(c *console.Config) { c.Password = hash })
	r.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c := r.call(t, http.MethodPost, "/login", url.Values{"password": {secret}}.Encode()).cookies
	if len(c) != 1 || !c[0].HttpOnly || c[0].SameSite != http.SameSiteLaxMode || len(c[0].Value) < 20 {
		t.Errorf("got %v", c)
	}
}
