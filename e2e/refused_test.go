package e2e

import (
	"encoding/json"
	"strings"
	"testing"
)

// refusedLogin is a login that is turned down: what the device is told, and what people are.
type refusedLogin struct {
	name  string
	who   device
	args  []string // of mosquitto_pub, behind who
	says  string   // printed by mosquitto_pub
	cause string
}

const (
	badVersion    = "unacceptable protocol version"
	badID         = "identifier rejected"
	badLogin      = "bad user name or password"
	notAuthorised = "not authorised"
)

// refusedLogins has each CONNACK code of reference section 1.3, and the mistakes that
// developers make most.
var refusedLogins = []refusedLogin{
	{"unknown device", device{"244754", "527521999", "3C71BFC80054"}, nil, badID, "login.unknown-device"},
	{"wrong password", device{"244754", "527521926", "no idea at all"}, nil, badLogin, "login.wrong-password"},
	{"ids swapped", device{"527521926", "244754", "3C71BFC80054"}, nil, badID, "login.ids-swapped"},
	{"name for the id", device{"244754", "esp32-led", "3C71BFC80054"}, nil, badID, "login.name-for-id"},
	{"device of another product", device{"100001", "527521926", "3C71BFC80054"}, nil, badLogin, "login.device-of-other-product"},
	{"letter case", device{"244754", "527521926", "3c71bfc80054"}, nil, badLogin, "login.letter-case"},
	{"a space behind the password", device{"244754", "527521926", "3C71BFC80054 "}, nil, badLogin, "login.space-or-newline"},
	{"key of another device", device{"100001", "700123456", southKey}, nil, notAuthorised, "login.key-of-other-device"},
	{"master key of another product", device{"100001", "700123456", stableKey}, nil, badLogin, "login.master-key-of-other-product"},
	{"MQTT 5", tutorial, []string{"-V", "mqttv5"}, "unsupported protocol version", "connect.mqtt-5"},
	{"MQTT 3.1", tutorial, []string{"-V", "mqttv31"}, badVersion, "connect.mqtt-3.1"},
}

// TestRefusedLogins: the device is told a code, people are told the reason: in the journal, by
// onelan explain, and in the server's log.
func TestRefusedLogins(t *testing.T) {
	t.Parallel()
	p := start(t)
	for _, tt := range refusedLogins {
		r := p.tryPublish(t, tt.who, append(tt.args, "-t", "led", "-m", "on")...)
		if r.code == 0 || !strings.Contains(strings.ToLower(r.stderr), tt.says) {
			t.Errorf("%s: mosquitto_pub ends with %d and prints %q, want %q", tt.name, r.code, r.stderr, tt.says)
		}
		seen := p.mustSee(t, tt.cause, func(r record) bool { return r.Kind == "refused" && r.Refusal.Cause == tt.cause })
		if seen.Refusal.Says == "" || seen.Refusal.Fix == "" {
			t.Errorf("%s: the journal does not say why, or what to do: %+v", tt.name, seen)
		}
		if !strings.Contains(p.stderr.String(), tt.cause) {
			t.Errorf("%s: the log does not name %s", tt.name, tt.cause)
		}
		if strings.HasPrefix(tt.cause, "login.") {
			p.mustExplain(t, tt, seen.Refusal.Says)
		}
	}
	if got := p.refusals(t); len(got) != len(refusedLogins) {
		t.Errorf("%d refusals are journaled, want %d:%s", len(got), len(refusedLogins), listed(got))
	}
	if said := p.stderr.String(); strings.Contains(said, southKey) || strings.Contains(said, stableKey) {
		t.Errorf("a key stands in the log:\n%s", said)
	}
}

