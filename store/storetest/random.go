package storetest

import (
	"errors"
	"slices"
	"strconv"

	"pgregory.net/rapid"

	"github.com/onelan/onelan/onenet"
)

// likeTheModel does random batches to the store and to the model and asks both.
func likeTheModel(t *rapid.T, s onenet.Store) {
	c := &check{t, s}
	c.ok(s.Replace(c.Context(), onenet.Contents()))
	c.apply(onenet.Batch{AddProducts: []onenet.Product{product(demoProduct), product(otherProduct)}})
	g := generator{t: t, uplinked: c.lastUplink()}
	m := model{uplink: uplinkModel{last: g.uplinked}}
	for range rapid.IntRange(1, 12).Draw(t, "batches") {
		b := g.batch()
		next := m.copy()
		want := next.apply(b)
		if got := s.Apply(c.Context(), b); !errors.Is(got, want) {
			t.Fatalf("the batch gives %v, want %v", got, want)
		}
		if want == nil {
			m = next
		}
		c.like(&m, &g)
	}
}

// like compares what the store and the model know.
func (c *check) like(m *model, g *generator) {
	ref := g.ref()
	devices, n, err := c.s.Devices(c.Context(), onenet.DeviceFilter{})
	c.ok(err)
	c.same("devices", m.listing(), deviceNotes(devices))
	c.same("number of devices", len(devices), n)
	commands, _, err := c.s.Commands(c.Context(), onenet.CommandQuery{Ref: ref})
	c.ok(err)
	c.same("commands", m.orders(ref), commandNotes(commands))
	queued, err := c.s.Queue(c.Context(), ref)
	c.ok(err)
	c.same("the queue", m.waiting(ref), queueNotes(queued))
	c.same("the triggers", m.watchers(), c.triggers(""))
	c.same("the topics", m.list(ref.Product), c.topics(ref.Product))
	c.likePoints(m, g.query(ref), g)
	c.likeUplink(&m.uplink, ref, g)
}

func (c *check) likePoints(m *model, q onenet.PointQuery, g *generator) {
	points, err := c.s.Points(c.Context(), q)
	c.ok(err)
	var got []string
	for _, p := range points {
		got = append(got, string(p.Value))
	}
	c.same("points", m.found(q), got)
	if len(points) == 0 || q.PerStream {
		return
	}
	i := rapid.IntRange(0, len(points)-1).Draw(g.t, "place")
	q.After = &onenet.Position{At: points[i].At, Seq: points[i].Seq}
	q.Limit = len(points) - i
	rest := c.values(q)
	q.After, q.Limit = nil, onenet.MostPoints
	all := m.found(q)[i+1:]
	c.same("points behind a place", all[:min(len(all), len(points)-i)], rest)
}

// generator draws batches over few devices, streams and times, so that they meet.
type generator struct {
	t        *rapid.T
	values   int
	uplinked int64 // highest number of the uplink before
}

func (g *generator) pick(what string, n int) int { return rapid.IntRange(0, n-1).Draw(g.t, what) }

func (g *generator) ref() onenet.DeviceRef {
	return onenet.DeviceRef{
		Product: []onenet.ProductID{demoProduct, otherProduct}[g.pick("product", 2)],
		Device:  onenet.DeviceID("d" + strconv.Itoa(g.pick("device", 3))),
	}
}

func (g *generator) stream() onenet.StreamID {
	return onenet.StreamID("s" + strconv.Itoa(g.pick("stream", 3)))
}

func (g *generator) device() onenet.Device {
	d := device(g.ref())
	d.AuthInfo = onenet.Secret("sn" + strconv.Itoa(g.pick("auth info", 4)))
	g.values++
	d.Title = "title " + strconv.Itoa(g.values)
	return d
}

func (g *generator) point() onenet.StoredPoint {
	g.values++
	return point(g.ref(), g.stream(), after(float64(g.pick("time", 6))), strconv.Itoa(g.values))
}

