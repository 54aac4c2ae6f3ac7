package e2e

import (
	"encoding/json"
	"testing"
)

// TestRestartKeepsEverything: what was acknowledged before the program ended, in an orderly way or
// in a crash, is there when it runs again: devices, points, commands, retained messages, subscriptions
// of kept sessions and the messages queued for them.
func TestRestartKeepsEverything(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*program, *testing.T){"SIGTERM": (*program).mustStop, "SIGKILL": (*program).kill} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := start(t)
			before := first.leaveTraces(t)
			end(first, t)
			second := startIn(t, first.dir)
			second.mustHaveTraces(t, before)
		})
	}
}

// traces is what the first run of the program is to keep.
type traces struct {
	added    device // by the command line
	waiting  string // command for it
	answered string // command to the tutorial's device
}

func (p *program) leaveTraces(t *testing.T) traces {
	t.Helper()
	tr := traces{added: device{greenhouseNorth.product, "700200300", "added"}}
	p.mustOnelan(t, "device", "add", tr.added.id, "--product", tr.added.product, "--auth-info", tr.added.auth)
	p.mustUpload(t, tr.added, 1, "\x05\x00\x06,;t,25")

	kept := p.paho(t, greenhouseNorth, pahoTask{Subscribe: []pahoTopic{{"room", 1}}})
	kept.mustConnect(t, false)
	kept.mustTell(t, "suback")
	kept.leave(t)
	p.mustSeeKind(t, "disconnected", greenhouseNorth)
	p.mustPublish(t, greenhouseSouth, "-t", "room", "-q", "1", "-m", "queued 1")
	p.mustPublish(t, greenhouseSouth, "-t", "room", "-q", "2", "-m", "queued 2")
	p.mustPublish(t, greenhouseSouth, "-t", "notice", "-q", "1", "-m", "retained", "-r")

	tr.waiting = p.mustSend(t, greenhouseKey, tr.added, "wait", "&timeout=3600")
	tr.answered = p.mustSend(t, tutorialKey, tutorial, "on", "&timeout=3600")
	p.subscribe(t, tutorial, 1, "-t", "led").mustMessages(t)
	p.mustPublish(t, tutorial, "-t", "$crsp/"+tr.answered, "-q", "1", "-m", "led=1") // acknowledged, so it is safe
	return tr
}

func (p *program) mustHaveTraces(t *testing.T, tr traces) {
	t.Helper()
	if got := p.mustHistory(t, greenhouseKey, tr.added, "").points(); len(got) != 1 || got[0].stream != "t" || got[0].value != "25" {
		t.Errorf("points: %+v, want t=25", got)
	}
	p.mustStatus(t, tutorialKey, tr.answered, 4, "Command Response Received")
	p.curl(t, tutorialKey, "/cmds/"+tr.answered+"/resp").mustBe(t, 200, "led=1")
	p.mustStatus(t, greenhouseKey, tr.waiting, 1, "command created")

	// The new device's login works, and brings its command, then what is retained.
	got := p.subscribe(t, tr.added, 2, "-t", "notice", "-q", "1").mustMessages(t)
	for _, want := range []message{{"$creq/" + tr.waiting, "wait", 0, false}, {"notice", "retained", 1, true}} {
		if got[0] != want && got[1] != want {
			t.Errorf("the new device got %+v, want %+v among them", got, want)
		}
	}

	kept := p.paho(t, greenhouseNorth, pahoTask{}) // it subscribes to nothing this time
	kept.mustConnect(t, true)
	kept.mustGet(t, "room", "queued 1", 1)
	kept.mustGet(t, "room", "queued 2", 2)
	p.mustPublish(t, greenhouseSouth, "-t", "room", "-q", "1", "-m", "live")
	kept.mustGet(t, "room", "live", 1)
	kept.leave(t)

	var list struct {
		Devices []struct {
			ID string `json:"id"`
		} `json:"devices"`
	}
	if err := json.Unmarshal([]byte(p.mustOnelan(t, "device", "list", "--json")), &list); err != nil || len(list.Devices) != 6 {
		t.Errorf("onelan device list: %v %+v, want 6 devices: none was lost, none was created again", err, list)
	}
}
