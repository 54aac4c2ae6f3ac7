package console

import (
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onelan/onelan/onenet"
)

// commandForm is a command to be sent, as it stands in the form (下发命令).
type commandForm struct {
	Body    string
	Hex     bool
	Confirm bool // qos 1
	Timeout int  // seconds
	Buttons []string
	Fault   *fault
	Sent    onenet.CommandID // the one that was sent last from here
}

// buttonsCookie holds the one-click commands, which belong to a person and not to a device.
const (
	buttonsCookie = "onelan_buttons"
	mostButtons   = 12
	longestButton = 64 // bytes
)

var usualButtons = []string{"on", "off", "toggle"}

func newCommandForm(r *http.Request) commandForm {
	return commandForm{Buttons: buttonsOf(r), Sent: onenet.CommandID(r.URL.Query().Get("cmd"))}
}

// buttonsOf are a person's one-click commands.
func buttonsOf(r *http.Request) []string {
	c, err := r.Cookie(buttonsCookie)
	if err != nil {
		return usualButtons
	}
	text, err := hex.DecodeString(c.Value) // a cookie may hold neither blanks nor commas
	if err != nil {
		return usualButtons
	}
	return splitButtons(string(text))
}

// splitButtons reads what stands between commas, at most mostButtons of them.
func splitButtons(text string) []string {
	var out []string
	for b := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(",，\r\n", r) }) {
		b = strings.TrimSpace(b)
		if b != "" && len(b) <= longestButton && isText([]byte(b)) && !slices.Contains(out, b) && len(out) < mostButtons {
			out = append(out, b)
		}
	}
	return out
}

func (d *door) setButtons(r *http.Request) (reply, error) {
	list := splitButtons(r.PostFormValue("buttons"))
	c := lasting(buttonsCookie, hex.EncodeToString([]byte(strings.Join(list, ","))))
	if len(list) == 0 {
		c.MaxAge = -1 // back to the usual ones
	}
	return redirect{to: deviceURL(refOf(r)) + "#send", cookies: []*http.Cookie{c}}, nil
}

func (d *door) send(r *http.Request) (reply, error) {
	ref := refOf(r)
	f := commandForm{
		Body: r.PostFormValue("body"), Hex: r.PostFormValue("as") == "hex", Confirm: r.PostFormValue("qos") == "1", Buttons: buttonsOf(r),
	}
	if b := r.PostFormValue("button"); b != "" { // one click: the text on it, as text
		f.Body, f.Hex = b, false
	}
	c, err := d.sendForm(r, ref, &f)
	if err != nil {
		var status int
		f.Fault, status = d.faultOf(r, err)
		return d.devicePage(r, ref, f, status)
	}
	return redirect{to: deviceURL(ref) + "&cmd=" + string(c.ID) + "#send"}, nil
}

func (d *door) sendForm(r *http.Request, ref onenet.DeviceRef, f *commandForm) (onenet.Command, error) {
	if text := strings.TrimSpace(r.PostFormValue("timeout")); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > int(onenet.MaxCommandTimeout/time.Second) {
			return onenet.Command{}, onenet.Invalid("timeout", "want seconds from 0 to %d, got %q", int(onenet.MaxCommandTimeout/time.Second), text)
		}
		f.Timeout = n
	}
	body := []byte(f.Body)
	if f.Hex {
		var err error
		if body, err = bytesOf(f.Body); err != nil {
			return onenet.Command{}, err
		}
	}
	return d.p.SendCommand(r.Context(), ref, onenet.CommandRequest{
		Body: body, Confirm: f.Confirm, Timeout: time.Duration(f.Timeout) * time.Second,
	})
}

// bytesOf reads hexadecimal digits, with blanks, commas or 0x between the bytes.
func bytesOf(text string) ([]byte, error) {
	clean := strings.NewReplacer("0x", "", "0X", "", " ", "", ",", "", "\t", "", "\r", "", "\n", "", "-", "", ":", "").Replace(text)
	b, err := hex.DecodeString(clean)
	if err != nil {
		return nil, onenet.Invalid("body", "want pairs of hexadecimal digits such as 01 0A FF, got %q", cut(longestButton, text))
	}
	return b, nil
}

// sent is a command with its life: when it was made, sent and answered.
type sent struct {
	onenet.Command
	Text   string // its body
	Reply  string // its answer
	Tone   string
	Latest bool // it has just been sent from this page
}

// commandTones say how a command in a state is marked.
var commandTones = map[onenet.CommandState]string{
	onenet.CommandNotOnline: "bad", onenet.CommandCreated: "info", onenet.CommandSent: "command", onenet.CommandSendFailed: "bad",
	onenet.CommandAnswered: "good", onenet.CommandUnanswered: "warn", onenet.CommandTooLarge: "warn",
}

// history is a page of the device's commands, the newest first, and the address of the next.
func (d *door) history(r *http.Request, ref onenet.DeviceRef) ([]sent, string, error) {
	const some = 10
	offset, _ := strconv.Atoi(r.URL.Query().Get("commands")) // what is no number is the first page
	offset = max(offset, 0)
	list, total, err := d.p.Commands(r.Context(), onenet.CommandQuery{Ref: ref, Desc: true, Offset: offset, Limit: some})
	latest := onenet.CommandID(r.URL.Query().Get("cmd"))
	var out []sent
	for _, c := range list {
		out = append(out, sent{c, cut(longestText, bodyText(c.Body)), cut(longestText, bodyText(c.Answer)), commandTones[c.State], c.ID == latest})
	}
	if offset+len(list) >= total {
		return out, "", err
	}
	v := refValues(ref)
	v.Set("commands", strconv.Itoa(offset+some))
	return out, "/device?" + v.Encode() + "#commands", err
}
