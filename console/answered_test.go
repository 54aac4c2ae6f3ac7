package console_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/internal/browser"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

func devicePath(d onenet.Device) string { return "/device?" + console.RefValues(d.Ref()).Encode() }

func TestWhyACommandWasNotSentStaysUntilTheNextOne(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	d := r.Demo(t)
	b := browse(t, r.url, wide, high, "en")
	b.Open(t, devicePath(d))
	b.Click(t, `.oneclick button[value="on"]`)
	b.Has(t, "#send-fault", "The device is not online")
	r.Connect(t, d)
	b.Has(t, "#presence", "Online") // so the page has been looked at again
	b.Has(t, "#send-fault", "The device is not online")
	b.Click(t, `.oneclick button[value="on"]`)
	b.Has(t, "#commands", "sent")
	b.Shows(t, `document.getElementById("send-fault").childElementCount === 0`)
	b.Quiet(t)
}

// posted hands the forms of a page to somebody who may change them, or answer in the console's place.
func (r *rig) posted(t *testing.T, change func(w http.ResponseWriter, req *http.Request, body string) bool) string {
	t.Helper()
	return serve(t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method == http.MethodPost {
			body, err := io.ReadAll(req.Body)
			if err != nil {
				return // the browser has gone
			}
			req.Body = io.NopCloser(bytes.NewReader(body))
			if !change(w, req, string(body)) {
				return
			}
		}
		r.door.ServeHTTP(w, req)
	}))
}

// spoil makes of a form what is turned down with a status.
func spoil(w http.ResponseWriter, req *http.Request, status string) bool {
	switch status {
	case "403":
		req.Header.Set("Sec-Fetch-Site", "cross-site")
	case "404":
		req.Body = io.NopCloser(strings.NewReader("product=244754&device=nobody&body=on"))
	case "413":
		req.Body = io.NopCloser(strings.NewReader("body=" + strings.Repeat("x", 9<<20)))
	case "502":
		http.Error(w, "of a proxy", http.StatusBadGateway)
		return false
	case "cut":
		panic(http.ErrAbortHandler)
	}
	return true
}

func TestAFormThatStaysIsNeverSilent(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	d := r.Demo(t)
	b := browse(t, r.posted(t, func(w http.ResponseWriter, req *http.Request, body string) bool {
		form, err := url.ParseQuery(body)
		if err != nil {
			t.Error(err)
		}
		return spoil(w, req, form.Get("body"))
	}), wide, high, "en")
	b.Open(t, devicePath(d))
	for _, c := range []struct{ body, want string }{
		{"403", "Another web page asked for this"},
		{"404", "It may have been deleted"},
		{"413", "Too much for one form"},
		{"502", "That did not work (HTTP 502)"},
		{"cut", "onelan does not answer"},
	} {
		b.Do(t, chromedp.Evaluate[chromedp.Void](`document.getElementById("body").value = ""`))
		b.Write(t, "#body", c.body+"\n")
		b.Has(t, "#send-fault .fault[role=alert]", c.want)
		if got := strings.TrimSpace(browser.Eval[string](t, b.Tab, `document.getElementById("body").value`)); got != c.body { // chromedp also writes the line that Enter does not begin
			t.Errorf("what was typed is %q after %s", got, c.body)
		}
	}
	b.Quiet(t)
}

func TestAFormWithoutAPlaceForItTellsBelowWhyItWasNotTaken(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.login(t, onenet.Device{Product: "244754", ID: "3C71BFAA0102", AuthInfo: "secret"})
	b := browse(t, r.posted(t, func(w http.ResponseWriter, req *http.Request, _ string) bool { return spoil(w, req, "403") }), wide, high, "en")
	b.Open(t, "/refusals")
	b.Click(t, `#refusals button.primary`)
	b.Has(t, "#lost", "Another web page asked for this")
	b.Quiet(t)
}

