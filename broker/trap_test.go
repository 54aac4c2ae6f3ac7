package broker_test

import (
	"log/slog"
	"math"
	"net"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// trap is a defect of Mochi v2.7.9 that this package is built around.
type trap struct {
	name string
	bare func(t *testing.T) // shows the defect on bare Mochi
	ours func(t *testing.T) // shows that we do not have it
}

// runTraps shows each defect, and its absence.
func runTraps(t *testing.T, traps []trap) {
	t.Helper()
	for _, trap := range traps {
		t.Run(trap.name, func(t *testing.T) {
			t.Run("bare Mochi has it", func(t *testing.T) { t.Parallel(); trap.bare(t) })
			t.Run("onelan has not", func(t *testing.T) { t.Parallel(); trap.ours(t) })
		})
	}
}

// What Mochi does with connections and packets.
func TestMochiLinkTraps(t *testing.T) {
	t.Parallel()
	runTraps(t, []trap{
		{"a SUBSCRIBE without options byte in MQTT 5 panics", bareDecoderPanics, oursSurvivesMalformedSubscribe},
		{"running out of file descriptors ends the listener for ever", bareListenerDies, oursListenerGoesOn},
		{"a keepalive above 43690 s overflows", bareKeepaliveOverflows, oursTakesEveryKeepalive},
		{"nothing bounds the wait for CONNECT and the size of packets", bareHasNoBounds, oursHasBounds},
		{"a message to $sys is never acknowledged", bareForgetsSys, oursAcknowledgesSys},
		{"codes of MQTT 5 reach clients of 3.1.1", bareSendsForeignCodes, oursSendsCodesOf311},
		{"header flags 0 of SUBSCRIBE, which OneNET's paper prescribes, close the connection", bareClosesOnFlags0, oursTakesFlags0},
		{"a packet before CONNECT closes the connection", bareClosesOnEarlyPacket, oursDiscardsEarlyPacket},
		{"a stuck subscriber blocks who publishes to it", bareBlocksPublishers, oursBlocksNobody},
	})
}

func bareDecoderPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("it does not panic any more")
		}
	}()
	pk := packets.Packet{ProtocolVersion: 5, FixedHeader: packets.FixedHeader{Type: packets.Subscribe, Qos: 1}}
	_ = pk.SubscribeDecode([]byte{0, 1, 0, 0, 1, 'a'}) // id, no properties, a filter, and nothing behind it
}

func oursSurvivesMalformedSubscribe(t *testing.T) {
	srv := onenettest.Start(t)
	c := login(t, srv, srv.Device(t), clean, 0)
	c.sendHex("82 06 00 01 00 00 01 61")
	c.wantClosed()
	five := dial(t, srv)
	five.send(packet(0x10, text("MQTT"), []byte{5, 2, 0, 0, 0}, text("c")), mustHex(t, "82 06 00 01 00 00 01 61"))
	five.wantHex("20 02 00 01")
	login(t, srv, srv.Device(t), clean, 0).wantSilence()
}

// flakyListener fails a few times to accept, as one does that is out of file descriptors.
type flakyListener struct {
	net.Listener
	failures atomic.Int32
}

func (l *flakyListener) Accept() (net.Conn, error) {
	if l.failures.Add(-1) >= 0 {
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: syscall.EMFILE}
	}
	return l.Listener.Accept()
}

