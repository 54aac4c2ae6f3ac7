package broker_test

import (
	"log/slog"
	"net"
	"sync/atomic"
	"testing"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/onelan/onelan/internal/clock"
)

// bareMochi is Mochi v2.7.9 as it comes, listening on loopback: trap_test.go shows on it
// what this package is built around. When a trap test fails on bare Mochi after an upgrade, the
// defect is mended there, and what we do about it may go.
type bareMochi struct {
	*mqtt.Server
	addr string
}

// spy is a hook that lets everybody do everything, and lets a test look on, or hold things up.
type spy struct {
	mqtt.HookBase
	encode       func(*mqtt.Client, packets.Packet)
	unsubscribed func(*mqtt.Client)
	qosDropped   func(*mqtt.Client)
	read         func(*mqtt.Client) // a subscriber's right to a message is asked
	expired      func(topic string)
}

func (s *spy) ID() string { return "spy" }

func (s *spy) Provides(event byte) bool {
	switch event {
	case mqtt.OnConnectAuthenticate, mqtt.OnACLCheck:
		return true
	case mqtt.OnPacketEncode:
		return s.encode != nil
	case mqtt.OnUnsubscribed:
		return s.unsubscribed != nil
	case mqtt.OnQosDropped:
		return s.qosDropped != nil
	case mqtt.OnRetainedExpired:
		return s.expired != nil
	}
	return false
}

func (s *spy) OnConnectAuthenticate(*mqtt.Client, packets.Packet) bool { return true }

func (s *spy) OnACLCheck(cl *mqtt.Client, _ string, write bool) bool {
	if s.read != nil && !write {
		s.read(cl)
	}
	return true
}

func (s *spy) OnPacketEncode(cl *mqtt.Client, pk packets.Packet) packets.Packet {
	s.encode(cl, pk)
	return pk
}

func (s *spy) OnUnsubscribed(cl *mqtt.Client, _ packets.Packet) { s.unsubscribed(cl) }
func (s *spy) OnQosDropped(cl *mqtt.Client, _ packets.Packet)   { s.qosDropped(cl) }
func (s *spy) OnRetainedExpired(topic string)                   { s.expired(topic) }

// startBare runs bare Mochi for the duration of the test.
func startBare(t testing.TB, change func(*mqtt.Options, *spy)) *bareMochi {
	t.Helper()
	opts := &mqtt.Options{
		InlineClient: true, Capabilities: mqtt.NewDefaultServerCapabilities(), Logger: slog.New(slog.DiscardHandler),
	}
	hook := &spy{}
	if change != nil {
		change(opts, hook)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &bareMochi{Server: mqtt.New(opts), addr: ln.Addr().String()}
	for _, err := range []error{b.AddHook(hook, nil), b.AddListener(listeners.NewNet("bare", ln)), b.Serve()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// bareHello is a CONNECT without credentials; the flags are 2 for clean, 0 for not.
func bareHello(id string, flags byte, keepalive uint16) []byte {
	return hello{"MQTT", 4, flags, keepalive, []string{id}}.packet()
}

// login logs a client in at bare Mochi without a keepalive.
func (b *bareMochi) login(t testing.TB, id string, flags, present byte) *raw {
	t.Helper()
	c := dialAddr(t, b.addr)
	c.send(bareHello(id, flags, 0))
	c.want([]byte{0x20, 2, present, 0})
	return c
}

// gone logs a client out and waits until Mochi has noticed.
func (b *bareMochi) gone(t testing.TB, c *raw, id string) {
	t.Helper()
	cl, ok := b.Clients.Get(id)
	if !ok {
		t.Fatalf("bare Mochi does not know client %s", id)
	}
	c.send([]byte{0xE0, 0})
	c.Close()
	waitUntil(t, "bare Mochi notices that the client is gone", cl.Closed)
}

// publish publishes from inside the broker, as its users do.
func (b *bareMochi) publish(t testing.TB, topic, payload string, qos byte) {
	t.Helper()
	if err := b.Publish(topic, []byte(payload), false, qos); err != nil {
		t.Fatal(err)
	}
}

// stick makes a client that takes nothing off the wire, and waits until its socket is full.
func (b *bareMochi) stick(t testing.TB, id string) *raw {
	t.Helper()
	c := b.login(t, id, 2, 0)
	c.subscribe(1, "flood")
	payload := string(make([]byte, 256<<10))
	for range 80 { // 20 MiB, more than the kernel takes
		b.publish(t, "flood", payload, 0)
	}
	waitUntil(t, "the socket is full", func() bool {
		sent := atomic.LoadInt64(&b.Info.BytesSent)
		clock.Sleep(clock.System(), 100*time.Millisecond, t.Context().Done())
		return atomic.LoadInt64(&b.Info.BytesSent) == sent
	})
	return c
}
