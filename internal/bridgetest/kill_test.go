package bridgetest_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/internal/rig"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

// workDir holds the program; TestMain removes it.
var workDir string

// mustBuild builds the real program, once.
func mustBuild(t testing.TB) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var build = sync.OnceValues(func() (path string, err error) {
	if workDir, err = os.MkdirTemp("", "bridgetest-"); err != nil {
		return "", err
	}
	path = filepath.Join(workDir, "onelan")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	out, err := exec.Command("go", "build", "-o", path, "github.com/onelan/onelan/cmd/onelan").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// realEdge is an onelan with a bridge in a process of its own, on data of its own, before a cloud in this process.
type realEdge struct {
	*rig.Onelan
	cloud        *onenettest.Server
	proxy        *faultnet.Proxy
	pairs        []pair
	binary       string
	config, data string
	lab          *lab.Client
}

// newRealEdge prepares an edge with devices; more is further settings of its bridge, each on a line of its own.
func newRealEdge(t testing.TB, devices int, more string) *realEdge {
	t.Helper()
	cloud := onenettest.Start(t, onenettest.WithConfig(roomyJournal), onenettest.WithConfig(func(c *server.Config) { c.JournalSize = 1 << 20 }))
	dir := t.TempDir()
	e := &realEdge{
		cloud: cloud, proxy: faultnet.Start(t, cloud.MQTTAddr()), binary: mustBuild(t),
		config: filepath.Join(dir, "onelan.yaml"), data: filepath.Join(dir, "data"),
	}
	var local, bridged, passwords strings.Builder
	for i := range devices {
		p := pair{onenet.Device{Product: server.DemoProduct, ID: onenet.DeviceID(fmt.Sprint(900000001 + i)), AuthInfo: onenet.NewKey()}, cloud.Device(t)}
		e.pairs = append(e.pairs, p)
		fmt.Fprintf(&local, "  - {product: %q, id: %q, auth_info: %q}\n", p.here.Product, p.here.ID, string(p.here.AuthInfo))
		fmt.Fprintf(&bridged, "    - {product: %q, device: %q, upstream_product: %q, upstream_device: %q}\n", p.here.Product, p.here.ID, p.there.Product, p.there.ID)
		fmt.Fprintf(&passwords, "%s %s %s\n", p.there.Product, p.there.ID, string(p.there.AuthInfo))
	}
	text := fmt.Sprintf("devices:\n%sbridge:\n  upstream: %s\n  passwords: passwords\n  presence: always\n  rate: 0\n  total_rate: 0\n  login_rate: 0\n%s  devices:\n%s",
		local.String(), e.proxy.Addr(), more, bridged.String())
	for name, content := range map[string]string{"onelan.yaml": text, "passwords": passwords.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

// start starts the program, once more on the same data. It ends with the test, or with ctx while it starts.
func (e *realEdge) start(ctx context.Context) (err error) {
	e.Onelan, err = rig.StartOnelan(ctx, e.binary, "--config", e.config, "--data", e.data, "--bridge")
	return err
}

func (e *realEdge) mustStart(t testing.TB) {
	t.Helper()
	if err := e.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Kill)
	e.lab = lab.New("http://" + e.Lab)
	t.Cleanup(e.lab.Close)
}

// status is what /_lab/bridge tells.
func (e *realEdge) status(t testing.TB) lab.Bridge {
	t.Helper()
	s, err := e.lab.Bridge(t.Context())
	if err != nil {
		t.Fatalf("%v (the edge said: %s)", err, e.Said())
	}
	return s
}

// await waits until the bridge's status is ok.
func (e *realEdge) await(t testing.TB, what string, ok func(lab.Bridge) bool) lab.Bridge {
	t.Helper()
	for deadline := now().Add(4 * patience); ; {
		s := e.status(t)
		if ok(s) {
			return s
		}
		if now().After(deadline) {
			t.Fatalf("waited %s for the %s: %+v", 4*patience, what, s)
		}
		clock.Sleep(clock.System(), 20*time.Millisecond, t.Context().Done())
	}
}

// mustDrain waits until nothing waits for the cloud any more, and gives the books in the order of the pairs.
func (e *realEdge) mustDrain(t testing.TB) []queue.Books {
	t.Helper()
	return e.mustBalance(t, e.await(t, "empty queue", func(s lab.Bridge) bool { return s.Totals.Waiting == 0 }))
}

// mustBalance sees that accepted = delivered + waiting + quarantined + dropped for each device and for all of them.
func (e *realEdge) mustBalance(t testing.TB, s lab.Bridge) (list []queue.Books) {
	t.Helper()
	var sum int64
	for _, p := range e.pairs {
		i := slices.IndexFunc(s.Devices, func(d lab.BridgeDevice) bool { return d.Device == p.here.ID })
		if i < 0 {
			t.Fatalf("%s is not on the bridge", p.here.ID)
		}
		b := booksOf(p.here.Ref(), s.Devices[i].Books)
		if err := b.Balance(); err != nil {
			t.Error(err)
		}
		sum += b.Accepted
		list = append(list, b)
	}
	if err := booksOf(onenet.DeviceRef{}, s.Totals).Balance(); err != nil || sum != s.Totals.Accepted {
		t.Errorf("totals %+v, the devices have %d accepted, %v", s.Totals, sum, err)
	}
	return list
}

func booksOf(ref onenet.DeviceRef, l lab.BridgeBooks) queue.Books {
	b := queue.Books{Ref: ref, Accepted: l.Accepted, Delivered: l.Delivered, Waiting: l.Waiting, Quarantined: l.Quarantined, Dropped: map[onenet.UplinkColumn]int64{}}
	for reason, n := range l.Dropped {
		b.Dropped[onenet.UplinkColumn("dropped."+reason)] = n
	}
	return b
}

// flooder is a device that uploads numbers without waiting for one acknowledgement before it sends the next.
type flooder struct {
	pair
	sent  int
	acked []int // the numbers, in order
}

// window is how many messages a flooder sends ahead.
const window = 100

// press sends until the edge is gone.
func (f *flooder) press(b *board) {
	free := make(chan struct{}, window)
	for range window {
		free <- struct{}{}
	}
	first, n := f.sent, 0
	var wg sync.WaitGroup
	wg.Go(func() {
		for range free {
			if b.send("$dp", 1, point("n", f.sent)) != nil {
				return
			}
			f.sent++
		}
	})
	for {
		head, _, err := b.Next(rig.Patience)
		if err != nil {
			break
		}
		if head == rig.Puback { // they come in the order of the messages [MQTT-4.6.0-2]
			f.acked = append(f.acked, first+n)
			n++
			free <- struct{}{}
		}
	}
	_ = b.Close()
	close(free)
	wg.Wait()
}

// TestKillNineLosesNothingThatWasAcknowledged kills the real program at random moments while devices flood it and it floods the cloud,
// and starts it again on the same data.
func TestKillNineLosesNothingThatWasAcknowledged(t *testing.T) {
	t.Parallel()
	kills := number(t, "BRIDGETEST_KILLS", 10)
	t.Run("each message for itself", func(t *testing.T) {
		t.Parallel()
		testKills(t, kills, false)
	})
	t.Run("packed", func(t *testing.T) {
		t.Parallel()
		testKills(t, max(kills/2, 1), true)
	})
}

const upWindow = 20 // messages of a device that are under way to the cloud at once

func testKills(t *testing.T, kills int, pack bool) {
	t.Helper()
	const devices = 3
	rnd := rand.New(rand.NewPCG(seed(t, 9), 0))
	e := newRealEdge(t, devices, fmt.Sprintf("  pack: %v\n  window: %d\n", pack, upWindow))
	floods := make([]*flooder, devices)
	for i, p := range e.pairs {
		floods[i] = &flooder{pair: p}
	}
	lives := kills
	for n := range kills {
		e.mustStart(t)
		if n%20 == 19 { // else the queue grows until it drops what is oldest
			e.mustDrain(t)
			t.Logf("%d kills, the books balance", n)
		}
		e.floodUntilKilled(t, floods, time.Duration(20+rnd.IntN(300))*time.Millisecond)
		if rnd.IntN(4) == 0 { // in the middle of a start, too
			lives++
			e.killStart(t, time.Duration(rnd.IntN(40))*time.Millisecond)
		}
	}
	e.mustStart(t)
	books := e.mustDrain(t)
	acked, again, beyond := 0, 0, 0
	for i, f := range floods {
		var got []int
		if pack { // a message has more points than a record of the journal, so this is without their order
			got = kept(t, e.cloud, f.there, "n")
		} else {
			got = received(t, e.cloud, f.there, "n")
		}
		order, n := firsts(got)
		acked, again, beyond = acked+len(f.acked), again+n, beyond+len(order)-len(f.acked)
		if d := cmp.Diff(f.wanted(order), order); d != "" {
			t.Errorf("first arrivals of %s (-want +got):\n%s", f.here.ID, d)
		}
		if !pack && n > upWindow*lives {
			t.Errorf("%d messages of %s arrived twice, want at most %d, a window of each of %d lives", n, f.here.ID, upWindow*lives, lives)
		}
		if books[i].Delivered != int64(len(order)) || len(books[i].Dropped) > 0 {
			t.Errorf("books %+v, the cloud has %d", books[i], len(order))
		}
	}
	if acked < 100 {
		t.Errorf("only %d messages were acknowledged: the flood is none", acked)
	}
	t.Logf("%d kills: %d messages acknowledged to the devices, 0 lost, %d arrived twice (at most %d messages could); besides, %d that were not acknowledged arrived",
		lives, acked, again, upWindow*lives*devices, beyond)
}

// wanted is what must have arrived: all that was acknowledged, and of the rest what did, in the order of sending.
func (f *flooder) wanted(got []int) []int {
	list := slices.Clone(f.acked)
	for _, n := range got {
		if _, is := slices.BinarySearch(f.acked, n); !is {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return list
}

// floodUntilKilled lets all devices send, and kills the edge after a while.
func (e *realEdge) floodUntilKilled(t testing.TB, floods []*flooder, alive time.Duration) {
	t.Helper()
	var wg sync.WaitGroup
	for _, f := range floods {
		b := mustBoardAt(t, e.MQTT, f.here)
		wg.Go(func() { f.press(b) })
	}
	clock.Sleep(clock.System(), alive, t.Context().Done())
	if e.Gone() {
		t.Fatalf("the edge ended by itself; it said: %s", e.Said())
	}
	e.Kill()
	wg.Wait()
}

// killStart starts the edge and kills it when it is that young.
func (e *realEdge) killStart(t testing.TB, young time.Duration) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	timer := clock.System().AfterFunc(young, cancel)
	defer timer.Stop()
	if e.start(ctx) == nil {
		<-ctx.Done()
		e.Kill()
	}
}
