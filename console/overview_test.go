package console_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

func TestAfterTheFirstLoginTheOverviewOffersTheFirstCommand(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	overview := func() string { return r.get(t, "/", "Cookie", console.LangCookie+"=en") }
	if text := overview(); !strings.Contains(text, "First steps") || strings.Contains(text, "Now send it a command") {
		t.Errorf("before anybody came:\n%s", text)
	}
	d := r.Demo(t)
	c := r.Connect(t, d)
	if text := overview(); strings.Contains(text, "First steps") || !strings.Contains(text, "Now send it a command") || !strings.Contains(text, `value="toggle"`) {
		t.Errorf("when it is here:\n%s", text)
	}
	fields := console.RefValues(d.Ref())
	fields.Set("button", "on")
	if status, text := r.post(t, "/device/commands", fields); status != 200 || !strings.Contains(text, "<code>on</code>") {
		t.Errorf("HTTP %d:\n%s", status, text)
	}
	if text := overview(); strings.Contains(text, "Now send it a command") {
		t.Errorf("after the command:\n%s", text)
	}
	c.Disconnect(0)
	r.Wait(t, onenettest.Offline(d))
	if text := overview(); strings.Contains(text, "First steps") {
		t.Errorf("it has been here:\n%s", text)
	}
}

func TestTheOverviewSaysWhereOthersFindTheRESTAPI(t *testing.T) {
	t.Parallel()
	for listens, want := range map[string]string{
		"[::]:8080": "http://192.168.1.10:8080<", "0.0.0.0:8080": "http://192.168.1.10:8080<", "127.0.0.1:8080": "http://127.0.0.1:8080<", "10.0.0.5:8080": "http://10.0.0.5:8080<",
	} {
		r := newRig(t, func(c *console.Config) {
			i := c.Info()
			i.HTTP, i.Boards = listens, []console.Board{{Addr: "192.168.1.10:6002", Via: "wlan0"}}
			c.Info = func() console.Info { return i }
		})
		if text := r.get(t, "/"); !strings.Contains(text, want) {
			t.Errorf("listening on %s it does not say %s:\n%s", listens, want, text)
		}
	}
}

func TestTheLineForTheCommandLineNamesAServerThatIsNotWhereItLooks(t *testing.T) {
	t.Parallel()
	for lab, want := range map[string]string{"127.0.0.1:8090": "onelan send 244754/", "[::]:8090": "onelan send 244754/", "127.0.0.1:18090": "onelan send --server http://127.0.0.1:18090 244754/"} {
		r := newRig(t, func(c *console.Config) {
			i := c.Info()
			i.Lab = lab
			c.Info = func() console.Info { return i }
		})
		if list, _ := r.copies(t, r.Demo(t)); wordsOf(t, list, "onelan ") == nil || !strings.HasPrefix(strings.Join(wordsOf(t, list, "onelan "), " "), want) {
			t.Errorf("at %s: %q, want %s", lab, list, want)
		}
	}
}

func TestARefusalThatIsSolvedSaysSoAndCountsNoMore(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil, onenettest.WithClock(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)))
	figure := func() bool {
		return strings.Contains(r.get(t, "/", "Cookie", console.LangCookie+"=en"), `<span class="n bad">1</span><span class="l">Recently refused`)
	}
	d := r.AddDevice(t, onenet.Device{Product: "244754", ID: "777", AuthInfo: "right"})
	wrong := d
	wrong.AuthInfo = "wrong"
	r.login(t, wrong)
	if !figure() {
		t.Error("the overview does not count the device that was refused")
	}
	r.Advance(t, time.Minute)
	r.Connect(t, d).Disconnect(0)
	r.Wait(t, onenettest.Offline(d))
	if text := r.get(t, "/refusals", "Cookie", console.LangCookie+"=en"); !strings.Contains(text, "Solved: it logged in at 08:01:00") {
		t.Errorf("%s", text)
	}
	if figure() {
		t.Error("the overview still counts it")
	}
	r.login(t, onenet.Device{Product: "244754", ID: "778", AuthInfo: "x"})
	r.Advance(t, time.Minute)
	r.login(t, wrong)
	if text := r.get(t, "/refusals?"+url.Values{}.Encode(), "Cookie", console.LangCookie+"=en"); strings.Contains(text, "Solved") {
		t.Errorf("refused again, and still solved:\n%s", text)
	}
}
