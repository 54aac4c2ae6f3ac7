package storetest

import (
	"encoding/json"
	"iter"
	"strconv"

	"github.com/onelan/onelan/onenet"
)

var dumpCases = []testCase{
	{"what a dump gives makes an equal store", dumpAll},
	{"an empty store has an empty dump", dumpNothing},
	{"a dump comes in batches of bounded size", dumpSizes},
	{"a dump is one moment's state, whatever happens while its consumer takes its time", dumpMoment},
	{"points of one millisecond keep the order of their arrival in a dump", dumpOrder},
	{"a consumer may stop a dump where it likes", dumpStopped},
	{"a number that nobody waits for any more is in the dump", dumpLastSeq},
	{"reads and writes go on beside dumps whose consumers wait", dumpBeside},
	{"a dump that is taken right after Replace has what Replace was given", dumpReplaced},
}

// dumped takes all that a dump gives.
func dumped(batches iter.Seq2[onenet.Batch, error]) (list []onenet.Batch, err error) {
	for b, err := range batches {
		if err != nil {
			return nil, err
		}
		list = append(list, b)
	}
	return list, nil
}

func (c *check) dump() []onenet.Batch {
	c.Helper()
	list, err := dumped(c.s.Dump(c.Context()))
	c.ok(err)
	return list
}

func (c *check) replace(list ...onenet.Batch) {
	c.Helper()
	c.ok(c.s.Replace(c.Context(), onenet.Contents(list...)))
}

// content is the state as a dump gives it: without the uplink, and without the numbers of points, of which only the
// order counts.
func (c *check) content() state {
	c.Helper()
	st := c.everything()
	for _, points := range st.Points {
		for i := range points {
			points[i].Seq = 0
		}
	}
	st.Uplink, st.Dead, st.Depths, st.Counts = nil, nil, nil, nil
	return st
}

// richness is something of each kind, with what is easily lost: empty things, equal times, a past.
func (c *check) richness() {
	c.Helper()
	c.furnish()
	full := onenet.DeviceRef{Product: demoProduct, Device: "full"}
	answered := command(full, "answered", start)
	answered.Rev, answered.State, answered.Answer, answered.AnsweredAt = 7, onenet.CommandAnswered, []byte{}, after(2)
	answered.Upstream = true
	named := upload(full, "pic", after(3), "named")
	named.Value = json.RawMessage(`{"index":"named"}`)
	c.apply(onenet.Batch{
		AddDevices: []onenet.Device{fullDevice(full)},
		AddKeys:    []onenet.Key{keyOf(demoProduct, "b", "full"), keyOf(otherProduct, "z"), keyOf(demoProduct, "a", "full", "1")},
		Logins:     []onenet.LoginMark{{Ref: full, At: after(3)}},
		PutStreams: []onenet.StreamMeta{{Ref: full, Stream: "bare", CreatedAt: after(-5)}},
		Points: []onenet.StoredPoint{
			point(full, "y", after(1), `"first"`), point(full, "x", after(1), `"second"`), point(full, "y", after(1), `"third"`),
			point(full, "x", after(0), `"late"`), named,
		},
		PutCommands: []onenet.Command{command(full, "c2", start), command(full, "c1", start), answered},
		PutSessions: []onenet.StoredSession{{Ref: full}},
		Enqueue:     []onenet.QueuedMessage{{Ref: full, Seq: 3, At: start}, {Ref: ghost, Seq: 99}},
	})
	c.apply(onenet.Batch{Logins: []onenet.LoginMark{{Ref: full, At: after(9)}}})
}

func dumpAll(c *check) {
	c.richness()
	want, batches := c.content(), c.dump()
	c.replace()
	c.same("the emptied store", state{}, c.everything())
	for range 2 { // the batches stay good
		c.replace(batches...)
		c.same("the store made of the dump", want, c.content())
		c.put(point(demo, "t", after(500), `"later"`))
		c.apply(onenet.Batch{DropDevices: []onenet.DeviceRef{demo}})
	}
}

func dumpNothing(c *check) {
	c.same("the dump", []onenet.Batch(nil), c.dump())
}

// sizeOf counts what a batch holds.
func sizeOf(b onenet.Batch) (things, bytes int) {
	for _, p := range b.Points {
		bytes += len(p.Value)
		if p.File != nil {
			bytes += len(p.File.Data)
		}
	}
	for _, cmd := range b.PutCommands {
		bytes += len(cmd.Body) + len(cmd.Answer)
	}
	for _, m := range b.Enqueue {
		bytes += len(m.Payload)
	}
	things = len(b.AddProducts) + len(b.AddDevices) + len(b.PutStreams) + len(b.Points) + len(b.PutCommands) + len(b.Enqueue)
	return things, bytes
}

func dumpSizes(c *check) {
	c.seed()
	big := make([]byte, 300<<10)
	var b onenet.Batch
	for i := range 2500 {
		b.Points = append(b.Points, point(demo, onenet.StreamID(strconv.Itoa(i%3)), after(float64(i)), strconv.Itoa(i)))
	}
	for i := range 10 {
		index := strconv.Itoa(i)
		p := upload(demo, "pic", after(float64(i)), index)
		p.File.Data = big
		b.Points = append(b.Points, p)
		m := message(int64(i+1), "")
		m.Payload = big
		b.Enqueue = append(b.Enqueue, m)
		cmd := command(demo, onenet.CommandID(index), start)
		cmd.Body = big[:60<<10]
		b.PutCommands = append(b.PutCommands, cmd)
	}
	c.apply(b)
	const mostThings, mostBytes = 1000, 1 << 20
	for i, b := range c.dump() {
		if things, bytes := sizeOf(b); things > mostThings || bytes > mostBytes {
			c.Errorf("batch %d of the dump has %d things and %d bytes", i, things, bytes)
		}
	}
}

