package console_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/console"
)

func TestAnotherSitesPageMakesNothingHereWork(t *testing.T) {
	t.Parallel()
	const (
		refused  = http.StatusForbidden
		answered = http.StatusOK
	)
	tests := []struct {
		name             string
		site, mode, dest string
		want             int
	}{
		{"a picture of another site", "cross-site", "no-cors", "image", refused},
		{"a picture of another port of this machine", "same-site", "no-cors", "image", refused},
		{"a script's call", "cross-site", "cors", "empty", refused},
		{"a call whose answer stays closed", "cross-site", "no-cors", "empty", refused},
		{"a frame", "cross-site", "navigate", "iframe", refused},
		{"an embedded thing", "cross-site", "navigate", "object", refused},
		{"a link on another site's page", "cross-site", "navigate", "document", answered},
		{"a link on a page of another port of this machine", "same-site", "navigate", "document", answered},
		{"an address that was typed", "none", "navigate", "document", answered},
		{"a link on a page of ours", "same-origin", "navigate", "document", answered},
		{"our script", "same-origin", "cors", "empty", answered},
		{"a program, or an old browser", "", "", "", answered},
	}
	r := newRig(t, nil)
	points := "/device/points.csv?" + console.RefValues(r.Demo(t).Ref()).Encode()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, path := range []string{"/", "/refusals", points, "/live", "/no-such-page", "/static/x"} {
				for _, method := range []string{http.MethodGet, http.MethodHead} {
					header := []string{"Sec-Fetch-Site", tt.site, "Sec-Fetch-Mode", tt.mode, "Sec-Fetch-Dest", tt.dest}
					if tt.site == "" {
						header = nil
					}
					resp := r.ask(t, method, path, "", header...) //nolint:bodyclose // ask closes it when the test ends
					if got := resp.StatusCode == refused; got != (tt.want == refused) {
						t.Errorf("%s %s: HTTP %d", method, path, resp.StatusCode)
					}
				}
			}
		})
	}
}

func TestHeadOfTheLiveEventsEndsAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	for _, path := range []string{"/live", "/work?id=" + token, "/device/points.csv?" + console.RefValues(r.Demo(t).Ref()).Encode()} {
		get := r.ask(t, http.MethodGet, path, "")    //nolint:bodyclose // ask closes it when the test ends: it has no end
		head := r.call(t, http.MethodHead, path, "") // it would not come back
		if get.StatusCode != head.status || get.Header.Get("Content-Type") != head.header.Get("Content-Type") {
			t.Errorf("%s: HEAD gives HTTP %d, %s; GET %d, %s", path, head.status, head.header.Get("Content-Type"), get.StatusCode, get.Header.Get("Content-Type"))
		}
		if next := r.call(t, http.MethodGet, "/settings", ""); next.status != http.StatusOK {
			t.Errorf("the next call after HEAD %s: HTTP %d", path, next.status)
		}
	}
}

func TestHeadOfATableReadsNoPoints(t *testing.T) {
	t.Parallel()
	slow := &slowStore{reads: make(chan struct{})}
	r := newSlowRig(t, slow, nil)
	for _, call := range [][2]string{
		{http.MethodHead, "/device/points.csv?" + console.RefValues(r.Demo(t).Ref()).Encode()},
		{http.MethodGet, "/settings"}, // on the same connection: it would wait for what the first still does, and that for the store
	} {
		if got := r.call(t, call[0], call[1], ""); got.status != http.StatusOK {
			t.Errorf("%s %s: HTTP %d", call[0], call[1], got.status)
		}
	}
}

func TestAKnownPathSaysWhichMethodsItTakes(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	want := map[string][]string{"/live": {"GET", "HEAD"}, "/work": {"GET", "HEAD"}, "/device/points.csv": {"GET", "HEAD"}, "/login": {"GET", "HEAD", "POST"}, "/prefs": {"POST"}}
	for _, view := range console.Views() {
		method, path, _ := strings.Cut(strings.TrimSuffix(view, "{$}"), " ")
		want[path] = append(want[path], method)
		if method == http.MethodGet {
			want[path] = append(want[path], http.MethodHead)
		}
	}
	for path, methods := range want {
		slices.Sort(methods)
		other := []string{http.MethodPut, http.MethodDelete, http.MethodOptions}
		for _, m := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
			if !slices.Contains(methods, m) {
				other = append(other, m)
			}
		}
		for _, m := range other {
			got := r.call(t, m, path, "", "Sec-Fetch-Site", "same-origin")
			if got.status != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: HTTP %d", m, path, got.status)
			}
			if d := cmp.Diff(strings.Join(methods, ", "), got.header.Get("Allow")); d != "" {
				t.Errorf("%s %s: %s", m, path, d)
			}
		}
	}
	if got := r.call(t, http.MethodPut, "/no-such-page", ""); got.status != http.StatusNotFound {
		t.Errorf("PUT of what is not there: HTTP %d", got.status)
	}
}
