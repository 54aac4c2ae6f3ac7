package bridgetest_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/internal/rig"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/server"
)

// plainBroker is a mosquitto of Debian, on loopback, with a memory of its own on disk.
type plainBroker struct {
	*rig.Process
	addr, config string
}

// mustMosquitto starts a mosquitto. Where CI runs it must be there.
func mustMosquitto(t testing.TB) *plainBroker {
	t.Helper()
	if _, err := exec.LookPath("mosquitto"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("mosquitto is missing: apt-get install mosquitto")
		}
		t.Skip("mosquitto is missing: apt-get install mosquitto")
	}
	port, err := rig.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	m := &plainBroker{addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), config: filepath.Join(dir, "mosquitto.conf")}
	text := fmt.Sprintf("listener %d 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location %s/\nmax_inflight_messages 0\nmax_queued_messages 0\n", port, dir)
	if os.Getuid() == 0 { // it would become another user, who cannot write there
		text += "user root\n"
	}
	if err := os.WriteFile(m.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	m.start(t)
	return m
}

func (m *plainBroker) start(t testing.TB) {
	t.Helper()
	p, err := rig.Run(nil, "mosquitto", "-c", m.config)
	if err != nil {
		t.Fatal(err)
	}
	m.Process = p
	t.Cleanup(p.Kill)
	deadline := now().Add(patience)
	for {
		conn, err := net.Dial("tcp", m.addr)
		if err == nil {
			_ = conn.Close()
			return
		}
		if p.Gone() || now().After(deadline) {
			t.Fatalf("mosquitto does not listen: %v; it said %s", err, p.Said())
		}
		clock.Sleep(clock.System(), 5*time.Millisecond, t.Context().Done())
	}
}

