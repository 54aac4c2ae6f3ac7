package console_test

import (
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/internal/browser"
	"github.com/onelan/onelan/onenet"
)

var copied = regexp.MustCompile(`<code data-copy>([^<]*)</code>`)

// copies are the texts of a page that have a button for copying.
func (r *rig) copies(t *testing.T, d onenet.Device) (list []string, page string) {
	t.Helper()
	page = r.get(t, "/device?"+console.RefValues(d.Ref()).Encode(), "Cookie", console.LangCookie+"=en")
	for _, m := range copied.FindAllStringSubmatch(page, -1) {
		list = append(list, unescaped.Replace(m[1]))
	}
	return list, page
}

var unescaped = strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&lt;", "<", "&gt;", ">", "&#43;", "+", "&amp;", "&")

// A device that is added as it logs in chooses its auth info, and its owner copies it into a terminal.
func TestALineToCopyHasNoCharacterThatATerminalActsOn(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	for name, secret := range map[string]onenet.Secret{
		"a key that deletes the line": "x\x15touch /tmp/x #", "an escape": "x\x1b[2K", "a new line": "x\nreboot", "turned around": "x\u202Ey", "no UTF-8": "\xff\xfex",
	} {
		d := r.AddDevice(t, onenet.Device{Product: "244754", ID: onenet.DeviceID(strings.ReplaceAll(name, " ", "-")), AuthInfo: secret})
		list, page := r.copies(t, d)
		for _, text := range list {
			if strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) || r == unicode.ReplacementChar }) || strings.Contains(text, "reboot") {
				t.Errorf("%s: %q can be copied", name, text)
			}
		}
		if n := strings.Count(page, "Left out: the auth info has characters"); n != 2 {
			t.Errorf("%s: the page says %d times why a text is left out, want mosquitto_pub and config.json", name, n)
		}
	}
}

func TestTheCurlLineCommandsThisDeviceWhateverItsID(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	for _, id := range []onenet.DeviceID{"a&b", "a%41", "a{b,c}", "a[1-3]", "a;b", "a'b", "-a"} {
		d := r.AddDevice(t, onenet.Device{Product: "244754", ID: id, AuthInfo: onenet.NewKey()})
		list, _ := r.copies(t, d)
		words := wordsOf(t, list, "curl ")
		u, err := url.Parse(words[len(words)-1])
		if err != nil || u.Query().Get("device_id") != string(id) || strings.ContainsAny(u.RawQuery, "[]{}") {
			t.Errorf("device %s: curl asks for %s (%v)", id, words[len(words)-1], err)
		}
		if words := wordsOf(t, list, "printf "); !strings.Contains(strings.Join(words, "\n"), "\n-i\n"+string(id)+"\n") {
			t.Errorf("device %s: %q", id, words)
		}
	}
}

// wordsOf are the words of the line that begins so, as a shell takes them.
func wordsOf(t *testing.T, list []string, begins string) []string {
	t.Helper()
	for _, text := range list {
		if strings.HasPrefix(text, begins) {
			out, err := exec.Command("sh", "-c", `printf '%s\n' `+strings.ReplaceAll(text, "|", `'|'`)).Output()
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
		}
	}
	t.Fatalf("no line begins with %s in %q", begins, list)
	return nil
}

func TestNoSecretIsSeenOnADevicesPageBeforeAClick(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	d := r.AddDevice(t, onenet.Device{Product: "244754", ID: "777", AuthInfo: "the-auth-info"})
	product, err := r.Platform().Product(t.Context(), d.Product)
	if err != nil {
		t.Fatal(err)
	}
	b := browse(t, r.url, wide, high, "en")
	b.Open(t, "/device?"+console.RefValues(d.Ref()).Encode())
	for _, secret := range []onenet.Secret{d.AuthInfo, product.MasterKey, product.RegisterCode} {
		if text := b.Text(); strings.Contains(text, string(secret)) {
			t.Errorf("%s is seen:\n%s", secret, text)
		}
	}
	browser.Eval[bool](t, b.Tab, `document.querySelectorAll("details").forEach(d => d.open = true) || true`)
	b.Has(t, "main", string(d.AuthInfo))
}
