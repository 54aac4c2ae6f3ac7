package console_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// everyPage are the addresses of all pages of a platform with the demo device and a record 1.
func everyPage(d onenet.Device) []string {
	ref := console.RefValues(d.Ref()).Encode()
	return []string{
		"/", "/products", "/product?product=244754", "/product/delete?product=244754", "/devices", "/devices?search=5&online=0&product=244754&page=2", "/devices/add", "/devices/import",
		"/device?" + ref, "/device/edit?" + ref, "/device/delete?" + ref, "/device/stream?stream=temperature&" + ref, "/traffic", "/traffic?kind=data&kind=refused&text=x&before=5",
		"/record?seq=1", "/refusals", "/bridge", "/settings", "/reset",
	}
}

func TestEveryPageIsThereInBothLanguages(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	d := r.Demo(t)
	c := r.Connect(t, d)
	c.Publish("$dp", 1, false, onenettest.DP(`{"temperature":25.5}`)).Wait()
	for _, path := range everyPage(d) {
		for l, word := range map[console.Lang]string{console.ZH: "概览", console.EN: "Overview"} {
			t.Run(string(l)+" "+path, func(t *testing.T) {
				t.Parallel()
				text := r.get(t, path, "Cookie", console.LangCookie+"="+string(l))
				if !strings.Contains(text, word) || !strings.Contains(text, "</html>") {
					t.Errorf("no whole page in %s:\n%s", l, text)
				}
				if strings.Contains(text, "%!") || strings.Contains(text, "ZgotmplZ") {
					t.Errorf("a phrase or an address went wrong:\n%s", text)
				}
			})
		}
	}
}

func TestACommandIsSentWithoutAScript(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	d := r.Demo(t)
	got := make(chan string, 1)
	c := r.Connect(t, d, onenettest.OnMessage(func(_ string, payload []byte) { got <- string(payload) }))
	_ = c
	fields := console.RefValues(d.Ref())
	fields.Set("body", "6f 6E")
	fields.Set("as", "hex")
	status, text := r.post(t, "/device/commands", fields)
	if status != 200 || !strings.Contains(text, "<code>on</code>") {
		t.Errorf("HTTP %d, the page does not show the command:\n%s", status, text)
	}
	if body := <-got; body != "on" {
		t.Errorf("the device got %q, want on", body)
	}
	fields = console.RefValues(d.Ref())
	fields.Set("button", "toggle")
	fields.Set("body", "not this")
	r.post(t, "/device/commands", fields)
	if body := <-got; body != "toggle" {
		t.Errorf("one click sent %q, want toggle", body)
	}
}

func TestAFormThatWasNotTakenSaysWhyAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	d := r.Demo(t)
	with := func(pairs ...string) url.Values {
		v := console.RefValues(d.Ref())
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	tests := []struct {
		name, path string
		fields     url.Values
		want       []string
	}{
		{"the device is away", "/device/commands", with("body", "led=1"), []string{"not online", "led=1"}},
		{"not hexadecimal", "/device/commands", with("body", "0x5", "as", "hex"), []string{"hexadecimal", "0x5"}},
		{"too long a wait", "/device/commands", with("body", "x", "timeout", "9999999"), []string{"2678400"}},
		{"an id that is taken", "/devices/add", with("title", "kept title"), []string{"already exists", "kept title"}},
		{"a title that is too long", "/device/edit", with("title", strings.Repeat("t", 65), "auth_info", "kept-auth", "desc", "", "tags", "", "private", "1"), []string{"title", "kept-auth", "aria-invalid"}},
		{"a table with a wrong column", "/devices/import", url.Values{"table": {"product,colour\n1,red"}}, []string{"colour", "red"}},
		{"a table whose second device is there", "/devices/import", url.Values{"table": {"244754,1\n244754,527521926"}}, []string{"line 2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			status, text := r.post(t, tt.path, tt.fields)
			if status < 400 || status > 499 {
				t.Errorf("HTTP %d", status)
			}
			for _, want := range append(tt.want, `role="alert"`) {
				if !strings.Contains(text, want) {
					t.Errorf("the page lacks %q:\n%s", want, text)
				}
			}
		})
	}
}

