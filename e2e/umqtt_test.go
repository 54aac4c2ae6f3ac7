package e2e

import (
	"bytes"
	"strings"
	"testing"
)

// umqttConnect is the CONNECT of MicroPython's umqtt.simple, keepalive 0, in the eight pieces that it writes.
func umqttConnect(d device) [][]byte {
	size := 10 + 6 + len(d.id) + len(d.product) + len(d.auth)
	length := func(s string) []byte { return []byte{0, byte(len(s))} }
	return [][]byte{
		{0x10, byte(size), 0},
		[]byte("\x04MQTT\x04\xc2\x00\x00"),
		length(d.id), []byte(d.id), length(d.product), []byte(d.product), length(d.auth), []byte(d.auth),
	}
}

// bytewise cuts the pieces into single bytes.
func bytewise(pieces [][]byte) [][]byte {
	var out [][]byte
	for _, b := range bytes.Join(pieces, nil) {
		out = append(out, []byte{b})
	}
	return out
}

// TestUMQTTSimple writes exactly what the tutorial's firmware writes, each piece by a TCP write of
// its own, and once byte by byte.
func TestUMQTTSimple(t *testing.T) {
	t.Parallel()
	p := start(t)
	for _, cut := range []func([][]byte) [][]byte{func(p [][]byte) [][]byte { return p }, bytewise} {
		esp := p.dial(t)
		esp.write(t, cut(umqttConnect(tutorial))...)
		esp.mustRead(t, 0x20, 2, 0, 0)
		esp.write(t, cut([][]byte{{0x82, 8}, {0, 1}, {0, 3}, []byte("led"), {0}})...)
		esp.mustRead(t, 0x90, 3, 0, 1, 0)
		esp.write(t, cut([][]byte{{0x30, 7}, {0, 3}, []byte("led"), []byte("on")})...)
		esp.mustRead(t, packet(0x30, text("led"), []byte("on"))...) // its own message
		esp.mustBeAlive(t)
		for _, body := range []string{"on", "off", "toggle"} {
			uuid := p.mustSend(t, tutorialKey, tutorial, body, "")
			esp.mustRead(t, packet(0x30, text("$creq/"+uuid), []byte(body))...)
		}
		esp.write(t, octets("E0 00"))
		esp.mustBeClosed(t)
	}
}

// TestPowerCycle: the board was switched off and on again, and its old connection seems to live. The new one
// takes over at once, and is the one that gets the commands.
func TestPowerCycle(t *testing.T) {
	t.Parallel()
	p := start(t)
	before := p.dial(t)
	before.write(t, umqttConnect(tutorial)...)
	before.mustRead(t, 0x20, 2, 0, 0)
	after := p.dial(t)
	after.write(t, umqttConnect(tutorial)...)
	after.mustRead(t, 0x20, 2, 0, 0)
	before.mustBeClosed(t)
	uuid := p.mustSend(t, tutorialKey, tutorial, "on", "")
	after.mustRead(t, packet(0x30, text("$creq/"+uuid), []byte("on"))...)
	if r := p.mustSeeKind(t, "connected", tutorial); !strings.Contains(r.Text, "no keepalive") {
		t.Errorf("the journal says %q, want no keepalive in it", r.Text)
	}
}
