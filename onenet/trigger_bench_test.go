package onenet_test

import (
	"fmt"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

// swallow is a store that keeps no points, so that what is measured is what the platform does with them.
type swallow struct{ *memory.Store }

func (s swallow) Submit(b onenet.Batch, done func(error)) {
	if len(b.Points) == 0 {
		s.Store.Submit(b, done)
		return
	}
	done(nil)
}

// BenchmarkIngestTriggers tells what triggers cost an upload of three points: none, others' streams, and their own.
func BenchmarkIngestTriggers(b *testing.B) {
	for _, c := range []struct {
		name, stream string
		n            int
		kind, bound  string
	}{
		{"none", "", 0, "", ""},
		{"100 of other streams", "other%d", 100, ">", "9"},
		{"1 of this stream", "t", 1, ">", "9"},
		{"100 of this stream", "t", 100, ">", "9"},
		{"1 change", "t", 1, "change", ""},
		{"1 frozen", "t", 1, "frozen", "3600"},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := benchTriggers(b, c.n, func(i int) onenet.Trigger {
				tr := watching(onenet.TriggerType(c.kind), c.bound)
				tr.Stream = onenet.StreamID(c.stream)
				if c.name == "100 of other streams" {
					tr.Stream = onenet.StreamID(fmt.Sprintf(c.stream, i))
				}
				return tr
			})
			u := onenet.Upload{Ref: ref, Points: []onenet.Datapoint{
				{Stream: "t", Value: []byte("5")}, {Stream: "h", Value: []byte("60")}, {Stream: "p", Value: []byte(`"on"`)},
			}}
			b.ReportAllocs()
			for b.Loop() {
				p.Ingest(u, func(error) {})
			}
		})
	}
}

func benchTriggers(b *testing.B, n int, make func(int) onenet.Trigger) *onenet.Platform {
	b.Helper()
	store := memory.New()
	err := store.Apply(b.Context(), onenet.Batch{
		AddProducts: []onenet.Product{{ID: ref.Product}}, AddDevices: []onenet.Device{{Product: ref.Product, ID: ref.Device}},
	})
	if err != nil {
		b.Fatal(err)
	}
	p := onenet.New(onenet.Config{Store: swallow{store}})
	b.Cleanup(p.Close)
	for i := range n {
		mustAddTrigger(b, p, make(i))
	}
	return p
}