// mustWatch logs a client in to the broker, which keeps its session, and subscribes it.
func (m *plainBroker) mustWatch(t testing.TB, topic string) *board {
	t.Helper()
	conn, _, err := rig.Open(t.Context(), m.addr, rig.Login{Device: "watch", Product: "p", Secret: "s", Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	b := &board{Conn: conn}
	if _, err := b.Write(rig.Subscribe(1, topic, 1)); err != nil {
		t.Fatal(err)
	}
	return b
}

// until reads messages, and acknowledges them, up to the one with this payload. It gives them as topic, blank, payload.
func (b *board) until(t testing.TB, last string) (list []string) {
	t.Helper()
	for {
		head, body, err := b.Next(rig.Patience)
		if err != nil {
			t.Fatalf("after %q: %v", list, err)
		}
		m, ok := rig.Parse(head, body)
		if head>>4 != 3 || !ok {
			continue
		}
		list = append(list, m.Topic+" "+string(m.Payload))
		if m.QoS > 0 {
			if _, err := b.Write(rig.Ack(rig.Puback, m.ID)); err != nil {
				t.Fatal(err)
			}
		}
		if string(m.Payload) == last {
			return list
		}
	}
}

func mustRoute(t testing.TB, text string) bridge.Route {
	t.Helper()
	r, err := bridge.ParseRoute(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Mosquitto gives a client its own messages back, as MQTT 3.1.1 says; OneNET does too. What comes from the cloud is for the device alone.
func TestCustomTopicsGoBothWaysAndNothingGoesRoundInCircles(t *testing.T) {
	t.Parallel()
	m := mustMosquitto(t)
	c := startBefore(t, nil, m.addr, setup{plan: func(p *bridge.Plan) {
		p.Topics = []bridge.Route{mustRoute(t, "both led -> site/{device}/led qos 1")}
	}})
	p := c.pairs[0]
	watch := m.mustWatch(t, "site/#")
	neighbour := c.mustBoard(t, pair{here: c.edge.AddDevice(t, onenet.Device{Product: server.DemoProduct, AuthInfo: onenet.NewKey()})})
	b := c.mustBoard(t, p)
	for _, local := range []*board{neighbour, b} {
		if err := local.Subscribe("led", 1); err != nil {
			t.Fatal(err)
		}
	}
	c.awaitLink(t, p, bridge.Online)
	topic := "site/" + string(p.here.ID) + "/led"
	var cloud, device, beside []string
	send := func(text string) { // the device hears itself, as anybody does who subscribes to what he publishes
		if err := b.send("led", 1, []byte(text)); err != nil {
			t.Fatal(err)
		}
		device = append(device, b.until(t, text)...)
		cloud = append(cloud, watch.until(t, text)...)
		beside = append(beside, neighbour.until(t, text)...)
	}
	send("from here")
	if err := watch.send(topic, 1, []byte("from there")); err != nil {
		t.Fatal(err)
	}
	device = append(device, b.until(t, "from there")...)
	cloud = append(cloud, watch.until(t, "from there")...)
	send("from here") // the same again is no echo
	send("end")
	for _, side := range []struct {
		name, topic string
		want, got   []string
	}{
		{"in the cloud", topic, []string{"from here", "from there", "from here", "end"}, cloud},
		{"the device", "led", []string{"from here", "from there", "from here", "end"}, device},
		{"a device beside it", "led", []string{"from here", "from here", "end"}, beside},
	} {
		for i := range side.want {
			side.want[i] = side.topic + " " + side.want[i]
		}
		if d := cmp.Diff(side.want, side.got); d != "" {
			t.Errorf("%s (-want +got):\n%s", side.name, d)
		}
	}
	c.mustDrain(t)
	c.await(t, "suppressing of three echoes", func() bool { return c.status(t, c.ref()).Suppressed == 3 })
}

func TestAPlainBrokerThatIsRestartedGetsAllInOrder(t *testing.T) {
	t.Parallel()
	m := mustMosquitto(t)
	c := startBefore(t, nil, m.addr, setup{plan: func(p *bridge.Plan) {
		p.Topics = []bridge.Route{mustRoute(t, "up log -> site/log")}
	}})
	p := c.pairs[0]
	watch := m.mustWatch(t, "site/#")
	b := c.mustBoard(t, p)
	c.awaitLink(t, p, bridge.Online)
	var want []string
	send := func(from, to int) {
		for n := from; n < to; n++ {
			b.mustSend(t, "log", 1, strconv.Itoa(n))
			want = append(want, "site/log "+strconv.Itoa(n))
		}
	}
	send(0, 20)
	got := watch.until(t, "19")
	c.mustDrain(t)          // else the last ones may come again
	watch.mustBeAcked(t, 0) // its own acknowledgements are there
	watch.leave()
	m.Stop()
	send(20, 60)
	m.start(t)
	watch = m.mustWatch(t, "site/#") // its session was kept
	send(60, 80)
	got = append(got, watch.until(t, "79")...)
	c.mustDrain(t)
	if !slices.Equal(want, got) {
		t.Errorf("the broker has %q", got)
	}
	if s := c.status(t, c.ref()); s.Books.Delivered != 80 || s.Link.Counts.Lost != 1 {
		t.Errorf("books %+v, counts %+v", s.Books, s.Link.Counts)
	}
}

// A broker that keeps sessions queues what it has for a device while the bridge is away.
func TestMessagesForADeviceWaitInAPlainBrokerThatKeepsItsSession(t *testing.T) {
	t.Parallel()
	m := mustMosquitto(t)
	c := startBefore(t, nil, m.addr, setup{plan: func(p *bridge.Plan) {
		p.KeepSession, p.Topics = true, []bridge.Route{mustRoute(t, "down led -> site/{device}/led")}
	}})
	p := c.pairs[0]
	b := c.mustBoard(t, p)
	if err := b.Subscribe("led", 1); err != nil {
		t.Fatal(err)
	}
	c.awaitLink(t, p, bridge.Online)
	topic := "site/" + string(p.here.ID) + "/led"
	watch := m.mustWatch(t, "nothing")
	watch.mustSend(t, topic, 1, "first")
	b.until(t, "first")
	c.proxy.Await(t, "acknowledgement of the first", func(n faultnet.Counts) bool { return n.Up[faultnet.Puback] == 1 }) // else it comes again
	if _, err := c.edge.Bridge().Pause(); err != nil {
		t.Fatal(err)
	}
	c.awaitLink(t, p, bridge.Paused)
	watch.mustSend(t, topic, 1, "second")
	watch.mustSend(t, topic, 1, "third")
	if _, err := c.edge.Bridge().Resume(); err != nil {
		t.Fatal(err)
	}
	if got := b.until(t, "third"); !slices.Equal(got, []string{"led second", "led third"}) {
		t.Errorf("the device got %q", got)
	}
}
