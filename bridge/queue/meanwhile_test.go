package queue_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/onenet"
)

func TestNotifyWakesTheReader(t *testing.T) {
	t.Parallel()
	d := mustOpen(t, queue.Limits{})
	bell := d.Notify(ref)
	rings := func() bool {
		select {
		case <-bell:
			return true
		default:
			return false
		}
	}
	if rings() {
		t.Error("it rings for nothing")
	}
	d.mustPut(t, ref, 2)
	if !rings() || rings() {
		t.Error("it must ring once for what came since")
	}
	d.mustNext(t, ref, 9)
	if _, err := d.Quarantine(t.Context(), ref, []int64{1}, "x"); err != nil || !rings() {
		t.Error("it must ring when something changed", err)
	}
	must(t, d.Reload(t.Context()))
	if !rings() {
		t.Error("it must ring after Reload")
	}
}

func TestWhatWasUnderWayMeetsTheEndOfItsDevice(t *testing.T) {
	t.Parallel()
	d := mustOpen(t, queue.Limits{})
	d.mustPut(t, ref, 1)
	late, err := d.Add(d.message(ref))
	must(t, err)
	must(t, d.store.Apply(t.Context(), onenet.Batch{DropDevices: []onenet.DeviceRef{ref}}))
	settled := make(chan struct{})
	go func() { d.Forget(ref)(); close(settled) }()
	runtime.Gosched()
	select {
	case <-settled:
		t.Fatal("a device of the same name may be made, and get what comes late")
	default:
	}
	var b onenet.Batch
	late.Into(&b)
	must(t, submit(d, b, late))
	<-settled
	must(t, d.store.Apply(t.Context(), onenet.Batch{AddDevices: []onenet.Device{{Product: ref.Product, ID: ref.Device, CreatedAt: start}}}))
	must(t, d.Verify(t.Context()))
	d.wantBooks(t, books(0, 0, 0, 0, "", 0))
}

func TestADeletedDeviceLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	d := mustOpen(t, queue.Limits{Total: queue.Bound{Entries: 3}, Policy: queue.Refuse})
	d.mustPut(t, ref, 2)
	late, err := d.Add(d.message(ref))
	must(t, err)
	must(t, d.store.Apply(t.Context(), onenet.Batch{DropDevices: []onenet.DeviceRef{ref}}))
	d.Forget(ref)
	var b onenet.Batch
	late.Into(&b)
	d.store.fail(errFull)
	if err := submit(d, b, late); !errors.Is(err, errFull) {
		t.Error(err)
	}
	d.store.fail(nil)
	d.wantBooks(t, books(0, 0, 0, 0, "", 0))
	d.mustPut(t, refs[1], 3) // there is room again, and not more than there was
	if _, err := d.Add(d.message(refs[1])); !errors.Is(err, onenet.ErrLimit) {
		t.Errorf("a fourth entry: %v", err)
	}
}

// Whoever reads for a device holds its channel and is on line: the next device of that name goes on with both.
func TestTheReaderOfADeletedDeviceGoesOnWithTheNext(t *testing.T) {
	t.Parallel()
	d := mustOpen(t, queue.Limits{})
	d.mustPut(t, refs[0], 2)
	d.mustPut(t, refs[1], 1)
	d.Online(refs[0])
	bell := d.Notify(refs[0])
	product, err := d.store.Product(t.Context(), refs[0].Product)
	must(t, err)
	must(t, d.store.Apply(t.Context(), onenet.Batch{DropProducts: []onenet.ProductID{product.ID}}))
	d.ForgetProduct("another")
	if d.Waiting(refs[0]) != 2 || d.Waiting(refs[1]) != 1 || d.Waiting(refs[2]) != 0 {
		t.Error("another product's end is none of this one's")
	}
	d.ForgetProduct(product.ID)
	d.wantBooks(t, books(0, 0, 0, 0, "", 0))
	if n := d.Waiting(refs[0]) + d.Waiting(refs[1]); n != 0 {
		t.Errorf("%d wait", n)
	}
	b := onenet.Batch{AddProducts: []onenet.Product{product}}
	for _, r := range refs {
		b.AddDevices = append(b.AddDevices, onenet.Device{Product: r.Product, ID: r.Device})
	}
	must(t, d.store.Apply(t.Context(), b))
	for len(bell) > 0 {
		<-bell
	}
	m := d.message(refs[0])
	m.QoS = 0 // which only a device that is on line may have
	a, err := d.Add(m)
	must(t, err)
	b = onenet.Batch{}
	a.Into(&b)
	must(t, submit(d, b, a))
	if len(bell) != 1 || a.Dropped() != "" {
		t.Errorf("%d rings, dropped %q", len(bell), a.Dropped())
	}
	must(t, d.Verify(t.Context()))
}

