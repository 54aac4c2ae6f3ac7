package pack_test

import (
	"errors"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/internal/pack"
)

func point(value []byte) onenet.StoredPoint {
	return onenet.StoredPoint{Datapoint: onenet.Datapoint{Value: value}}
}

// sizes packs points with values of these sizes and gives how many came in each batch.
func sizes(t *testing.T, values ...int) (counts []int) {
	t.Helper()
	p := pack.New(func(b onenet.Batch, err error) bool {
		if err != nil {
			t.Error(err)
		}
		counts = append(counts, len(b.Points))
		return true
	})
	for _, n := range values {
		if err := pack.Add(p, &p.B.Points, point(nil), n); err != nil {
			t.Fatal(err)
		}
	}
	p.End(nil)
	return counts
}

func TestBatchesAreBounded(t *testing.T) {
	t.Parallel()
	const kib, mib = 1 << 10, 1 << 20
	for name, row := range map[string]struct{ values, want []int }{
		"nothing":                             {},
		"one thing":                           {[]int{1}, []int{1}},
		"many things":                         {make([]int, 2500), []int{1000, 1000, 500}},
		"as much as there is room for":        {[]int{512 * kib, 512 * kib}, []int{2}},
		"one byte more":                       {[]int{512 * kib, 512*kib + 1}, []int{1, 1}},
		"a thing that is larger than a batch": {[]int{1, 3 * mib, 1}, []int{1, 1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(row.want, sizes(t, row.values...)); d != "" {
				t.Errorf("things in each batch (-want +got):\n%s", d)
			}
		})
	}
}

func TestThingsOfSeveralKindsShareABatch(t *testing.T) {
	t.Parallel()
	var got []onenet.Batch
	p := pack.New(func(b onenet.Batch, _ error) bool {
		got = append(got, b)
		return true
	})
	want := onenet.Batch{
		AddProducts: []onenet.Product{{ID: "1"}}, AddDevices: []onenet.Device{{ID: "2"}}, Points: []onenet.StoredPoint{point(nil)},
	}
	if err := errors.Join(
		pack.Add(p, &p.B.AddProducts, want.AddProducts[0], 0),
		pack.Add(p, &p.B.AddDevices, want.AddDevices[0], 0),
		pack.Add(p, &p.B.Points, want.Points[0], 0),
	); err != nil {
		t.Fatal(err)
	}
	p.End(nil)
	if d := cmp.Diff([]onenet.Batch{want}, got); d != "" {
		t.Errorf("the batches (-want +got):\n%s", d)
	}
}

func TestPackingEndsWithItsConsumer(t *testing.T) {
	t.Parallel()
	calls := 0
	p := pack.New(func(onenet.Batch, error) bool {
		calls++
		return false
	})
	added := 0
	for i := range 5000 {
		err := pack.Add(p, &p.B.AddDevices, onenet.Device{ID: onenet.DeviceID(strconv.Itoa(i))}, 0)
		if err == nil {
			added++
		} else if !errors.Is(err, pack.ErrEnough) {
			t.Fatal(err)
		}
	}
	p.End(nil)
	p.End(errors.New("a failure"))
	if added != 1000 || calls != 1 {
		t.Errorf("%d things were taken and %d calls made after the consumer had enough of the first batch, want 1000 and 1", added, calls)
	}
}

func TestFailureIsTheLastThingHandedOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	var got []error
	p := pack.New(func(_ onenet.Batch, err error) bool {
		got = append(got, err)
		return true
	})
	if err := pack.Add(p, &p.B.Points, point(nil), 0); err != nil {
		t.Fatal(err)
	}
	p.End(broken)
	p.End(nil)
	if len(got) != 1 || !errors.Is(got[0], broken) {
		t.Errorf("handed on: %v, want the failure alone, for what is not whole is worth nothing", got)
	}
}
