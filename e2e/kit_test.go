package e2e

import (
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// The STM32 kit's constant packet ids: one for all it publishes, one for all it subscribes to, one
// for all it unsubscribes from (reference, section 2.4).
var (
	kitPublish     = []byte{0, 10}
	kitSubscribe   = []byte{0, 20}
	kitUnsubscribe = []byte{0, 30}
)

// kitConnect is the kit's CONNECT: clean session 0, keepalive 256.
func kitConnect(d device) []byte {
	return packet(0x10, text("MQTT"), []byte{4, 0xC0, 1, 0}, text(d.id), text(d.product), text(d.auth))
}

// TestSTM32Kit speaks as the kit of most student projects does: the reserved bits of SUBSCRIBE, UNSUBSCRIBE
// and PUBREL are 0, packet ids never change, and topics have QoS 2.
func TestSTM32Kit(t *testing.T) {
	t.Parallel()
	p := start(t)
	kit := p.dial(t)
	kit.write(t, kitConnect(tutorial))
	kit.mustRead(t, 0x20, 2, 0, 0)

	kit.write(t, packet(0x80, kitSubscribe, text("room1"), []byte{2}, text("room2"), []byte{2}))
	kit.mustRead(t, 0x90, 4, 0, 20, 2, 2)

	// It publishes to a topic that it has subscribed to itself. Twice: what it leaves unfinished must not
	// stand in the way of the second time.
	for range 2 {
		kit.write(t, packet(0x34, text("room1"), kitPublish, []byte("hi")))
		kit.mustRead(t, 0x50, 2, 0, 10)
		kit.write(t, octets("60 02 00 0A")) // PUBREL
		kit.mustRead(t, 0x70, 2, 0, 10)
		echo := kit.read(t)
		id := echo[9:11]
		if !strings.HasSuffix(string(echo), "hi") || echo[0] != 0x34 {
			t.Fatalf("the kit's own message came back as % X, want QoS 2, DUP 0, RETAIN 0", echo)
		}
		kit.write(t, packet(0x50, id))
		kit.mustRead(t, 0x62, 2, id[0], id[1])
		kit.write(t, octets("60 02 00 0A")) // where PUBCOMP with the message's id is due (section 2.4)
		kit.mustBeAlive(t)
	}

	// Data points, in the kit's own form of type 5, twice with one packet id: both count.
	for _, value := range []string{"25.5", "26.5"} {
		dp := ",;t," + value + ";"
		kit.write(t, packet(0x32, text("$dp"), kitPublish, []byte{5, 0, byte(len(dp))}, []byte(dp)))
		kit.mustRead(t, 0x40, 2, 0, 10)
	}
	got := p.mustHistory(t, tutorialKey, tutorial, "datastream_id=t&start=2018-06-01T08:00:00").points()
	if len(got) != 2 || got[0].value != "25.5" || got[1].value != "26.5" {
		t.Errorf("stored: %+v, want 25.5 and 26.5", got)
	}

	kit.write(t, packet(0xA0, kitUnsubscribe, text("room1")))
	kit.mustRead(t, 0xB0, 2, 0, 30)
	kit.mustAnswer(t, p)
	kit.write(t, octets("E0 00"))
	kit.mustBeClosed(t)
}

// mustBeAlive checks that the link still works.
func (b *board) mustBeAlive(t *testing.T) {
	t.Helper()
	b.write(t, octets("C0 00"))
	b.mustRead(t, 0xD0, 0)
}

// mustAnswer gets a command as the kit reads it, and answers at QoS 0.
func (b *board) mustAnswer(t *testing.T, p *program) {
	t.Helper()
	uuid := p.mustSend(t, tutorialKey, tutorial, "LED=1", "")
	b.mustReadCommand(t, uuid, "LED=1")
	b.write(t, packet(0x30, text("$crsp/"+uuid), []byte("ok")))
	p.mustSeeCommand(t, uuid, "answered")
	p.curl(t, tutorialKey, "/cmds/"+uuid+"/resp").mustBe(t, 200, "ok")
}

// mustReadCommand takes a command apart as the kit does: it copies 36 bytes behind the first slash and takes
// "remaining length - 44" bytes for the body (client requirements, MQTT 2).
func (b *board) mustReadCommand(t *testing.T, uuid, body string) {
	t.Helper()
	raw := b.readAlone(t)
	slash := strings.IndexByte(string(raw[3:]), '/') + 3
	if len(raw) < slash+1+36 {
		t.Fatalf("a command of % X", raw)
	}
	id, size := string(raw[slash+1:slash+1+36]), int(raw[1])-44
	got := string(raw[slash+1+36:])
	if raw[0] != 0x30 || id != uuid || got != body || size != len(body) {
		t.Errorf("the kit reads command %s with %d bytes of %q, want %s with %q\n% X", id, size, got, uuid, body, raw)
	}
}

// TestCachedCommandsComeInReadsOfTheirOwn: CONNACK, queued messages and cached commands never share a segment,
// because the kit loses what stands behind the first packet (section 9, quirk 11).
func TestCachedCommandsComeInReadsOfTheirOwn(t *testing.T) {
	t.Parallel()
	// A wide gap: on a busy machine two segments would else wait for one read.
	p := start(t, "--set", "switches.connack_gap=400ms")
	kit := p.dial(t)
	kit.write(t, kitConnect(greenhouseNorth))
	kit.mustRead(t, 0x20, 2, 0, 0)
	kit.write(t, packet(0x80, kitSubscribe, text("room1"), []byte{2}))
	kit.mustRead(t, 0x90, 3, 0, 20, 2)
	kit.write(t, octets("E0 00"))
	kit.mustBeClosed(t)
	p.mustSeeKind(t, "disconnected", greenhouseNorth)

	p.mustPublish(t, greenhouseSouth, "-t", "room1", "-q", "0", "-m", "queued")
	p.mustSee(t, "the message", func(r record) bool { return r.Kind == "message" && r.of(greenhouseSouth) })
	first := p.mustSend(t, greenhouseKey, greenhouseNorth, "LED=1", "&timeout=60")
	second := p.mustSend(t, greenhouseKey, greenhouseNorth, "LED=0", "&timeout=60")

	kit = p.dial(t)
	kit.apart = 100 * time.Millisecond
	kit.write(t, kitConnect(greenhouseNorth))
	if diff := gocmp.Diff([]byte{0x20, 2, 1, 0}, kit.readAlone(t)); diff != "" {
		t.Errorf("CONNACK (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(packet(0x30, text("room1"), []byte("queued")), kit.readAlone(t)); diff != "" {
		t.Errorf("the queued message (-want +got):\n%s", diff)
	}
	kit.mustReadCommand(t, first, "LED=1")
	kit.mustReadCommand(t, second, "LED=0")
}

// TestPacketsBeforeTheLoginAreDiscarded: the kit's programs publish without waiting for CONNACK, and are not
// cut for it (section 1.4).
func TestPacketsBeforeTheLoginAreDiscarded(t *testing.T) {
	t.Parallel()
	p := start(t)
	kit := p.dial(t)
	kit.write(t, packet(0x32, text("$dp"), kitPublish, []byte("\x05\x00\x06,;t,25")), kitConnect(tutorial))
	kit.mustRead(t, 0x20, 2, 0, 0)
	kit.mustBeAlive(t)
	if got := p.mustHistory(t, tutorialKey, tutorial, ""); got.Count != 0 {
		t.Errorf("stored: %+v, want nothing", got)
	}
	kit.write(t, kitConnect(tutorial)) // a second one
	kit.mustBeClosed(t)
}
