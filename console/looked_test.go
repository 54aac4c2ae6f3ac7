package console_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/onenet"
)

func TestAPageOfADeletedDeviceSaysSoAndIsDone(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	d := r.Demo(t)
	b := browse(t, r.url, wide, high, "zh-CN")
	b.open(t, devicePath(d))
	if err := r.Platform().RemoveDevice(t.Context(), d.Ref()); err != nil { // in another tab
		t.Fatal(err)
	}
	b.back(t)
	b.has(t, "#lost", "这台设备已被删除。")
	b.shows(t, `[...document.querySelectorAll("main form :is(button, textarea)")].every(c => c.disabled)`)
	b.quiet(t)
	b.do(t, chromedp.Evaluate[chromedp.Void](`fetch("/static/first")`))
	b.back(t)
	b.do(t, chromedp.Evaluate[chromedp.Void](`fetch("/static/last")`))
	b.asks(t, "/static/first")
	for url := range b.seen {
		if strings.HasSuffix(url, "/static/last") {
			break
		}
		t.Errorf("it still asks for %s", url)
	}
	b.has(t, "#lost", "这台设备已被删除。")
}

// back is as if its reader comes back from another tab.
func (b *tab) back(t *testing.T) {
	t.Helper()
	b.do(t, chromedp.Evaluate[chromedp.Void](`document.dispatchEvent(new Event("visibilitychange"))`))
}

func TestAPageThatIsComeBackToIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := browse(t, r.url, wide, high, "en")
	b.open(t, "/devices")
	r.AddDevice(t, onenet.Device{Product: "244754", ID: "700000001", AuthInfo: "secret"}) // in another tab: no record tells of it
	b.back(t)
	b.has(t, "#devices", "700000001")
	b.quiet(t)
}

func TestAnErrorOfALookIsTold(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := browse(t, r.url, wide, high, "en")
	b.open(t, "/devices")
	b.do(t, chromedp.Evaluate[chromedp.Void](`window.right = fetch; window.fetch = () => Promise.resolve(new Response("", {status: 500}))`))
	r.Connect(t, r.Demo(t))
	b.has(t, "#lost", "That did not work (HTTP 500)")
	b.do(t, chromedp.Evaluate[chromedp.Void](`window.fetch = right`))
	r.login(t, onenet.Device{Product: "244754", ID: "3C71BFAA0102", AuthInfo: "secret"}) // something else happens
	b.has(t, "#devices .state", "Online")
	b.shows(t, `document.getElementById("lost").hidden`)
	b.quiet(t)
}

func TestASelectionOutlivesALook(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.login(t, onenet.Device{Product: "244754", ID: "3C71BFAA0102", AuthInfo: "secret"})
	b := browse(t, r.url, wide, high, "en")
	b.open(t, "/refusals")
	b.do(t, chromedp.Evaluate[chromedp.Void](`getSelection().selectAllChildren(document.querySelector("#refusals h3"))`))
	selected := eval[string](t, b, `getSelection().toString()`)
	r.login(t, onenet.Device{Product: "244754", ID: "3C71BFAA0103", AuthInfo: "secret"})
	r.Connect(t, r.Demo(t))
	b.has(t, "#pulse", "1 online") // so the page has been looked at again
	if now := eval[string](t, b, `getSelection().toString()`); now != selected || now == "" {
		t.Errorf("of %q is selected %q", selected, now)
	}
	b.do(t, chromedp.Evaluate[chromedp.Void](`getSelection().removeAllRanges()`))
	b.has(t, "#refusals", "3C71BFAA0103")
	b.quiet(t)
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
	b.open(t, "/traffic")
	b.has(t, "#live-state", "Live")
	note(1)
	b.has(t, "#rows", "note 0.")
	b.click(t, "#pause")
	b.has(t, "#live-state", "Paused (0 new)")
	note(18)
	b.has(t, "#live-state", "Paused (18 new)")
	b.has(t, "#pause", "Resume (18 new)")
	front.turn(nil)
	b.has(t, "#live-state", "Disconnected")
	note(2)
	front.turn(r.door)
	b.has(t, "#live-state", "Paused (20 new)")
	b.click(t, "#pause")
	b.has(t, "#rows", "note 20.")
	b.has(t, "#live-state", "Live")
	b.has(t, "#pause", "Pause")
	if got := eval[int](t, b, `[...document.querySelectorAll("#rows li")].filter(li => li.innerText.includes("note")).length`); got != n {
		t.Errorf("%d of %d rows are there", got, n)
	}
	b.quiet(t)
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
		if _, err := chromedp.Call(b.ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: zone}); err != nil {
			t.Fatal(err)
		}
		b.open(t, "/devices")
		if got := eval[string](t, b, `document.getElementById("zone").innerText`); got != want {
			t.Errorf("in %s it says %q, want %q", zone, got, want)
		}
	}
	b.quiet(t)
}
