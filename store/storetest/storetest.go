// Package storetest holds every onenet.Store to the same contract.
//
// A store's own test calls Run with a function that opens an empty store, and
// RunDurable as well if the store outlives its process; RunBetween takes two stores, which may be of different kinds. No
// case asks which store it has. The contract itself stands in the comments of onenet.Store and onenet.Batch.
package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/onelan/onelan/onenet"
)

// Run checks a store. open returns an empty one; Run closes it.
func Run(t *testing.T, open func(t *testing.T) onenet.Store) {
	t.Helper()
	cases := slices.Concat(
		registryCases, keyCases, deviceCases, dropCases, topicCases, triggerCases, pointCases, rangeCases, pagingCases, streamCases,
		commandCases, sessionCases, uplinkCases, uplinkLifeCases, submitCases, upkeepCases, dumpCases, replaceCases,
	)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			t.Cleanup(func() { _ = s.Close() })
			c.test(&check{t, s})
		})
	}
	t.Run("a store behaves as a list of everything would", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		t.Cleanup(func() { _ = s.Close() })
		rapid.Check(t, func(rt *rapid.T) { likeTheModel(rt, s) })
	})
}

// RunDurable checks that a store remembers. reopen closes the store it is given and
// returns another one on the same data.
func RunDurable(t *testing.T, open func(t *testing.T) onenet.Store, reopen func(t *testing.T, s onenet.Store) onenet.Store) {
	t.Helper()
	for _, c := range durableCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := &check{t, open(t)}
			t.Cleanup(func() { _ = x.s.Close() })
			c.test(x, func() { x.s = reopen(t, x.s) })
		})
	}
}

// testCase is one sentence of the contract.
type testCase struct {
	name string
	test func(c *check)
}

// check is a test with the store it is about.
type check struct {
	tb
	s onenet.Store
}

