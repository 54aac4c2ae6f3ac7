package console_test

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/internal/browser"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

const wide, high = 1280, 900

// It is the console that the server itself has, beside /_lab/.
func TestTheEndOfTheTutorialIsClickedThrough(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	d := r.Demo(t)
	b := browse(t, "http://"+r.LabAddr(), wide, high, "en")
	b.Open(t, "/devices")
	b.Has(t, "#devices .state", "Offline")
	browser.Eval[bool](t, b.Tab, `window.notReloaded = true`)
	answers := func(c mqtt.Client) func(string, []byte) {
		return func(topic string, payload []byte) {
			c.Publish(strings.Replace(topic, "$creq", "$crsp", 1), 0, false, "led is "+string(payload))
		}
	}
	var c mqtt.Client
	c = r.Connect(t, d, onenettest.OnMessage(func(topic string, payload []byte) { answers(c)(topic, payload) }))
	b.Has(t, "#devices .state", "Online")
	if !browser.Eval[bool](t, b.Tab, `window.notReloaded === true`) {
		t.Error("the list was loaded anew")
	}
	b.Click(t, `#devices .name a`)
	b.Has(t, "h1", "esp32-led")
	b.Click(t, `.oneclick button[value="on"]`)
	b.Has(t, "#commands .answer", "led is on")
	b.Has(t, "#commands .tag", "answered")
	b.Write(t, "#body", "blink\n")
	b.Has(t, "#commands .answer", "led is blink")
	c.Publish("$dp", 1, false, onenettest.DP(`{"temperature":25.5}`)).Wait()
	b.Has(t, "#streams", "25.5")
	b.Has(t, "#timeline .what", "temperature = 25.5")
	b.Click(t, `#streams a`)
	b.Shows(t, `document.querySelectorAll("#chart .dots circle").length === 1`)
	c.Publish("$dp", 1, false, onenettest.DP(`{"temperature":26.5}`)).Wait()
	b.Shows(t, `document.querySelectorAll("#chart .dots circle").length === 2 && document.querySelector("#chart .line").getAttribute("d").includes("L")`)
	b.Quiet(t)
}

func TestARefusedDeviceAppearsAndIsAddedInTheBrowser(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	board := onenet.Device{Product: "244754", ID: "3C71BFAA0102", AuthInfo: "secret-of-the-board"}
	b := browse(t, r.url, wide, high, "en")
	b.Open(t, "/refusals")
	b.Has(t, "#refusals", "Nothing was refused")
	if token := mqtt.NewClient(r.Options(board)).Connect(); token.Wait() && token.Error() == nil {
		t.Fatal("an unknown board was let in")
	}
	b.Has(t, "#refusals", "the product has no device with this id")
	b.Click(t, `#refusals button.primary`)
	b.Has(t, "#refusals", "Waiting for its next login")
	r.Connect(t, board)
	b.Has(t, "#refusals", "Solved: it logged in at")
	if text := b.Text(); strings.Contains(text, string(board.AuthInfo)) {
		t.Errorf("the page tells the password:\n%s", text)
	}
	b.Quiet(t)
}

func TestLanguageAndThemeAreSwitchedAndRemembered(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := browse(t, r.url, wide, high, "zh-CN")
	b.Open(t, "/devices?search=5")
	b.Has(t, "h1", "设备")
	b.Click(t, `button[value="en"]`)
	b.Has(t, "h1", "Devices")
	b.Click(t, `button[value="dark"]`)
	b.Shows(t, `getComputedStyle(document.body).color === "rgb(229, 233, 240)"`)
	if at := browser.Eval[string](t, b.Tab, `location.pathname + location.search`); at != "/devices?search=5" {
		t.Errorf("it came back to %s", at)
	}
	b.Open(t, "/settings")
	b.Has(t, "h1", "Settings")
	b.Shows(t, `document.documentElement.dataset.theme === "dark"`)
	b.Quiet(t)
}

