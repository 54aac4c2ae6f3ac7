package bridgetest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

// patience is how long a test waits for anything before it fails.
const patience = 30 * time.Second

// pair is one device, as the edge and as the cloud knows it.
type pair struct{ here, there onenet.Device }

// chain is the way of some devices to the cloud, all in this process: an edge with a bridge, a proxy that breaks things, a cloud.
type chain struct {
	cloud *onenettest.Server
	proxy *faultnet.Proxy
	edge  *onenettest.Server
	pairs []pair
	plan  bridge.Plan
	setup setup
	store *shaky // of the edge, where the setup wants one
	acked int    // messages of sendSome that were acknowledged
}

// setup is what a test changes of a chain.
type setup struct {
	devices int
	plan    func(*bridge.Plan)
	timing  bridge.Timing
	cloud   []onenettest.Option
	edge    []onenettest.Option
	shaky   bool // the edge's store can be made to fail
}

// quick is a link's patience in tests. Links are cut far too often here for another client with their id to be recognised.
func quick() bridge.Timing {
	return bridge.Timing{
		Retry: 5 * time.Millisecond, RetryMost: 50 * time.Millisecond,
		Refused: 5 * time.Millisecond, RefusedMost: 50 * time.Millisecond, Settle: time.Millisecond,
		Write: time.Second, Connect: 5 * time.Second, Strikes: 1 << 20,
	}
}

// startChain starts a chain of one device, or of as many as the setup says.
func startChain(t testing.TB, s setup) *chain {
	t.Helper()
	cloud := onenettest.Start(t, append([]onenettest.Option{onenettest.WithConfig(roomyJournal)}, s.cloud...)...)
	return startBefore(t, cloud, cloud.MQTTAddr(), s)
}

// startBefore starts an edge before a cloud: at addr, which may be another way to it. Without a cloud, what is at addr is a plain broker.
func startBefore(t testing.TB, cloud *onenettest.Server, addr string, s setup) *chain {
	t.Helper()
	c := &chain{cloud: cloud, proxy: faultnet.Start(t, addr), setup: s}
	for i := range max(s.devices, 1) {
		here := onenet.Device{Product: server.DemoProduct, ID: onenet.DeviceID(fmt.Sprint(900000001 + i)), AuthInfo: onenet.NewKey()}
		there := here
		if cloud != nil {
			there = cloud.Device(t)
		}
		c.pairs = append(c.pairs, pair{here, there})
	}
	c.plan = bridge.Plan{Addr: c.proxy.Addr(), Keepalive: 60 * time.Second, Presence: bridge.Always}
	for _, p := range c.pairs {
		c.plan.Devices = append(c.plan.Devices, p.device())
	}
	if s.plan != nil {
		s.plan(&c.plan)
	}
	c.startEdge(t)
	return c
}

// device puts the pair on a plan.
func (p pair) device() bridge.Device {
	return bridge.Device{
		Ref:   p.here.Ref(),
		Login: bridge.Login{Product: string(p.there.Product), Device: string(p.there.ID), Password: p.there.AuthInfo},
	}
}

func roomyJournal(c *server.Config) {
	c.JournalSize = 1 << 17
	if os.Getenv("BRIDGETEST_QUIET") != "" { // of a long run a person wants the figures, and not the log
		quiet(c)
	}
}

// startEdge starts the edge, after a stop once more: on the same data, if the setup has a folder for it.
func (c *chain) startEdge(t testing.TB) {
	t.Helper()
	plan := c.plan
	opts := []onenettest.Option{onenettest.WithConfig(roomyJournal), onenettest.WithConfig(func(s *server.Config) {
		s.Bridge, s.BridgeTiming = &plan, c.setup.timing
		if s.BridgeTiming == (bridge.Timing{}) {
			s.BridgeTiming = quick()
		}
		for _, p := range c.pairs {
			s.Seed.Devices = append(s.Seed.Devices, p.here)
		}
	})}
	if c.setup.shaky {
		c.store = newShaky()
		opts = append(opts, c.store.option())
	}
	c.edge = onenettest.Start(t, append(opts, c.setup.edge...)...)
}

// onDisk keeps the edge's data in a folder.
func onDisk(dir string) onenettest.Option {
	return onenettest.WithConfig(func(s *server.Config) { s.Ephemeral, s.DataDir = false, dir })
}

