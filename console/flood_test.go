package console_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"

	"github.com/onelan/onelan/internal/browser"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// watchdog measures in the page how old each row is when it has been painted, and the longest task.
const watchdog = `(() => {
	window.ages = []; window.longest = 0;
	new PerformanceObserver(l => { for (const e of l.getEntries()) longest = Math.max(longest, e.duration); }).observe({type: "longtask"});
	new MutationObserver(list => requestAnimationFrame(() => {
		const now = Date.now();
		for (const m of list) for (const li of m.addedNodes) {
			const at = li.querySelector && li.querySelector(".p-text");
			if (at && at.textContent.startsWith("at ")) ages.push(now - Number(at.textContent.slice(3)));
		}
	})).observe(document.getElementById("rows"), {childList: true});
})()`

// measuring is how long ONELAN_MEASURE wants to measure, 0 where it is not set: a test run shares its machine with others, and the
// times that it takes say nothing. What is shown is tested in any case.
func measuring(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("ONELAN_MEASURE")
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestAThousandRecordsASecondAreShownInTime floods an open page for a few seconds, or as long as it is to be measured.
func TestAThousandRecordsASecondAreShownInTime(t *testing.T) {
	const rate, late, long = 1000, 200.0, 200.0 // a second; milliseconds
	seconds := cmp.Or(measuring(t), 3*time.Second)
	r := newRig(t, nil)
	b := browse(t, r.url, wide, high, "en")
	b.Open(t, "/traffic")
	b.Do(t, chromedp.Evaluate[chromedp.Void](watchdog))
	if _, err := chromedp.Call(b.Ctx, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks}); err != nil {
		t.Fatal(err)
	}
	before := heap(t, b)
	begin, n := clock.System().Now(), 0
	for gone := time.Duration(0); gone < seconds; gone = clock.System().Now().Sub(begin) {
		for ; n < int(rate*gone.Seconds()); n++ {
			r.Platform().Journal().Append(onenet.Record{Kind: onenet.KindSystem, Product: "244754", Device: "527521926", Text: "at " + millis()})
		}
		clock.Sleep(clock.System(), 5*time.Millisecond, t.Context().Done())
	}
	r.Platform().Journal().Append(onenet.Record{Kind: onenet.KindSystem, Text: "the end"})
	b.Has(t, "#rows", "the end")
	var got struct{ N, P50, P95, Longest float64 }
	text := browser.Eval[string](t, b.Tab, `(() => { ages.sort((a, b) => a - b); const p = q => ages[Math.floor(ages.length * q)]; return JSON.stringify({N: ages.length, P50: p(.5), P95: p(.95), Longest: longest}); })()`)
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d records in %v, %.0f shown, median %.0f ms, 95th percentile %.0f ms, longest task %.0f ms, heap %.1f to %.1f MB",
		n, seconds, got.N, got.P50, got.P95, got.Longest, before, heap(t, b))
	t.Logf("of the page's thread, per second: %s", b.busy(t, seconds))
	if got.N == 0 {
		t.Error("no row was seen")
	}
	if measuring(t) > 0 && (got.P95 > late || got.Longest > long) {
		t.Errorf("want %v ms and %v ms at most", late, long)
	}
}

// busy is what the page's thread has worked since it was asked to count, by kind: its own time, whatever else the machine does.
func (b *tab) busy(t *testing.T, during time.Duration) string {
	t.Helper()
	got, err := chromedp.Call(b.Ctx, performance.GetMetrics, chromedp.Void{})
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, m := range got.Metrics {
		if strings.HasSuffix(m.Name, "Duration") {
			parts = append(parts, fmt.Sprintf("%s %.0f ms", strings.TrimSuffix(m.Name, "Duration"), m.Value*1000/during.Seconds()))
		}
	}
	return strings.Join(parts, ", ")
}

// millis is now, as the page counts it.
func millis() string {
	return strconv.FormatInt(clock.System().Now().UnixMilli(), 10)
}

// heap is the page's memory in use, in MB, after a collection.
func heap(t *testing.T, b *tab) float64 {
	t.Helper()
	return browser.Eval[float64](t, b.Tab, `(window.gc && gc(), performance.memory.usedJSHeapSize / 1e6)`)
}
