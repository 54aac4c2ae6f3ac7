package storetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/onelan/onelan/onenet"
)

var submitCases = []testCase{
	{"an empty batch is done in its turn", emptyBatch},
	{"the parts of a batch are applied in the order of its fields", fieldOrder},
	{"a batch is stored whole or not at all", allOrNothing},
	{"a refused batch does not hinder its neighbours", neighbours},
	{"the calls of done come in the order of the Submits", doneOrder},
	{"reads see every batch whose done has been called", readsSeeDone},
	{"many goroutines write and read at once", crowd},
	{"a cancelled Apply says so", cancelledApply},
	{"after Close done gets an error, and Close may be called twice", afterClose},
}

func emptyBatch(c *check) {
	c.apply(onenet.Batch{})
	c.same("the store", state{}, c.everything())
}

func fieldOrder(c *check) {
	c.seed()
	d := device(onenet.DeviceRef{Product: demoProduct, Device: "2"})
	put := d
	put.Title = "put after add"
	c.apply(onenet.Batch{
		Logins:     []onenet.LoginMark{{Ref: d.Ref(), At: after(5)}},
		Points:     []onenet.StoredPoint{point(d.Ref(), "t", start, `1`)},
		PutStreams: []onenet.StreamMeta{{Ref: d.Ref(), Stream: "t", Unit: "u", CreatedAt: after(1)}},
		AddKeys:    []onenet.Key{keyOf(demoProduct, "k", "2")},
		PutDevices: []onenet.Device{put},
		AddDevices: []onenet.Device{d},
	})
	got, err := c.s.Device(c.Context(), d.Ref())
	c.ok(err)
	put.ActivatedAt, put.LastLogin = after(5), after(5)
	c.same("the device", put, got)
	streams, err := c.s.Streams(c.Context(), d.Ref())
	c.ok(err)
	c.same("creation of the stream", after(1), streams[0].CreatedAt)

	c.apply(onenet.Batch{
		Retain:      []onenet.RetainedMessage{{Product: demoProduct, Topic: "a"}},
		Unretain:    []onenet.TopicRef{{Product: demoProduct, Topic: "a"}},
		Enqueue:     []onenet.QueuedMessage{{Ref: demo, Seq: 1, At: start}},
		Dequeue:     []onenet.QueueKey{{Ref: demo, Seq: 1}},
		PutSessions: []onenet.StoredSession{{Ref: demo}}, DropSessions: []onenet.DeviceRef{demo},
		DropStreams: []onenet.StreamRef{{Ref: d.Ref(), Stream: "t"}},
		PutTopics:   topicsOf(demoProduct, "a"), DropTopics: topicsOf(demoProduct, "a"),
		PutTriggers:  []onenet.Trigger{trigger(1, demoProduct, "2")},
		AddTriggers:  []onenet.Trigger{trigger(1, demoProduct)},
		DropTriggers: []onenet.TriggerRef{{Product: demoProduct, ID: 1}},
	})
	st := c.everything()
	c.same("the topics", []string{"a"}, st.Topics[demoProduct])
	c.same("the triggers", []onenet.Trigger{trigger(1, demoProduct, "2")}, st.Triggers)
	c.same("retained, queued, sessions, streams", []int{1, 1, 1, 0},
		[]int{len(st.Retained), len(st.Queues[demo]), len(st.Sessions), len(st.Streams[d.Ref()])})
}

// spoilt is a batch that changes everything it can and is refused in its last registry part.
func spoilt() onenet.Batch {
	changed := device(demo)
	changed.Title, changed.AuthInfo = "changed", "changed"
	renamed := product(demoProduct)
	renamed.Name, renamed.RegisterCode = "renamed", "changed"
	fresh := onenet.DeviceRef{Product: "1", Device: "1"}
	b := belongings(demo)
	b.DropProducts = []onenet.ProductID{otherProduct}
	b.DropDevices = []onenet.DeviceRef{demo}
	b.DropKeys = []onenet.KeyRef{{Product: demoProduct, Key: "demo key"}}
	b.AddProducts = []onenet.Product{product("1")}
	b.AddDevices = []onenet.Device{device(fresh), device(demo)}
	b.AddKeys = []onenet.Key{keyOf("1", "fresh")}
	b.DropTriggers = []onenet.TriggerRef{{Product: demoProduct, ID: 106}}
	b.AddTriggers = []onenet.Trigger{trigger(106, "1")}
	b.PutTriggers = []onenet.Trigger{trigger(106, "1", "1")}
	b.DropTopics = topicsOf(demoProduct, "led")
	b.DropPoints = []onenet.PointRange{{Ref: demo}}
	b.PutProducts = []onenet.Product{renamed}
	b.PutDevices = []onenet.Device{changed}
	b.PutKeys = []onenet.Key{keyOf("404", "404")}
	b.Logins = []onenet.LoginMark{{Ref: demo, At: start}}
	b.DropStreams = []onenet.StreamRef{{Ref: demo, Stream: "t"}}
	b.DropSessions = []onenet.DeviceRef{demo}
	return b
}

func allOrNothing(c *check) {
	c.furnish()
	c.refuse(onenet.ErrNotFound, spoilt())
	late := spoilt()
	late.PutKeys = nil
	late.Points = append(late.Points, point(ghost, "t", start, `1`))
	c.refuse(onenet.ErrNotFound, late)
	c.neighbour()
	c.put(point(demo, "t", after(9), `"still there"`))
	c.same("the current value", `"still there"`, c.current("t"))
}

// submitAll submits the batches without waiting between them and returns their results.
func (c *check) submitAll(batches []onenet.Batch) []error {
	errs := make([]error, len(batches))
	var wg sync.WaitGroup
	wg.Add(len(batches))
	for i, b := range batches {
		c.s.Submit(b, func(err error) {
			errs[i] = err
			wg.Done()
		})
	}
	wg.Wait()
	return errs
}

