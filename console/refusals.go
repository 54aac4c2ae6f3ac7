package console

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/onelan/onelan/onenet"
)

// troubledPerPage is how many devices a page of refusals has.
const troubledPerPage = 50

type refusalsBody struct {
	Groups   []troubled
	Unsolved int // of Groups
	Times    int // refusals in all
	Total    int // devices in all
	Pager    pager
	Lost     bool // the journal remembers no further
}

// troubled is a device, or somebody who said it was one, with what was refused it.
type troubled struct {
	Ref   onenet.DeviceRef
	Known bool    // the device exists, and so has a page
	List  []alike // the newest first
}

// alike are refusals of one device for one cause.
type alike struct {
	Row   row // the newest
	First time.Time
	Times int
	Fix   *remedy // where one is ours to offer
}

// Solved tells that there is nothing left to do: each time the device was turned down at its login, it got in later.
func (t troubled) Solved() bool {
	return !slices.ContainsFunc(t.List, func(a alike) bool { return a.Fix == nil || a.Fix.Does != "solved" })
}

// Seq is the newest refusal's.
func (t troubled) Seq() uint64 { return t.List[0].Row.Seq }

func (d *door) refusals(r *http.Request) (reply, error) {
	n := pageOf(r)
	b, err := d.gather(r, (n-1)*troubledPerPage, troubledPerPage)
	if err != nil {
		return nil, err
	}
	b.Pager = newPager("/refusals", nil, n, troubledPerPage, b.Total)
	if last, gone := b.Pager.gone(); gone {
		return last, nil
	}
	p := page{name: "refusals", nav: "refusals", title: "refusals.title", body: b, live: choice{}.Values()}
	return p, nil
}

// gather puts together what is alike: a board that tries every five seconds is one entry. It gives most devices, after the first few.
func (d *door) gather(r *http.Request, after, most int) (refusalsBody, error) {
	var b refusalsBody
	list, older, lost := choice{Kinds: []onenet.Kind{onenet.KindRefused, onenet.KindWarning}}.read(d.p.Journal(), 0, onenet.DefaultJournalSize)
	b.Lost = lost || older > 0
	byRef := map[onenet.DeviceRef]*troubled{}
	var order []*troubled
	for _, rec := range list {
		if rec.Refusal == nil {
			continue
		}
		b.Times++
		ref := onenet.DeviceRef{Product: rec.Product, Device: rec.Device}
		t := byRef[ref]
		if t == nil {
			t = &troubled{Ref: ref}
			byRef[ref], order = t, append(order, t)
		}
		t.add(d, rec)
	}
	b.Total = len(order)
	order = order[min(after, len(order)):min(after+most, len(order))]
	for _, t := range order {
		if err := d.mend(r.Context(), t); err != nil {
			return b, err
		}
		b.Groups = append(b.Groups, *t)
		if !t.Solved() {
			b.Unsolved++
		}
	}
	slices.SortStableFunc(b.Groups, func(x, y troubled) int { return rank(x) - rank(y) })
	return b, nil
}

// rank puts what is solved behind what is not.
func rank(t troubled) int {
	if t.Solved() {
		return 1
	}
	return 0
}

// mend finds what can be done for a device.
func (d *door) mend(ctx context.Context, t *troubled) (err error) {
	_, unknown := d.p.Device(ctx, t.Ref)
	t.Known = unknown == nil
	for i := range t.List {
		if t.List[i].Fix, err = d.remedyOf(ctx, t.List[i].Row.Record); err != nil {
			return err
		}
	}
	return nil
}

// add counts a refusal; they come the newest first.
func (t *troubled) add(d *door, rec *onenet.Record) {
	i := slices.IndexFunc(t.List, func(a alike) bool { return a.Row.Refusal.Cause == rec.Refusal.Cause })
	if i < 0 {
		t.List = append(t.List, alike{Row: d.rowOf(rec)})
		i = len(t.List) - 1
	}
	t.List[i].Times++
	t.List[i].First = rec.At
}
