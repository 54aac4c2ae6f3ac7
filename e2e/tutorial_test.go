package e2e

import (
	"strings"
	"testing"
)

// TestBoardOfTheTutorialObeys is the main job: the tutorial's device logs in with what its public program
// holds, and its LED obeys commands that come over HTTP and from the command line.
func TestBoardOfTheTutorialObeys(t *testing.T) {
	t.Parallel()
	p := start(t)
	// Keepalive 0 and a clean session are what umqtt.simple sends.
	board := p.paho(t, tutorial, pahoTask{Clean: true, LED: true, Subscribe: []pahoTopic{{Topic: "led"}}})
	board.mustConnect(t, false)
	board.mustTell(t, "suback")
	p.mustBeOnline(t, tutorial, true)

	byHTTP := func(body, answer string) {
		uuid := p.mustSend(t, tutorialKey, tutorial, body, "")
		board.mustGet(t, "$creq/"+uuid, body, 0)
		p.mustSeeCommand(t, uuid, "answered")
		p.mustStatus(t, tutorialKey, uuid, 4, "Command Response Received")
		p.curl(t, tutorialKey, "/cmds/"+uuid+"/resp").mustBe(t, 200, answer)
	}
	byCLI := func(body, answer string) {
		if got := p.mustOnelan(t, "send", tutorial.id, body, "--wait", "10s"); got != answer {
			t.Fatalf("onelan send %s --wait printed %q, want %q", body, got, answer)
		}
		if e := board.mustTell(t, "message"); e.Payload != body || e.QoS != 0 || e.Retain {
			t.Fatalf("the board got %+v, want %s at QoS 0", e, body)
		}
	}
	byHTTP("on", "led=1")
	byCLI("off", "led=0")
	byHTTP("toggle", "led=1")
	byCLI("toggle", "led=0")
	byCLI("on", "led=1")
	byHTTP("off", "led=0")

	board.leave(t)
	if r := p.mustSeeKind(t, "disconnected", tutorial); !strings.Contains(r.Text, "DISCONNECT") {
		t.Errorf("the journal says %q, want that the device said DISCONNECT", r.Text)
	}
	p.mustBeOnline(t, tutorial, false)
}

// mustBeOnline asks the REST API whether a device is here.
func (p *program) mustBeOnline(t *testing.T, d device, want bool) {
	t.Helper()
	var answer struct {
		Data struct {
			ID       string `json:"id"`
			AuthInfo string `json:"auth_info"`
			Online   bool   `json:"online"`
			Protocol string `json:"protocol"`
		} `json:"data"`
	}
	p.mustGet(t, tutorialKey, "/devices/"+d.id, &answer)
	if got := answer.Data; got.ID != d.id || got.AuthInfo != d.auth || got.Online != want || got.Protocol != "MQTT" {
		t.Errorf("GET /devices/%s: %+v, want online %v", d.id, got, want)
	}
}

// TestCommandNeedsNoSubscription: $creq arrives although the device has subscribed to something else
// only (client requirements, MQTT 1 and 2), and a device that answers on a later connection has answered.
func TestCommandNeedsNoSubscription(t *testing.T) {
	t.Parallel()
	p := start(t)
	sub := p.subscribe(t, tutorial, 1, "-t", "something/else")
	p.mustSeeSubscribed(t, tutorial, "something/else")

	uuid := p.mustSend(t, tutorialKey, tutorial, "{V1}=1 & more", "&qos=0")
	got := sub.mustMessages(t)
	if want := (message{"$creq/" + uuid, "{V1}=1 & more", 0, false}); len(got) != 1 || got[0] != want {
		t.Fatalf("mosquitto_sub got %+v, want %+v", got, want)
	}
	p.mustStatus(t, tutorialKey, uuid, 2, "Command Sent")
	p.curl(t, tutorialKey, "/cmds/"+uuid+"/resp").mustBe(t, 221, "")

	p.mustPublish(t, tutorial, "-t", "$crsp/"+uuid, "-q", "1", "-m", "done, late")
	p.mustStatus(t, tutorialKey, uuid, 4, "Command Response Received")
	p.curl(t, tutorialKey, "/cmds/"+uuid+"/resp").mustBe(t, 200, "done, late")
	p.mustPublish(t, tutorial, "-t", "$crsp/"+uuid, "-q", "2", "-n")
	p.curl(t, tutorialKey, "/cmds/"+uuid+"/resp").mustBe(t, 200, "") // of several answers the last one counts
}

// TestCommandWaitsForItsDevice: without a timeout a command to a device that is away is refused;
// with one it waits, and all come at the login in the order of their creation (section 4.2).
func TestCommandWaitsForItsDevice(t *testing.T) {
	t.Parallel()
	p := start(t)
	p.curl(t, tutorialKey, "/cmds?device_id=527521926", "--data-binary", "on").
		mustBe(t, 200, `{"errno":10,"error":"device not online: 527521926"}`)
	if r := p.onelan(t, "send", tutorial.id, "on"); r.code != 5 || !strings.Contains(r.stderr, "hint:") {
		t.Errorf("onelan send to a device that is away: exit code %d, want 5, and a hint in\n%s", r.code, r.stderr)
	}

	var want []message
	for _, body := range []string{"first", "second", "third"} {
		uuid := p.mustSend(t, tutorialKey, tutorial, body, "&timeout=3600")
		p.mustStatus(t, tutorialKey, uuid, 1, "command created")
		p.curl(t, tutorialKey, "/cmds/"+uuid+"/resp").mustBe(t, 220, "")
		want = append(want, message{"$creq/" + uuid, body, 0, false})
	}
	p.mustOnelan(t, "send", tutorial.id, "66 6f 75 72 74 68", "--hex", "--timeout", "1h")

	got := p.subscribe(t, tutorial, 4, "-t", "led").mustMessages(t)
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("message %d is %+v, want %+v", i, got[i], want[i])
		}
	}
	if got[3].payload != "fourth" {
		t.Errorf("the last message is %+v, want fourth", got[3])
	}
	p.mustStatus(t, tutorialKey, strings.TrimPrefix(want[2].topic, "$creq/"), 2, "Command Sent")
}

// TestConfirmedCommandComesAgain: with qos=1 a command comes at every login until it is
// answered (section 4.2, quirk 28).
func TestConfirmedCommandComesAgain(t *testing.T) {
	t.Parallel()
	p := start(t)
	uuid := p.mustSend(t, tutorialKey, tutorial, "close", "&qos=1&timeout=3600")
	want := message{"$creq/" + uuid, "close", 0, false}
	for range 2 {
		if got := p.subscribe(t, tutorial, 1, "-t", "led").mustMessages(t); got[0] != want {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	}
	p.mustPublish(t, tutorial, "-t", "$crsp/"+uuid, "-q", "1", "-m", "closed")
	after := p.mustSend(t, tutorialKey, tutorial, "after", "&timeout=3600")
	if got := p.subscribe(t, tutorial, 1, "-t", "led").mustMessages(t); got[0].topic != "$creq/"+after {
		t.Errorf("after its answer the command came again: %+v", got)
	}
}