// mustExplain checks that onelan explain gives the same reason, to people and to scripts.
func (p *program) mustExplain(t *testing.T, tt refusedLogin, says string) {
	t.Helper()
	args := []string{"explain", "--product", tt.who.product, "--device", tt.who.id, "--password", tt.who.auth}
	if r := p.onelan(t, args...); r.code != 5 || !strings.Contains(r.stdout+r.stderr, says) {
		t.Errorf("%s: onelan explain: exit code %d, want 5 and %q:\n%s%s", tt.name, r.code, says, r.stdout, r.stderr)
	}
	r := p.onelan(t, append(args, "--json")...)
	var v struct {
		OK      *bool `json:"ok"`
		Refusal struct {
			Cause string `json:"cause"`
		} `json:"refusal"`
	}
	if err := json.Unmarshal([]byte(r.stdout), &v); err != nil || v.OK == nil || *v.OK || v.Refusal.Cause != tt.cause {
		t.Errorf("%s: onelan explain --json: %v, want %s in\n%s", tt.name, err, tt.cause, r.stdout)
	}
}

// TestExplainSaysYes: a login that would work is told to, with what proves it.
func TestExplainSaysYes(t *testing.T) {
	t.Parallel()
	p := start(t)
	for password, by := range map[string]string{tutorial.auth: "auth-info", tutorialKey: "master-key"} {
		out := p.mustOnelan(t, "explain", "--product", tutorial.product, "--device", tutorial.id, "--password", password, "--json")
		var v struct {
			OK bool   `json:"ok"`
			By string `json:"by"`
		}
		if err := json.Unmarshal([]byte(out), &v); err != nil || !v.OK || v.By != by {
			t.Errorf("onelan explain printed\n%s\nwant ok by %s", out, by)
		}
		p.mustPublish(t, device{tutorial.product, tutorial.id, password}, "-t", "led", "-q", "1", "-m", "on")
	}
}

// TestAnonymousLoginIsClosed: without user name and password there is no CONNACK at all (section 1.1).
func TestAnonymousLoginIsClosed(t *testing.T) {
	t.Parallel()
	p := start(t)
	args := []string{"-h", "127.0.0.1", "-p", mustPort(t, p.ready.MQTT), "-i", tutorial.id, "-t", "led", "-m", "on"}
	r := run(t, mustTool(t, "mosquitto_pub", "mosquitto-clients"), args)
	if r.code == 0 || !strings.Contains(r.stderr, "connection was lost") {
		t.Errorf("mosquitto_pub ends with %d and prints %q, want that the connection was lost", r.code, r.stderr)
	}
	p.mustSee(t, "connect.anonymous", func(r record) bool { return r.Kind == "refused" && r.Refusal.Cause == "connect.anonymous" })
}

// TestMalformedDataIsNamed: a $dp that cannot be read stores nothing and closes the link (section 3.3); the
// journal names the mistake. A subscription that is refused leaves the link as it is (section 2.2).
func TestMalformedDataIsNamed(t *testing.T) {
	t.Parallel()
	p := start(t)
	client := p.paho(t, tutorial, pahoTask{
		Clean: true, Subscribe: []pahoTopic{{"led", 1}, {"$creq/#", 0}, {"room/+", 0}},
		Publish: []pahoPublish{{Topic: "$dp", QoS: 1, Text: `{"t":25.5}`}},
	})
	client.mustConnect(t, false)
	if got := client.mustTell(t, "suback").Granted; len(got) != 3 || got[0] != 1 || got[1] != 0x80 || got[2] != 0x80 {
		t.Errorf("SUBACK %v, want 1 128 128", got)
	}
	client.mustTell(t, "lost")
	for _, cause := range []string{"data.plain-json", "subscribe.creq", "subscribe.wildcard"} {
		p.mustSee(t, cause, func(r record) bool { return r.Kind == "refused" && r.of(tutorial) && r.Refusal.Cause == cause })
	}
	if got := p.mustHistory(t, tutorialKey, tutorial, ""); got.Count != 0 {
		t.Errorf("something was stored: %+v", got)
	}
}
