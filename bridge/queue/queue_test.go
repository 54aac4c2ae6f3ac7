package queue_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/onenet"
)

var ref = refs[0]

func books(accepted, delivered int64, waiting, quarantined int, column onenet.UplinkColumn, n int64) queue.Books {
	b := queue.Books{Accepted: accepted, Delivered: delivered, Waiting: waiting, Quarantined: quarantined, Dropped: map[onenet.UplinkColumn]int64{}}
	if n > 0 {
		b.Dropped[column] = n
	}
	return b
}

func (d *desk) wantBooks(t *testing.T, want queue.Books) {
	t.Helper()
	if diff := cmp.Diff(want, d.mustBalance(t, ref)); diff != "" {
		t.Errorf("books (-want +got):\n%s", diff)
	}
}

func (d *desk) wantWaiting(t *testing.T, want ...int64) {
	t.Helper()
	if diff := cmp.Diff(want, d.mustSeqs(t, ref, false)); diff != "" {
		t.Errorf("what waits (-want +got):\n%s", diff)
	}
}

func (d *desk) wantDead(t *testing.T, want ...int64) {
	t.Helper()
	if diff := cmp.Diff(want, d.mustSeqs(t, ref, true)); diff != "" {
		t.Errorf("what is in quarantine (-want +got):\n%s", diff)
	}
}

