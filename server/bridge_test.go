package server_test

import (
	"cmp"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

// quick is a timing for a cloud on the same machine.
var quick = bridge.Timing{Retry: 10 * time.Millisecond, RetryMost: 100 * time.Millisecond, Connect: 5 * time.Second}

// planTo is a plan that carries devices to a cloud, each as it is there.
func planTo(cloud *onenettest.Server, pairs ...[2]onenet.Device) bridge.Plan {
	p := bridge.Plan{Addr: cloud.MQTTAddr(), Keepalive: time.Minute, CommandWait: time.Minute}
	for _, d := range pairs {
		here, there := d[0], d[1]
		p.Devices = append(p.Devices, bridge.Device{
			Ref: here.Ref(), Login: bridge.Login{Product: string(there.Product), Device: string(there.ID), Password: there.AuthInfo},
		})
	}
	return p
}

// edgeOf starts a platform with a bridge; what read gives is what a reload finds.
func edgeOf(t *testing.T, plan *bridge.Plan, read func() (*bridge.Plan, error), more ...onenettest.Option) *onenettest.Server {
	t.Helper()
	return onenettest.Start(t, append(more, onenettest.WithConfig(func(c *server.Config) {
		c.Bridge, c.ReadPlan, c.BridgeTiming = plan, read, quick
	}))...)
}

// local is a device for the seed of an edge, which must have it before its bridge starts.
func local(id string) onenet.Device {
	return onenet.Device{Product: server.DemoProduct, ID: onenet.DeviceID(id), AuthInfo: onenet.Secret("auth-" + id)}
}

func holding(devices ...onenet.Device) onenettest.Option {
	return onenettest.WithConfig(func(c *server.Config) { c.Seed.Devices = devices })
}

func TestAPointGoesUpAndACommandComesDown(t *testing.T) {
	t.Parallel()
	cloud := onenettest.Start(t)
	there, here := cloud.Device(t), local("7001")
	plan := planTo(cloud, [2]onenet.Device{here, there})
	edge := edgeOf(t, &plan, nil, holding(here))

	client := edge.Connect(t, here)
	cloud.Wait(t, onenettest.Online(there)) // presence follows
	if token := client.Publish("$dp", 1, false, onenettest.DP(`{"temperature":21.5}`)); !token.WaitTimeout(onenettest.Patience) || token.Error() != nil {
		t.Fatalf("publishing: %v", token.Error())
	}
	cloud.Wait(t, onenettest.Point(there, "temperature", "21.5"))

	answer := make(chan string, 1)
	answering := edge.Connect(t, here, onenettest.OnMessage(func(topic string, payload []byte) { answer <- topic + " " + string(payload) }))
	edge.Wait(t, onenettest.Online(here))
	sent := cloud.Send(t, there, "on", onenettest.Within(time.Minute))
	got := <-answer
	if want := "$creq/" + string(sent.ID) + " on"; got != want {
		t.Fatalf("the device got %q, want %q", got, want)
	}
	answering.Publish("$crsp/"+string(sent.ID), 1, false, "done").WaitTimeout(onenettest.Patience)
	cloud.Wait(t, onenettest.CommandIs(sent, onenet.CommandAnswered))

	answering.Disconnect(50)
	cloud.Wait(t, onenettest.Offline(there))
	if err := edge.Bridge().Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAServerWithoutABridgeHasNone(t *testing.T) {
	t.Parallel()
	s := onenettest.Start(t)
	if s.Bridge() != nil {
		t.Error("there is a bridge")
	}
	if _, err := s.ReloadBridge(t.Context()); !errors.Is(err, onenet.ErrInvalid) {
		t.Errorf("a reload without a reader gives %v", err)
	}
}

func TestAReloadTellsTheChangesAndKeepsTheOtherLinks(t *testing.T) {
	t.Parallel()
	cloud := onenettest.Start(t)
	a, b, c := local("7001"), local("7002"), local("7003")
	ac, bc, cc := cloud.Device(t), cloud.Device(t), cloud.Device(t)
	plan := planTo(cloud, [2]onenet.Device{a, ac}, [2]onenet.Device{b, bc})
	next, failed := plan, error(nil)
	edge := edgeOf(t, &plan, func() (*bridge.Plan, error) { return &next, failed }, holding(a, b, c))
	edge.Connect(t, a)
	cloud.Wait(t, onenettest.Online(ac))

	failed = errors.New("onelan.yaml:3:1: nonsense")
	if _, err := edge.ReloadBridge(t.Context()); !errors.Is(err, failed) || !errors.Is(err, onenet.ErrInvalid) || err.Error() != failed.Error() {
		t.Errorf("a configuration at fault gives %v", err)
	}
	if n := len(edge.Bridge().Plan().Devices); n != 2 {
		t.Errorf("a configuration at fault left %d devices", n)
	}

	failed = nil
	next = planTo(cloud, [2]onenet.Device{a, ac}, [2]onenet.Device{c, cc})
	got, err := edge.ReloadBridge(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := bridge.Changes{Added: []onenet.DeviceRef{c.Ref()}, Removed: []onenet.DeviceRef{b.Ref()}, Kept: 1}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	edge.Wait(t, onenettest.That("a record of the reload", func(r *onenet.Record) bool {
		return r.Kind == onenet.KindBridge && strings.HasSuffix(r.Text, "1 added, 1 removed, 0 changed, 1 as before")
	}))
	edge.Connect(t, c)
	cloud.Wait(t, onenettest.Online(cc))
	if n := logins(t, cloud, ac); n != 1 {
		t.Errorf("the device that stayed logged in %d times", n)
	}
}

// logins counts how often a device came.
func logins(t *testing.T, s *onenettest.Server, d onenet.Device) (n int) {
	t.Helper()
	records, _ := s.Platform().Journal().Read(0, 1<<14)
	for _, r := range records {
		if r.Kind == onenet.KindConnected && r.Device == d.ID {
			n++
		}
	}
	return n
}

func TestAReloadTurnsTheBridgeOnAndOff(t *testing.T) {
	t.Parallel()
	cloud := onenettest.Start(t)
	here, there := local("7001"), cloud.Device(t)
	plan := planTo(cloud, [2]onenet.Device{here, there})
	var next *bridge.Plan
	edge := edgeOf(t, nil, func() (*bridge.Plan, error) { return next, nil }, holding(here))
	mustReload(t, edge)
	if edge.Bridge() != nil {
		t.Fatal("a configuration without a bridge turned it on")
	}
	client := edge.Connect(t, here)

	next = &plan
	if c := mustReload(t, edge); len(c.Added) != 1 || edge.Bridge() == nil {
		t.Fatalf("turned on: %+v", c)
	}
	cloud.Wait(t, onenettest.Online(there))
	client.Publish("$dp", 1, false, onenettest.DP(`{"t":1}`)).WaitTimeout(onenettest.Patience)
	cloud.Wait(t, onenettest.Point(there, "t", "1"))

	next = nil
	if c := mustReload(t, edge); len(c.Removed) != 1 || edge.Bridge() != nil {
		t.Fatalf("turned off: %+v", c)
	}
	gone := cloud.Wait(t, onenettest.Offline(there))
	client.Publish("$dp", 1, false, onenettest.DP(`{"t":2}`)).WaitTimeout(onenettest.Patience)

	next = &plan
	mustReload(t, edge)
	cloud.WaitAfter(t, gone.Seq, onenettest.Online(there))
	client.Publish("$dp", 1, false, onenettest.DP(`{"t":3}`)).WaitTimeout(onenettest.Patience)
	cloud.Wait(t, onenettest.Point(there, "t", "3"))
	points, err := cloud.Platform().Points(t.Context(), onenet.PointQuery{Ref: there.Ref()})
	if err != nil || len(points) != 2 {
		t.Errorf("%d points in the cloud (%v), want 1 and 3: what came while the bridge was off stays here", len(points), err)
	}
}

func mustReload(t *testing.T, s *onenettest.Server) bridge.Changes {
	t.Helper()
	c, err := s.ReloadBridge(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestABridgeToItselfIsRefused(t *testing.T) {
	t.Parallel()
	device := func(id, up string) bridge.Device {
		return bridge.Device{
			Ref:   onenet.DeviceRef{Product: server.DemoProduct, Device: onenet.DeviceID(id)},
			Login: bridge.Login{Product: string(server.DemoProduct), Device: up, Password: "x"},
		}
	}
	for _, row := range []struct {
		name, listen, host string
		devices            []bridge.Device
		refused            bool
	}{
		{"by its address", "127.0.0.1:0", "127.0.0.1", []bridge.Device{device("5", "")}, true},
		{"by its name", "127.0.0.1:0", "localhost", []bridge.Device{device("5", "5")}, true},
		{"listening everywhere", ":0", "127.0.0.1", []bridge.Device{device("5", "5")}, true},
		{"in a ring", "127.0.0.1:0", "127.0.0.1", []bridge.Device{device("5", "6"), device("6", "5")}, true},
		{"as a device that is not carried", "127.0.0.1:0", "127.0.0.1", []bridge.Device{device("5", "6")}, false},
		{"to another machine", ":0", "192.0.2.1", []bridge.Device{device("5", "5")}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c := quiet()
			c.MQTT = cmp.Or(row.listen, c.MQTT)
			s, err := server.Start(t.Context(), c) // to learn its port
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			_, port, _ := net.SplitHostPort(s.MQTTAddr())
			err = s.CheckPlan(t.Context(), bridge.Plan{Addr: net.JoinHostPort(row.host, port), Devices: row.devices})
			if _, self := errors.AsType[*server.SelfError](err); self != row.refused || (err != nil) != row.refused {
				t.Errorf("got %v", err)
			}
		})
	}
}
