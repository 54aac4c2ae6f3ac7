package bridgetest_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// BenchmarkLocalPublish measures how long a device waits for the acknowledgement of a message at QoS 1, with nobody at the other end of
// the bridge in several ways, beside an edge without a bridge. The data are on disk. The cases take turns, message by message, so that what
// else the machine does meets all of them.
func BenchmarkLocalPublish(b *testing.B) {
	silent := startChain(b, hushed(b, nil))
	silent.awaitLink(b, silent.pairs[0], bridge.Online)
	silent.proxy.Silence(true)
	bare := onenettest.Start(b, onDisk(b.TempDir()), onenettest.WithConfig(quiet))
	cases := []publisher{{"no bridge", bare, bare.Device(b)}, {"silent cloud", silent.edge, silent.pairs[0].here}}
	for _, way := range []struct{ name, addr string }{{"no route", "192.0.2.1:6002"}, {"refused", nowhere}, {"cloud", ""}} {
		c := startChain(b, hushed(b, func(p *bridge.Plan) { p.Addr = cmp.Or(way.addr, p.Addr) }))
		cases = append(cases, publisher{way.name, c.edge, c.pairs[0].here})
	}
	boards := make([]*board, len(cases))
	took := make([][]time.Duration, len(cases))
	for i, c := range cases {
		boards[i] = mustBoardAt(b, c.edge.MQTTAddr(), c.dev)
		boards[i].mustUpload(b, "warm", 0, 50)
	}
	b.ResetTimer()
	for n := range b.N {
		for i := range cases {
			began := now()
			boards[i].mustSend(b, "$dp", 1, string(point("n", n)))
			took[i] = append(took[i], now().Sub(began))
		}
	}
	b.StopTimer()
	for i, c := range cases {
		slices.Sort(took[i])
		p99 := took[i][len(took[i])*99/100]
		b.ReportMetric(float64(p99.Microseconds()), "p99-us:"+unit(c.name))
		b.Logf("%-14s p50 %8s  p99 %8s  worst %8s", c.name, took[i][len(took[i])/2], p99, took[i][len(took[i])-1])
	}
}

// publisher is a device of an edge whose way to the cloud has a name.
type publisher struct {
	name string
	edge *onenettest.Server
	dev  onenet.Device
}

func unit(name string) string {
	return string(slices.DeleteFunc([]rune(name), func(r rune) bool { return r == ' ' }))
}

// hushed is an edge on disk, whose logs are nobody's business.
func hushed(b *testing.B, plan func(*bridge.Plan)) setup {
	b.Helper()
	mute := onenettest.WithConfig(quiet)
	return setup{plan: plan, timing: bridge.DefaultTiming(), cloud: []onenettest.Option{mute}, edge: []onenettest.Option{onDisk(b.TempDir()), mute}}
}

// BenchmarkDrain measures how fast the backlog of an outage goes up, packed and not, at the message a second and device that OneNET
// allows and without that limit. An operation is one point.
func BenchmarkDrain(b *testing.B) {
	for _, rate := range []float64{1, 0} {
		b.Run(fmt.Sprintf("rate %v/packed", rate), func(b *testing.B) { drain(b, false, rate) })
		b.Run(fmt.Sprintf("rate %v/one by one", rate), func(b *testing.B) { drain(b, true, rate) })
	}
}

func drain(b *testing.B, noPack bool, rate float64) {
	n := b.N
	if noPack && rate > 0 {
		n = min(n, 5) // a second each: nobody needs to wait for more
	}
	c := startChain(b, hushed(b, func(p *bridge.Plan) { p.NoPack, p.Rate = noPack, rate }))
	if _, err := c.edge.Bridge().Pause(); err != nil {
		b.Fatal(err)
	}
	c.mustBoard(b, c.pairs[0]).mustUpload(b, "n", 0, n)
	b.ResetTimer()
	began := now()
	if _, err := c.edge.Bridge().Resume(); err != nil {
		b.Fatal(err)
	}
	c.mustDrain(b)
	took := now().Sub(began)
	b.StopTimer()
	b.ReportMetric(float64(n)/took.Seconds(), "points/s")
	b.ReportMetric(float64(c.proxy.Counts().Topics["$dp"]), "messages")
}

// BenchmarkQueueOnDisk measures what the bridge costs a device that does not wait: messages at QoS 1 in a window of 50, in the same commit
// for the history here and for the cloud, which is away.
func BenchmarkQueueOnDisk(b *testing.B) {
	bare := onenettest.Start(b, onDisk(b.TempDir()), onenettest.WithConfig(quiet))
	bridged := startChain(b, hushed(b, func(p *bridge.Plan) { p.Addr = nowhere }))
	for _, d := range []publisher{{"no bridge", bare, bare.Device(b)}, {"cloud away", bridged.edge, bridged.pairs[0].here}} {
		b.Run(d.name, func(b *testing.B) {
			board := mustBoardAt(b, d.edge.MQTTAddr(), d.dev)
			b.ResetTimer()
			board.mustUpload(b, "n", 0, b.N)
			board.leave()
		})
	}
}
