package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/store/memory"
	"github.com/onelan/onelan/wire"
)

// doors are the Downlink of an edge: what its devices are given.
type doors struct {
	platform *onenet.Platform
	commands chan command
	messages chan message

	mu     sync.Mutex
	breaks error // guarded by mu: what Deliver says
}

type command struct {
	ref  onenet.DeviceRef
	id   onenet.CommandID
	body string
}

type message struct {
	Ref     onenet.DeviceRef
	Topic   string
	QoS     byte
	Payload string
}

func (d *doors) SendCommand(ref onenet.DeviceRef, id onenet.CommandID, body []byte) error {
	d.commands <- command{ref, id, string(body)}
	return nil
}

func (d *doors) Deliver(ref onenet.DeviceRef, topic string, payload []byte, qos byte, done func(onenet.Delivered, error)) {
	d.mu.Lock()
	err := d.breaks
	d.mu.Unlock()
	if err == nil {
		d.messages <- message{ref, topic, qos, string(payload)}
	}
	done(onenet.DeliveredNow, err)
}

func (d *doors) breakWith(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.breaks = err
}

func (*doors) Publish(onenet.ProductID, string, []byte) int            { return 0 }
func (*doors) Disconnect(onenet.DeviceRef, string) bool                { return false }
func (*doors) Forget(onenet.DeviceRef, string)                         {}
func (*doors) ForgetProduct(onenet.ProductID, string)                  {}
func (*doors) Subscribers(onenet.ProductID, string) []onenet.DeviceID  { return nil }
func (*doors) Subscriptions(onenet.DeviceRef) []string                 { return nil }
func (*doors) Reset(_ context.Context, _ string, f func() error) error { return f() }

// edge is a platform with a bridge, through a fault proxy, to a cloud. Its devices are the cloud's, with other ids.
type edge struct {
	*bridge.Bridge
	t        *testing.T
	platform *onenet.Platform
	store    *memory.Store
	doors    *doors
	cloud    *onenettest.Server
	proxy    *faultnet.Proxy
	devices  []onenet.DeviceRef // here
	there    []onenet.Device
	sessions uint64
}

// setup is what a test wants of its edge.
type setup struct {
	devices int
	clock   clock.Clock
	plan    func(*bridge.Plan)
	timing  func(*bridge.Timing)
	cloud   []onenettest.Option
}

const localProduct = "100001"

func localRef(i int) onenet.DeviceRef {
	return onenet.DeviceRef{Product: localProduct, Device: onenet.DeviceID(fmt.Sprintf("70000000%d", i))}
}

