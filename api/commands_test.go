package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
)

const cmds = "/cmds?device_id=" + string(device)

func TestPostCmdsReachesTheDeviceWithTheBodyUntouched(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.connect()
	body := "{\"a\"=%31+&\x00\xff\r\n"
	w := f.call(t, "POST", cmds, master, body)
	want := regexp.MustCompile(`^\{"errno":0,"error":"succ","data":\{"cmd_uuid":"([0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})"\}\}$`)
	m := want.FindStringSubmatch(w.Body.String())
	if m == nil {
		t.Fatalf("got %s, want %s", w.Body, want)
	}
	if d := cmp.Diff([]sent{{ref, onenet.CommandID(m[1]), body}}, f.down.sent); d != "" {
		t.Errorf("sent (-want +got):\n%s", d)
	}
}

func TestPostCmdsTakesTheBodyWhateverItsContentType(t *testing.T) {
	t.Parallel()
	for _, contentType := range []string{"", "application/x-www-form-urlencoded", "text/plain", "application/json", "multipart/form-data", "nonsense"} {
		t.Run(contentType, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.connect()
			r := httptest.NewRequestWithContext(t.Context(), "POST", cmds, strings.NewReader("a=1&b=%20"))
			r.Header["Api-Key"] = []string{master}
			if contentType != "" {
				r.Header.Set("Content-Type", contentType)
			}
			f.door.ServeHTTP(httptest.NewRecorder(), r)
			if len(f.down.sent) != 1 || f.down.sent[0].Body != "a=1&b=%20" {
				t.Errorf("sent %q", f.down.sent)
			}
		})
	}
}

func TestPostCmdsRefusals(t *testing.T) {
	t.Parallel()
	invalid := func(field string) string { return `{"errno":6,"error":"invalid parameter: ` + field + `"}` }
	tests := []struct{ name, target, body, want string }{
		{"the device is away and there is no timeout", cmds, "on", `{"errno":10,"error":"device not online: 700123456"}`},
		{"timeout 0 is no timeout", cmds + "&timeout=0", "on", `{"errno":10,"error":"device not online: 700123456"}`},
		{"no device", "/cmds", "on", `{"errno":7,"error":"parameter required: device_id"}`},
		{"an empty device", "/cmds?device_id=", "on", `{"errno":7,"error":"parameter required: device_id"}`},
		{"no body", cmds, "", `{"errno":9,"error":"entity data required"}`},
		{"a body of 64 KiB", cmds + "&timeout=9", strings.Repeat("x", 65536), `{"errno":5,"error":"request entity too large"}`},
		{"qos 2", cmds + "&qos=2", "on", invalid("qos")},
		{"qos in words", cmds + "&qos=one", "on", invalid("qos")},
		{"a timeout below 0", cmds + "&timeout=-1", "on", invalid("timeout")},
		{"a timeout above 31 days", cmds + "&timeout=2678401", "on", invalid("timeout")},
	}
	f := newFixture(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantBody(t, f.call(t, "POST", tt.target, master, tt.body), tt.want)
		})
	}
}

func TestPostCmdsWaitsForADeviceThatIsAway(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.mustSend(t, "&timeout=2678400&qos=1&type=0", strings.Repeat("x", 65535))
	c, err := f.p.Command(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if c.State != onenet.CommandCreated || !c.Confirm || c.ExpiresAt.Sub(c.CreatedAt) != 31*24*time.Hour || len(c.Body) != 65535 {
		t.Errorf("state %s confirm %v waits %s body %d", c.State, c.Confirm, c.ExpiresAt.Sub(c.CreatedAt), len(c.Body))
	}
	wantBody(t, f.call(t, "GET", "/cmds/"+string(id), master, ""), `{"errno":0,"data":{"status":1,"desc":"command created"},"error":"succ"}`)
}

// states are a command in every state it can have, and what the two calls say of it.
var states = []struct {
	state  onenet.CommandState
	status int
	desc   string
	http   int
}{
	{onenet.CommandNotOnline, 0, "Device not online", 520},
	{onenet.CommandCreated, 1, "command created", 220},
	{onenet.CommandSent, 2, "Command Sent", 221},
	{onenet.CommandSendFailed, 3, "Send Command Failed", 520},
	{onenet.CommandAnswered, 4, "Command Response Received", 200},
	{onenet.CommandUnanswered, 5, "Command Response Timeout", 432},
	{onenet.CommandTooLarge, 6, "Command Response Too Large", 433},
}

func mustPutCommand(t *testing.T, f *fixture, state onenet.CommandState, answer []byte) string {
	t.Helper()
	id := "3f0c9b1e-5a77-5d2c-9e41-0b8d6a1f2c33"
	mustAdd(t, f.store, onenet.Batch{PutCommands: []onenet.Command{{
		ID: onenet.CommandID(id), Product: product, Device: device, Body: []byte("on"), State: state,
		CreatedAt: start, ExpiresAt: start.Add(time.Hour), SentAt: start, Answer: answer, Rev: 1,
	}}})
	return id
}

func TestCommandStatusHasNumberAndWordsForEachState(t *testing.T) {
	t.Parallel()
	for _, tt := range states {
		t.Run(string(tt.state), func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			id := mustPutCommand(t, f, tt.state, nil)
			want := fmt.Sprintf(`{"errno":0,"data":{"status":%d,"desc":%q},"error":"succ"}`, tt.status, tt.desc)
			wantBody(t, f.call(t, "GET", "/cmds/"+id, master, ""), want)
			wantBody(t, f.call(t, "GET", "/cmds/"+id, deviceKey, ""), want)
		})
	}
}