func (g *generator) command() onenet.Command {
	ref := g.ref()
	n := g.pick("command", 3)
	cmd := command(ref, onenet.CommandID(ref.String()+strconv.Itoa(n)), after(float64(n%2)))
	cmd.Rev = g.pick("revision", 4)
	cmd.State = []onenet.CommandState{onenet.CommandCreated, onenet.CommandSent, onenet.CommandAnswered}[g.pick("state", 3)]
	return cmd
}

func (g *generator) message() onenet.QueuedMessage {
	g.values++
	return onenet.QueuedMessage{Ref: g.ref(), Seq: int64(g.pick("number", 5) + 1), Payload: []byte(strconv.Itoa(g.values)), At: start}
}

func (g *generator) topic() onenet.TopicRef {
	return onenet.TopicRef{Product: g.ref().Product, Topic: "topic" + strconv.Itoa(g.pick("topic", 4))}
}

func (g *generator) trigger() onenet.Trigger {
	ref := g.ref()
	t := trigger(g.pick("trigger", 4), ref.Product)
	for range g.pick("watched devices", 3) {
		if id := g.ref().Device; !slices.Contains(t.Devices, id) {
			t.Devices = append(t.Devices, id)
		}
	}
	g.values++
	t.Title = "title " + strconv.Itoa(g.values)
	return t
}

func (g *generator) triggers(b *onenet.Batch) {
	switch t := g.trigger(); g.pick("change of triggers", 4) {
	case 0:
		b.DropTriggers = append(b.DropTriggers, onenet.TriggerRef{Product: t.Product, ID: t.ID})
	case 1:
		b.PutTriggers = append(b.PutTriggers, t)
	default:
		b.AddTriggers = append(b.AddTriggers, t)
	}
}

// stretch is a range of points.
func (g *generator) stretch() onenet.PointRange {
	q := g.query(g.ref())
	return onenet.PointRange{Ref: q.Ref, Streams: q.Streams, Start: q.Start, End: q.End}
}

func (g *generator) batch() onenet.Batch {
	var b onenet.Batch
	for range rapid.IntRange(1, 6).Draw(g.t, "changes") {
		switch g.pick("change", 14) {
		case 0:
			b.DropDevices = append(b.DropDevices, g.ref())
		case 1, 2:
			b.AddDevices = append(b.AddDevices, g.device())
		case 3:
			b.PutDevices = append(b.PutDevices, g.device())
		case 4:
			b.DropStreams = append(b.DropStreams, onenet.StreamRef{Ref: g.ref(), Stream: g.stream()})
		case 5, 6:
			b.Points = append(b.Points, g.point(), g.point())
		case 7:
			b.PutCommands = append(b.PutCommands, g.command())
		case 8:
			m := g.message()
			b.Enqueue = append(b.Enqueue, m)
			b.Dequeue = append(b.Dequeue, onenet.QueueKey{Ref: g.ref(), Seq: int64(g.pick("taken number", 5) + 1)})
		case 9:
			b.DropPoints = append(b.DropPoints, g.stretch())
		case 10:
			b.PutTopics = append(b.PutTopics, g.topic(), g.topic())
			b.DropTopics = append(b.DropTopics, g.topic())
		case 11:
			g.triggers(&b)
		case 12, 13:
			g.upward(&b)
		}
	}
	return b
}

func (g *generator) query(ref onenet.DeviceRef) onenet.PointQuery {
	q := onenet.PointQuery{
		Ref: ref, Limit: 1 + g.pick("limit", 6), Desc: rapid.Bool().Draw(g.t, "desc"), PerStream: rapid.Bool().Draw(g.t, "per stream"),
	}
	if rapid.Bool().Draw(g.t, "chosen streams") {
		q.Streams = []onenet.StreamID{g.stream(), g.stream()}
	}
	if rapid.Bool().Draw(g.t, "start") {
		q.Start = after(float64(g.pick("start time", 6)))
	}
	if rapid.Bool().Draw(g.t, "end") {
		q.End = after(float64(g.pick("end time", 6)))
	}
	return q
}
