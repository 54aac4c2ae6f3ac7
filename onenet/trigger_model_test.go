package onenet_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/onelan/onelan/onenet"
)

// past is all that a device uploaded to the stream: the model judges by the whole of it, and remembers nothing.
type past []struct {
	value float64
	at    time.Time
}

func inside(v float64) bool { return v >= 10 && v <= 20 }

// model says for each type, with its threshold, whether the newest upload of a past fires.
var model = []struct {
	kind      onenet.TriggerType
	threshold string
	fires     func(past) bool
}{
	{">", "10", func(p past) bool { return p[len(p)-1].value > 10 }},
	{">=", "10", func(p past) bool { return p[len(p)-1].value >= 10 }},
	{"<", "20", func(p past) bool { return p[len(p)-1].value < 20 }},
	{"<=", "20", func(p past) bool { return p[len(p)-1].value <= 20 }},
	{"==", "20", func(p past) bool { return p[len(p)-1].value == 20 }},
	{"inout", `{"lolmt":10,"uplmt":20}`, two(func(a, b float64) bool { return inside(a) != inside(b) })},
	{"in", `{"lolmt":10,"uplmt":20}`, two(func(a, b float64) bool { return !inside(a) && inside(b) })},
	{"out", `{"lolmt":10,"uplmt":20}`, two(func(a, b float64) bool { return inside(a) && !inside(b) })},
	{"change", "", two(func(a, b float64) bool { return a != b })},
	{"live", "30", func(p past) bool { n := len(p); return n > 1 && p[n-1].at.Sub(p[n-2].at) >= 30*time.Second }},
}

func two(f func(before, now float64) bool) func(past) bool {
	return func(p past) bool { return len(p) > 1 && f(p[len(p)-2].value, p[len(p)-1].value) }
}

// silent lists the moments between from and to at which a frozen trigger of 30 seconds fires.
func (p past) silent(from, to time.Time) (n int) {
	if len(p) == 0 {
		return 0
	}
	if due := p[len(p)-1].at.Add(30 * time.Second); due.After(from) && !due.After(to) {
		return 1
	}
	return 0
}

func TestTriggersDoWhatAModelOfWholePastsSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		p, out, c := triggers(t)
		mustAddDevice(t, p, "3")
		for _, m := range model {
			mustAddTrigger(t, p, watching(m.kind, m.threshold))
		}
		frozen := mustAddTrigger(t, p, watching("frozen", "30"))
		pasts := map[onenet.DeviceID]past{}
		for range rapid.IntRange(1, 30).Draw(r, "steps") {
			var want, got []string
			before := c.Now()
			c.Advance(time.Duration(rapid.SampledFrom([]int{0, 1, 10, 29, 30, 31, 90}).Draw(r, "wait")) * time.Second)
			silences := pasts["2"].silent(before, c.Now()) + pasts["3"].silent(before, c.Now())
			for range silences {
				want = append(want, fmt.Sprintf("trigger %d", frozen.ID))
			}
			id := rapid.SampledFrom([]onenet.DeviceID{"2", "3"}).Draw(r, "device")
			var message []string
			for _, v := range rapid.SliceOfN(rapid.SampledFrom([]float64{9, 10, 15, 20, 21}), 1, 3).Draw(r, "values") {
				message = append(message, fmt.Sprint(v))
				pasts[id] = append(pasts[id], struct {
					value float64
					at    time.Time
				}{v, c.Now()})
				for i, m := range model {
					if m.fires(pasts[id]) {
						want = append(want, fmt.Sprintf("trigger %d", i+1))
					}
				}
			}
			upload(t, p, onenet.DeviceRef{Product: ref.Product, Device: id}, message...)
			for _, f := range out.fired {
				got = append(got, fmt.Sprintf("trigger %d", f.Trigger.ID))
			}
			out.take()
			if d := cmp.Diff(want, got); d != "" {
				r.Fatalf("after %v of device %s (-want +got):\n%s", message, id, d)
			}
		}
	})
}
