package queue_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/onenet"
)

// driver does to a queue what devices, links, people, time and disks may do, in any order.
type driver struct {
	t *rapid.T
	*desk
	acked   map[onenet.UplinkKey]bool // kept, and its device told so
	given   map[onenet.DeviceRef][]int64
	quiet   context.Context // ended: a change that the store holds up does not hold us up
	retried bool
}

func TestTheBooksBalanceWhateverHappens(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	rapid.Check(t, func(rt *rapid.T) {
		limits := queue.Limits{
			Device: queue.Bound{Entries: rapid.IntRange(1, 6).Draw(rt, "entries"), Bytes: int64(rapid.SampledFrom([]int{-1, 30, 60}).Draw(rt, "bytes"))},
			Total:  queue.Bound{Entries: rapid.IntRange(1, 12).Draw(rt, "total"), Bytes: -1},
			Policy: rapid.SampledFrom([]queue.Policy{queue.DropOldest, queue.DropNewest, queue.Refuse}).Draw(rt, "policy"),
			Age:    time.Duration(rapid.SampledFrom([]int{0, 5}).Draw(rt, "age")) * time.Second, KeepQoS0: rapid.Bool().Draw(rt, "keep"),
			Tries: rapid.IntRange(-1, 3).Draw(rt, "tries"),
		}
		d := &driver{t: rt, desk: mustOpen(t, limits), acked: map[onenet.UplinkKey]bool{}, given: map[onenet.DeviceRef][]int64{}, quiet: ended}
		rt.Repeat(map[string]func(*rapid.T){
			"": d.check, "add": d.add, "add again": d.add, "and again": d.add, "read": d.read, "acknowledge": d.acknowledge, "die": d.die,
			"go on or off": d.line, "person": d.person, "expire": d.expire, "disk": d.disk, "crash": d.crash,
		})
		d.finish()
	})
}

func (d *driver) ref(t *rapid.T) onenet.DeviceRef { return rapid.SampledFrom(refs).Draw(t, "device") }

