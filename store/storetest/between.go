package storetest

import (
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/onelan/onelan/onenet"
)

// RunBetween checks that random content is the same in both stores when it goes from one into the other, and back.
// open functions return empty stores; RunBetween closes them.
func RunBetween(t *testing.T, openFrom, openTo func(t *testing.T) onenet.Store) {
	t.Helper()
	from, to := &check{t, openFrom(t)}, &check{t, openTo(t)}
	t.Cleanup(func() {
		_ = from.s.Close()
		_ = to.s.Close()
	})
	rapid.Check(t, func(rt *rapid.T) {
		from, to := &check{rt, from.s}, &check{rt, to.s}
		from.fill()
		want := from.content()
		for _, way := range []struct {
			name     string
			from, to *check
		}{{"there", from, to}, {"and back", to, from}} {
			way.to.ok(way.to.s.Replace(rt.Context(), way.from.s.Dump(rt.Context())))
			way.to.same(way.name, want, way.to.content())
			way.to.depths() // nothing is on its way
			way.to.books()
		}
	})
}

// fill gives the store random content. Whole batches may be refused; that does no harm.
func (c *check) fill() {
	rt := c.tb.(*rapid.T)
	g := generator{t: rt, uplinked: c.lastUplink()}
	c.replace(onenet.Batch{AddProducts: []onenet.Product{product(demoProduct), product(otherProduct)}})
	for range rapid.IntRange(1, 10).Draw(rt, "batches") {
		_ = c.s.Apply(c.Context(), g.batch())
		_ = c.s.Apply(c.Context(), g.belongings())
	}
}

// belongings are changes of those kinds that the model knows nothing of.
func (g *generator) belongings() (b onenet.Batch) {
	for range rapid.IntRange(1, 5).Draw(g.t, "belongings") {
		ref := g.ref()
		g.values++
		n := strconv.Itoa(g.values)
		switch g.pick("belonging", 8) {
		case 0:
			index := "file" + strconv.Itoa(g.pick("file", 4))
			p := upload(ref, g.stream(), after(float64(g.pick("time of the file", 3))), index)
			p.File.Data = []byte(n)
			b.Points = append(b.Points, p, point(ref, p.Stream, p.At, n))
		case 1:
			b.PutStreams = append(b.PutStreams, onenet.StreamMeta{Ref: ref, Stream: g.stream(), Unit: n, Tags: []string{n}, CreatedAt: start})
		case 2:
			b.AddKeys = append(b.AddKeys, keyOf(ref.Product, onenet.Secret(n), ref.Device, g.ref().Device))
		case 3:
			b.PutSessions = append(b.PutSessions, onenet.StoredSession{Ref: ref, Subscriptions: []onenet.Subscription{{Topic: n, QoS: 1}}})
		case 4:
			b.DropSessions = append(b.DropSessions, ref)
		case 5:
			b.Retain = append(b.Retain, onenet.RetainedMessage{Product: ref.Product, Topic: g.topic().Topic, Payload: []byte(n), WillOf: ref.Device})
		case 6:
			b.Logins = append(b.Logins, onenet.LoginMark{Ref: ref, At: after(float64(g.values))})
		case 7:
			b.DropKeys = append(b.DropKeys, onenet.KeyRef{Product: ref.Product, Key: onenet.Secret(strconv.Itoa(g.pick("key", g.values)))})
		}
	}
	return b
}