func TestAnEntryLeavesOnlyWhenTheCloudHasIt(t *testing.T) {
	t.Parallel()
	d := mustOpen(t, queue.Limits{})
	d.mustPut(t, ref, 3)
	d.clock.Advance(time.Second)
	d.mustPut(t, refs[1], 1)
	if diff := cmp.Diff([]int64{1, 2}, d.mustNext(t, ref, 2)); diff != "" {
		t.Errorf("first two (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int64{3}, d.mustNext(t, ref, 2)); diff != "" {
		t.Errorf("then the third (-want +got):\n%s", diff)
	}
	d.wantBooks(t, books(3, 0, 3, 0, "", 0))
	must(t, d.Acked(t.Context(), ref, []int64{1, 2, 77}))
	d.wantBooks(t, books(3, 2, 1, 0, "", 0))
	must(t, d.Acked(t.Context(), ref, []int64{1, 2}))
	d.wantBooks(t, books(3, 2, 1, 0, "", 0))
	d.mustReopen(t)
	d.wantBooks(t, books(3, 2, 1, 0, "", 0))
	if diff := cmp.Diff([]int64{3}, d.mustNext(t, ref, 9)); diff != "" {
		t.Errorf("after a restart (-want +got):\n%s", diff)
	}
	if got := d.mustPut(t, ref, 1); got[0] != 5 {
		t.Errorf("the next number is %d, want 5: no number is given twice", got[0])
	}
	all, err := d.BalanceAll()
	if err != nil || len(all) != 2 || !all[0].Oldest.Equal(start) || !all[1].Oldest.Equal(start.Add(time.Second)) || all[0].Bytes != 20 {
		t.Errorf("%+v, %v", all, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestNothingOvertakesAnEntryThatIsOnItsWayIntoTheStore(t *testing.T) {
	t.Parallel()
	d := mustOpen(t, queue.Limits{})
	first, err := d.Add(d.message(ref))
	must(t, err)
	d.mustPut(t, ref, 1)
	d.wantWaiting(t, 2)
	if got := d.mustNext(t, ref, 9); got != nil {
		t.Errorf("%v came before the first", got)
	}
	if b, err := d.Balance(ref); err != nil || b.Accepted != 1 {
		t.Errorf("%+v, %v: what is under way is not accepted yet", b, err)
	}
	if err := d.Verify(t.Context()); !errors.Is(err, queue.ErrUnsteady) {
		t.Errorf("Verify gives %v while something is under way", err)
	}
	var b onenet.Batch
	first.Into(&b)
	d.store.Submit(b, first.Done)
	first.Done(errFull) // counts for nothing
	if diff := cmp.Diff([]int64{1, 2}, d.mustNext(t, ref, 9)); diff != "" {
		t.Errorf("then (-want +got):\n%s", diff)
	}
	d.wantBooks(t, books(2, 0, 2, 0, "", 0))
}

func TestTheCallersBatchIsOneWithTheEntry(t *testing.T) {
	t.Parallel()
	d := mustOpen(t, queue.Limits{})
	for _, err := range []error{errFull, nil} {
		a, addErr := d.Add(d.message(ref))
		must(t, addErr)
		b := onenet.Batch{Points: []onenet.StoredPoint{{Ref: ref, Received: start, Datapoint: onenet.Datapoint{Stream: "t", At: start, Value: []byte("1")}}}}
		a.Into(&b)
		d.store.fail(err)
		if got := submit(d, b, a); !errors.Is(got, err) {
			t.Errorf("got %v, want %v", got, err)
		}
	}
	points, err := d.store.Points(t.Context(), onenet.PointQuery{Ref: ref})
	if err != nil || len(points) != 1 {
		t.Errorf("%d points, %v; want the one of the batch that went well", len(points), err)
	}
	d.wantBooks(t, books(1, 0, 1, 0, "", 0))
}

// submit puts an Addition's batch into the store and gives the result.
func submit(d *desk, b onenet.Batch, a *queue.Addition) error {
	done := make(chan error, 1)
	d.store.Submit(b, func(err error) {
		a.Done(err)
		done <- err
	})
	return <-done
}

func TestAtTheLimitThePolicyDecides(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		policy  queue.Policy
		waiting []int64
		books   queue.Books
		err     error
	}{
		"drop the oldest": {queue.DropOldest, []int64{2, 3, 4}, books(4, 0, 3, 0, onenet.UplinkDropOldest, 1), nil},
		"drop the newest": {queue.DropNewest, []int64{1, 2, 3}, books(4, 0, 3, 0, onenet.UplinkDropNewest, 1), nil},
		"refuse":          {queue.Refuse, []int64{1, 2, 3}, books(3, 0, 3, 0, "", 0), onenet.ErrLimit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := mustOpen(t, queue.Limits{Device: queue.Bound{Entries: 3}, Policy: tt.policy})
			d.mustPut(t, ref, 3)
			a, err := d.Add(d.message(ref))
			if !errors.Is(err, tt.err) {
				t.Fatalf("got %v, want %v", err, tt.err)
			}
			if err == nil {
				var b onenet.Batch
				a.Into(&b)
				d.store.fail(errFull)
				if err := submit(d, b, a); !errors.Is(err, errFull) {
					t.Error(err)
				}
				d.wantBooks(t, books(3, 0, 3, 0, "", 0))
				d.store.fail(nil)
				d.mustPut(t, ref, 1)
				if len(tt.waiting) > 0 && tt.waiting[0] == 2 {
					tt.waiting[2] = 5 // the number of the one that failed is not given again before a restart
				}
			}
			d.wantWaiting(t, tt.waiting...)
			d.wantBooks(t, tt.books)
		})
	}
}

func TestWhatGivesWayIsWhatHelpsTheCloudLeast(t *testing.T) {
	t.Parallel()
	d := mustOpen(t, queue.Limits{Device: queue.Bound{Entries: 4}})
	d.mustPut(t, ref, 4)
	if _, err := d.Quarantine(t.Context(), ref, []int64{3}, "poison"); err != nil {
		t.Fatal(err)
	}
	d.mustNext(t, ref, 1)
	d.mustPut(t, ref, 1)
	d.wantWaiting(t, 1, 2, 4, 5) // 3, in quarantine
	d.mustPut(t, ref, 1)
	d.wantWaiting(t, 1, 4, 5, 6) // 2, for 1 is under way
	d.mustNext(t, ref, 9)
	d.mustPut(t, ref, 1)
	d.wantWaiting(t, 4, 5, 6, 7) // 1, for all are
	must(t, d.Acked(t.Context(), ref, []int64{1, 4}))
	d.wantBooks(t, books(7, 1, 3, 0, onenet.UplinkDropOldest, 3))
}

func TestTheDeviceWithTheMostMakesRoomForTheOthers(t *testing.T) {
	t.Parallel()
	d := mustOpen(t, queue.Limits{Total: queue.Bound{Entries: 4}})
	d.mustPut(t, ref, 3)
	d.mustPut(t, refs[1], 1)
	d.mustPut(t, refs[2], 1)
	d.wantWaiting(t, 2, 3)
	big := d.message(refs[1])
	big.Payload = make([]byte, 1000)
	d.limits.Total = queue.Bound{Bytes: 1010}
	d.SetLimits(d.limits)
	d.mustPutOne(t, big)
	d.wantWaiting(t)
	d.wantBooks(t, books(3, 0, 0, 0, onenet.UplinkDropOldest, 3))
	big.Payload = make([]byte, 1011)
	d.mustPutOne(t, big)
	if b := d.mustBalance(t, refs[1]); b.Dropped[onenet.UplinkDropNewest] != 1 {
		t.Errorf("%+v: what is larger than all the room drops itself, and nothing else", b)
	}
}

func TestQoS0WaitsOnlyWhereItShall(t *testing.T) {
	t.Parallel()
	for _, keep := range []bool{false, true} {
		d := mustOpen(t, queue.Limits{KeepQoS0: keep})
		e := d.message(ref)
		e.QoS = 0
		d.mustPutOne(t, e) // 1, where it is kept
		d.Online(ref)
		d.mustPutOne(t, e)
		d.mustPut(t, ref, 1)
		n, err := d.Offline(t.Context(), ref)
		must(t, err)
		if keep {
			d.wantWaiting(t, 1, 2, 3)
			d.wantBooks(t, books(3, 0, 3, 0, "", 0))
		} else {
			d.wantWaiting(t, 2)
			d.wantBooks(t, books(3, 0, 1, 0, onenet.UplinkDropUnsent, 2))
		}
		if want := map[bool]int{false: 1, true: 0}[keep]; n != want {
			t.Errorf("%d dropped, want %d", n, want)
		}
	}
}

func TestWhatKillsConnectionsGoesIntoQuarantine(t *testing.T) {
	t.Parallel()
	d := mustOpen(t, queue.Limits{Tries: 2})
	d.mustPut(t, ref, 3)
	die := func(want bool, seqs ...int64) {
		t.Helper()
		got, err := d.Died(t.Context(), ref, seqs, "EOF")
		if got != want || err != nil {
			t.Errorf("in quarantine: %t, %v; want %t", got, err, want)
		}
	}
	die(false, 1, 2, 3) // one message of three
	die(false, 1, 2)    // who shares a message is not condemned
	d.mustReopen(t)
	die(true, 2)
	d.wantWaiting(t, 1, 3)
	list, err := d.Inspect(t.Context(), onenet.UplinkQuery{Ref: ref, Dead: true})
	must(t, err)
	const why = "2 connections ended while this was the oldest message without an acknowledgement, the last one: EOF"
	if len(list) != 1 || list[0].Dead != why || list[0].Tries != 2 {
		t.Errorf("in quarantine is %+v", list)
	}
	die(false, 2) // it is there already
	d.wantBooks(t, books(3, 0, 2, 1, "", 0))
	must(t, d.Acked(t.Context(), ref, []int64{1, 2})) // after all
	d.wantBooks(t, books(3, 2, 1, 0, "", 0))
}

func TestWhatSharesAMessageWithPoisonGetsAwayWithOneTryToo(t *testing.T) {
	t.Parallel()
	for tries := 1; tries <= 3; tries++ {
		d := mustOpen(t, queue.Limits{Tries: tries})
		for range 8 {
			d.mustPutOne(t, entry(0, "$dp", simple(`{"t":1}`)))
		}
		r := queue.Reader{Queue: d.Queue, Ref: ref, Packing: func() queue.Packing { return queue.Packing{} }}
		for died := 0; ; died++ {
			if died > 100 {
				t.Fatalf("tries %d: it blocks for ever", tries)
			}
			first := mustParcels(t, &r, 0, 1)
			if len(first) == 0 {
				break
			}
			if slices.Contains(first[0].Seqs, 5) {
				if _, err := r.Died(t.Context(), first[0], "EOF"); err != nil {
					t.Fatal(err)
				}
				continue
			}
			must(t, r.Acked(t.Context(), first))
		}
		d.wantBooks(t, books(8, 7, 0, 1, "", 0))
		d.wantDead(t, 5)
	}
}

func TestAPersonMayRetryAndDrop(t *testing.T) {
	t.Parallel()
	d := mustOpen(t, queue.Limits{})
	ctx := t.Context()
	d.mustPut(t, ref, 6)
	d.mustNext(t, ref, 4)
	if _, err := d.Quarantine(ctx, ref, []int64{1}, ""); !errors.Is(err, onenet.ErrInvalid) {
		t.Errorf("quarantine without a reason: %v", err)
	}
	if n, err := d.Quarantine(ctx, ref, []int64{2, 3, 4, 99}, "refused"); n != 3 || err != nil {
		t.Errorf("%d in quarantine, %v", n, err)
	}
	if n, err := d.Retry(ctx, ref, 3, 5); n != 1 || err != nil {
		t.Errorf("%d retried, %v", n, err)
	}
	if diff := cmp.Diff([]int64{3, 5, 6}, d.mustNext(t, ref, 9)); diff != "" {
		t.Errorf("at its old place (-want +got):\n%s", diff)
	}
	if n, err := d.Drop(ctx, ref, queue.Pick{Seqs: []int64{2, 3}, Dead: true}); n != 1 || err != nil {
		t.Errorf("%d dropped, %v: 3 is not in quarantine", n, err)
	}
	d.store.fail(errFull)
	if _, err := d.Retry(ctx, ref); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
	d.wantDead(t, 4)
	d.store.fail(nil)
	if n, err := d.Drop(ctx, ref, queue.Pick{}); n != 4 || err != nil {
		t.Errorf("%d dropped, %v: all that waits", n, err)
	}
	if n, err := d.Retry(ctx, ref); n != 1 || err != nil {
		t.Errorf("%d retried, %v", n, err)
	}
	d.wantBooks(t, books(6, 0, 1, 0, onenet.UplinkDropPerson, 5))
	if n, err := d.Drop(ctx, onenet.DeviceRef{}, queue.Pick{}); n != 0 || err != nil {
		t.Errorf("%d dropped of nobody, %v", n, err)
	}
}

func TestExpireDropsWhatIsTooOld(t *testing.T) {
	t.Parallel()
	d := mustOpen(t, queue.Limits{Age: time.Hour})
	d.mustPut(t, ref, 2)
	d.mustNext(t, ref, 1)
	d.clock.Advance(time.Hour + time.Millisecond)
	d.mustPut(t, ref, 1)
	if n, err := d.Expire(t.Context()); n != 1 || err != nil {
		t.Errorf("%d expired, %v", n, err)
	}
	d.wantWaiting(t, 1, 3) // 1 is under way
	d.Online(ref)
	if n, err := d.Expire(t.Context()); n != 1 || err != nil {
		t.Errorf("%d expired, %v", n, err)
	}
	d.wantBooks(t, books(3, 0, 1, 0, onenet.UplinkDropAge, 2))
	d.mustPut(t, ref, 3)
	d.SetLimits(queue.Limits{Device: queue.Bound{Entries: 3}})
	if n, err := d.Expire(t.Context()); n != 1 || err != nil {
		t.Errorf("%d over the new limit, %v", n, err)
	}
	d.wantWaiting(t, 4, 5, 6)
}
