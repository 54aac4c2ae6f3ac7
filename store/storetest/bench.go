package storetest

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/onelan/onelan/onenet"
)

// BenchmarkHistory reads the history of one device: 50,000 points, or as many as the environment says in
// ONELAN_BENCH_POINTS, over a few streams or many. open returns an empty store; BenchmarkHistory closes it.
func BenchmarkHistory(b *testing.B, open func(b *testing.B) onenet.Store) {
	b.Helper()
	n := 50_000
	if text := os.Getenv("ONELAN_BENCH_POINTS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	for _, streams := range []int{1, 10, 200} {
		b.Run(fmt.Sprintf("points=%d/streams=%d", n, streams), func(b *testing.B) {
			s := open(b)
			defer func() { _ = s.Close() }()
			mustFill(b, s, n, streams)
			benchmarkPages(b, s, n)
			b.Run("Streams", func(b *testing.B) {
				for b.Loop() {
					if list, err := s.Streams(b.Context(), demo); err != nil || len(list) != streams {
						b.Fatal(len(list), err)
					}
				}
			})
		})
	}
}

// mustFill stores n points, one a second, in each stream in turn.
func mustFill(b *testing.B, s onenet.Store, n, streams int) {
	b.Helper()
	batch := onenet.Batch{AddProducts: []onenet.Product{product(demoProduct)}, AddDevices: []onenet.Device{device(demo)}}
	for i := range n {
		batch.Points = append(batch.Points, point(demo, onenet.StreamID("s"+strconv.Itoa(i%streams)), after(float64(i)), strconv.Itoa(i)))
		if len(batch.Points) == 10_000 || i == n-1 {
			if err := s.Apply(b.Context(), batch); err != nil {
				b.Fatal(err)
			}
			batch = onenet.Batch{}
		}
	}
}

// benchmarkPages reads pages from the beginning, the middle and the end of n points.
func benchmarkPages(b *testing.B, s onenet.Store, n int) {
	b.Helper()
	for _, limit := range []int{onenet.DefaultPoints, onenet.MostPoints} {
		for _, desc := range []bool{false, true} {
			for _, place := range []struct {
				name string
				at   int
			}{{"first", -1}, {"middle", n / 2}, {"last", n - 1 - limit}} {
				q := onenet.PointQuery{Ref: demo, Limit: limit, Desc: desc}
				if place.at >= 0 {
					q.After = placeOf(n, place.at, desc)
				}
				name := fmt.Sprintf("limit=%d/desc=%v/page=%s", limit, desc, place.name)
				b.Run(name, func(b *testing.B) { benchmarkPage(b, s, q, limit) })
			}
		}
	}
	b.Run("limit=1/PerStream", func(b *testing.B) {
		benchmarkPage(b, s, onenet.PointQuery{Ref: demo, Limit: 1, Desc: true, PerStream: true}, 0)
	})
	b.Run("limit=100/PerStream", func(b *testing.B) {
		benchmarkPage(b, s, onenet.PointQuery{Ref: demo, Limit: 100, Desc: true, PerStream: true}, 0)
	})
}

// placeOf is the place of the i-th point in the direction of reading.
func placeOf(n, i int, desc bool) *onenet.Position {
	if desc {
		i = n - 1 - i
	}
	return &onenet.Position{At: after(float64(i)), Seq: int64(i) + 1}
}

func benchmarkPage(b *testing.B, s onenet.Store, q onenet.PointQuery, want int) {
	b.Helper()
	for b.Loop() {
		if list, err := s.Points(b.Context(), q); err != nil || want > 0 && len(list) != want {
			b.Fatal(len(list), err)
		}
	}
}
