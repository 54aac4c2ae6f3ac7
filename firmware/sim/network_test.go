package sim_test

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/onelan/onelan/firmware/sim"
	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

// mustObey sends a command, and wants the LED to follow and the answer to come.
func (r *rig) mustObey(srv *onenettest.Server, d onenet.Device, word string, lit int) {
	r.t.Helper()
	at := r.Mark()
	c := srv.Send(r.t, d, word, onenettest.Within(patience))
	r.must(at, sim.PinIs(blue, lit))
	srv.Wait(r.t, onenettest.CommandIs(c, onenet.CommandAnswered))
}

// nervous is quick with a short patience for a silent broker.
func nervous(d onenet.Device) settings {
	return with(quick(d), settings{"keepalive_s": 1, "timeout_s": 2})
}

// unhurried is quick for a board whose time runs faster than ours: its patience must last all the same.
func unhurried(d onenet.Device) settings {
	return with(quick(d), settings{"timeout_s": 30, "watchdog_s": 900})
}

// An idle board pings often enough for the broker, also when the ticks wrap, as they do after 12 days.
func TestIdleBoardStaysConnected(t *testing.T) {
	t.Parallel()
	srv, d, n := desktop(t)
	p := faultnet.Start(t, srv.MQTTAddr())
	n.lead(desk+":6002", p.Addr())
	b := mustBoard(t, n, with(quick(d), settings{"keepalive_s": 3}), func(c *sim.Config) { c.Uptime = 1<<30 - 2000 })
	b.must(0, serving("lan"))
	p.Await(t, "three pings, and so more than the time after which the broker gives up", func(c faultnet.Counts) bool { return c.Up[faultnet.Pingreq] >= 3 })
	if n := b.logins(srv, d); n != 1 {
		t.Errorf("%d logins, want 1", n)
	}
	b.mustObey(srv, d, "on", 1)
}

func TestBoardSurvivesARestartOfTheBroker(t *testing.T) {
	t.Parallel()
	srv, d, n := desktop(t)
	b := mustBoard(t, n, quick(d))
	at := b.must(0, serving("lan"))
	n.lead(desk+":6002", closedPort(t))
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	at = b.must(at, sim.Printed("lost lan: closed by the broker"))
	at = b.must(at, sim.Printed("nothing listens there"))
	srv = again(t, d)
	n.put(srv)
	b.must(at, serving("lan"))
	b.mustObey(srv, d, "on", 1)
}

// The power of the broker's machine fails: no FIN, no RST, and it comes back knowing of no connection.
func TestBoardSurvivesAPowerCutOfTheBroker(t *testing.T) {
	t.Parallel()
	srv, d, n := desktop(t)
	b := mustBoard(t, n, nervous(d))
	at := b.must(0, serving("lan"))
	b.HalfOpen(true)
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	srv = again(t, d)
	n.put(srv)
	b.HalfOpen(false)
	at = b.must(at, sim.Printed("lost lan: no answer to"))
	b.must(at, serving("lan"))
	b.mustObey(srv, d, "on", 1)
}

func TestBoardNoticesAHalfOpenConnection(t *testing.T) {
	t.Parallel()
	srv, d, n := desktop(t)
	b := mustBoard(t, n, nervous(d))
	at := b.must(0, serving("lan"))
	b.HalfOpen(true)
	at = b.must(at, sim.Printed("lost lan: no answer to"))
	at = b.must(at, sim.Printed("lan failed: no answer in time"))
	b.HalfOpen(false)
	b.must(at, serving("lan"))
	b.mustObey(srv, d, "on", 1)
	if b.count(sim.Is(sim.Barked)) > 0 {
		t.Error("the watchdog barked at a board that was only waiting")
	}
}

func TestBoardSurvivesTheLossOfWiFi(t *testing.T) {
	t.Parallel()
	srv, d, n := desktop(t)
	b := mustBoard(t, n, quick(d))
	at := b.must(0, serving("lan"))
	b.WiFi(false)
	at = b.must(at, sim.Printed("lost lan: Wi-Fi lost"))
	at = b.must(at, sim.Printed("wifi: joining lab"))
	b.WiFi(true)
	b.must(at, serving("lan"))
	b.mustObey(srv, d, "on", 1)
}

func TestBoardTriesEachOfItsNetworks(t *testing.T) {
	t.Parallel()
	srv, d, n := desktop(t)
	s := with(unhurried(d), settings{"wifi": []any{
		settings{"ssid": "home", "password": "home-secret"}, settings{"ssid": "school", "password": "out of date"}, settings{"ssid": "lab", "password": "lab-secret"},
	}})
	b := mustBoard(t, n, s, func(c *sim.Config) {
		c.Networks, c.Speed = map[string]string{"lab": "lab-secret", "school": "school-secret"}, 10
	})
	at := b.must(0, sim.Printed("wifi: home: no such network in reach"))
	at = b.must(at, sim.Printed("wifi: school: wrong password"))
	at = b.must(at, sim.Printed("wifi: joined lab"))
	b.must(at, serving("lan"))
	b.mustObey(srv, d, "on", 1)
}

