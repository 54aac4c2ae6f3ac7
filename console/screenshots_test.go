package console_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// TestScreenshots makes the pictures of the documentation, and those to look at after a change of the design, in the
// directory that ONELAN_SCREENSHOTS names: `make screenshots`.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("ONELAN_SCREENSHOTS")
	if dir == "" {
		t.Skip("ONELAN_SCREENSHOTS names no directory to put them in")
	}
	hash, err := console.HashPassword("the password of the picture")
	if err != nil {
		t.Fatal(err)
	}
	fresh, r, locked := newRig(t, posed), newRig(t, posed), newRig(t, func(c *console.Config) { c.Password = hash })
	demo := r.scene(t)
	records := r.recordPages(t)
	ref := console.RefValues(demo.Ref()).Encode()
	pages := []struct{ name, path string }{
		{"overview", "/"},
		{"products", "/products"},
		{"product", "/product?product=244754"},
		{"devices", "/devices"},
		{"device", "/device?" + ref},
		{"stream", "/device/stream?stream=temperature&" + ref},
		{"traffic", "/traffic"},
		{"record", records[0]},
		{"bytes", records[1]},
		{"refusals", "/refusals"},
		{"settings", "/settings"},
		{"add", "/devices/add"},
		{"import", "/devices/import"},
		{"bridge", "/bridge"},
		{"link", "/bridge/link?product=244754&device=527521930"},
	}
	if os.Getenv("ONELAN_SCREENSHOTS_LOOK") != "all" { // the documentation's: what a screen shows of two pages
		for _, l := range looks[:2] {
			b := l.browse(t, r.url)
			for _, p := range pages {
				if p.name == "device" || p.name == "refusals" {
					b.Open(t, p.path)
					b.picture(t, filepath.Join(dir, "console-"+p.name+"-"+l.lang+".png"), chromedp.CaptureScreenshot())
				}
			}
		}
		return
	}
	for _, l := range looks {
		b := l.browse(t, r.url)
		for _, p := range pages {
			b.Open(t, p.path)
			b.picture(t, filepath.Join(dir, p.name+"-"+l.name+".png"), chromedp.FullScreenshot(100))
		}
		b.Quiet(t)
		b.URL = fresh.url
		b.Open(t, "/")
		b.picture(t, filepath.Join(dir, "first-"+l.name+".png"), chromedp.FullScreenshot(100))
		b.URL = locked.url
		b.Open(t, "/login")
		b.picture(t, filepath.Join(dir, "login-"+l.name+".png"), chromedp.FullScreenshot(100))
	}
}

// look is how a page is looked at.
type look struct {
	name, lang, theme string
	width, height     int64
}

var looks = []look{
	{"zh-light", "zh", "light", 1280, 900},
	{"en-light", "en", "light", 1280, 900},
	{"en-dark", "en", "dark", 1280, 900},
	{"zh-phone", "zh", "light", 390, 844},
	{"en-phone-dark", "en", "dark", 390, 844},
}

func (l look) browse(t *testing.T, url string) *tab {
	t.Helper()
	b := browse(t, url, l.width, l.height, l.lang)
	if _, err := chromedp.Call(b.Ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Asia/Shanghai"}); err != nil { // as posed
		t.Fatal(err)
	}
	b.Open(t, "/")
	b.Click(t, `button[value="`+l.theme+`"]`)
	b.Shows(t, `document.documentElement.dataset.theme === "`+l.theme+`"`)
	return b
}