func neighbours(c *check) {
	c.seed()
	var batches []onenet.Batch
	for i := range 300 {
		ref := onenet.DeviceRef{Product: demoProduct, Device: onenet.DeviceID(strconv.Itoa(i))}
		switch i % 4 {
		case 0:
			batches = append(batches, onenet.Batch{AddDevices: []onenet.Device{device(ref)}})
		case 1: // refused: the device is there already
			batches = append(batches, onenet.Batch{
				AddKeys:    []onenet.Key{keyOf(demoProduct, onenet.Secret(ref.Device))},
				AddDevices: []onenet.Device{device(demo)},
			})
		case 2:
			batches = append(batches, onenet.Batch{Points: []onenet.StoredPoint{point(demo, "t", after(float64(i)), strconv.Itoa(i))}})
		case 3: // refused: there is no such device
			batches = append(batches, onenet.Batch{Points: []onenet.StoredPoint{point(demo, "u", start, "1"), point(ghost, "u", start, "1")}})
		}
	}
	for i, err := range c.submitAll(batches) {
		if want := i%2 == 1; (err != nil) != want {
			c.Fatalf("batch %d gives %v", i, err)
		}
	}
	st := c.everything()
	c.same("devices, keys, streams, points", []int{2 + 75, 0, 1, 75},
		[]int{len(st.Devices), len(st.Keys), len(st.Streams[demo]), len(st.Points[demo])})
}

func doneOrder(c *check) {
	c.seed()
	const n = 500
	var got, want []int
	all := make(chan struct{})
	for i := range n {
		b := onenet.Batch{Points: []onenet.StoredPoint{point(demo, "t", start, "1")}}
		switch i % 5 {
		case 1:
			b.Points[0].Ref = ghost
		case 2:
			b = onenet.Batch{}
		case 3:
			b = onenet.Batch{AddDevices: []onenet.Device{device(demo)}}
		}
		want = append(want, i)
		c.s.Submit(b, func(error) {
			got = append(got, i)
			if i == n-1 {
				close(all)
			}
		})
	}
	<-all
	c.same("the order of the calls", want, got)
}

func readsSeeDone(c *check) {
	c.seed()
	stored := make(chan int, 1)
	for i := range 100 {
		c.s.Submit(onenet.Batch{Points: []onenet.StoredPoint{point(demo, "t", after(float64(i)), strconv.Itoa(i))}}, func(err error) {
			if err != nil {
				c.Error(err)
			}
			stored <- i
		})
		want := strconv.Itoa(<-stored)
		if got := c.current("t"); got != want {
			c.Fatalf("after the done of point %s the current value is %s", want, got)
		}
	}
}

func crowd(c *check) {
	c.seed()
	const writers, each = 8, 100
	var wg sync.WaitGroup
	for w := range writers {
		ref := onenet.DeviceRef{Product: demoProduct, Device: onenet.DeviceID(fmt.Sprintf("w%d", w))}
		c.apply(onenet.Batch{AddDevices: []onenet.Device{device(ref)}})
		wg.Add(2 + each)
		go func() {
			defer wg.Done()
			for i := range each {
				b := onenet.Batch{
					Points:  []onenet.StoredPoint{point(ref, "t", after(float64(i)), strconv.Itoa(i))},
					Enqueue: []onenet.QueuedMessage{{Ref: ref, Seq: int64(i + 1), At: start}},
				}
				c.s.Submit(b, func(err error) {
					if err != nil {
						c.Error(err)
					}
					wg.Done()
				})
			}
		}()
		go func() {
			defer wg.Done()
			for range 20 {
				if _, _, err := c.s.Devices(c.Context(), onenet.DeviceFilter{Product: demoProduct, Limit: 3}); err != nil {
					c.Error(err)
				}
				if _, err := c.s.Points(c.Context(), onenet.PointQuery{Ref: ref, Desc: true}); err != nil {
					c.Error(err)
				}
				if _, err := dumped(c.s.Dump(c.Context())); err != nil {
					c.Error(err)
				}
			}
		}()
	}
	wg.Wait()
	st := c.everything()
	for _, d := range st.Devices {
		if d.Ref() == demo || d.Ref() == twin {
			continue
		}
		if p, q := len(st.Points[d.Ref()]), len(st.Queues[d.Ref()]); p != each || q != each {
			c.Errorf("%s has %d points and %d messages, want %d", d.Ref(), p, q, each)
		}
	}
}

func cancelledApply(c *check) {
	c.seed()
	ctx, cancel := context.WithCancel(c.Context())
	cancel()
	err := c.s.Apply(ctx, onenet.Batch{DropDevices: []onenet.DeviceRef{demo}})
	c.kind("Apply", context.Canceled, err)
}

func afterClose(c *check) {
	c.seed()
	c.ok(c.s.Close())
	c.ok(c.s.Close())
	result := make(chan error, 1)
	c.s.Submit(onenet.Batch{Points: []onenet.StoredPoint{point(demo, "t", start, "1")}}, func(err error) { result <- err })
	if err := <-result; err == nil {
		c.Error("Submit after Close says that it stored")
	}
	if err := c.s.Apply(c.Context(), onenet.Batch{}); err == nil {
		c.Error("Apply after Close says that it stored")
	}
	var refused []string
	for name, read := range reads(c.s) {
		if err := read(c.Context()); err == nil || errors.Is(err, onenet.ErrNotFound) {
			refused = append(refused, fmt.Sprintf("%s gives %v", name, err))
		}
	}
	c.same("reads after Close that pretend to know something", []string(nil), refused)
}
