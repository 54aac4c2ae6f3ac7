package onenet_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

// account is a platform with OneNET's own limits.
func account(t *testing.T, change func(*onenet.Limits)) (*onenet.Platform, *clock.Manual) {
	t.Helper()
	limits := onenet.AccountLimits()
	if change != nil {
		change(&limits)
	}
	c := clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	p := onenet.New(onenet.Config{Store: memory.New(), Clock: c, Limits: limits})
	p.Attach(&wireLog{sent: map[onenet.CommandID]int{}})
	return p, c
}

func mustBeOverTheAccount(t *testing.T, err error) {
	t.Helper()
	e, is := errors.AsType[*onenet.Error](err)
	if !is || !errors.Is(err, onenet.ErrLimit) || e.Noun != "account" {
		t.Errorf("got %v, want a limit of the account", err)
	}
}

func TestAnAccountHasThreeProducts(t *testing.T) {
	t.Parallel()
	p, _ := account(t, nil)
	for range 3 {
		if _, err := p.AddProduct(t.Context(), onenet.Product{}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := p.AddProduct(t.Context(), onenet.Product{})
	mustBeOverTheAccount(t, err)
}

func TestAProductOfAnAccountHasAHundredDevices(t *testing.T) {
	t.Parallel()
	p, _ := account(t, nil)
	for _, id := range []onenet.ProductID{"1", "2"} {
		if _, err := p.AddProduct(t.Context(), onenet.Product{ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	list := make([]onenet.Device, 99)
	for i := range list {
		list[i] = onenet.Device{Product: "1", ID: onenet.DeviceID(fmt.Sprint(1000 + i))}
	}
	if _, err := p.AddDevices(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	two := []onenet.Device{{Product: "1", ID: "5001"}, {Product: "1", ID: "5002"}, {Product: "2", ID: "5003"}}
	_, err := p.AddDevices(t.Context(), two)
	mustBeOverTheAccount(t, err)
	if _, err := p.Device(t.Context(), onenet.DeviceRef{Product: "2", Device: "5003"}); !errors.Is(err, onenet.ErrNotFound) {
		t.Errorf("one of a refused list was added: %v", err)
	}

	// Of many that come at once, one gets the last place.
	var work sync.WaitGroup
	added := make(chan error, 20)
	for range cap(added) {
		work.Go(func() {
			_, err := p.AddDevice(t.Context(), onenet.Device{Product: "1"})
			added <- err
		})
	}
	work.Wait()
	close(added)
	let := 0
	for err := range added {
		if err == nil {
			let++
		} else {
			mustBeOverTheAccount(t, err)
		}
	}
	if let != 1 {
		t.Errorf("%d devices got the one place that was left", let)
	}
	if _, err := p.AddDevice(t.Context(), onenet.Device{Product: "2"}); err != nil {
		t.Errorf("another product: %v", err)
	}
}

func TestCommandsToOneDeviceKeepTheirDistance(t *testing.T) {
	t.Parallel()
	p, now := account(t, nil)
	if _, err := p.AddProduct(t.Context(), onenet.Product{ID: "1"}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []onenet.DeviceID{"2", "3"} {
		if _, err := p.AddDevice(t.Context(), onenet.Device{Product: "1", ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	send := func(device onenet.DeviceID) error {
		_, err := p.SendCommand(t.Context(), onenet.DeviceRef{Product: "1", Device: device},
			onenet.CommandRequest{Body: []byte("on"), Timeout: time.Minute})
		return err
	}
	for _, step := range []struct {
		after  time.Duration
		device onenet.DeviceID
		let    bool
	}{
		{0, "2", true},
		{0, "3", true}, // another device
		{999 * time.Millisecond, "2", false},
		{time.Millisecond, "2", true}, // what was refused does not count
		{0, "2", false},
	} {
		now.Advance(step.after)
		err := send(step.device)
		if e, is := errors.AsType[*onenet.Error](err); step.let != (err == nil) || !step.let && (!is || e.Noun != "rate") {
			t.Errorf("after %s to %s: %v, want it let through: %v", step.after, step.device, err, step.let)
		}
	}
	if err := p.Reset(t.Context(), "reset", onenet.Contents()); err != nil {
		t.Fatal(err)
	}
	if err := send("2"); !errors.Is(err, onenet.ErrNotFound) {
		t.Errorf("after a reset: %v", err)
	}
}

func TestWithoutLimitsNobodyCounts(t *testing.T) {
	t.Parallel()
	p, _ := account(t, func(l *onenet.Limits) { *l = onenet.DefaultLimits() })
	for range 5 {
		if _, err := p.AddProduct(t.Context(), onenet.Product{}); err != nil {
			t.Fatal(err)
		}
	}
}