func TestCommandAnswerSaysTheStateInItsHTTPStatus(t *testing.T) {
	t.Parallel()
	for _, tt := range states {
		t.Run(string(tt.state), func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			w := f.call(t, "GET", "/cmds/"+mustPutCommand(t, f, tt.state, nil)+"/resp", master, "")
			if w.Code != tt.http || w.Body.Len() != 0 || w.Header().Get("Content-Length") != "0" {
				t.Errorf("got HTTP %d %q, want %d and no body", w.Code, w.Body, tt.http)
			}
		})
	}
}

func TestCommandAnswerIsTheRawBytesOfTheDevice(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"ok", "", "{\"x\":1}\x00", "\xff\xfe<&>\r\n"} {
		t.Run(fmt.Sprintf("%q", answer), func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			w := f.call(t, "GET", "/cmds/"+mustPutCommand(t, f, onenet.CommandAnswered, []byte(answer))+"/resp", master, "")
			wantBody(t, w, answer)
			if got := w.Header().Get("Content-Type"); got != "application/octet-stream" {
				t.Errorf("Content-Type %q", got)
			}
		})
	}
}

func TestCommandAnswerComesFromTheDevice(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.connect()
	id := f.mustSend(t, "", "on")
	resp := "/cmds/" + string(id) + "/resp"
	if w := f.call(t, "GET", resp, master, ""); w.Code != 221 {
		t.Errorf("before the answer: HTTP %d", w.Code)
	}
	for _, text := range []string{"first", "second"} {
		f.p.Answer(ref, "", id, 0, []byte(text), func(err error) {
			if err != nil {
				t.Error(err)
			}
		})
		wantBody(t, f.call(t, "GET", resp, master, ""), text)
	}
}

func TestCommandAnswerRefusesInItsHTTPStatus(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := mustPutCommand(t, f, onenet.CommandAnswered, []byte("ok"))
	tests := []struct {
		name, id, key, want string
		code                int
	}{
		{"no key", id, "", `{"errno":2,"error":"api-key required"}`, http.StatusBadRequest},
		{"wrong key", id, "x", `{"errno":3,"error":"auth failed"}`, http.StatusForbidden},
		{"key of another product", id, otherKey, `{"errno":3,"error":"auth failed"}`, http.StatusForbidden},
		{"unknown command", "nonsense", master, `{"errno":8,"error":"not found: nonsense"}`, http.StatusNotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := f.call(t, "GET", "/cmds/"+tt.id+"/resp", tt.key, "")
			if w.Code != tt.code || w.Body.String() != tt.want {
				t.Errorf("got HTTP %d %s, want %d %s", w.Code, w.Body, tt.code, tt.want)
			}
		})
	}
}

func TestCommandStatusRefusesInTheEnvelope(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := mustPutCommand(t, f, onenet.CommandAnswered, []byte("ok"))
	wantBody(t, f.call(t, "GET", "/cmds/"+id, otherKey, ""), `{"errno":3,"error":"auth failed"}`)
	wantBody(t, f.call(t, "GET", "/cmds/nonsense", master, ""), `{"errno":8,"error":"not found: nonsense"}`)
}