func bareListenerDies(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	flaky := &flakyListener{Listener: ln}
	flaky.failures.Store(1)
	l := listeners.NewNet("flaky", flaky)
	if err := l.Init(slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	l.Serve(func(string, net.Conn) error { return nil }) // returns, though nobody has closed it
}

func oursListenerGoesOn(t *testing.T) {
	l := newLone(t, nil)
	addr := l.listen(t, func(ln net.Listener) net.Listener {
		flaky := &flakyListener{Listener: ln}
		flaky.failures.Store(5)
		return flaky
	})
	c := dialAddr(t, addr)
	c.send(connectPacket(clean, 60, l.device))
	c.wantHex("20 02 00 00")
	l.wait(t, "the failure stands in the journal", func(r *onenet.Record) bool { return r.Kind == onenet.KindSystem })
}

func bareKeepaliveOverflows(t *testing.T) {
	b := startBare(t, nil)
	c := dialAddr(t, b.addr)
	c.send(bareHello("c", 2, 43691), []byte{0xC0, 0})
	for p, err := c.next(); ; p, err = c.next() {
		if err != nil {
			return
		}
		if p[0] == 0xD0 {
			t.Fatal("it is served")
		}
	}
}

func oursTakesEveryKeepalive(t *testing.T) {
	srv := onenettest.Start(t)
	for _, keepalive := range []uint16{43691, 65535} {
		c := dial(t, srv)
		c.send(connectPacket(clean, keepalive, srv.Device(t)))
		c.wantHex("20 02 00 00")
		c.wantSilence()
	}
}

// watchedConn counts deadlines, and tells when more input is asked for.
type watchedConn struct {
	net.Conn
	deadlines atomic.Int32
	asked     chan struct{}
}

func (c *watchedConn) Read(b []byte) (int, error) {
	c.asked <- struct{}{}
	return c.Conn.Read(b)
}

func (c *watchedConn) SetDeadline(at time.Time) error {
	c.deadlines.Add(1)
	return c.Conn.SetDeadline(at)
}

func bareHasNoBounds(t *testing.T) {
	b := startBare(t, nil)
	if most := b.Options.Capabilities.MaximumPacketSize; most != 0 {
		t.Errorf("packets have at most %d bytes", most)
	}
	near, far := net.Pipe()
	c := &watchedConn{Conn: far, asked: make(chan struct{}, 10)}
	done := make(chan struct{})
	go func() { defer close(done); _ = b.EstablishConnection("bare", c) }()
	<-c.asked
	if _, err := near.Write([]byte{0x10}); err != nil {
		t.Fatal(err)
	}
	<-c.asked // it has the first byte and waits for the next, for ever
	if n := c.deadlines.Load(); n != 0 {
		t.Errorf("%d deadlines are set", n)
	}
	near.Close()
	<-done
}

func oursHasBounds(t *testing.T) {
	srv := onenettest.Start(t, onenettest.WithClock(dawn))
	huge := dial(t, srv)
	huge.sendHex("10 FF FF FF 7F") // a CONNECT of 256 MiB, of which not a byte has come
	huge.wantClosed()
	slow := dial(t, srv)
	slow.sendHex("C0 00 10")
	srv.Wait(t, onenettest.Refused(onenet.LinkEarlyPacket))
	srv.Advance(t, onenet.DefaultLimits().ConnectWithin)
	slow.wantClosed()
}

func bareForgetsSys(t *testing.T) {
	c := startBare(t, nil).login(t, "c", 2, 0)
	c.send(publishPacket("$sys/88001/board/dp/post/json", []byte("{}"), 1, 10))
	c.wantSilence()
}

func oursAcknowledgesSys(t *testing.T) {
	srv := onenettest.Start(t)
	c := login(t, srv, srv.Device(t), clean, 0)
	c.publish("$sys/88001/board/dp/post/json", "{}", 1)
}

func bareSendsForeignCodes(t *testing.T) {
	b := startBare(t, nil)
	for _, h := range []hello{
		{"MQTT", 4, 0, 60, []string{""}},             // an empty client id with a session to be kept
		{"MQTT", 6, 2, 60, []string{"c"}},            // a level that there is not
		{"MQTT", 4, 6, 60, []string{"c", "lwt", ""}}, // an empty will, which is legal
	} {
		c := dialAddr(t, b.addr)
		c.send(h.packet())
		if p, err := c.next(); err != nil || p[0] != 0x20 || p[3] < 0x80 {
			t.Errorf("%+v: got % X, %v; want a CONNACK with a code of MQTT 5", h, p, err)
		}
	}
}

func oursSendsCodesOf311(t *testing.T) {
	srv := onenettest.Start(t)
	d := srv.Device(t)
	id, pid, auth := string(d.ID), string(d.Product), string(d.AuthInfo)
	for want, h := range map[byte]hello{
		2: {"MQTT", 4, kept, 60, []string{"", pid, auth}},
		1: {"MQTT", 6, clean, 60, []string{id, pid, auth}},
		0: {"MQTT", 4, 0xC6, 60, []string{id, "lwt", "", pid, auth}},
	} {
		c := dial(t, srv)
		c.send(h.packet())
		c.want([]byte{0x20, 2, 0, want})
	}
}

func bareClosesOnFlags0(t *testing.T) {
	c := startBare(t, nil).login(t, "c", 2, 0)
	c.sendHex("80 0A 00 14 00 05 72 6F 6F 6D 31 02")
	c.wantClosed()
}

func oursTakesFlags0(t *testing.T) {
	srv := onenettest.Start(t)
	c := login(t, srv, srv.Device(t), clean, 0)
	c.sendHex("80 0A 00 14 00 05 72 6F 6F 6D 31 02")
	c.wantHex("90 03 00 14 02")
}

func bareClosesOnEarlyPacket(t *testing.T) {
	c := dialAddr(t, startBare(t, nil).addr)
	c.send([]byte{0xC0, 0})
	c.wantClosed()
}

func oursDiscardsEarlyPacket(t *testing.T) {
	srv := onenettest.Start(t)
	c := dial(t, srv)
	c.send([]byte{0xC0, 0}, connectPacket(clean, 60, srv.Device(t)))
	c.wantHex("20 02 00 00")
}

func bareBlocksPublishers(t *testing.T) {
	b := startBare(t, nil)
	c := b.stick(t, "c")
	done := make(chan struct{})
	go func() { defer close(done); _ = b.Publish("flood", []byte("x"), false, 1) }()
	if !clock.Sleep(clock.System(), 300*time.Millisecond, done) {
		t.Error("the publisher was not blocked")
	}
	c.Close() // the client has no keepalive: without this it would be for ever
	<-done
}

func oursBlocksNobody(t *testing.T) {
	srv := onenettest.Start(t)
	p := login(t, srv, srv.Device(t), clean, 0)
	stick(t, srv, srv.Device(t), p, "flood")
	other := login(t, srv, srv.Device(t), clean, 0)
	other.subscribe(1, "flood")
	start := clock.System().Now()
	for range 200 {
		p.publish("flood", "x", 1)
		other.answer(other.wantMessage("flood", "x", 1), 1)
	}
	if took := clock.System().Now().Sub(start); took > 5*time.Second {
		t.Errorf("200 messages took %s", took)
	}
}

// What Mochi is configured with, where a defect cannot be shown in a moment.
func TestMochiCapabilitiesThatWouldHurtAreOff(t *testing.T) {
	t.Parallel()
	l := newLone(t, nil)
	bare, ours := mqtt.New(nil).Options.Capabilities, l.broker.Capabilities()
	for _, c := range []struct {
		name       string
		bare, ours int64
	}{
		{"slots allocated for each client's queue, 8 bytes each", int64(bare.MaximumClientWritesPending), int64(ours.MaximumClientWritesPending)},
		{"seconds after which retained and queued messages are deleted", bare.MaximumMessageExpiryInterval, ours.MaximumMessageExpiryInterval},
	} {
		if c.bare < 8192 || c.ours > 1 {
			t.Errorf("%s: bare Mochi has %d, ours %d", c.name, c.bare, c.ours)
		}
	}
	if ours.MaximumClients != math.MaxInt64 {
		t.Error("Mochi counts clients, though our accept loop does")
	}
	before := l.broker.MochiRetains() // its own figures, under $SYS
	c := l.serve(t, nil)
	c.send(connectPacket(clean, 60, l.device))
	c.wantHex("20 02 00 00")
	c.handshake(retainPacket("room1", "kept", 1, 10), 1)
	if n := l.broker.MochiRetains(); n != before {
		t.Errorf("Mochi holds %d retained messages, %d before: it copies them all every second", n, before)
	}
}