func dumpMoment(c *check) {
	c.richness()
	var b onenet.Batch
	for i := range 3000 {
		b.Points = append(b.Points, point(demo, onenet.StreamID(strconv.Itoa(i%2)), after(float64(i)), strconv.Itoa(i)))
	}
	c.apply(b)
	want := c.content()
	changes := c.upheaval()
	var list []onenet.Batch
	for b, err := range c.s.Dump(c.Context()) {
		c.ok(err)
		list = append(list, b)
		if len(changes) > 0 {
			changes[0]()
			changes = changes[1:]
		}
	}
	c.same("changes left to do", 0, len(changes))
	c.replace(list...)
	c.same("the store made of the dump", want, c.content())
}

// upheaval are changes of all that a dump gives, to be done one after the other.
func (c *check) upheaval() []func() {
	late := onenet.Batch{PutTopics: topicsOf(demoProduct, "new"), DropTopics: topicsOf(otherProduct, "led")}
	for _, id := range []onenet.StreamID{"0", "1", "t", "pic"} {
		late.Points = append(late.Points, point(demo, id, after(-50), `"late"`), point(demo, id, after(1e6), `"new"`))
	}
	renamed := device(twin)
	renamed.Title = "renamed"
	late.PutDevices = []onenet.Device{renamed}
	late.PutTriggers = []onenet.Trigger{trigger(len(otherProduct), otherProduct, "2")}
	late.PutStreams = []onenet.StreamMeta{{Ref: twin, Stream: "meta", Unit: "kelvin"}}
	late.PutSessions = []onenet.StoredSession{{Ref: twin}}
	late.Dequeue = []onenet.QueueKey{{Ref: twin, Seq: 7}}
	late.Enqueue = []onenet.QueuedMessage{{Ref: twin, Seq: 1000, At: start}}
	late.Retain = []onenet.RetainedMessage{{Product: otherProduct, Topic: "led", Payload: []byte("off")}}
	return []func(){
		func() { c.apply(late) },
		func() {
			c.apply(onenet.Batch{DropPoints: []onenet.PointRange{{Ref: demo, Start: after(10), End: after(2000)}}})
			c.pruneAll(after(5))
			c.apply(onenet.Batch{DropDevices: []onenet.DeviceRef{demo}})
			c.replace()
		},
	}
}

func dumpOrder(c *check) {
	c.seed()
	var want []string
	for i := range 400 { // several at each moment, and no stream twice in a row
		v := strconv.Itoa(i)
		c.put(point(demo, onenet.StreamID(strconv.Itoa(i*7%5)), after(float64(i/8)), v))
		want = append(want, v)
	}
	c.put(point(demo, "0", after(-1), `"late"`))
	want = append([]string{`"late"`}, want...)
	c.replace(c.dump()...)
	c.same("the points", want, c.values(onenet.PointQuery{Ref: demo, Limit: onenet.MostPoints}))
}

func dumpStopped(c *check) {
	c.richness()
	before := c.everything()
	for range 10 { // more often than there are connections
		for _, err := range c.s.Dump(c.Context()) {
			c.ok(err)
			break
		}
	}
	c.put(point(demo, "t", after(77), "77"))
	c.apply(onenet.Batch{DropPoints: []onenet.PointRange{{Ref: demo, Start: after(77)}}})
	c.same("the store", before, c.everything())
}

func dumpLastSeq(c *check) {
	c.seed()
	c.apply(onenet.Batch{Enqueue: []onenet.QueuedMessage{message(7, ""), message(41, "")}})
	c.apply(onenet.Batch{DropDevices: []onenet.DeviceRef{demo}})
	c.replace(c.dump()...)
	got, err := c.s.LastSeq(c.Context())
	c.ok(err)
	c.same("the highest number", int64(41), got)
}

func dumpBeside(c *check) {
	c.richness()
	for _, err := range c.s.Dump(c.Context()) {
		c.ok(err)
		for _, err := range c.s.Dump(c.Context()) {
			c.ok(err)
			for i := range 10 {
				c.put(point(demo, "beside", after(float64(i)), strconv.Itoa(i)))
				c.same("the current value", strconv.Itoa(i), c.current("beside"))
			}
			break
		}
		break
	}
}

func dumpReplaced(c *check) {
	c.seed()
	content := onenet.Batch{
		AddProducts: []onenet.Product{product(demoProduct)}, AddDevices: []onenet.Device{device(demo)},
		Points: []onenet.StoredPoint{
			point(demo, "t", after(2), "2"), upload(demo, "t", after(1), "file"), point(demo, "u", after(1), "1"), point(demo, "t", after(0), "0"),
		},
	}
	c.replace(content)
	c.replace(c.dump()...)
	c.same("the points", []string{"0", `{"index":"file"}`, "1", "2"}, c.values(onenet.PointQuery{Ref: demo}))
	_, err := c.s.File(c.Context(), demoProduct, "file")
	c.ok(err)
}
