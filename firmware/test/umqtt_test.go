package firmware_test

import (
	"encoding/hex"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// conversation is what the tutorial's program and the broker say to each other, byte by byte: each bar is the end of one of the TCP
// writes in which umqtt.simple makes the packet.
var conversation = []struct{ name, writes, answer string }{
	{
		"CONNECT",
		"10 29 00 | 04 4D 51 54 54 04 C2 00 00 | 00 0C | 32 34 30 41 43 34 30 30 30 30 30 31 | 00 06 | 31 32 33 34 35 36 | 00 07 | 62 6F 61 72 64 2D 31",
		"20 02 00 00",
	},
	{"SUBSCRIBE", "82 08 | 00 01 | 00 03 | 6C 65 64 | 00", "90 03 00 01 00"},
	{"PUBLISH", "30 07 | 00 03 | 6C 65 64 | 6F 6E", "30 07 00 03 6C 65 64 6F 6E"}, // it has subscribed to the topic itself
	{"PINGREQ", "C0 00", "D0 00"},
	{"DISCONNECT", "E0 00", ""},
}

// The platform swallows what umqtt.simple writes, in whatever pieces the network delivers it.
func TestWritesOfUmqttAreUnderstood(t *testing.T) {
	t.Parallel()
	for name, pieces := range map[string]func(writes string) []string{
		"as umqtt writes them":  func(writes string) []string { return strings.Split(writes, "|") },
		"each packet in one":    func(writes string) []string { return []string{strings.ReplaceAll(writes, "|", "")} },
		"dribbled byte by byte": func(writes string) []string { return strings.Fields(strings.ReplaceAll(writes, "|", "")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := onenettest.Start(t)
			srv.AddDevice(t, onenet.Device{Product: "123456", ID: "240AC4000001", AuthInfo: "board-1"})
			conn, err := net.Dial("tcp", srv.MQTTAddr())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			if err := conn.SetDeadline(clock.System().Now().Add(time.Minute)); err != nil {
				t.Fatal(err)
			}
			for _, step := range conversation {
				for _, piece := range pieces(step.writes) {
					if _, err := conn.Write(mustHex(t, piece)); err != nil {
						t.Fatalf("%s: %v", step.name, err)
					}
				}
				mustRead(t, conn, step.name, mustHex(t, step.answer))
			}
			if rest, err := io.ReadAll(conn); err != nil || len(rest) > 0 {
				t.Errorf("behind DISCONNECT came % X (%v)", rest, err)
			}
		})
	}
}

func mustHex(t *testing.T, text string) []byte {
	t.Helper()
	out, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func mustRead(t *testing.T, from io.Reader, name string, want []byte) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(from, got); err != nil || string(got) != string(want) {
		t.Fatalf("%s is answered by % X (%v), want % X", name, got, err, want)
	}
}
