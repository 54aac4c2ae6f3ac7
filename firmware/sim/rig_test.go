package sim_test

import (
	"context"
	"encoding/json"
	"flag"
	"maps"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/onelan/onelan/firmware/sim"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

// TestMain lets more tests run at once than there are processors, unless somebody has said how many: they wait for boards,
// which wait for time to pass.
func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) {
		if err := f.Value.Set("8"); err != nil {
			panic(err)
		}
	}
	goleak.VerifyTestMain(m)
}

// patience is how long a board gets for one step: a hundred times what it needs on an idle machine. Tests wait for the board
// first and for the platform then, which is less patient.
const patience = 60 * time.Second

const blue = 2 // the tutorial's LED

// Where the broker is on the board's LAN. No such packet leaves this machine: see lan.
const (
	desk      = "192.168.1.2"
	cloud     = "183.230.40.39"
	mqttPort  = 6002
	apiPort   = 8080
	broadcast = "255.255.255.255:6003"
)

// needInterpreter ends the test where node or the interpreter is missing: as a failure in CI, as a visible skip elsewhere.
func needInterpreter(t *testing.T) {
	t.Helper()
	switch err := sim.Ready("."); {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatal(err)
	default:
		t.Skip(err)
	}
}

// lan is the network that boards of a test see: which address leads to which real one.
type lan struct {
	mu     sync.Mutex
	places map[string][]string // guarded by mu
}

// lead makes packets for an address go to real ones, or nowhere.
func (n *lan) lead(address string, to ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.places[address] = to
}

func (n *lan) route(to netip.AddrPort) []netip.AddrPort {
	n.mu.Lock()
	defer n.mu.Unlock()
	places, known := n.places[to.String()]
	if !known && to.Addr().IsLoopback() {
		return []netip.AddrPort{to} // what discovery tells is a real address
	}
	var out []netip.AddrPort
	for _, p := range places {
		out = append(out, netip.MustParseAddrPort(p))
	}
	return out
}

// put makes the platform the one that the desk's address leads to.
func (n *lan) put(srv *onenettest.Server) {
	n.lead(desk+":6002", srv.MQTTAddr())
	n.lead(desk+":8080", srv.HTTPAddr())
}

// settings is a config.json.
type settings map[string]any

// quick is the configuration of a board that has no time to lose.
func quick(d onenet.Device) settings {
	return settings{
		"wifi": map[string]any{"ssid": "lab", "password": "lab-secret"},
		"use":  []string{"lan"}, "lan": settings{"host": desk, "port": mqttPort}, "cloud": settings{"host": cloud, "port": mqttPort},
		"product_id": d.Product, "device_id": d.ID, "auth_info": d.AuthInfo,
		"keepalive_s": 60, "report_s": 3600, "timeout_s": 20, "tries": 3, "recheck_s": 3600, "backoff_s": 0.2, "watchdog_s": 300, "ntp": []string{},
	}
}

// rig is a board in a test, with its program's config.json.
type rig struct {
	*sim.Board
	t   *testing.T
	lan *lan
}

// option changes a board before it is switched on.
type option func(*sim.Config)

// with changes the settings in config.json.
func with(s settings, changes settings) settings {
	s = maps.Clone(s)
	maps.Copy(s, changes)
	return s
}

// mustBoard switches a board on that runs the firmware as it is.
func mustBoard(t *testing.T, n *lan, s settings, options ...option) *rig {
	t.Helper()
	needInterpreter(t)
	files, err := sim.Program("..")
	if err != nil {
		t.Fatal(err)
	}
	if s != nil {
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		files["/config.json"] = text
	}
	return mustStart(t, n, files, options...)
}

// mustStart switches on a board that runs any program.
func mustStart(t *testing.T, n *lan, files map[string][]byte, options ...option) *rig {
	t.Helper()
	needInterpreter(t)
	c := sim.Config{Sim: ".", Files: files}
	if n != nil {
		c.Route = n.route
	}
	for _, o := range options {
		o(&c)
	}
	b, err := sim.New(c)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{b, t, n}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("the board:\n%s", r.story())
		}
	})
	return r
}

// story is what happened to the board, one line each.
func (r *rig) story() string {
	var lines []string
	for _, e := range r.Events(0) {
		lines = append(lines, "  "+e.String())
	}
	return strings.Join(lines, "\n")
}

// must waits for what the board does after the event of that number, and gives the number of the event that it was.
func (r *rig) must(after int, m sim.Match) int {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	e, err := r.Wait(ctx, after, m)
	if err != nil {
		r.t.Fatal(err)
	}
	return e.Seq
}

// serving is what the firmware prints when it is connected and has subscribed.
func serving(endpoint string) sim.Match { return sim.Printed("connected to " + endpoint) }

// printed tells whether the board has printed the text after the event of that number.
func (r *rig) printed(after int, text string) bool {
	for _, e := range r.Events(after) {
		if e.Kind == sim.Line && strings.Contains(e.Text, text) {
			return true
		}
	}
	return false
}

// desktop is a platform with one device, where boards find it.
func desktop(t *testing.T, options ...onenettest.Option) (*onenettest.Server, onenet.Device, *lan) {
	t.Helper()
	needInterpreter(t)
	srv := onenettest.Start(t, options...)
	n := &lan{places: map[string][]string{}}
	n.put(srv)
	return srv, srv.Device(t), n
}

// again is the same platform after a restart that forgot everything but the device.
func again(t *testing.T, d onenet.Device) *onenettest.Server {
	t.Helper()
	srv := onenettest.Start(t)
	if d.ID != server.DemoDevice {
		srv.AddDevice(t, d)
	}
	return srv
}

// program is a flash with nothing but a main.py.
func program(text string) map[string][]byte { return map[string][]byte{"/main.py": []byte(text)} }