func TestHostileTextsDoNotRunInARealBrowser(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	d := r.Demo(t)
	const evil = `<img src=x onerror="window.run=1"><script>window.run=1</script>`
	d.Title = `<svg/onload="window.run=1">`
	if err := r.Platform().ChangeDevice(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	b := browse(t, r.url, wide, high, "en")
	ref := console.RefValues(d.Ref()).Encode()
	stream := "/device/stream?" + url.Values{"product": {"244754"}, "device": {string(d.ID)}, "stream": {evil}}.Encode()
	c := r.Connect(t, d)
	point := []onenet.Datapoint{{Stream: evil, Value: mustJSON(t, evil)}}
	if err := r.Platform().IngestWait(t.Context(), onenet.Upload{Ref: d.Ref(), Points: point, Topic: "$dp"}); err != nil {
		t.Fatal(err)
	}
	for i, path := range []string{"/", "/devices", "/device?" + ref, stream, "/traffic", "/refusals"} {
		b.Open(t, path)
		c.Publish(fmt.Sprintf("t%d", i), 1, false, evil).Wait() // while the page is open
		r.login(t, onenet.Device{Product: onenet.ProductID(evil), ID: onenet.DeviceID(evil + fmt.Sprint(i)), AuthInfo: evil})
		if path == "/traffic" || strings.HasPrefix(path, "/device?") {
			b.Has(t, "#rows", `onerror="window.run=1"`)
		}
		if browser.Eval[bool](t, b.Tab, `window.run !== undefined`) {
			t.Errorf("%s ran a device's text", path)
		}
	}
	b.Quiet(t)
}

func TestWithoutAScriptPagesAreReadAndCommandsSent(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	d := r.Demo(t)
	got := make(chan string, 1)
	r.Connect(t, d, onenettest.OnMessage(func(_ string, payload []byte) { got <- string(payload) }))
	b := browse(t, r.url, wide, high, "en")
	if _, err := chromedp.Call(b.Ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	b.Open(t, "/devices")
	b.Click(t, `#devices .name a`)
	b.Do(t, chromedp.WaitVisible(chromedp.CSS("#send")))
	b.Click(t, `.oneclick button[value="toggle"]`)
	if body := <-got; body != "toggle" {
		t.Errorf("the device got %q", body)
	}
	b.Do(t, chromedp.WaitVisible(chromedp.CSS("#commands li")))
	b.Quiet(t)
}

func TestEveryPageFitsAPhone(t *testing.T) {
	t.Parallel()
	r := newRig(t, posed)
	d := r.scene(t)
	b := browse(t, r.url, 390, 844, "zh-CN")
	for _, path := range slices.Concat(everyPage(d), r.recordPages(t), []string{console.LinkURL(stuck)}) {
		b.Open(t, path)
		if over := browser.Eval[int](t, b.Tab, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			t.Errorf("%s is %d pixels wider than a phone", path, over)
		}
	}
	b.Quiet(t)
}

func TestPausedTrafficGoesOnWithoutAGap(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	note := func(from, to int) {
		for i := from; i < to; i++ {
			r.Platform().Journal().Append(onenet.Record{Kind: onenet.KindSystem, Text: fmt.Sprintf("note %d.", i)})
		}
	}
	b := browse(t, r.url, wide, high, "en")
	b.Open(t, "/traffic")
	note(0, 10)
	b.Has(t, "#rows", "note 9.")
	b.Click(t, "#pause")
	b.Has(t, "#pause", "Resume")
	note(10, 60)
	if text := b.Text(); strings.Contains(text, "note 59.") {
		t.Error("it went on while it was paused")
	}
	b.Click(t, "#pause")
	b.Has(t, "#rows", "note 59.")
	if !browser.Eval[bool](t, b.Tab, `(() => { const s = [...document.querySelectorAll("#rows li")].map(li => Number(li.dataset.seq)); return s.length > 60 && s.every((n, i) => i === 0 || n === s[i - 1] - 1); })()`) {
		t.Error("the numbers of the rows have a hole")
	}
	note(60, 1500)
	b.Has(t, "#rows", "note 1499.")
	if n := browser.Eval[int](t, b.Tab, `document.querySelectorAll("#rows li").length`); n > console.PageRows {
		t.Errorf("the list has grown to %d rows, it keeps %d", n, console.PageRows)
	}
	b.Has(t, "#rows", "left out")
	b.Quiet(t)
}

func TestAPageGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	first, second := newRig(t, nil), newRig(t, nil)
	d := first.Demo(t)
	first.Connect(t, d)
	front := newFront(t, first.door)
	b := browse(t, front.URL, wide, high, "en")
	b.Open(t, "/devices")
	b.Has(t, "#devices .state", "Online")
	front.turn(nil) // it is gone
	b.Has(t, "#lost", "lost")
	front.turn(second.door) // and comes back as another run, without the device
	b.Has(t, "#devices .state", "Offline")
	second.Connect(t, second.Demo(t))
	b.Has(t, "#devices .state", "Online")
	b.Shows(t, `document.getElementById("lost").hidden`)
}

func TestAFirstViewIsSmall(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.scene(t)
	const most = 150 << 10
	page := r.get(t, "/")
	files := regexp.MustCompile(`/static/[^"]+`).FindAllString(page, -1)
	if len(files) < 3 {
		t.Fatalf("the page loads only %v", files)
	}
	total := len(page)
	for _, file := range files {
		total += len(r.get(t, file))
	}
	t.Logf("%d bytes, of which the page has %d", total, len(page))
	if total > most {
		t.Errorf("a first view takes %d bytes, want at most %d", total, most)
	}
}

// On a wide screen the cards stand in two columns; on a phone below each other, and what one came for must not be at the end.
func TestOnAPhoneWhatOneCameForIsNearTheTop(t *testing.T) {
	t.Parallel()
	r := newRig(t, posed)
	d := r.scene(t)
	b := browse(t, r.url, 390, 844, "en")
	for path, order := range map[string][]string{
		"/device?" + console.RefValues(d.Ref()).Encode(): {"#send", "#streams", "#timeline", "#credentials"},
		"/": {"#figures", ".addresses", "#latest", "#refused"},
	} {
		b.Open(t, path)
		for i := range order[1:] {
			b.Shows(t, fmt.Sprintf("document.querySelector(%q).getBoundingClientRect().top < document.querySelector(%q).getBoundingClientRect().top", order[i], order[i+1]))
		}
	}
}