// tb is what *testing.T and *rapid.T have in common.
type tb interface {
	Helper()
	Context() context.Context
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// start is the time at which the tests play.
var start = time.Date(2026, 3, 1, 8, 0, 0, 123e6, time.UTC)

// after is so many seconds later.
func after(seconds float64) time.Time {
	return start.Add(time.Duration(seconds * float64(time.Second)))
}

// The demo product of the platform and its device, and a neighbour with the same device id.
const (
	demoProduct  = onenet.ProductID("244754")
	otherProduct = onenet.ProductID("88001")
	demoDevice   = onenet.DeviceID("527521926")
)

var (
	demo  = onenet.DeviceRef{Product: demoProduct, Device: demoDevice}
	twin  = onenet.DeviceRef{Product: otherProduct, Device: demoDevice}
	ghost = onenet.DeviceRef{Product: demoProduct, Device: "404"}
)

func product(id onenet.ProductID) onenet.Product {
	return onenet.Product{
		ID: id, Name: "product " + string(id), Dialect: onenet.Legacy,
		MasterKey: onenet.Secret("master=" + id), RegisterCode: onenet.Secret("register" + id), CreatedAt: start,
	}
}

func device(ref onenet.DeviceRef) onenet.Device {
	return onenet.Device{
		Product: ref.Product, ID: ref.Device, Title: "device " + string(ref.Device),
		AuthInfo: onenet.Secret("sn-" + ref.Device), Protocol: "MQTT", CreatedAt: start,
	}
}

// seed registers both products and their devices of the same id.
func (c *check) seed() {
	c.Helper()
	c.apply(onenet.Batch{
		AddProducts: []onenet.Product{product(demoProduct), product(otherProduct)},
		AddDevices:  []onenet.Device{device(demo), device(twin)},
	})
}

func (c *check) apply(b onenet.Batch) {
	c.Helper()
	if err := c.s.Apply(c.Context(), b); err != nil {
		c.Fatalf("the batch was refused: %v", err)
	}
}

// refuse applies a batch that must be refused for a reason of the kind and change nothing.
func (c *check) refuse(kind error, b onenet.Batch) {
	c.Helper()
	before := c.everything()
	err := c.s.Apply(c.Context(), b)
	if !errors.Is(err, kind) {
		c.Fatalf("the batch gives %v, want an error of the kind %v", err, kind)
	}
	c.same("the refused batch changed the store", before, c.everything())
}

func (c *check) ok(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *check) kind(what string, kind, err error) {
	c.Helper()
	if !errors.Is(err, kind) {
		c.Errorf("%s gives %v, want an error of the kind %v", what, err, kind)
	}
}

func (c *check) same(what string, want, got any) {
	c.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		c.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// state is all that can be read from a store, but for the highest number of the uplink: that outlives all the rest.
type state struct {
	Products []onenet.Product
	Devices  []onenet.Device
	Keys     []onenet.Key
	Triggers []onenet.Trigger
	Topics   map[onenet.ProductID][]string
	Files    map[onenet.ProductID]map[string]onenet.File
	Streams  map[onenet.DeviceRef][]onenet.Datastream
	Points   map[onenet.DeviceRef][]onenet.Point
	Commands map[onenet.DeviceRef][]onenet.Command
	Queues   map[onenet.DeviceRef][]onenet.QueuedMessage
	Sessions []onenet.StoredSession
	Retained []onenet.RetainedMessage
	LastSeq  int64
	Uplink   map[onenet.DeviceRef][]onenet.UplinkEntry
	Dead     map[onenet.DeviceRef][]onenet.UplinkEntry
	Depths   []onenet.UplinkDepth
	Counts   []onenet.UplinkCount
}

// everything reads the whole store.
func (c *check) everything() state {
	c.Helper()
	ctx := c.Context()
	st := state{
		Topics:   map[onenet.ProductID][]string{},
		Files:    map[onenet.ProductID]map[string]onenet.File{},
		Streams:  map[onenet.DeviceRef][]onenet.Datastream{},
		Points:   map[onenet.DeviceRef][]onenet.Point{},
		Commands: map[onenet.DeviceRef][]onenet.Command{},
		Queues:   map[onenet.DeviceRef][]onenet.QueuedMessage{},
		Uplink:   map[onenet.DeviceRef][]onenet.UplinkEntry{},
		Dead:     map[onenet.DeviceRef][]onenet.UplinkEntry{},
	}
	var errs [11]error
	st.Products, errs[0] = c.s.Products(ctx)
	st.Devices, _, errs[1] = c.s.Devices(ctx, onenet.DeviceFilter{})
	st.Sessions, errs[2] = c.s.Sessions(ctx)
	st.Retained, errs[3] = c.s.Retained(ctx)
	st.LastSeq, errs[4] = c.s.LastSeq(ctx)
	st.Depths, errs[5] = c.s.UplinkDepths(ctx)
	st.Counts, errs[6] = c.s.UplinkCounts(ctx)
	c.ok(errors.Join(errs[:]...))
	st.Triggers = c.triggers("")
	for _, p := range st.Products {
		keys, err := c.s.Keys(ctx, p.ID)
		c.ok(err)
		st.Keys = append(st.Keys, keys...)
		st.Topics[p.ID] = c.topics(p.ID)
		st.Files[p.ID] = map[string]onenet.File{}
	}
	for _, d := range st.Devices {
		ref := d.Ref()
		st.Streams[ref], errs[7] = c.s.Streams(ctx, ref)
		st.Points[ref], errs[8] = c.s.Points(ctx, onenet.PointQuery{Ref: ref, Limit: onenet.MostPoints})
		st.Commands[ref], _, errs[9] = c.s.Commands(ctx, onenet.CommandQuery{Ref: ref})
		st.Queues[ref], errs[10] = c.s.Queue(ctx, ref)
		c.ok(errors.Join(errs[:]...))
		c.files(ref.Product, st.Points[ref], st.Files[ref.Product])
		st.Uplink[ref] = c.uplink(onenet.UplinkQuery{Ref: ref})
		st.Dead[ref] = c.uplink(onenet.UplinkQuery{Ref: ref, Dead: true})
	}
	return st
}

// files reads the files that points speak of, as far as they are there.
func (c *check) files(id onenet.ProductID, points []onenet.Point, to map[string]onenet.File) {
	c.Helper()
	for _, p := range points {
		var named struct {
			Index string `json:"index"`
		}
		if json.Unmarshal(p.Value, &named) != nil || named.Index == "" {
			continue // the value of another kind of point
		}
		f, err := c.s.File(c.Context(), id, named.Index)
		if !errors.Is(err, onenet.ErrNotFound) {
			c.ok(err)
			to[named.Index] = f
		}
	}
}
