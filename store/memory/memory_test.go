package memory_test

import (
	"bytes"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
	"github.com/onelan/onelan/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) onenet.Store { return memory.New() })
}

func TestDumpsGoBetweenStores(t *testing.T) {
	t.Parallel()
	open := func(*testing.T) onenet.Store { return memory.New() }
	storetest.RunBetween(t, open, open)
}

var (
	demo  = onenet.DeviceRef{Product: "244754", Device: "527521926"}
	start = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
)

func mustApply(tb testing.TB, s *memory.Store, b onenet.Batch) {
	tb.Helper()
	if err := s.Apply(tb.Context(), b); err != nil {
		tb.Fatal(err)
	}
}

// mustSeed makes a store that knows the demo device.
func mustSeed(tb testing.TB, opt memory.Options) *memory.Store {
	tb.Helper()
	s := memory.NewWith(opt)
	mustApply(tb, s, onenet.Batch{
		AddProducts: []onenet.Product{{ID: demo.Product}}, AddDevices: []onenet.Device{{Product: demo.Product, ID: demo.Device}},
	})
	return s
}

func point(second int) onenet.StoredPoint {
	return onenet.StoredPoint{Ref: demo, Received: start, Datapoint: onenet.Datapoint{
		Stream: "t", At: start.Add(time.Duration(second) * time.Second), Value: strconv.AppendInt(nil, int64(second), 10),
	}}
}

func TestOldestGoWhenTheBoundsAreReached(t *testing.T) {
	t.Parallel()
	t.Run("points", func(t *testing.T) {
		t.Parallel()
		s := mustSeed(t, memory.Options{Points: 3})
		for _, second := range []int{5, 1, 2, 9, 3, 0, 8} { // oldest by time, not by arrival
			p := point(second)
			p.File = &onenet.File{Index: strconv.Itoa(second)}
			mustApply(t, s, onenet.Batch{Points: []onenet.StoredPoint{p}})
		}
		points, err := s.Points(t.Context(), onenet.PointQuery{Ref: demo})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range points {
			got = append(got, string(p.Value))
			if _, err := s.File(t.Context(), demo.Product, string(p.Value)); err != nil {
				t.Errorf("file of point %s: %v", p.Value, err)
			}
		}
		if d := cmp.Diff([]string{"5", "8", "9"}, got); d != "" {
			t.Errorf("points kept (-want +got):\n%s", d)
		}
		if _, err := s.File(t.Context(), demo.Product, "2"); !errors.Is(err, onenet.ErrNotFound) {
			t.Errorf("the file of a point that went gives %v", err)
		}
	})
	t.Run("points that Replace was given", func(t *testing.T) {
		t.Parallel()
		s := memory.NewWith(memory.Options{Points: 3})
		content := []onenet.Batch{{
			AddProducts: []onenet.Product{{ID: demo.Product}}, AddDevices: []onenet.Device{{Product: demo.Product, ID: demo.Device}},
		}}
		for _, seconds := range [][]int{{5, 1}, {2, 9, 3}, {4, 0, 8}, {7}} {
			var b onenet.Batch
			for _, second := range seconds {
				b.Points = append(b.Points, point(second))
			}
			content = append(content, b)
		}
		content[1].Points[1].File = &onenet.File{Index: "of the oldest"}
		if err := s.Replace(t.Context(), onenet.Contents(content...)); err != nil {
			t.Fatal(err)
		}
		points, err := s.Points(t.Context(), onenet.PointQuery{Ref: demo})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range points {
			got = append(got, string(p.Value))
		}
		if d := cmp.Diff([]string{"7", "8", "9"}, got); d != "" {
			t.Errorf("points kept (-want +got):\n%s", d)
		}
		if _, err := s.File(t.Context(), demo.Product, "of the oldest"); !errors.Is(err, onenet.ErrNotFound) {
			t.Errorf("the file of a point that went gives %v", err)
		}
	})
	t.Run("files", func(t *testing.T) {
		t.Parallel()
		s := mustSeed(t, memory.Options{FileBytes: 100})
		for second, size := range []int{60, 40, 30, 500, 10} {
			p := point(second)
			p.File = &onenet.File{Index: strconv.Itoa(second), Data: bytes.Repeat([]byte("x"), size)}
			mustApply(t, s, onenet.Batch{Points: []onenet.StoredPoint{p}})
			if _, err := s.File(t.Context(), demo.Product, strconv.Itoa(second)); err != nil {
				t.Errorf("the newest file is kept, whatever its size: %v", err)
			}
		}
		if _, err := s.File(t.Context(), demo.Product, "3"); !errors.Is(err, onenet.ErrNotFound) {
			t.Errorf("the large file gives %v after the next one came", err)
		}
	})
	t.Run("commands", func(t *testing.T) {
		t.Parallel()
		s := mustSeed(t, memory.Options{Commands: 2})
		for _, id := range []onenet.CommandID{"a", "b", "c"} {
			mustApply(t, s, onenet.Batch{PutCommands: []onenet.Command{{ID: id, Product: demo.Product, Device: demo.Device, CreatedAt: start}}})
		}
		list, n, err := s.Commands(t.Context(), onenet.CommandQuery{Ref: demo})
		if err != nil || n != 2 || list[0].ID != "b" || list[1].ID != "c" {
			t.Errorf("commands kept: %v, %d, %v; want b and c", list, n, err)
		}
		if _, err := s.Command(t.Context(), "a"); !errors.Is(err, onenet.ErrNotFound) {
			t.Errorf("the command that went gives %v", err)
		}
	})
}

func TestDoneThatSubmitsIsCalledBeforeTheNextOne(t *testing.T) {
	t.Parallel()
	s := memory.New()
	var got []string
	s.Submit(onenet.Batch{}, func(error) {
		s.Submit(onenet.Batch{}, func(error) { got = append(got, "inner") })
		got = append(got, "outer")
	})
	if d := cmp.Diff([]string{"outer", "inner"}, got); d != "" {
		t.Errorf("the calls (-want +got):\n%s", d)
	}
}

func TestDoneThatPanicsDoesNotSilenceTheOthers(t *testing.T) {
	t.Parallel()
	s := memory.New()
	var got []string
	func() {
		defer func() { _ = recover() }()
		s.Submit(onenet.Batch{}, func(error) {
			s.Submit(onenet.Batch{}, func(error) { got = append(got, "behind it") })
			panic("a mistake of the caller")
		})
	}()
	s.Submit(onenet.Batch{}, func(error) { got = append(got, "next") })
	if d := cmp.Diff([]string{"behind it", "next"}, got); d != "" {
		t.Errorf("the calls (-want +got):\n%s", d)
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		_ = memory.New().Close()
	}
}

func BenchmarkSubmitPoints(b *testing.B) {
	s := mustSeed(b, memory.Options{})
	n := 0
	for b.Loop() {
		n++
		s.Submit(onenet.Batch{Points: []onenet.StoredPoint{point(n)}}, func(err error) {
			if err != nil {
				b.Error(err)
			}
		})
	}
}