// picture takes a picture, and packs it smaller than the browser does.
func (b *tab) picture(t *testing.T, file string, take chromedp.Action[[]byte]) {
	t.Helper()
	// Rows outside of the screen are not drawn, and a picture of the whole page has them.
	b.Do(t, chromedp.Evaluate[chromedp.Void](`for (const r of document.querySelectorAll(".row")) r.style.contentVisibility = "visible"`))
	text, err := chromedp.Run(b.Ctx, take)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// posed makes what a page tells of this machine the same in every picture.
func posed(c *console.Config) {
	i := c.Info()
	i.Version, i.MQTT, i.HTTP, i.Lab, i.Console = "1.0", "[::]:6002", "[::]:8080", "127.0.0.1:8090", "127.0.0.1:8090"
	i.Boards = []console.Board{{"192.168.1.10:6002", "wlan0"}, {"onelan.local:6002", "mDNS"}}
	c.Info, c.Zone = func() console.Info { return i }, onenet.Beijing
	c.Bridge = func() console.Bridge { return cloudAway(i.Started) }
}

// scene fills a platform with what a desk with a few boards looks like.
func (r *rig) scene(t *testing.T) onenet.Device {
	t.Helper()
	demo := r.Demo(t)
	var last onenet.Device
	for i, name := range []string{"kitchen", "阳台温室", "workshop", "garage", "书房"} {
		last = r.AddDevice(t, onenet.Device{Product: "244754", ID: onenet.DeviceID(fmt.Sprintf("52752193%d", i)), Title: name, AuthInfo: onenet.NewKey(), Tags: []string{"esp32"}, Private: true})
	}
	r.AddDevice(t, onenet.Device{Product: "330001", ID: "600000001", Title: "meter", AuthInfo: onenet.NewKey(), Private: true})
	r.climate(t, demo)
	c := r.Connect(t, demo)
	c.Subscribe("led", 0, nil).Wait()
	c.Publish("$dp", 1, false, onenettest.DP(`{"temperature":24.5,"humidity":61,"led":"on"}`)).Wait()
	c.Publish("led", 1, false, "hello from the board").Wait()
	for _, body := range []string{"on", "toggle"} {
		cmd := r.Send(t, demo, body)
		c.Publish("$crsp/"+string(cmd.ID), 0, false, "led is "+body).Wait()
		r.Wait(t, onenettest.CommandIs(cmd, onenet.CommandAnswered))
	}
	r.Send(t, demo, "off")
	for range 3 {
		r.login(t, onenet.Device{Product: "244754", ID: "3C71BFAA0102", AuthInfo: "3C71BFAA0102"})
	}
	r.login(t, onenet.Device{Product: "527521926", ID: "244754", AuthInfo: "3C71BFC80054"})
	r.login(t, onenet.Device{Product: "244754", ID: "527521930", AuthInfo: "wrong"})
	bad := append(onenettest.DP(`{"temperature":24.5}`), "\x03\x00\x0a{\"状态\":\"开\"}"...) // 10 characters, 16 bytes
	r.Connect(t, last).Publish("$dp", 0, false, bad)
	r.Wait(t, onenettest.Refused(onenet.DataLengthCountsCharacters))
	return demo
}

// climate is an hour of a room.
func (r *rig) climate(t *testing.T, d onenet.Device) {
	t.Helper()
	now := r.Platform().Clock().Now()
	var points []onenet.Datapoint
	for i := range 300 {
		at := now.Add(-time.Duration(300-i) * 12 * time.Second)
		value := 23 + 2*math.Sin(float64(i)/40) + 0.4*math.Sin(float64(i)/3)
		points = append(points, onenet.Datapoint{Stream: "temperature", At: at, Value: json.RawMessage(fmt.Sprintf("%.1f", value))},
			onenet.Datapoint{Stream: "humidity", At: at, Value: json.RawMessage(fmt.Sprintf("%d", 60+i%7))})
	}
	if err := r.Platform().IngestWait(t.Context(), onenet.Upload{Ref: d.Ref(), Points: points, Topic: "$dp"}); err != nil {
		t.Fatal(err)
	}
}

// recordPages are the addresses of records that show all a record can: why a login was refused, and the bytes of a message.
func (r *rig) recordPages(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, c := range []onenet.Cause{onenet.LoginUnknownDevice, onenet.DataLengthCountsCharacters} {
		out = append(out, fmt.Sprintf("/record?seq=%d", r.Wait(t, onenettest.Refused(c)).Seq))
	}
	return out
}