func newEdge(t *testing.T, s setup) *edge {
	t.Helper()
	cloud := onenettest.Start(t, s.cloud...)
	e := &edge{t: t, cloud: cloud, proxy: faultnet.Start(t, cloud.MQTTAddr()), store: memory.New()}
	t.Cleanup(func() { e.store.Close() })
	if s.clock == nil {
		s.clock = clock.System()
	}
	e.platform = onenet.New(onenet.Config{Store: e.store, Clock: s.clock, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	t.Cleanup(func() { e.platform.Close() })
	e.doors = &doors{platform: e.platform, commands: make(chan command, 1000), messages: make(chan message, 1000)}
	e.platform.Attach(e.doors)
	for i := range max(s.devices, 1) {
		e.devices = append(e.devices, localRef(i))
		e.there = append(e.there, cloud.Device(t))
	}
	mustCommit(t, e.store, e.content())
	e.open(s)
	return e
}

// content is the local devices.
func (e *edge) content() onenet.Batch {
	b := onenet.Batch{AddProducts: []onenet.Product{{ID: localProduct}}}
	for _, ref := range e.devices {
		b.AddDevices = append(b.AddDevices, onenet.Device{Product: ref.Product, ID: ref.Device})
	}
	return b
}

func (e *edge) open(s setup) {
	e.t.Helper()
	p := bridge.Plan{Addr: e.proxy.Addr(), Keepalive: time.Minute, CommandWait: time.Hour}
	for i := range e.devices {
		p.Devices = append(p.Devices, e.device(i))
	}
	if s.plan != nil {
		s.plan(&p)
	}
	timing := quick()
	if s.timing != nil {
		s.timing(&timing)
	}
	b, err := bridge.Open(e.t.Context(), bridge.Options{
		Platform: e.platform, Store: e.store, Plan: p, Timing: timing, Log: slog.New(slog.NewTextHandler(e.t.Output(), nil)),
	})
	if err != nil {
		e.t.Fatal(err)
	}
	e.Bridge = b
	e.platform.AttachUplink(b)
	e.t.Cleanup(func() {
		if err := b.Close(); err != nil {
			e.t.Error(err)
		}
	})
}

// device is the i-th as a plan has it.
func (e *edge) device(i int) bridge.Device {
	d := e.there[i]
	return bridge.Device{Ref: e.devices[i], Login: bridge.Login{Product: string(d.Product), Device: string(d.ID), Password: d.AuthInfo}}
}

// arrive logs the i-th device in here, and leave out.
func (e *edge) arrive(i int) uint64 {
	e.sessions++
	e.platform.Arrived(e.devices[i], e.sessions, "127.0.0.1:1", "")
	return e.sessions
}

func (e *edge) leave(i int, session uint64) {
	e.platform.Left(e.devices[i], session, "127.0.0.1:1", "DISCONNECT")
}

// send uploads data points of the i-th device as the broker does, and waits until they are safe.
func (e *edge) send(i int, qos byte, payload string) {
	e.t.Helper()
	done := make(chan error, 1)
	e.submit(i, qos, payload, func(err error) { done <- err })
	if err := <-done; err != nil {
		e.t.Fatal(err)
	}
}

func (e *edge) submit(i int, qos byte, payload string, done func(error)) {
	e.t.Helper()
	points, r := wire.DecodeDP([]byte(payload), wire.DPOptions{})
	if r != nil {
		e.t.Fatal(r)
	}
	e.platform.Ingest(onenet.Upload{
		Ref: e.devices[i], Points: points, Topic: "$dp", QoS: qos, Size: len(payload), Payload: []byte(payload),
	}, done)
}

// publish sends a message of the i-th device on a topic of its own as the broker does; it reports whether it went up.
func (e *edge) publish(i int, topic string, qos byte, payload string) bool {
	e.t.Helper()
	if !e.platform.WantsUp(e.devices[i], topic) {
		return false
	}
	passage, err := e.platform.Raise(onenet.Upward{Ref: e.devices[i], Topic: topic, QoS: qos, Payload: []byte(payload)})
	if err != nil {
		e.t.Fatal(err)
	}
	var b onenet.Batch
	passage.Into(&b)
	err = e.store.Apply(e.t.Context(), b)
	passage.Done(err)
	if err != nil {
		e.t.Fatal(err)
	}
	return true
}

// status is that of the i-th device.
func (e *edge) status(i int) bridge.DeviceStatus {
	e.t.Helper()
	list, err := e.Status()
	if err != nil {
		e.t.Fatal(err)
	}
	for _, s := range list {
		if s.Ref == e.devices[i] {
			return s
		}
	}
	e.t.Fatalf("no status of %s", e.devices[i])
	return bridge.DeviceStatus{}
}

// await waits until a device stands so.
func (e *edge) await(i int, what string, ok func(bridge.DeviceStatus) bool) bridge.DeviceStatus {
	e.t.Helper()
	late := make(chan struct{})
	timer := clock.System().AfterFunc(onenettest.Patience, func() { close(late) })
	defer timer.Stop()
	for {
		moved := e.Moved()
		s := e.status(i)
		if ok(s) {
			return s
		}
		select {
		case <-moved:
		case <-late:
			e.t.Fatalf("waited for %s; the device stands %+v", what, s)
		}
	}
}

func (e *edge) awaitState(i int, state bridge.State) bridge.DeviceStatus {
	e.t.Helper()
	return e.await(i, string(state), func(s bridge.DeviceStatus) bool { return s.Link.State == state })
}

func (e *edge) awaitDelivered(i int, n int64) {
	e.t.Helper()
	e.await(i, fmt.Sprintf("%d delivered", n), func(s bridge.DeviceStatus) bool { return s.Books.Delivered == n })
}

// awaitRecord waits for a record of the edge's journal.
func (e *edge) awaitRecord(what string, ok func(*onenet.Record) bool) *onenet.Record {
	e.t.Helper()
	ctx, cancel := context.WithTimeout(e.t.Context(), onenettest.Patience)
	defer cancel()
	for after := uint64(0); ; {
		if err := e.platform.Journal().Wait(ctx, after); err != nil {
			e.t.Fatalf("waited for %s: %v", what, err)
		}
		records, _ := e.platform.Journal().Read(after, 1<<10)
		for _, r := range records {
			if ok(r) {
				return r
			}
			after = r.Seq
		}
	}
}

// told are the records of the bridge about the i-th device.
func (e *edge) told(i int) (list []*onenet.Record) {
	records, _ := e.platform.Journal().Read(0, 1<<14)
	for _, r := range records {
		if r.Kind == onenet.KindBridge && r.Device == e.devices[i].Device {
			list = append(list, r)
		}
	}
	return list
}

// mustVerify holds memory, the store and the books against each other. Every test ends with it.
func (e *edge) mustVerify() {
	e.t.Helper()
	for range 100 {
		err := e.Verify(e.t.Context())
		if err == nil {
			return
		}
		if !errors.Is(err, queue.ErrUnsteady) {
			e.t.Fatal(err)
		}
	}
	e.t.Fatal("the queue never comes to rest")
}
