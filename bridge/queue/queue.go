package queue

import (
	"context"
	"sync"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// Store is the part of onenet.Store that the queue lives on.
type Store interface {
	Submit(b onenet.Batch, done func(error))
	Uplink(ctx context.Context, q onenet.UplinkQuery) ([]onenet.UplinkEntry, error)
	UplinkDepths(ctx context.Context) ([]onenet.UplinkDepth, error)
	UplinkCounts(ctx context.Context) ([]onenet.UplinkCount, error)
	LastUplinkSeq(ctx context.Context) (int64, error)
}

// Config is what a Queue is made of. Store is required; other zero fields take the defaults.
type Config struct {
	Store  Store
	Clock  clock.Clock
	Limits Limits
}

// Queue is all that is on its way to the cloud.
type Queue struct {
	store Store
	clock clock.Clock

	mu       sync.Mutex // held across nothing
	limits   Limits
	lanes    map[onenet.DeviceRef]*lane
	total    amount // held by all lanes
	last     int64  // the highest Seq given
	underway int    // changes on their way into the store
	turn     int    // changes that ended
}

// Open takes up what the store has.
func Open(ctx context.Context, c Config) (*Queue, error) {
	if c.Clock == nil {
		c.Clock = clock.System()
	}
	q := &Queue{store: c.Store, clock: c.Clock, limits: c.Limits.withDefaults(), lanes: map[onenet.DeviceRef]*lane{}}
	return q, q.Reload(ctx)
}

// Reload forgets what memory knows and takes up what the store has, for when its content was replaced. Nothing may be added or changed
// meanwhile. Of an Addition or a change of before, memory takes no notice any more.
func (q *Queue) Reload(ctx context.Context) error {
	fresh := &Queue{store: q.store, lanes: map[onenet.DeviceRef]*lane{}}
	if err := fresh.load(ctx); err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for ref, l := range fresh.lanes {
		l.q = q
		if old := q.lanes[ref]; old != nil {
			l.online, l.bell = old.online, old.bell
		}
	}
	for ref, old := range q.lanes {
		old.gone = true
		if fresh.lanes[ref] == nil && old.online { // its reader is still there
			l := q.newLane(ref)
			l.online, l.bell = true, old.bell
			fresh.lanes[ref] = l
		}
	}
	q.lanes, q.total, q.last = fresh.lanes, fresh.total, max(q.last, fresh.last)
	for _, l := range q.lanes {
		l.ring()
	}
	return nil
}

// load fills a queue that nobody knows yet.
func (q *Queue) load(ctx context.Context) (err error) {
	if q.last, err = q.store.LastUplinkSeq(ctx); err != nil {
		return err
	}
	counts, err := q.store.UplinkCounts(ctx)
	if err != nil {
		return err
	}
	for _, c := range counts {
		q.laneLocked(c.Ref).counts[c.Column] = c.N
	}
	depths, err := q.store.UplinkDepths(ctx)
	if err != nil {
		return err
	}
	for _, d := range depths {
		for _, dead := range []bool{false, true} {
			if err := q.loadLine(ctx, d, dead); err != nil {
				return err
			}
		}
	}
	return nil
}

// A page of entries is read in one go. Their payloads are in memory together, and some are files.
const (
	pageEntries = 256
	pageBytes   = 8 << 20
)

func (q *Queue) loadLine(ctx context.Context, d onenet.UplinkDepth, dead bool) error {
	l := q.laneLocked(d.Ref)
	to := &l.waiting
	if dead {
		to = &l.dead
	}
	return q.pages(ctx, onenet.UplinkQuery{Ref: d.Ref, Dead: dead, Limit: page(d)}, func(list []onenet.UplinkEntry) error {
		for _, e := range list {
			s := newSlot(e)
			to.put(s)
			l.hold(s.amount())
		}
		return nil
	})
}

// page is how many entries of a device make about a page's bytes.
func page(d onenet.UplinkDepth) int {
	average := d.Bytes/int64(max(d.Waiting, 1)) + 1
	return int(min(pageEntries, max(4, pageBytes/average)))
}

// pages calls f with all entries that the query chooses, q.Limit at a time.
func (q *Queue) pages(ctx context.Context, query onenet.UplinkQuery, f func([]onenet.UplinkEntry) error) error {
	for {
		list, err := q.store.Uplink(ctx, query)
		if err != nil {
			return err
		}
		if err := f(list); err != nil || len(list) < query.Limit {
			return err
		}
		query.After = list[len(list)-1].Seq
	}
}

// Forget drops from memory the devices that were deleted. Their entries and books went with them. Whoever reads one goes on with what
// a device of the same name has later. Before that one is made, settled must be called: it waits until what was under way into the store is
// there, which has no place for it. It would otherwise be counted for the new device, and memory would not know of it.
func (q *Queue) Forget(refs ...onenet.DeviceRef) (settled func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	var gone []*lane
	for _, ref := range refs {
		gone = q.forgetLocked(ref, gone)
	}
	return waitFor(gone)
}

// ForgetProduct is Forget for the devices of a product.
func (q *Queue) ForgetProduct(id onenet.ProductID) (settled func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	var gone []*lane
	for ref := range q.lanes {
		if ref.Product == id {
			gone = q.forgetLocked(ref, gone)
		}
	}
	return waitFor(gone)
}

func waitFor(lanes []*lane) func() {
	return func() {
		for _, l := range lanes {
			l.work.Wait()
		}
	}
}

func (q *Queue) forgetLocked(ref onenet.DeviceRef, gone []*lane) []*lane {
	old := q.lanes[ref]
	if old == nil {
		return gone
	}
	old.release(old.held)
	old.gone = true
	fresh := q.newLane(ref)
	fresh.online, fresh.bell = old.online, old.bell
	q.lanes[ref] = fresh
	return append(gone, old)
}

// Waiting is how many entries of a device wait.
func (q *Queue) Waiting(ref onenet.DeviceRef) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	if l := q.lanes[ref]; l != nil {
		return len(l.waiting.slots)
	}
	return 0
}

// SetLimits changes the settings. What is over them now stays until Expire or the next Add.
func (q *Queue) SetLimits(l Limits) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.limits = l.withDefaults()
}
