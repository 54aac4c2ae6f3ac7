package console_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/onelan/onelan/internal/browser"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

func TestTenThousandDevicesAreFilteredAndPaged(t *testing.T) {
	t.Parallel()
	t.Run("in memory", func(t *testing.T) {
		t.Parallel()
		filtersAndPages(t, newRig(t, nil))
	})
	t.Run("in files", func(t *testing.T) {
		t.Parallel()
		filtersAndPages(t, newRig(t, nil, inFiles(t)))
	})
}

func filtersAndPages(t *testing.T, r *rig) {
	t.Helper()
	var list []onenet.Device
	for i := range 10000 {
		list = append(list, onenet.Device{Product: "244754", ID: onenet.DeviceID(fmt.Sprintf("6%06d", i)), Title: fmt.Sprintf("board %d", i), AuthInfo: onenet.Secret(fmt.Sprintf("auth-%d", i)), Tags: []string{"esp32", fmt.Sprintf("阳台 %d.", i/10)}})
	}
	if _, err := r.Platform().AddDevices(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	here, err := r.Platform().Device(t.Context(), list[9876].Ref())
	if err != nil {
		t.Fatal(err)
	}
	r.Connect(t, here)
	tests := []struct {
		query      string
		has, lacks string
	}{
		{"", "1–50 of 10,001", "6009876"},
		{"?page=201", "10,001–10,001 of 10,001", "6000000"},
		{"?search=board+9876", "1–1 of 1", "6009875"},
		{"?search=600987", "1–10 of 10", "6009880"},
		{"?search=09876", "1–1 of 1", "6009875"},
		{"?search=OARD+9876", "1–1 of 1", "6009875"},
		{"?search=%E9%98%B3%E5%8F%B0+12.", "1–10 of 10", "6000130"},
		{"?search=09876&online=1", "1–1 of 1", "6009875"},
		{"?search=09876&online=0", "No device fits", "6009876"},
		{"?search=09877&online=0", "1–1 of 1", "6009876"},
		{"?search=%25", "No device fits", "6009876"},
		{"?search=_", "No device fits", "6009876"},
		{"?search=board&page=201", "9,951–10,000 of 10,000", "6000000"},
		{"?online=1", "1–1 of 1", "6009875"},
		{"?online=0&page=200", "9,951–10,000 of 10,000", "6009876"},
		{"?search=nothing", "No device fits", "board"},
		{"?page=99999", "10,001–10,001 of 10,001", "6000000"},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			const enough = 300 * time.Millisecond
			best := time.Hour
			for range 5 { // the machine may be busy: the best counts
				from := clock.System().Now()
				text := r.get(t, "/devices"+tt.query)
				best = min(best, clock.System().Now().Sub(from))
				if i := strings.Index(text, `id="devices"`); !strings.Contains(text, tt.has) || strings.Contains(text[i:], tt.lacks) {
					t.Fatalf("the page lacks %q, or has %q", tt.has, tt.lacks)
				}
			}
			t.Logf("%v", best)
			if measuring(t) > 0 && best > enough {
				t.Errorf("it took %v, want at most %v", best, enough)
			}
		})
	}
}

// boards adds so many devices.
func (r *rig) boards(t *testing.T, n int) {
	t.Helper()
	var list []onenet.Device
	for i := range n {
		list = append(list, onenet.Device{Product: "244754", ID: onenet.DeviceID(fmt.Sprint(7000 + i)), Title: fmt.Sprintf("Board %d", i)})
	}
	if _, err := r.Platform().AddDevices(t.Context(), list); err != nil {
		t.Fatal(err)
	}
}

func TestAPagerFitsAPhoneAndIsAccessible(t *testing.T) {
	t.Parallel()
	axe := checker(t)
	r := newRig(t, nil)
	r.boards(t, 1200)
	for language, width := range map[string]int64{"zh-CN": 390, "en": 390, "de": wide} {
		b := browse(t, r.url, width, high, language)
		b.Open(t, "/devices?page=7")
		b.accessible(t, axe, "/devices in "+language)
		if over := browser.Eval[int](t, b.Tab, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			t.Errorf("in %s it is %d pixels too wide", language, over)
		}
	}
}

func TestALongListIsPagedWithoutAScript(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.boards(t, 180)
	b := browse(t, r.url, wide, high, "en")
	if _, err := chromedp.Call(b.Ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	b.Open(t, "/devices?search=board")
	shows := func(text string) {
		t.Helper()
		b.Has(t, ".pager", text)
	}
	shows("1–50 of 180")
	for _, step := range []struct{ link, text string }{ // where it stands among the links
		{"a:last-of-type", "151–180 of 180"}, {"a[rel=prev]", "101–150 of 180"}, {"a:first-of-type", "1–50 of 180"}, {"a[rel=next]", "51–100 of 180"},
	} {
		b.Click(t, ".pager "+step.link)
		shows(step.text)
	}
	b.Do(t, chromedp.SetValue(chromedp.CSS(`.pager input[name="page"]`), "4"))
	b.Click(t, ".pager button")
	shows("151–180 of 180")
	b.Quiet(t)
}

// A dash is a dash: in a column of addresses as in one of times.
func TestWhatADeviceHasNotIsTheSameDashInEveryColumn(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	_, list, _ := strings.Cut(r.get(t, "/devices"), "<tbody>")
	list, _, _ = strings.Cut(list, "</tbody>")
	const dash = `<span class="quiet">–</span>`
	if n := strings.Count(list, "–"); n != 2 || strings.Count(list, ">"+dash+"</td>") != n || strings.Contains(list, `mono quiet">`+dash) {
		t.Errorf("the dashes are\n%s", list)
	}
}

func TestThreeThousandProductsArePaged(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	for i := range 3000 {
		r.addProduct(t, onenet.ProductID(fmt.Sprintf("5%04d", i)))
	}
	for path, want := range map[string]string{"/products": "1–30 of 3,001", "/products?page=101": "3,001–3,001 of 3,001", "/products?page=999": "3,001–3,001 of 3,001"} {
		if text := r.get(t, path, inEnglish...); len(text) > 40<<10 || !strings.Contains(text, want) {
			t.Errorf("%s has %d bytes and is to show %s", path, len(text), want)
		}
	}
	if text := r.get(t, "/products?page=2", inEnglish...); strings.Count(text, `class="card product"`) != 30 || !strings.Contains(text, `href="/products?page=101"`) {
		t.Errorf("the second page is\n%s", text)
	}
}
