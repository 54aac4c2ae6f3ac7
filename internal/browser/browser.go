// Package browser drives a real Chromium for the tests of the console: a tab that opens pages, clicks, types and waits until the
// page shows what is expected. It notes what goes wrong in a page by itself, and what a page asks of other hosts.
package browser

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Patience is how long a page has to show what is expected of it.
const Patience = 20 * time.Second

// program is the browser's program; without one the test is skipped, and fails where CI runs.
func program(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("there is no chromium: install it, the console is tested in a real browser")
	}
	t.Skip("there is no chromium")
	return ""
}

// Tab is a page in a real browser.
type Tab struct {
	Ctx  context.Context // for chromedp's own calls
	URL  string          // of the console, without a slash at its end
	said chan string     // what went wrong in the page
	Seen chan string     // addresses that were asked for
}

// Start opens a browser of its own, of a size in CSS pixels and in a language.
func Start(t *testing.T, url string, width, height int64, language string) *Tab {
	t.Helper()
	b := &Tab{URL: url, said: make(chan string, 1000), Seen: make(chan string, 10000)}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program(t)), chromedp.NoSandbox,
		chromedp.WindowSize(int(width), int(height)), chromedp.Flag("accept-lang", language), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("js-flags", "--expose-gc")) // to measure memory
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(alloc, chromedp.WithListener(b.listen))
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx)
		end()
		stop()
	})
	// The first call starts the browser, which lives as long as this call's context.
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, height)); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	b.Ctx = ctx
	return b
}

// listen hears what a page says and asks for. It runs where the browser's messages are read and must not wait.
func (b *Tab) listen(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		keep(b.said, e.ExceptionDetails.Text)
	case *log.EventEntryAdded: // a policy that was broken is one; a form that was refused, with its status, is none
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork {
			keep(b.said, e.Entry.Text)
		}
	case *network.EventRequestWillBeSent:
		keep(b.Seen, e.Request.URL)
	}
}

func keep(c chan string, text string) {
	select {
	case c <- text:
	default:
	}
}

// Do runs actions; it fails the test when they do not come to an end.
func (b *Tab) Do(t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.Ctx, Patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatalf("%v; the page shows\n%s", err, b.Text())
	}
}

// Text is all that a reader sees.
func (b *Tab) Text() string {
	text, err := chromedp.Run(b.Ctx, chromedp.Evaluate[string](`document.body.innerText`))
	if err != nil {
		return err.Error()
	}
	return text
}

// Eval gives the value of an expression in the page.
func Eval[T any](t *testing.T, b *Tab, expression string) T {
	t.Helper()
	v, err := chromedp.Run(b.Ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// Open goes to a page and waits until it has loaded.
func (b *Tab) Open(t *testing.T, path string) {
	t.Helper()
	b.Do(t, chromedp.Navigate(b.URL+path))
}

// Click clicks what a CSS selector names first, when it is there to be clicked.
func (b *Tab) Click(t *testing.T, selector string) {
	t.Helper()
	b.Do(t, chromedp.Click(chromedp.CSS(selector)))
}

// Write types a text into a field.
func (b *Tab) Write(t *testing.T, selector, text string) {
	t.Helper()
	b.Do(t, chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Shows waits until an expression of JavaScript is true. It is asked from here, again and again: a page that is left meanwhile takes its
// own timers with it, and one without scripts has none.
func (b *Tab) Shows(t *testing.T, expression string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.Ctx, Patience)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for ctx.Err() == nil {
		if ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`!!(`+expression+`)`)); ok && err == nil {
			return
		}
		select {
		case <-again.C:
		case <-ctx.Done():
		}
	}
	t.Fatalf("it never came true: %s; the page shows\n%s", expression, b.Text())
}

// Has waits until the text stands in what a selector names.
func (b *Tab) Has(t *testing.T, selector, text string) {
	t.Helper()
	b.Shows(t, `[...document.querySelectorAll(`+Quote(selector)+`)].some(e => e.innerText.includes(`+Quote(text)+`))`)
}

// Quote is a text as JavaScript has it.
func Quote(s string) string {
	return "`" + strings.NewReplacer("`", "\\`", "\\", "\\\\", "$", "\\$").Replace(s) + "`"
}

// Quiet fails the test when the page said something went wrong, or asked for anything that is not ours. The icons of date
// fields are the browser's own and come as data.
func (b *Tab) Quiet(t *testing.T) {
	t.Helper()
	for {
		select {
		case text := <-b.said:
			t.Errorf("the page says: %s", text)
		case url := <-b.Seen:
			if !strings.HasPrefix(url, b.URL+"/") && !strings.HasPrefix(url, "data:image/svg+xml") && url != "about:blank" {
				t.Errorf("the page asked for %s", url)
			}
		default:
			return
		}
	}
}
