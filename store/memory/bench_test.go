package memory_test

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
	"github.com/onelan/onelan/store/storetest"
)

// fleet is the content of a platform whose devices have points in each of their streams: of all streams in turn, as
// devices upload them.
func fleet(devices, streams, points int) []onenet.Batch {
	list := []onenet.Batch{{AddProducts: []onenet.Product{{ID: demo.Product}}}}
	for i := range devices {
		ref := onenet.DeviceRef{Product: demo.Product, Device: onenet.DeviceID(strconv.Itoa(500000000 + i))}
		list[0].AddDevices = append(list[0].AddDevices, onenet.Device{
			Product: ref.Product, ID: ref.Device, AuthInfo: onenet.Secret("sn" + ref.Device),
		})
		var b onenet.Batch
		for n := range points / devices {
			p := point(n / streams)
			p.Ref, p.Stream = ref, onenet.StreamID("stream"+strconv.Itoa(n%streams))
			b.Points = append(b.Points, p)
		}
		list = append(list, b)
	}
	return list
}

// redumped is the content as a dump gives it.
func redumped(b *testing.B, content []onenet.Batch) (list []onenet.Batch) {
	b.Helper()
	s := memory.New()
	if err := s.Replace(b.Context(), onenet.Contents(content...)); err != nil {
		b.Fatal(err)
	}
	for batch, err := range s.Dump(b.Context()) {
		if err != nil {
			b.Fatal(err)
		}
		list = append(list, batch)
	}
	return list
}

// BenchmarkReplace resets a platform of 1,000 devices and 100,000 points to a content of the same size. Between the
// resets a few devices are at work, as in a test.
func BenchmarkReplace(b *testing.B) {
	for _, streams := range []int{1, 10} {
		content := fleet(1000, streams, 100_000)
		for name, content := range map[string][]onenet.Batch{"seeded": content, "dumped": redumped(b, content)} {
			b.Run(fmt.Sprintf("%s/streams=%d", name, streams), func(b *testing.B) { benchmarkReplace(b, content) })
		}
	}
}

func benchmarkReplace(b *testing.B, content []onenet.Batch) {
	s := memory.New()
	var took []time.Duration
	b.ReportAllocs()
	for b.Loop() {
		from := time.Now()
		if err := s.Replace(b.Context(), onenet.Contents(content...)); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(from))
		for i := range 10 {
			p := point(i)
			p.Ref.Device = onenet.DeviceID(strconv.Itoa(500000000 + i))
			mustApply(b, s, onenet.Batch{Points: []onenet.StoredPoint{p}})
		}
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2].Seconds()*1000, "median-ms")
	b.ReportMetric(took[len(took)*99/100].Seconds()*1000, "p99-ms")
}

func BenchmarkHistory(b *testing.B) {
	storetest.BenchmarkHistory(b, func(*testing.B) onenet.Store { return memory.NewWith(memory.Options{Points: 10_000_000}) })
}

func TestReplacementsDoNotLeak(t *testing.T) { // alone: it looks at the memory of the process
	s := memory.New()
	content := fleet(100, 3, 10_000)
	replace := func(times int) uint64 {
		for range times {
			if err := s.Replace(t.Context(), onenet.Contents(content...)); err != nil {
				t.Fatal(err)
			}
			mustApply(t, s, onenet.Batch{Points: content[1].Points}) // unpacks what the device was given
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := replace(10)
	const most = 1 << 20 // one content more would be larger
	if after := replace(1000); after > before+most {
		t.Errorf("after 1,000 replacements %d bytes are in use, %d before them", after, before)
	}
}
