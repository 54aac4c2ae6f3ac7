package console_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	cdp "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/internal/browser"
	"github.com/onelan/onelan/onenet"
)

func TestABatchAddShowsItsProgressInTheBrowser(t *testing.T) {
	t.Parallel()
	slow := &slowStore{adds: make(chan struct{})}
	r := newSlowRig(t, slow, nil)
	file := filepath.Join(t.TempDir(), "devices.csv")
	if err := os.WriteFile(file, []byte(devicesTable(2500)), 0o600); err != nil {
		t.Fatal(err)
	}
	b := browse(t, r.url, wide, high, "en")
	b.Open(t, "/devices/import")
	b.Do(t, chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{file}))
	b.whenStoring(t, `fetch("/static/as-expected")`)
	go b.tryClick(`main form .primary`) // it is done when the answer is there
	b.asks(t, "/static/as-expected")
	slow.adds <- struct{}{}
	b.Has(t, ".flash", "2,500 devices were added.")
	if got := r.countDevices(t); got != 2500 {
		t.Errorf("%d devices are there", got)
	}
	b.Quiet(t)
}

func TestABatchAddThatIsStoppedTooLateSaysThatAllAreThere(t *testing.T) {
	t.Parallel()
	slow := &slowStore{adds: make(chan struct{})}
	r := newSlowRig(t, slow, nil)
	b := browse(t, r.url, wide, high, "en")
	b.Open(t, "/devices/import")
	b.Do(t, chromedp.Evaluate[chromedp.Void](`document.getElementById("table").value = `+browser.Quote(devicesTable(2500))))
	b.whenStoring(t, `stop(); fetch("/static/stopped")`)
	go b.tryClick(`main form .primary`)
	b.asks(t, "/static/stopped")
	slow.adds <- struct{}{}
	b.Has(t, ".work.done:not([hidden])", "2,500 devices were added.")
	if got := r.countDevices(t); got != 2500 {
		t.Errorf("%d devices are there", got)
	}
	b.Quiet(t)
}

func TestAnExportShowsItsProgressInTheBrowser(t *testing.T) {
	t.Parallel()
	slow := &slowStore{reads: make(chan struct{})}
	r := newSlowRig(t, slow, nil)
	d := r.Demo(t)
	r.fill(t, d, 3*onenet.MostPoints+7)
	b := browse(t, r.url, wide, high, "en")
	b.Open(t, "/device?"+console.RefValues(d.Ref()).Encode())
	b.downloads(t)
	b.Click(t, `a[data-work]`)
	slow.let(3)
	b.Has(t, ".work:not([hidden])", "12,100 points, up to 20")
	b.Shows(t, `document.querySelector(".work progress").value > 0.6 && document.querySelector(".work [role=status]").textContent !== ""`)
	close(slow.reads)
	b.Has(t, ".work.done", "Done: 18,007 points.")
	b.Quiet(t)
}

func TestWithoutAScriptDevicesAreAddedFromATable(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := browse(t, r.url, wide, high, "en")
	if _, err := chromedp.Call(b.Ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	b.Open(t, "/devices/import")
	b.Write(t, "#table", "244754,700000001")
	b.Click(t, `main form .primary`)
	b.Do(t, chromedp.WaitVisible(chromedp.CSS(".flash")))
	if got := r.countDevices(t); got != 1 {
		t.Errorf("%d devices are there", got)
	}
	b.Quiet(t)
}

func TestAnExportThatIsStoppedSaysSoInTheBrowser(t *testing.T) {
	t.Parallel()
	slow := &slowStore{reads: make(chan struct{})}
	r := newSlowRig(t, slow, nil)
	d := r.Demo(t)
	r.fill(t, d, 3*onenet.MostPoints+7)
	front := newFront(t, r.door)
	b := browse(t, front.URL, wide, high, "en")
	b.Open(t, "/device/stream?stream=temperature&span=1d&"+console.RefValues(d.Ref()).Encode())
	b.downloads(t)
	b.Click(t, `a[data-work]`)
	slow.let(2)
	b.Has(t, ".work:not([hidden])", "6,100 points")
	front.CloseClientConnections() // as when the network goes
	b.Has(t, ".work.cut", "Cut short: the file is incomplete, it has 6,100 points at most.")
	b.Click(t, `a[data-work]`)
	slow.let(2)
	b.Has(t, ".work:not([hidden], .cut)", "6,100 points")
	close(slow.reads)
	b.Has(t, ".work.done", "Done: 18,007 points.")
	if n := browser.Eval[int](t, b.Tab, `document.querySelectorAll(".work").length`); n != 1 {
		t.Errorf("%d reports stand there, want that of the new try only", n)
	}
	b.Quiet(t)
}

// tryClick clicks where the browser may answer late.
func (b *tab) tryClick(selector string) {
	ctx, cancel := context.WithTimeout(b.Ctx, patience)
	defer cancel()
	_ = chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector)))
}

// downloads lets the browser keep what it downloads.
func (b *tab) downloads(t *testing.T) {
	t.Helper()
	params := cdp.SetDownloadBehaviorParams{Behavior: cdp.SetDownloadBehaviorBehaviorAllow, DownloadPath: t.TempDir()}
	if _, err := chromedp.Call(b.Ctx, cdp.SetDownloadBehavior, params); err != nil {
		t.Fatal(err)
	}
}

// asks waits until the page has asked for an address.
func (b *tab) asks(t *testing.T, path string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.Ctx, patience)
	defer cancel()
	for {
		select {
		case url := <-b.Seen:
			if url == b.URL+path {
				return
			}
		case <-ctx.Done():
			t.Fatalf("the page never asked for %s", path)
		}
	}
}

// whenStoring has the page do something, once, when it shows that the devices of its table are being stored. While a browser waits
// for another page chromedp cannot ask the one that is there, so it says by itself what it shows.
func (b *tab) whenStoring(t *testing.T, do string) {
	t.Helper()
	b.Do(t, chromedp.Evaluate[chromedp.Void](`new MutationObserver((_, watch) => {
		const box = document.querySelector(".work:not([hidden])");
		if (!box?.innerText.includes("Storing 2,500 devices") || box.querySelector("progress").position !== -1) return;
		if (document.querySelector("main form .primary").innerText !== "Working…") return;
		watch.disconnect();
		`+do+`
	}).observe(document.querySelector("main"), {subtree: true, childList: true, attributes: true})`))
}
