package queue

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/onelan/onelan/onenet"
)

// Books are what became of all that a device had for the cloud.
type Books struct {
	Ref         onenet.DeviceRef
	Accepted    int64
	Delivered   int64
	Dropped     map[onenet.UplinkColumn]int64 // by reason; what is 0 is left out
	Waiting     int
	Quarantined int
	Bytes       int64     // of the payloads that wait
	Oldest      time.Time // when the first that waits came; zero when none does
}

const dropped = "dropped."

// Balance tells whether accepted = delivered + waiting + quarantined + dropped.
func (b Books) Balance() error {
	sum := b.Delivered + int64(b.Waiting) + int64(b.Quarantined)
	for _, n := range b.Dropped {
		sum += n
	}
	if sum == b.Accepted {
		return nil
	}
	return fmt.Errorf("the books of %s: accepted %d, but delivered %d + waiting %d + quarantined %d + dropped %v = %d",
		b.Ref, b.Accepted, b.Delivered, b.Waiting, b.Quarantined, b.Dropped, sum)
}

func newBooks(ref onenet.DeviceRef, counts map[onenet.UplinkColumn]int64) Books {
	b := Books{Ref: ref, Accepted: counts[onenet.UplinkAccepted], Delivered: counts[onenet.UplinkDelivered], Dropped: map[onenet.UplinkColumn]int64{}}
	for column, n := range counts {
		if strings.HasPrefix(string(column), dropped) && n != 0 {
			b.Dropped[column] = n
		}
	}
	return b
}

func (l *lane) books() Books {
	b := newBooks(l.ref, l.counts)
	b.Waiting, b.Quarantined, b.Bytes = len(l.waiting.slots), len(l.dead.slots), l.waiting.bytes
	if b.Waiting > 0 {
		b.Oldest = l.waiting.slots[0].time()
	}
	return b
}

// blank reports whether there is nothing to tell.
func (b Books) blank() bool { return b.Accepted == 0 && b.Waiting == 0 && b.Quarantined == 0 }

// Balance gives the books of a device, as they stand at this moment, and an error if they do not balance.
func (q *Queue) Balance(ref onenet.DeviceRef) (Books, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.lanes[ref]
	if l == nil {
		return newBooks(ref, nil), nil
	}
	b := l.books()
	return b, b.Balance()
}

// BalanceAll gives the books of all devices that have any, as they stand at this moment, by their refs' text. The error names
// those that do not balance.
func (q *Queue) BalanceAll() ([]Books, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.balanceLocked()
}

func (q *Queue) balanceLocked() (list []Books, err error) {
	for _, l := range q.lanes {
		b := l.books()
		err = errors.Join(err, b.Balance())
		if !b.blank() {
			list = append(list, b)
		}
	}
	slices.SortFunc(list, byRef)
	return list, err
}

func byRef(a, b Books) int { return cmp.Compare(a.Ref.String(), b.Ref.String()) }

// ErrUnsteady says that the queue changed all the time while somebody looked.
var ErrUnsteady = errors.New("the queue is changing")

// Verify compares memory with the store, to the byte, and balances the books of both. While much goes through the
// queue there may be no moment to do it in: then it gives ErrUnsteady.
func (q *Queue) Verify(ctx context.Context) error {
	for range 10 {
		before, steady, err := q.moment()
		if err != nil {
			return err
		}
		stored, err := q.storedBooks(ctx)
		if err != nil {
			return err
		}
		// What has begun since then and not ended may be in one half of what was read, and not in the other.
		if after, still, _ := q.moment(); steady && still && before.turn == after.turn {
			return compare(before.books, stored)
		}
	}
	return ErrUnsteady
}

type moment struct {
	turn  int
	books []Books
}

// moment is what memory says, and whether nothing is under way into the store.
func (q *Queue) moment() (m moment, steady bool, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	m.turn = q.turn
	m.books, err = q.balanceLocked()
	return m, q.underway == 0, err
}

// storedBooks are the books as the store has them.
func (q *Queue) storedBooks(ctx context.Context) ([]Books, error) {
	counts, err := q.store.UplinkCounts(ctx)
	if err != nil {
		return nil, err
	}
	depths, err := q.store.UplinkDepths(ctx)
	if err != nil {
		return nil, err
	}
	columns := map[onenet.DeviceRef]map[onenet.UplinkColumn]int64{}
	for _, c := range counts {
		if columns[c.Ref] == nil {
			columns[c.Ref] = map[onenet.UplinkColumn]int64{}
		}
		columns[c.Ref][c.Column] = c.N
	}
	books := map[onenet.DeviceRef]Books{}
	for ref, c := range columns {
		books[ref] = newBooks(ref, c)
	}
	for _, d := range depths {
		b, ok := books[d.Ref]
		if !ok {
			b = newBooks(d.Ref, nil)
		}
		b.Waiting, b.Quarantined, b.Bytes = d.Waiting, d.Dead, d.Bytes
		books[d.Ref] = b
	}
	return slices.SortedFunc(maps.Values(books), byRef), nil
}

// compare tells where memory and store differ. When the oldest came is left out: the store goes by the time, memory by the order.
func compare(memory, stored []Books) error {
	text := func(list []Books) map[onenet.DeviceRef]string {
		m := map[onenet.DeviceRef]string{}
		for _, b := range list {
			b.Oldest = time.Time{}
			m[b.Ref] = fmt.Sprintf("%+v", b)
		}
		return m
	}
	var err error
	for _, b := range stored {
		err = errors.Join(err, b.Balance())
	}
	has, should := text(memory), text(stored)
	for ref := range should {
		if _, ok := has[ref]; !ok {
			has[ref] = "nothing"
		}
	}
	for _, ref := range slices.SortedFunc(maps.Keys(has), func(a, b onenet.DeviceRef) int { return cmp.Compare(a.String(), b.String()) }) {
		if has[ref] != should[ref] {
			err = errors.Join(err, fmt.Errorf("%s: memory says %s, the store %s", ref, has[ref], cmp.Or(should[ref], "nothing")))
		}
	}
	return err
}