func TestAFormTakesNoSecondClickWhileItWaits(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	d := r.Demo(t)
	r.Connect(t, d)
	came, let := make(chan string, 10), make(chan struct{})
	b := browse(t, r.posted(t, func(_ http.ResponseWriter, req *http.Request, body string) bool {
		came <- body
		select {
		case <-let:
			return true
		case <-req.Context().Done():
			return false
		}
	}), wide, high, "en")
	b.Open(t, devicePath(d))
	b.Write(t, "#body", "first\n")
	b.Write(t, "#body", "second\n")
	b.Shows(t, `(b => b.ariaDisabled === "true" && !b.disabled)(document.querySelector("#send-form .primary"))`)
	close(let)
	b.Has(t, "#commands", "first")
	b.Shows(t, `document.querySelector("#send-form .primary").ariaDisabled === null`)
	if typed := strings.TrimSpace(browser.Eval[string](t, b.Tab, `document.getElementById("body").value`)); typed != "second" || len(came) != 1 {
		t.Errorf("%d forms came, and the field has %q", len(came), typed)
	}
	b.Quiet(t)
}

func TestAButtonThatWasBusyIsFreeWhenItsReaderComesBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	gone := atomic.Bool{}
	gone.Store(true)
	b := browse(t, r.posted(t, func(w http.ResponseWriter, req *http.Request, _ string) bool {
		return !gone.Load() || spoil(w, req, "502")
	}), wide, high, "en")
	b.Open(t, "/devices/add")
	b.Do(t, chromedp.Evaluate[chromedp.Void](`window.same = true`))
	b.leave(t, `document.querySelector("main form .primary").click()`, `document.body.innerText.includes("of a proxy")`)
	gone.Store(false)
	b.leave(t, `history.back()`, `location.pathname === "/devices/add" && document.querySelector("main form") !== null`)
	if !browser.Eval[bool](t, b.Tab, `window.same === true`) {
		t.Fatal("the browser did not keep the page: this tests nothing")
	}
	const button = `document.querySelector("main form .primary")`
	if text := browser.Eval[string](t, b.Tab, button+`.innerText`); text != "Add" {
		t.Errorf("the button still says %q", text)
	}
	b.leave(t, button+`.click()`, `document.querySelector(".flash") !== null`)
	b.Quiet(t)
}

// leave has a page lead to another one, and waits until that is there. A poll would hang in a page that the browser keeps to come back to.
func (b *tab) leave(t *testing.T, do, there string) {
	t.Helper()
	b.Do(t, chromedp.Evaluate[chromedp.Void](`setTimeout(() => { `+do+` })`)) // it answers before it leaves
	ctx, cancel := context.WithTimeout(b.Ctx, patience)
	defer cancel()
	for ctx.Err() == nil {
		if is, err := chromedp.Run(ctx, chromedp.Evaluate[bool](there)); is && err == nil {
			return
		}
		clock.Sleep(clock.System(), 20*time.Millisecond, ctx.Done())
	}
	t.Fatalf("it never came true: %s; the page shows\n%s", there, b.Text())
}

func TestTheKeyboardStaysWhereItIs(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	d := r.Demo(t)
	r.Connect(t, d)
	b := browse(t, r.url, wide, high, "en")
	b.Open(t, devicePath(d))
	b.press(t, `.oneclick button[value="toggle"]`)
	b.Has(t, "#commands", "toggle")
	b.Shows(t, `document.activeElement.value === "toggle"`)

	r.login(t, onenet.Device{Product: "244754", ID: "3C71BFAA0102", AuthInfo: "secret"})
	b.Open(t, "/refusals")
	const byHand = `#refusals a.button[href*="3C71BFAA0102"]`
	b.Do(t, chromedp.Focus(chromedp.CSS(byHand)))
	r.login(t, onenet.Device{Product: "244754", ID: "3C71BFAA0103", AuthInfo: "secret"})
	b.Has(t, "#refusals", "3C71BFAA0103")
	b.Shows(t, `document.activeElement === document.querySelector(`+browser.Quote(byHand)+`)`)
	b.press(t, `#refusals form:has([value="3C71BFAA0102"]) button`)
	b.Has(t, "#refusals", "Waiting for its next login")
	b.Shows(t, `document.activeElement === document.getElementById("refusals")`) // the button is gone, one goes on from there
	b.Quiet(t)
}

// press gives a control the focus and hits Enter.
func (b *tab) press(t *testing.T, selector string) {
	t.Helper()
	b.Do(t, chromedp.Focus(chromedp.CSS(selector)), chromedp.KeyEvent("\r"))
}