func (d *driver) add(t *rapid.T) {
	e := d.message(d.ref(t))
	e.QoS = byte(rapid.IntRange(0, 1).Draw(t, "QoS"))
	e.Payload = append(e.Payload, make([]byte, rapid.SampledFrom([]int{0, 0, 15, 100}).Draw(t, "size"))...)
	a, err := d.Add(e)
	if errors.Is(err, onenet.ErrLimit) && d.limits.Policy == queue.Refuse {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	var b onenet.Batch
	a.Into(&b)
	kept := a.Dropped() == ""
	acked := d.acked
	d.store.Submit(b, func(err error) {
		a.Done(err)
		if err == nil && kept {
			acked[onenet.UplinkKey{Ref: e.Ref, Seq: a.Seq()}] = true
		}
	})
}

func (d *driver) read(t *rapid.T) {
	ref := d.ref(t)
	list, err := d.Next(context.Background(), ref, rapid.IntRange(1, 5).Draw(t, "n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		given := d.given[ref]
		if slices.Contains(given, e.Seq) {
			t.Fatalf("%d was given twice on one connection", e.Seq)
		}
		if n := len(given); n > 0 && given[n-1] > e.Seq && !d.retried {
			t.Fatalf("%d was given behind %d", e.Seq, given[n-1])
		}
		if !d.acked[onenet.UplinkKey{Ref: ref, Seq: e.Seq}] {
			t.Fatalf("%d was given before its commit", e.Seq)
		}
		d.given[ref] = append(d.given[ref], e.Seq)
	}
}

// ok takes the result of a change: only the disk may refuse it, or it is still on its way.
func (d *driver) ok(t *rapid.T, err error) {
	if err != nil && !errors.Is(err, errFull) && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

// some draws some of the entries that were given.
func (d *driver) some(t *rapid.T, ref onenet.DeviceRef) []int64 {
	given := d.given[ref]
	n := rapid.IntRange(0, len(given)).Draw(t, "some")
	return given[:n]
}

func (d *driver) acknowledge(t *rapid.T) {
	ref := d.ref(t)
	d.retried = true // what fails, or is skipped, comes again
	seqs := d.some(t, ref)
	d.ok(t, d.Acked(d.quiet, ref, seqs))
	d.given[ref] = d.given[ref][len(seqs):]
}

func (d *driver) die(t *rapid.T) {
	ref := d.ref(t)
	_, err := d.Died(d.quiet, ref, d.some(t, ref), "cut")
	d.ok(t, err)
	d.offline(t, ref)
}

func (d *driver) offline(t *rapid.T, ref onenet.DeviceRef) {
	_, err := d.Offline(d.quiet, ref)
	d.ok(t, err)
	d.given[ref] = nil
}

func (d *driver) line(t *rapid.T) {
	ref := d.ref(t)
	if rapid.Bool().Draw(t, "on") {
		d.Online(ref)
		d.given[ref] = nil
		return
	}
	d.offline(t, ref)
}

func (d *driver) person(t *rapid.T) {
	ref := d.ref(t)
	seqs := rapid.SliceOfN(rapid.Int64Range(1, 20), 0, 5).Draw(t, "seqs")
	var err error
	switch rapid.IntRange(0, 2).Draw(t, "what") {
	case 0:
		_, err = d.Quarantine(d.quiet, ref, seqs, "the cloud refuses it")
	case 1:
		_, err = d.Retry(d.quiet, ref, seqs...)
		d.retried, d.given[ref] = true, nil
		d.Online(ref)
	default:
		_, err = d.Drop(d.quiet, ref, queue.Pick{Seqs: seqs, Dead: rapid.Bool().Draw(t, "dead")})
	}
	d.ok(t, err)
}

func (d *driver) expire(t *rapid.T) {
	d.clock.Advance(time.Duration(rapid.IntRange(0, 4).Draw(t, "seconds")) * time.Second)
	_, err := d.Expire(d.quiet)
	d.ok(t, err)
}

func (d *driver) disk(t *rapid.T) {
	switch rapid.IntRange(0, 4).Draw(t, "disk") {
	case 0:
		d.store.fail(errFull)
		d.retried = true // what was about to go stays, and may be behind by then
	case 1:
		d.store.fail(nil)
	case 2:
		d.store.hold()
	case 3:
		d.store.release(1)
	default:
		d.store.flow()
	}
}

func (d *driver) crash(t *rapid.T) {
	d.store.crash()
	d.store.fail(nil)
	d.mustReopen(t)
	d.given, d.retried = map[onenet.DeviceRef][]int64{}, false
}

// check is what anybody may see at any moment.
func (d *driver) check(t *rapid.T) {
	if _, err := d.BalanceAll(); err != nil {
		t.Fatal(err)
	}
	if err := d.store.wrong(); err != nil {
		t.Fatal(err)
	}
	if err := d.Verify(context.Background()); err != nil && !errors.Is(err, queue.ErrUnsteady) {
		t.Fatal(err)
	}
	for k := range d.acked {
		if d.store.isThere(k.Ref, k.Seq) {
			continue
		}
		if d.store.mu.Lock(); !d.store.gone[k] {
			t.Fatalf("%v was acknowledged to its device, and is lost", k)
		}
		d.store.mu.Unlock()
	}
}

// finish lets the dust settle: then memory and store are equal, and everything is within the limits.
func (d *driver) finish() {
	ctx := context.Background()
	d.store.fail(nil)
	d.store.flow()
	if _, err := d.Expire(ctx); err != nil {
		d.t.Fatal(err)
	}
	if err := d.Verify(ctx); err != nil {
		d.t.Fatal(err)
	}
	books, _ := d.BalanceAll()
	total := 0
	for _, b := range books {
		total += b.Waiting + b.Quarantined
		if b.Waiting+b.Quarantined > d.limits.Device.Entries || d.limits.Device.Bytes > 0 && b.Bytes > d.limits.Device.Bytes {
			d.t.Fatalf("%+v is over the limit %+v", b, d.limits.Device)
		}
	}
	if total > d.limits.Total.Entries {
		d.t.Fatalf("%d entries, the limit is %d", total, d.limits.Total.Entries)
	}
	d.mustReopen(d.t)
	again, err := d.BalanceAll()
	if err != nil || len(again) != len(books) {
		d.t.Fatalf("books of %d devices, after a restart of %d: %v", len(books), len(again), err)
	}
	for i := range again {
		if again[i].Ref != books[i].Ref || again[i].Accepted != books[i].Accepted || again[i].Waiting != books[i].Waiting || !again[i].Oldest.Equal(books[i].Oldest) {
			d.t.Fatalf("%+v, after a restart %+v", books[i], again[i])
		}
	}
}
