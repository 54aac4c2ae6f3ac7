package sqlite_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/sqlite"
	"github.com/onelan/onelan/store/storetest"
)

// BenchmarkSubmitPoints stores batches of one point each, as devices send them, with so
// many of them under way at once. Every batch is on the disk when it counts.
func BenchmarkSubmitPoints(b *testing.B) {
	for _, outstanding := range []int{1, 100, 1000} {
		b.Run(fmt.Sprintf("outstanding=%d", outstanding), func(b *testing.B) {
			s := mustOpen(b, b.TempDir())
			refs := mustDevices(b, s, 50)
			values := someValues(1000)
			at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
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
				s.Submit(onenet.Batch{Points: []onenet.StoredPoint{{
					Ref: refs[i%len(refs)], Received: at, Datapoint: onenet.Datapoint{
						Stream: "temperature", At: at.Add(time.Duration(i) * time.Millisecond), Value: values[i%len(values)],
					},
				}}}, done)
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "points/s")
		})
	}
}

func someValues(n int) []json.RawMessage {
	var list []json.RawMessage
	for i := range n {
		list = append(list, strconv.AppendFloat(nil, float64(i)/7, 'f', 2, 64))
	}
	return list
}

// mustDevices registers n devices.
func mustDevices(tb testing.TB, s *sqlite.Store, n int) []onenet.DeviceRef {
	tb.Helper()
	b := onenet.Batch{AddProducts: []onenet.Product{{ID: "244754", Dialect: onenet.Legacy}}}
	var refs []onenet.DeviceRef
	for i := range n {
		d := onenet.Device{Product: "244754", ID: onenet.DeviceID(strconv.Itoa(527521926 + i))}
		b.AddDevices = append(b.AddDevices, d)
		refs = append(refs, d.Ref())
	}
	if err := s.Apply(tb.Context(), b); err != nil {
		tb.Fatal(err)
	}
	return refs
}

// BenchmarkOpen opens and closes a store that is there already.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	s := mustOpen(b, dir)
	mustDevices(b, s, 1)
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := sqlite.Open(dir, sqlite.Options{})
		if err == nil {
			err = s.Close()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReads asks a store of 50 devices and 100,000 points what the platform asks most.
func BenchmarkReads(b *testing.B) {
	s := mustOpen(b, b.TempDir())
	refs := mustDevices(b, s, 50)
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	var batch onenet.Batch
	for i := range 100_000 {
		batch.Points = append(batch.Points, onenet.StoredPoint{Ref: refs[i%len(refs)], Received: at, Datapoint: onenet.Datapoint{
			Stream: onenet.StreamID("s" + strconv.Itoa(i%4)), At: at.Add(time.Duration(i) * time.Second), Value: json.RawMessage("1"),
		}})
	}
	if err := s.Apply(b.Context(), batch); err != nil {
		b.Fatal(err)
	}
	for name, read := range map[string]func(ref onenet.DeviceRef) error{
		"device":        func(ref onenet.DeviceRef) error { _, err := s.Device(b.Context(), ref); return err },
		"newest points": func(ref onenet.DeviceRef) error { _, err := s.Streams(b.Context(), ref); return err },
		"history of 100": func(ref onenet.DeviceRef) error {
			_, err := s.Points(b.Context(), onenet.PointQuery{Ref: ref})
			return err
		},
		"list of devices": func(onenet.DeviceRef) error {
			_, _, err := s.Devices(b.Context(), onenet.DeviceFilter{Product: "244754", Limit: 30})
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if err := read(refs[i%len(refs)]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkHistory(b *testing.B) {
	storetest.BenchmarkHistory(b, func(b *testing.B) onenet.Store { return mustOpen(b, b.TempDir()) })
}

// BenchmarkDump and BenchmarkReplace move a platform of 100 devices with 100,000 points.
func BenchmarkDump(b *testing.B) {
	s := mustOpen(b, b.TempDir())
	if err := s.Replace(b.Context(), onenet.Contents(fleet(100, 1000)...)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		for _, err := range s.Dump(b.Context()) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkReplace(b *testing.B) {
	s := mustOpen(b, b.TempDir())
	content := fleet(100, 1000)
	for b.Loop() {
		if err := s.Replace(b.Context(), onenet.Contents(content...)); err != nil {
			b.Fatal(err)
		}
	}
}

// fleet is the content of a platform whose devices have so many points each, in ten streams.
func fleet(devices, points int) []onenet.Batch {
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	list := []onenet.Batch{{AddProducts: []onenet.Product{{ID: demo.Product}}}}
	for i := range devices {
		ref := onenet.DeviceRef{Product: demo.Product, Device: onenet.DeviceID(strconv.Itoa(500000000 + i))}
		list[0].AddDevices = append(list[0].AddDevices, onenet.Device{Product: ref.Product, ID: ref.Device})
		var b onenet.Batch
		for n := range points {
			b.Points = append(b.Points, onenet.StoredPoint{Ref: ref, Received: at, Datapoint: onenet.Datapoint{
				Stream: onenet.StreamID("s" + strconv.Itoa(n%10)), At: at.Add(time.Duration(n) * time.Second), Value: strconv.AppendInt(nil, int64(n), 10),
			}})
		}
		list = append(list, b)
	}
	return list
}
