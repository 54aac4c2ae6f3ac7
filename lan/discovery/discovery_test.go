package discovery_test

import (
	"encoding/json"
	"log/slog"
	"net"
	"net/netip"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/lan"
	"github.com/onelan/onelan/lan/discovery"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// here is a machine whose only network is the loopback.
func here() lan.Networks {
	return lan.Networks{{Name: "lo", Index: 1, Flags: net.FlagUp | net.FlagLoopback, Prefixes: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/8")}}}
}

// mustServe starts a responder for an MQTT listener at mqtt; time stands still.
func mustServe(t *testing.T, mqtt string) (*discovery.Responder, uint16, *clock.Manual) {
	t.Helper()
	s, err := lan.Listen(t.Context(), ":0", here)
	if err != nil {
		t.Fatal(err)
	}
	now := clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	r := discovery.Serve(discovery.Config{
		Socket: s, Networks: here, MQTT: netip.MustParseAddrPort(mqtt), Clock: now,
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r, s.LocalAddr().(*net.UDPAddr).AddrPort().Port(), now
}

// board is the asking side: an unconnected socket, as on the ESP32.
type board struct {
	t    *testing.T
	conn net.PacketConn
	port uint16
}

func mustBoard(t *testing.T, port uint16) board {
	t.Helper()
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return board{t, c, port}
}

func (b board) send(to, datagram string) {
	b.t.Helper()
	if _, err := b.conn.WriteTo([]byte(datagram), net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(to), b.port))); err != nil {
		b.t.Fatal(err)
	}
}

// next is the next answer and where it came from.
func (b board) next() (string, string) {
	b.t.Helper()
	_ = b.conn.SetReadDeadline(clock.System().Now().Add(5 * time.Second))
	buf := make([]byte, 256)
	n, from, err := b.conn.ReadFrom(buf)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(buf[:n]), from.(*net.UDPAddr).IP.String()
}

func TestBoardFindsTheBroker(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ to, from string }{
		"by broadcast":         {"127.255.255.255", "127.0.0.1"},
		"by address":           {"127.0.0.1", "127.0.0.1"},
		"by its other address": {"127.0.0.9", "127.0.0.9"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, port, _ := mustServe(t, "[::]:16002")
			b := mustBoard(t, port)
			b.send(tt.to, "onenet-local?")
			text, from := b.next()
			if want := `{"onenet-local": 16002}`; text != want {
				t.Errorf("answer %q, want exactly %q", text, want)
			}
			if from != tt.from {
				t.Errorf("from %s, want %s: the board takes the address from the packet", from, tt.from)
			}
			var parsed map[string]int
			if err := json.Unmarshal([]byte(text), &parsed); err != nil {
				t.Errorf("the firmware reads it as JSON: %v", err)
			}
			if answered, _ := r.Counts(); answered != 1 {
				t.Errorf("counted %d answers", answered)
			}
		})
	}
}

func TestEverythingElseGetsNoAnswer(t *testing.T) {
	t.Parallel()
	r, port, _ := mustServe(t, "0.0.0.0:6002")
	b := mustBoard(t, port)
	wrong := []string{"", "onenet-local", "onenet-local?\n", "onenet-local??", "Onenet-local?", "\x00", `{"onenet-local": 6002}`, string(make([]byte, 1400))}
	for _, datagram := range wrong {
		b.send("127.0.0.1", datagram)
	}
	b.send("127.0.0.1", discovery.Question) // UDP on the loopback keeps its order: this one's answer is the first
	if text, _ := b.next(); text != `{"onenet-local": 6002}` {
		t.Errorf("answer %q", text)
	}
	if answered, ignored := r.Counts(); answered != 1 || ignored != uint64(len(wrong)) {
		t.Errorf("answered %d, ignored %d; want 1 and %d", answered, ignored, len(wrong))
	}
}

func TestNobodyIsToldOfWhatHeCannotReach(t *testing.T) {
	t.Parallel()
	r, port, _ := mustServe(t, "192.0.2.77:6002") // MQTT on one address only, which is not where we ask
	b := mustBoard(t, port)
	b.send("127.0.0.1", discovery.Question)
	waitIgnored(t, r, 1)
	if answered, _ := r.Counts(); answered != 0 {
		t.Error("a board was told of an address where MQTT does not listen")
	}
}

func TestAnswersAreRationed(t *testing.T) {
	t.Parallel()
	r, port, now := mustServe(t, "0.0.0.0:6002")
	b := mustBoard(t, port)
	for range 20 {
		b.send("127.0.0.1", discovery.Question)
	}
	waitIgnored(t, r, 15)
	if answered, ignored := r.Counts(); answered != 5 || ignored != 15 {
		t.Errorf("within a second one board got %d answers of 20, want 5", answered)
	}
	now.Advance(time.Second)
	for range 6 { // the five of before, and the new one
		b.send("127.0.0.1", discovery.Question)
		b.next()
	}
}

// waitIgnored waits until so many datagrams were ignored.
func waitIgnored(t *testing.T, r *discovery.Responder, want uint64) {
	t.Helper()
	for end := clock.System().Now().Add(5 * time.Second); clock.System().Now().Before(end); {
		if _, ignored := r.Counts(); ignored >= want {
			return
		}
		clock.Sleep(clock.System(), time.Millisecond, nil)
	}
	t.Fatalf("%d datagrams were not ignored within five seconds", want)
}

func TestAnswerIsNoAmplifier(t *testing.T) {
	t.Parallel()
	if got := len(discovery.Answer(65535)); got > 2*len(discovery.Question) {
		t.Errorf("an answer has %d bytes, the question %d", got, len(discovery.Question))
	}
}

func TestClosingTwiceIsFine(t *testing.T) {
	t.Parallel()
	r, _, _ := mustServe(t, "0.0.0.0:6002")
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}
