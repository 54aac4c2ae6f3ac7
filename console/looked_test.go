package console_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/internal/browser"
	"github.com/onelan/onelan/onenet"
)

func TestAPageOfADeletedDeviceSaysSoAndIsDone(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	d := r.Demo(t)
	b := browse(t, r.url, wide, high, "zh-CN")
	b.Open(t, devicePath(d))
	if err := r.Platform().RemoveDevice(t.Context(), d.Ref()); err != nil { // in another tab
		t.Fatal(err)
	}
	b.back(t)
	b.Has(t, "#lost", "这台设备已被删除。")
	b.Shows(t, `[...document.querySelectorAll("main form :is(button, textarea)")].every(c => c.disabled)`)
	b.Quiet(t)
	b.Do(t, chromedp.Evaluate[chromedp.Void](`fetch("/static/first")`))
	b.back(t)
	b.Do(t, chromedp.Evaluate[chromedp.Void](`fetch("/static/last")`))
	b.asks(t, "/static/first")
	for url := range b.Seen {
		if strings.HasSuffix(url, "/static/last") {
			break
		}
		t.Errorf("it still asks for %s", url)
	}
	b.Has(t, "#lost", "这台设备已被删除。")
}

// back is as if its reader comes back from another tab.
func (b *tab) back(t *testing.T) {
	t.Helper()
	b.Do(t, chromedp.Evaluate[chromedp.Void](`document.dispatchEvent(new Event("visibilitychange"))`))
}

func TestAPageThatIsComeBackToIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := browse(t, r.url, wide, high, "en")
	b.Open(t, "/devices")
	r.AddDevice(t, onenet.Device{Product: "244754", ID: "700000001", AuthInfo: "secret"}) // in another tab: no record tells of it
	b.back(t)
	b.Has(t, "#devices", "700000001")
	b.Quiet(t)
}

func TestAnErrorOfALookIsTold(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := browse(t, r.url, wide, high, "en")
	b.Open(t, "/devices")
	b.Do(t, chromedp.Evaluate[chromedp.Void](`window.right = fetch; window.fetch = () => Promise.resolve(new Response("", {status: 500}))`))
	r.Connect(t, r.Demo(t))
	b.Has(t, "#lost", "That did not work (HTTP 500)")
	b.Do(t, chromedp.Evaluate[chromedp.Void](`window.fetch = right`))
	r.login(t, onenet.Device{Product: "244754", ID: "3C71BFAA0102", AuthInfo: "secret"}) // something else happens
	b.Has(t, "#devices .state", "Online")
	b.Shows(t, `document.getElementById("lost").hidden`)
	b.Quiet(t)
}

func TestASelectionOutlivesALook(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.login(t, onenet.Device{Product: "244754", ID: "3C71BFAA0102", AuthInfo: "secret"})
	b := browse(t, r.url, wide, high, "en")
	b.Open(t, "/refusals")
	b.Do(t, chromedp.Evaluate[chromedp.Void](`getSelection().selectAllChildren(document.querySelector("#refusals h3"))`))
	selected := browser.Eval[string](t, b.Tab, `getSelection().toString()`)
	r.login(t, onenet.Device{Product: "244754", ID: "3C71BFAA0103", AuthInfo: "secret"})
	r.Connect(t, r.Demo(t))
	b.Has(t, "#pulse", "1 online") // so the page has been looked at again
	if now := browser.Eval[string](t, b.Tab, `getSelection().toString()`); now != selected || now == "" {
		t.Errorf("of %q is selected %q", selected, now)
	}
	b.Do(t, chromedp.Evaluate[chromedp.Void](`getSelection().removeAllRanges()`))
	b.Has(t, "#refusals", "3C71BFAA0103")
	b.Quiet(t)
}

func TestTrafficSaysWhetherItLivesWaitsOrIsCutOff(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	n := 0
	note := func(more int) {
		for ; more > 0; more-- {
			r.Platform().Journal().Append(onenet.Record{Kind: onenet.KindSystem, Text: fmt.Sprintf("note %d.", n)})
			n++
		}
	}
	front := newFront(t, r.door)
	b := browse(t, front.URL, wide, high, "en")
	b.Open(t, "/traffic")
	b.Has(t, "#live-state", "Live")
	note(1)
	b.Has(t, "#rows", "note 0.")
	b.Click(t, "#pause")
	b.Has(t, "#live-state", "Paused (0 new)")
	note(18)
	b.Has(t, "#live-state", "Paused (18 new)")
	b.Has(t, "#pause", "Resume (18 new)")
	front.turn(nil)
	b.Has(t, "#live-state", "Disconnected")
	note(2)
	front.turn(r.door)
	b.Has(t, "#live-state", "Paused (20 new)")
	b.Click(t, "#pause")
	b.Has(t, "#rows", "note 20.")
	b.Has(t, "#live-state", "Live")
	b.Has(t, "#pause", "Pause")
	if got := browser.Eval[int](t, b.Tab, `[...document.querySelectorAll("#rows li")].filter(li => li.innerText.includes("note")).length`); got != n {
		t.Errorf("%d of %d rows are there", got, n)
	}
	b.Quiet(t)
}

func TestAPausedPageIsToldANumberAndNoRows(t *testing.T) {
	t.Parallel()
	const flood = 5000
	r := newRig(t, nil)
	s := r.follow(t, fmt.Sprintf("rows=%d&paused=1&after=%d", console.PageRows, r.Mark()))
	for range flood {
		r.Platform().Journal().Append(onenet.Record{Kind: onenet.KindSystem, Text: "flood"})
	}
	for told := 0; told < flood; {
		if !s.Scan() {
			t.Fatalf("it ended after %d: %v", told, s.Err())
		}
		line := s.Text()
		if strings.Contains(line, "<li") || strings.HasPrefix(line, "event: stir") {
			t.Fatalf("it is told %s", line)
		}
		if line == "event: count" {
			s.Scan() // its id
			s.Scan()
			var some int
			if _, err := fmt.Sscanf(s.Text(), "data: %d", &some); err != nil {
				t.Fatalf("%q: %v", s.Text(), err)
			}
			told += some
		}
	}
}

func TestWhoLivesInAnotherZoneIsToldSo(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil) // at UTC
	b := browse(t, r.url, wide, high, "en")
	for zone, want := range map[string]string{
		"Asia/Shanghai":     "Times are UTC+0; yours is UTC+8",
		"Asia/Kathmandu":    "Times are UTC+0; yours is UTC+5:45",
		"Pacific/Marquesas": "Times are UTC+0; yours is UTC−9:30",
		"Africa/Abidjan":    "",
	} {
		if _, err := chromedp.Call(b.Ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: zone}); err != nil {
			t.Fatal(err)
		}
		b.Open(t, "/devices")
		if got := browser.Eval[string](t, b.Tab, `document.getElementById("zone").innerText`); got != want {
			t.Errorf("in %s it says %q, want %q", zone, got, want)
		}
	}
	b.Quiet(t)
}