func (c *chain) ref() onenet.DeviceRef { return c.pairs[0].here.Ref() }

// status is how the link and the queue of a device stand. Their books must balance at any moment.
func (c *chain) status(t testing.TB, ref onenet.DeviceRef) bridge.DeviceStatus {
	t.Helper()
	list, err := c.edge.Bridge().Status()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if s.Ref == ref {
			return s
		}
	}
	t.Fatalf("%s is not on the bridge: %+v", ref, list)
	return bridge.DeviceStatus{}
}

// link matches that the link of the pair comes into a state.
func (p pair) link(s bridge.State) onenettest.Match {
	return onenettest.That(fmt.Sprintf("link of %s being %s", p.here.ID, s), func(r *onenet.Record) bool {
		return r.Kind == onenet.KindBridge && r.Product == p.here.Product && r.Device == p.here.ID && r.Link == string(s)
	})
}

// awaitLink waits until the link of a device is in a state, however it came there.
func (c *chain) awaitLink(t testing.TB, p pair, want bridge.State) bridge.DeviceStatus {
	t.Helper()
	var s bridge.DeviceStatus
	c.await(t, fmt.Sprintf("link of %s being %s", p.here.ID, want), func() bool {
		s = c.status(t, p.here.Ref())
		return s.Link.State == want
	})
	return s
}

// await waits until ok. It is asked again whenever the edge's journal has something new, and now and then, for not all is told there.
func (c *chain) await(t testing.TB, what string, ok func() bool) {
	t.Helper()
	j := c.edge.Platform().Journal()
	for deadline := now().Add(patience); ; {
		last := j.Last()
		if ok() {
			return
		}
		if now().After(deadline) {
			list, _ := c.edge.Bridge().Status()
			t.Fatalf("waited %s for the %s; the bridge: %+v", patience, what, list)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		_ = j.Wait(ctx, last)
		cancel()
	}
}

// mustDrain waits until nothing waits for the cloud any more, and sees that the books balance and are those of the store.
func (c *chain) mustDrain(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 4*patience)
	defer cancel()
	left, err := c.edge.Bridge().Drain(ctx)
	if err != nil || left > 0 {
		list, _ := c.edge.Bridge().Status()
		t.Fatalf("%d entries still wait, %v; the bridge: %+v", left, err, list)
	}
	c.mustVerify(t)
}

// mustVerify sees that the books balance, in memory and in the store, and that the two agree, as soon as nothing is on its way into the store.
func (c *chain) mustVerify(t testing.TB) {
	t.Helper()
	var err error
	c.await(t, "moment at which the queue does not change", func() bool {
		err = c.edge.Bridge().Verify(t.Context())
		return !errors.Is(err, queue.ErrUnsteady)
	})
	if err != nil {
		t.Fatalf("the books: %v", err)
	}
}

// balanced is mustVerify while messages flow: the books of memory must balance, those of the store cannot always be compared.
func (c *chain) balanced() error {
	if _, err := c.edge.Bridge().Status(); err != nil {
		return err
	}
	if err := c.edge.Bridge().Verify(context.Background()); err != nil && !errors.Is(err, queue.ErrUnsteady) {
		return err
	}
	return nil
}

// quiet keeps a crowd out of the test's output.
func quiet(c *server.Config) { c.Log = slog.New(slog.DiscardHandler) }

// startBeforeNothing starts a chain whose cloud is away; back brings it.
func startBeforeNothing(t testing.TB, s setup) *chain {
	t.Helper()
	cloud := onenettest.Start(t, onenettest.WithConfig(roomyJournal))
	return startBefore(t, cloud, nowhere, s)
}

// onDiskOf keeps the edge's data in a folder of the test.
func onDiskOf(t testing.TB) []onenettest.Option {
	t.Helper()
	return []onenettest.Option{onDisk(t.TempDir())}
}

// notOnline matches that the link of the pair comes into another state than online.
func (p pair) notOnline() onenettest.Match {
	return onenettest.That("trouble of the link of "+string(p.here.ID), func(r *onenet.Record) bool {
		return r.Kind == onenet.KindBridge && r.Product == p.here.Product && r.Device == p.here.ID && r.Link != "" && r.Link != string(bridge.Online)
	})
}

func offlineHere(p pair) onenettest.Match { return onenettest.Offline(p.here) }
