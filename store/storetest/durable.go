package storetest

import (
	"sync/atomic"

	"github.com/onelan/onelan/onenet"
)

// durableCase is one sentence about a store that outlives its process; reopen closes
// and opens it.
type durableCase struct {
	name string
	test func(c *check, reopen func())
}

var durableCases = []durableCase{
	{"everything is there after a restart", survives},
	{"the highest number ever queued survives, though nothing is queued", lastSeqSurvives},
	{"the highest number of the uplink survives, though nothing is on its way", lastUplinkSeqSurvives},
	{"points stored after a restart have higher numbers than any before", numbersRise},
	{"Close commits what was submitted", closeCommits},
	{"what was dropped stays dropped", dropsSurvive},
}

func survives(c *check, reopen func()) {
	c.furnish()
	c.apply(onenet.Batch{
		AddDevices: []onenet.Device{fullDevice(onenet.DeviceRef{Product: demoProduct, Device: "full"})},
		Logins:     []onenet.LoginMark{{Ref: demo, At: after(3)}},
	})
	before := c.everything()
	for range 2 {
		reopen()
		c.same("the store", before, c.everything())
	}
	f, err := c.s.File(c.Context(), demoProduct, "pic of 244754-527521926")
	c.ok(err)
	c.same("the file", *upload(demo, "pic", start, "pic of 244754-527521926").File, f)
	c.refuse(onenet.ErrExists, onenet.Batch{AddDevices: []onenet.Device{device(demo)}})
	c.put(point(demo, "t", after(9), `"new"`))
	c.same("the current value", `"new"`, c.current("t"))
}

func lastSeqSurvives(c *check, reopen func()) {
	c.seed()
	c.apply(onenet.Batch{Enqueue: []onenet.QueuedMessage{message(9, "")}})
	c.apply(onenet.Batch{DropSessions: []onenet.DeviceRef{demo}})
	reopen()
	got, err := c.s.LastSeq(c.Context())
	c.ok(err)
	c.same("the highest number", int64(9), got)
}

func lastUplinkSeqSurvives(c *check, reopen func()) {
	c.seed()
	c.enqueue(entry(9, ""))
	c.apply(onenet.Batch{DropUplink: []onenet.UplinkKey{{Ref: demo, Seq: 9}}})
	reopen()
	c.same("the highest number", int64(9), c.lastUplink())
	c.enqueue(entry(9, "its number was given before"), entry(9, "and again"), entry(10, "next"))
	c.replace()
	reopen()
	c.same("the highest number after Replace", int64(10), c.lastUplink())
}

func numbersRise(c *check, reopen func()) {
	c.seed()
	number := func() int64 {
		c.put(point(demo, "t", start, `1`))
		points, err := c.s.Points(c.Context(), onenet.PointQuery{Ref: demo, Desc: true, Limit: 1})
		c.ok(err)
		return points[0].Seq
	}
	first := number()
	c.apply(onenet.Batch{DropStreams: []onenet.StreamRef{{Ref: demo, Stream: "t"}}})
	reopen()
	if second := number(); second <= first {
		c.Errorf("number %d after the restart, %d before", second, first)
	}
}

func closeCommits(c *check, reopen func()) {
	c.seed()
	const n = 2000
	var done atomic.Int64
	for i := range n {
		c.s.Submit(onenet.Batch{Points: []onenet.StoredPoint{point(demo, "t", after(float64(i)), `1`)}}, func(err error) {
			if err == nil {
				done.Add(1)
			}
		})
	}
	reopen()
	c.same("number of dones without an error", int64(n), done.Load())
	c.same("number of points", n, len(c.values(onenet.PointQuery{Ref: demo, Limit: onenet.MostPoints})))
}

func dropsSurvive(c *check, reopen func()) {
	c.furnish()
	c.apply(onenet.Batch{DropDevices: []onenet.DeviceRef{demo}})
	reopen()
	c.gone(demo)
	c.neighbour()
	c.apply(onenet.Batch{AddDevices: []onenet.Device{device(demo)}})
	reopen()
	points, err := c.s.Points(c.Context(), onenet.PointQuery{Ref: demo})
	c.ok(err)
	c.same("points of the new device", []onenet.Point(nil), points)
}