func TestDevicesAreAddedChangedAndRemoved(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	fields := url.Values{"product": {"244754"}, "device": {".."}, "title": {"the <lamp>"}, "auth_info": {"a b"}, "tags": {"a, b，c"}}
	if _, text := r.post(t, "/devices/add", fields); !strings.Contains(text, "the &lt;lamp&gt;") {
		t.Errorf("the new device's page is not shown:\n%s", text)
	}
	ref := onenet.DeviceRef{Product: "244754", Device: ".."}
	dev, err := r.Platform().Device(t.Context(), ref)
	if err != nil || string(dev.AuthInfo) != "a b" || len(dev.Tags) != 3 {
		t.Fatalf("got %+v, %v", dev, err)
	}
	fields.Set("title", "lamp")
	fields.Set("blocked", "1")
	fields.Set("desc", "")
	fields.Set("private", "1")
	r.post(t, "/device/edit", fields)
	if dev, _ = r.Platform().Device(t.Context(), ref); dev.Title != "lamp" || !dev.Blocked || string(dev.AuthInfo) != "a b" {
		t.Errorf("after the change: %+v", dev)
	}
	r.post(t, "/device/delete", console.RefValues(ref))
	if _, err := r.Platform().Device(t.Context(), ref); err == nil {
		t.Error("it is still there")
	}
	status, _ := r.post(t, "/devices/import", url.Values{"product": {"244754"}, "table": {"title,device\nx,5001\ny,5002"}})
	if list, n, _ := r.Platform().Devices(t.Context(), onenet.DeviceFilter{Keywords: "500"}); status != 200 || n != 2 {
		t.Errorf("HTTP %d, the table's devices: %v", status, list)
	}
}

func TestARefusedDeviceIsAddedWithOneClick(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	board := onenet.Device{Product: "244754", ID: "777", AuthInfo: "its own password"}
	if r.login(t, board) {
		t.Fatal("an unknown device was let in")
	}
	text := r.get(t, "/refusals", "Cookie", console.LangCookie+"=en")
	for _, want := range []string{"777", "What to do", `value="admit"`, "Add this device"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}
	r.post(t, "/refusals/fix", url.Values{"does": {"admit"}, "product": {"244754"}, "device": {"777"}, "back": {"/refusals"}})
	if !r.login(t, board) {
		t.Error("it was turned down again")
	}
	if text := r.get(t, "/device?product=244754&device=777"); !strings.Contains(text, "777") {
		t.Errorf("it has no page:\n%s", text)
	}
}

func TestADeviceOfAnotherProductIsAddedToTheOneItNamesWithOneClick(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	demo := r.Demo(t)
	r.AddDevice(t, onenet.Device{Product: "330001", ID: "600000001", AuthInfo: "another"})
	board := onenet.Device{Product: "330001", ID: demo.ID, AuthInfo: demo.AuthInfo}
	if r.login(t, board) {
		t.Fatal("a device of another product was let in")
	}
	text := r.get(t, "/refusals", "Cookie", console.LangCookie+"=en")
	for _, want := range []string{"The product is wrong here: add it to product 330001", "stays as it is"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}
	r.post(t, "/refusals/fix", url.Values{"does": {"admit"}, "product": {"330001"}, "device": {string(demo.ID)}, "back": {"/refusals"}})
	if !r.login(t, board) || !r.login(t, demo) {
		t.Error("each product is to have its device now")
	}
}

func (r *rig) login(t *testing.T, d onenet.Device) bool {
	t.Helper()
	_, refusal := r.Platform().Login(t.Context(), onenet.Attempt{
		Product: string(d.Product), Device: string(d.ID), Credential: d.AuthInfo, Addr: "192.168.1.7:5",
	})
	return refusal == nil
}

// The rows of a live list come by the live connection: our script does not have them made again.
func TestTheScriptIsGivenTheIslandsOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	d := r.Demo(t)
	r.Connect(t, d)
	for _, path := range []string{"/traffic", "/device?" + console.RefValues(d.Ref()).Encode()} {
		whole, part := r.get(t, path), r.get(t, path, "X-Look", "islands")
		if !strings.Contains(whole, `id="r1"`) && !strings.Contains(whole, `id="r2"`) || strings.Contains(part, `<li class="row`) || !strings.Contains(part, `id="pulse"`) {
			t.Errorf("%s: the script gets\n%s", path, part)
		}
	}
}
