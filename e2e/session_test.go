package e2e

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// TestSecondLoginWins: of two clients with one id the newer stays (reference, section 1.4).
func TestSecondLoginWins(t *testing.T) {
	t.Parallel()
	p := start(t)
	older := p.paho(t, tutorial, pahoTask{Clean: true, Subscribe: []pahoTopic{{Topic: "led"}}})
	older.mustConnect(t, false)
	older.mustTell(t, "suback")
	newer := p.paho(t, tutorial, pahoTask{Clean: true, LED: true})
	newer.mustConnect(t, false)

	older.mustTell(t, "lost")
	older.mustSucceed(t)
	if r := p.mustSeeKind(t, "disconnected", tutorial); !strings.Contains(r.Text, "logged in again") {
		t.Errorf("the journal says %q, want that the device logged in again", r.Text)
	}
	p.mustBeOnline(t, tutorial, true)
	if got := p.mustOnelan(t, "send", tutorial.id, "on", "--wait", "10s"); got != "led=1" {
		t.Errorf("the newer connection answers %q, want led=1", got)
	}
}

// TestProductsNeverMeet: two products have a topic and a device id in common, and neither messages, nor
// what is retained, nor data or commands of one reach the other (section 2.2).
func TestProductsNeverMeet(t *testing.T) {
	t.Parallel()
	p := start(t)
	inGreenhouse := p.subscribe(t, greenhouseNorth, 1, "-t", "room/door", "-q", "1")
	inStable := p.subscribe(t, stableDoor, 1, "-t", "room/door", "-q", "1")
	p.mustSeeSubscribed(t, greenhouseNorth, "room/door")
	p.mustSeeSubscribed(t, stableDoor, "room/door")

	// Both are here at once, although their ids are the same. If a message crossed over, it would be the
	// first there: the one that belongs there is sent later.
	p.mustPublish(t, greenhouseSouth, "-t", "room/door", "-q", "1", "-m", "greenhouse", "-r")
	p.mustPublish(t, stableRoof, "-t", "room/door", "-q", "1", "-m", "stable")
	for sub, want := range map[*process]string{inGreenhouse: "greenhouse", inStable: "stable"} {
		if got := sub.mustMessages(t); got[0] != (message{"room/door", want, 1, false}) {
			t.Errorf("got %+v, want %s", got, want)
		}
	}

	// The retained copy stays in its product too.
	left := p.mustSeeKind(t, "disconnected", stableDoor)
	late := p.subscribe(t, stableDoor, 1, "-t", "room/door")
	p.mustSee(t, "a second subscription", func(r record) bool {
		return r.Kind == "subscribed" && r.of(stableDoor) && r.Seq > left.Seq
	})
	p.mustPublish(t, stableRoof, "-t", "room/door", "-q", "1", "-m", "later")
	if got := late.mustMessages(t); got[0].payload != "later" {
		t.Errorf("a new subscriber of the stable got %+v, want only what came later", got)
	}
}

// TestEqualDeviceIDsAreTwoDevices: data and commands of the one are not those of the other.
func TestEqualDeviceIDsAreTwoDevices(t *testing.T) {
	t.Parallel()
	p := start(t)
	p.mustUpload(t, greenhouseNorth, 1, "\x05\x00\x07,;t,100")
	p.mustUpload(t, stableDoor, 1, "\x05\x00\x07,;t,200")
	for _, tt := range []struct {
		key, want string
		d         device
	}{{greenhouseKey, "100", greenhouseNorth}, {stableKey, "200", stableDoor}} {
		if got := p.mustHistory(t, tt.key, tt.d, "").points(); len(got) != 1 || got[0].value != tt.want {
			t.Errorf("with the key of product %s: %+v, want the value %s", tt.d.product, got, tt.want)
		}
		if got := p.mustOnelan(t, "points", tt.d.product+"/"+tt.d.id, "--csv"); !strings.HasSuffix(got, ","+tt.want+"\n") {
			t.Errorf("onelan points %s/%s printed\n%s\nwant the value %s", tt.d.product, tt.d.id, got, tt.want)
		}
		uuid := p.mustSend(t, tt.key, tt.d, "go "+tt.want, "&timeout=60")
		if got := p.subscribe(t, tt.d, 1, "-t", "t").mustMessages(t); got[0] != (message{"$creq/" + uuid, "go " + tt.want, 0, false}) {
			t.Errorf("device %s of product %s got %+v", tt.d.id, tt.d.product, got)
		}
	}
	if r := p.onelan(t, "points", greenhouseNorth.id); r.code == 0 || !strings.Contains(r.stderr, "100001") || !strings.Contains(r.stderr, "100002") {
		t.Errorf("onelan points of an id that two products have: exit code %d, and it does not name both:\n%s", r.code, r.stderr)
	}
}

// TestLostDeviceLeavesItsWill: to those who are here, and only when the link broke without a DISCONNECT (section 1.4).
func TestLostDeviceLeavesItsWill(t *testing.T) {
	t.Parallel()
	p := start(t)
	sub := p.subscribe(t, greenhouseSouth, 2, "-t", "fate")
	p.mustSeeSubscribed(t, greenhouseSouth, "fate")

	first := p.paho(t, greenhouseNorth, pahoTask{Clean: true, Will: "fate"})
	first.mustConnect(t, false)
	first.leave(t) // no will
	p.mustSeeKind(t, "disconnected", greenhouseNorth)
	p.mustPublish(t, tutorial, "-t", "fate", "-m", "another product", "-q", "1")
	p.mustPublish(t, greenhouseNorth, "-t", "fate", "-m", "between", "-q", "1")
	second := p.paho(t, greenhouseNorth, pahoTask{Clean: true, Will: "fate"})
	second.mustConnect(t, false)
	if err := second.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	want := []message{{"fate", "between", 1, false}, {"fate", "lost", 1, false}}
	if diff := gocmp.Diff(want, sub.mustMessages(t), gocmp.AllowUnexported(message{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSubscriberOfAStreamGetsItsPoints: each point uploaded to stream t of a device is told on /{device}/t to
// the other devices of its product (section 2.5).
func TestSubscriberOfAStreamGetsItsPoints(t *testing.T) {
	t.Parallel()
	p := start(t)
	sub := p.subscribe(t, greenhouseSouth, 3, "-t", "/"+greenhouseNorth.id+"/t")
	p.mustSeeSubscribed(t, greenhouseSouth, "/"+greenhouseNorth.id+"/t")
	p.mustUpload(t, stableDoor, 1, "\x05\x00\x06,;t,99") // the same id in another product
	p.mustUpload(t, greenhouseNorth, 1, "\x05\x00\x12,;t,25.5;h,60;t,on")
	p.mustUpload(t, greenhouseNorth, 1, "\x03\x00\x0f"+`{"t":{"lon":1}}`)
	topic := "/700123456/t"
	want := []message{{topic, "25.5", 0, false}, {topic, "on", 0, false}, {topic, `{"lon":1}`, 0, false}}
	if diff := gocmp.Diff(want, sub.mustMessages(t), gocmp.AllowUnexported(message{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