func TestNextGivesNothingThatChangedWhileItRead(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d := mustOpen(t, queue.Limits{})
	d.mustPut(t, ref, 4)
	d.store.during = func() {
		_, err := d.Drop(ctx, ref, queue.Pick{Seqs: []int64{1}})
		must(t, err)
		d.store.hold()
		_, err = d.Drop(ended(t), ref, queue.Pick{Seqs: []int64{2}})
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	if diff := cmp.Diff([]int64{3, 4}, d.mustNext(t, ref, 9)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	d.store.flow()
	d.wantBooks(t, books(4, 0, 2, 0, onenet.UplinkDropPerson, 2))
}

func ended(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func TestNextForgetsNothingThatWasAwayWhileItRead(t *testing.T) {
	t.Parallel()
	d := mustOpen(t, queue.Limits{})
	d.mustPut(t, ref, 1)
	// While the store looks for what waits, the entry is in quarantine; when it answers, the entry waits again.
	d.store.away = true
	d.store.during = func() {
		_, err := d.Quarantine(t.Context(), ref, []int64{1}, "x")
		must(t, err)
		_, err = d.Retry(t.Context(), ref)
		must(t, err)
	}
	if diff := cmp.Diff([]int64{1}, d.mustNext(t, ref, 9)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	d.wantBooks(t, books(1, 0, 1, 0, "", 0))
}

func TestAnAcknowledgementThatMeetsAFailingChangeCostsADuplicateAndNoEntry(t *testing.T) {
	t.Parallel()
	d := mustOpen(t, queue.Limits{})
	d.mustPut(t, ref, 1)
	d.mustNext(t, ref, 1)
	d.store.hold()
	if _, err := d.Drop(ended(t), ref, queue.Pick{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	must(t, d.Acked(t.Context(), ref, []int64{1}))
	d.store.fail(errFull)
	d.store.flow()
	d.store.fail(nil)
	if diff := cmp.Diff([]int64{1}, d.mustNext(t, ref, 9)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	d.wantBooks(t, books(1, 0, 1, 0, "", 0))
}

func TestAnEntryWhoseDeviceWasDeletedIsForgottenWhenItIsRead(t *testing.T) {
	t.Parallel()
	d := mustOpen(t, queue.Limits{})
	must(t, d.store.Apply(t.Context(), onenet.Batch{DropDevices: []onenet.DeviceRef{ref}}))
	d.mustPut(t, ref, 2)
	if got := d.mustNext(t, ref, 9); got != nil {
		t.Errorf("got %v", got)
	}
	d.wantBooks(t, books(0, 0, 0, 0, "", 0))
}

func TestReloadTakesUpNewContent(t *testing.T) {
	t.Parallel()
	d := mustOpen(t, queue.Limits{})
	d.Online(ref)
	d.mustPut(t, ref, 2)
	must(t, d.store.Replace(t.Context(), onenet.Contents()))
	must(t, d.Reload(t.Context()))
	d.wantBooks(t, books(0, 0, 0, 0, "", 0))
}

func TestManyAtOnceKeepTheBooks(t *testing.T) {
	t.Parallel()
	t.Run("on a sound disk also the order", func(t *testing.T) { manyAtOnce(t, nil) })
	t.Run("on a disk that is full now and then", func(t *testing.T) { manyAtOnce(t, errFull) })
}

func manyAtOnce(t *testing.T, fault error) {
	t.Helper()
	t.Parallel()
	d := mustOpen(t, queue.Limits{Device: queue.Bound{Entries: 20}, Total: queue.Bound{Entries: 50}})
	ctx, cancel := context.WithCancel(t.Context())
	var devices, others sync.WaitGroup
	for i, ref := range refs {
		devices.Go(func() {
			for n := range 300 {
				a, err := d.Add(onenet.UplinkEntry{Ref: ref, Topic: "$dp", QoS: 1, Payload: make([]byte, n%7)})
				if err != nil {
					t.Error(err)
					return
				}
				var b onenet.Batch
				a.Into(&b)
				_ = submit(d, b, a)
			}
		})
		others.Go(func() {
			for last := int64(0); ctx.Err() == nil; {
				list, err := d.Next(ctx, ref, 5)
				if err != nil || len(list) == 0 {
					select {
					case <-d.Notify(ref):
					case <-ctx.Done():
					}
					continue
				}
				seqs := numbers(list)
				if seqs[0] <= last && i > 0 && fault == nil { // of the first, a person retries entries
					t.Errorf("%v came behind %d", seqs, last)
				}
				last = seqs[len(seqs)-1]
				_ = d.Acked(ctx, ref, seqs)
			}
		})
	}
	others.Go(func() {
		for n := int64(0); ctx.Err() == nil; n++ {
			d.store.fail(map[bool]error{true: fault}[n%3 == 0])
			_, _ = d.Quarantine(ctx, ref, []int64{n}, "x")
			_, _ = d.Retry(ctx, ref)
			_, _ = d.Offline(ctx, ref)
			if _, err := d.BalanceAll(); err != nil {
				t.Error(err)
			}
		}
	})
	devices.Wait()
	cancel()
	others.Wait()
	d.store.fail(nil)
	d.mustBalance(t, ref)
	d.mustReopen(t)
	d.mustBalance(t, ref)
}