// Who is switched off says no goodbye: the platform still holds the old connection when the new one comes.
func TestPowerCycleTakesTheConnectionOver(t *testing.T) {
	t.Parallel()
	srv, d, n := desktop(t)
	b := mustBoard(t, n, quick(d))
	b.must(0, serving("lan"))
	b.mustObey(srv, d, "on", 1)
	mark, at := srv.Mark(), b.Mark()
	b.PowerCycle()
	at = b.must(at, sim.PinIs(blue, 0))
	at = b.must(at, sim.Boot(sim.PowerOn))
	b.must(at, serving("lan"))
	if r := srv.WaitAfter(t, mark, onenettest.Offline(d)); !strings.Contains(r.Text, "again") {
		t.Errorf("the old connection ended because %q, want a word of the new login", r.Text)
	}
	if got := srv.Connections(); got != 1 {
		t.Errorf("%d connections, want 1", got)
	}
	b.mustObey(srv, d, "on", 1)
}

// The board is set up for the real cloud's address, which stands for a second platform here.
func TestBoardGoesToTheCloudAndComesBack(t *testing.T) {
	t.Parallel()
	near, d, n := desktop(t)
	far := again(t, d)
	n.lead(desk + ":6002")
	n.lead(cloud+":6002", far.MQTTAddr())
	b := mustBoard(t, n, with(quick(d), settings{"use": []string{"lan", "cloud"}, "tries": 2, "recheck_s": 0.3}))
	at := b.must(0, serving("cloud 183.230.40.39 port 6002"))
	b.mustObey(far, d, "on", 1)
	n.put(near)
	at = b.must(at, sim.Printed("lan is back"))
	at = b.must(at, serving("lan"))
	b.mustObey(near, d, "off", 0)
	if r := far.Wait(t, onenettest.Offline(d)); !strings.Contains(r.Text, "DISCONNECT") || strings.Contains(r.Text, "without") {
		t.Errorf("the cloud lost the board because %q, want a goodbye", r.Text)
	}
	n.lead(desk + ":6002")
	if err := near.Close(); err != nil {
		t.Fatal(err)
	}
	b.must(at, serving("cloud"))
	b.mustObey(far, d, "on", 1)
}

// closedPort is an address of this machine where nothing listens.
func closedPort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	return ln.Addr().String()
}

// count is how many events match.
func (r *rig) count(m sim.Match) int {
	n := 0
	for _, e := range r.Events(0) {
		if m.OK(e) {
			n++
		}
	}
	return n
}

// mustAnswerer answers every datagram on a UDP port with these, in this order, and gives its address.
func mustAnswerer(t *testing.T, answers ...string) string {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 64)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if string(buf[:n]) != "onenet-local?" {
				t.Errorf("the board asks %q", buf[:n])
			}
			for _, a := range answers {
				_, _ = conn.WriteTo([]byte(a), from)
			}
		}
	}()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return conn.LocalAddr().String()
}

// mustMute accepts connections on a TCP port, and says nothing.
func mustMute(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	return ln.Addr().String()
}

func told(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return fmt.Sprintf(`{"onenet-local": %s}`, port)
}

func TestBoardFindsTheBrokerByAskingTheNetwork(t *testing.T) {
	t.Parallel()
	srv, d, n := desktop(t, onenettest.WithConfig(func(c *server.Config) { c.Discovery = "127.0.0.1:0" }))
	n.lead(broadcast, srv.DiscoveryAddr())
	b := mustBoard(t, n, with(quick(d), settings{"lan": settings{"host": "auto"}}))
	b.must(0, serving("lan 127.0.0.1"))
	b.mustObey(srv, d, "on", 1)
}

func TestFalseAnswerToTheQuestionForABrokerIsOutlived(t *testing.T) {
	t.Parallel()
	for name, lie := range map[string]func(t *testing.T) string{
		"noise":                                func(*testing.T) string { return "\x00\xffnoise" },
		"JSON that is no answer":               func(*testing.T) string { return `{"onenet-local": "6002"}` },
		"a port that is none":                  func(*testing.T) string { return `{"onenet-local": 123456}` },
		"a port where nothing listens":         func(t *testing.T) string { return told(closedPort(t)) },
		"a port where somebody says nothing":   func(t *testing.T) string { return told(mustMute(t)) },
		"a platform that does not know us":     func(t *testing.T) string { return told(onenettest.Start(t).MQTTAddr()) },
		"a port of something that is no MQTT":  func(t *testing.T) string { return told(onenettest.Start(t).HTTPAddr()) },
		"the same answer twice, and then more": func(t *testing.T) string { return told(closedPort(t)) + " " },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, d, n := desktop(t)
			l := lie(t)
			n.lead(broadcast, mustAnswerer(t, l, l, told(srv.MQTTAddr())))
			s := with(quick(d), settings{"lan": settings{"host": "auto"}, "timeout_s": 2})
			b := mustBoard(t, n, s)
			b.must(0, serving("lan 127.0.0.1"))
			b.mustObey(srv, d, "on", 1)
		})
	}
}
