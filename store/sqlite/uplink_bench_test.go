package sqlite_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/sqlite"
)

// upward is a point and its way up, in one batch, as of a device that is bridged.
func upward(ref onenet.DeviceRef, seq int, payload []byte) onenet.Batch {
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(seq) * time.Millisecond)
	return onenet.Batch{
		Points: []onenet.StoredPoint{{Ref: ref, Received: at, Datapoint: onenet.Datapoint{
			Stream: "temperature", At: at, Value: []byte("25.5"),
		}}},
		EnqueueUplink: []onenet.UplinkEntry{{Ref: ref, Seq: int64(seq), At: at, Topic: "$dp", QoS: 1, Payload: payload}},
		CountUplink:   []onenet.UplinkCount{{Ref: ref, Column: onenet.UplinkAccepted, N: 1}},
	}
}

// BenchmarkSubmitUplink is BenchmarkSubmitPoints for devices that are bridged.
func BenchmarkSubmitUplink(b *testing.B) {
	payload := bytes.Repeat([]byte("x"), 100)
	for _, outstanding := range []int{1, 100, 1000} {
		b.Run(fmt.Sprintf("outstanding=%d", outstanding), func(b *testing.B) {
			s := mustOpen(b, b.TempDir())
			refs := mustDevices(b, s, 50)
			free := make(chan struct{}, outstanding)
			var wg sync.WaitGroup
			wg.Add(b.N)
			done := func(err error) {
				if err != nil {
					b.Error(err)
				}
				<-free
				wg.Done()
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				free <- struct{}{}
				s.Submit(upward(refs[i%len(refs)], i+1, payload), done)
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "points/s")
		})
	}
}

// backlog is a store of 100,000 entries of 50 devices.
func backlog(b *testing.B, size int) (*sqlite.Store, []onenet.DeviceRef) {
	b.Helper()
	s := mustOpen(b, b.TempDir())
	refs := mustDevices(b, s, 50)
	payload := bytes.Repeat([]byte("x"), size)
	for from := 0; from < 100_000; from += 10_000 {
		var batch onenet.Batch
		for i := range 10_000 {
			e := upward(refs[i%len(refs)], from+i+1, payload)
			batch.EnqueueUplink = append(batch.EnqueueUplink, e.EnqueueUplink...)
			batch.CountUplink = append(batch.CountUplink, e.CountUplink...)
		}
		if err := s.Apply(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
	return s, refs
}

// BenchmarkUplink asks a store of 100,000 entries what the bridge asks.
func BenchmarkUplink(b *testing.B) {
	for _, size := range []int{100, 4000} {
		b.Run(fmt.Sprintf("payload=%d", size), func(b *testing.B) {
			s, refs := backlog(b, size)
			for name, read := range map[string]func(i int) (int, error){
				"depths": func(int) (int, error) { list, err := s.UplinkDepths(b.Context()); return len(list) / 50, err },
				"counts": func(int) (int, error) { list, err := s.UplinkCounts(b.Context()); return len(list) / 50, err },
				"page of 100": func(i int) (int, error) {
					list, err := s.Uplink(b.Context(), onenet.UplinkQuery{Ref: refs[i%50], After: 50_000, Limit: 100})
					return len(list) / 100, err
				},
			} {
				b.Run(name, func(b *testing.B) {
					for i := 0; b.Loop(); i++ {
						if n, err := read(i); err != nil || n != 1 {
							b.Fatal(n, err)
						}
					}
				})
			}
		})
	}
}

// BenchmarkDrain takes one acknowledged entry out, and counts it, in each batch; a hundred are under way at once.
func BenchmarkDrain(b *testing.B) {
	s, refs := backlog(b, 100)
	var wg sync.WaitGroup
	free := make(chan struct{}, 100)
	b.ResetTimer()
	for i := range b.N {
		free <- struct{}{}
		wg.Add(1)
		ref := refs[i%50]
		s.Submit(onenet.Batch{
			DropUplink:  []onenet.UplinkKey{{Ref: ref, Seq: int64(i%100_000 + 1)}},
			CountUplink: []onenet.UplinkCount{{Ref: ref, Column: onenet.UplinkDelivered, N: 1}},
		}, func(err error) {
			if err != nil {
				b.Error(err)
			}
			<-free
			wg.Done()
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}
