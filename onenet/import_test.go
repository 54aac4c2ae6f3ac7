package onenet_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

// rivalStore adds devices of somebody else's just before those of a list are stored.
type rivalStore struct {
	onenet.Store
	rival func(list []onenet.Device) []onenet.Device
}

func (s *rivalStore) Apply(ctx context.Context, b onenet.Batch) error {
	if f := s.rival; f != nil && len(b.AddDevices) > 0 {
		s.rival = nil
		if err := s.Store.Apply(ctx, onenet.Batch{AddDevices: f(b.AddDevices)}); err != nil {
			return err
		}
	}
	return s.Store.Apply(ctx, b)
}

func newImporter(t *testing.T, s *rivalStore) *onenet.Platform {
	t.Helper()
	s.Store = memory.New()
	t.Cleanup(func() { _ = s.Close() })
	p := onenet.New(onenet.Config{Store: s})
	if _, err := p.AddProduct(t.Context(), onenet.Product{ID: "1000"}); err != nil {
		t.Fatal(err)
	}
	return p
}

func numbered(n int) []onenet.Device {
	list := make([]onenet.Device, n)
	for i := range list {
		list[i] = onenet.Device{Product: "1000", ID: onenet.DeviceID(fmt.Sprint(1 + i))}
	}
	return list
}

func mustHave(t *testing.T, p *onenet.Platform, want int) {
	t.Helper()
	if _, n, err := p.Devices(t.Context(), onenet.DeviceFilter{Product: "1000"}); err != nil || n != want {
		t.Errorf("%d devices are there (%v), want %d", n, err, want)
	}
}

func TestManyDevicesTellHowFarTheyAre(t *testing.T) {
	t.Parallel()
	p := newImporter(t, &rivalStore{})
	var told []int
	_, err := p.AddAll(t.Context(), onenet.Adding{
		Devices: numbered(2500),
		Checked: func(n int) { told = append(told, n) },
		Storing: func() { told = append(told, -1); mustHave(t, p, 0) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]int{1000, 2000, 2500, -1}, told); d != "" {
		t.Errorf("told (-want +got):\n%s", d)
	}
	mustHave(t, p, 2500)
}

func TestManyDevicesAreStoppedUntilTheyAreStored(t *testing.T) {
	t.Parallel()
	t.Run("while they are checked, and none is added", func(t *testing.T) {
		t.Parallel()
		p := newImporter(t, &rivalStore{})
		ctx, stop := context.WithCancel(t.Context())
		_, err := p.AddAll(ctx, onenet.Adding{
			Devices: numbered(2500), Checked: func(int) { stop() }, Storing: func() { t.Error("they came to be stored") },
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		mustHave(t, p, 0)
	})
	t.Run("but not later, and all are there", func(t *testing.T) {
		t.Parallel()
		p := newImporter(t, &rivalStore{})
		ctx, stop := context.WithCancel(t.Context())
		if _, err := p.AddAll(ctx, onenet.Adding{Devices: numbered(2500), Storing: stop}); err != nil {
			t.Error(err)
		}
		mustHave(t, p, 2500)
	})
}

func TestOfManyDevicesTheOneThatIsWrongIsNamed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		list  []onenet.Device
		row   int
		field string
		kind  error
	}{
		{"its id is there", []onenet.Device{{Product: "1000", ID: "7"}, {Product: "1000", ID: "1"}}, 1, "device", onenet.ErrExists},
		{"its auth info is there", []onenet.Device{{Product: "1000", ID: "7"}, {Product: "1000", AuthInfo: "1"}}, 1, "auth_info", onenet.ErrExists},
		{"its id is in the list already", []onenet.Device{{Product: "1000", ID: "7"}, {Product: "1000", ID: "8"}, {Product: "1000", ID: "7", AuthInfo: "x"}}, 2, "device", onenet.ErrExists},
		{"its auth info is in the list already", []onenet.Device{{Product: "1000", ID: "7"}, {Product: "1000", ID: "8", AuthInfo: "7"}}, 1, "auth_info", onenet.ErrExists},
		{"there is no such product", []onenet.Device{{Product: "1000", ID: "7"}, {Product: "1001", ID: "7"}}, 1, "product", onenet.ErrNotFound},
		{"its id is none", []onenet.Device{{Product: "1000", ID: "a/b"}}, 0, "device", onenet.ErrInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newImporter(t, &rivalStore{})
			if _, err := p.AddDevices(t.Context(), numbered(1)); err != nil {
				t.Fatal(err)
			}
			_, err := p.AddDevices(t.Context(), tt.list)
			row, is := errors.AsType[*onenet.RowError](err)
			if !is || row.Row != tt.row || row.Field != tt.field || !errors.Is(err, tt.kind) {
				t.Errorf("got %v", err)
			}
			mustHave(t, p, 1)
		})
	}
}

// Of 100,000 ids with nine digits that are made up by chance, some are the same.
func TestMadeUpIDsAreAlwaysFree(t *testing.T) {
	t.Parallel()
	t.Run("in the store", func(t *testing.T) {
		t.Parallel()
		s := &rivalStore{rival: func(list []onenet.Device) []onenet.Device {
			return []onenet.Device{{Product: "1000", ID: list[1].ID, AuthInfo: "somebody else's"}}
		}}
		p := newImporter(t, s)
		list, err := p.AddDevices(t.Context(), []onenet.Device{{Product: "1000", ID: "7"}, {Product: "1000"}, {Product: "1000"}})
		if err != nil {
			t.Fatal(err)
		}
		if string(list[1].AuthInfo) != string(list[1].ID) || list[1].Title != "device "+string(list[1].ID) {
			t.Errorf("what comes of the id is that of the first try: %+v", list[1])
		}
		mustHave(t, p, 4)
	})
	t.Run("in the list itself", func(t *testing.T) {
		t.Parallel()
		p := newImporter(t, &rivalStore{})
		list := make([]onenet.Device, 100_000)
		for i := range list {
			list[i].Product = "1000"
		}
		if _, err := p.AddDevices(t.Context(), list); err != nil {
			t.Fatal(err)
		}
		mustHave(t, p, len(list))
	})
}
