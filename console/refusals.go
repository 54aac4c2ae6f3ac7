package console

import (
	"net/http"
	"slices"
	"time"

	"github.com/onelan/onelan/onenet"
)

type refusalsBody struct {
	Groups []troubled
	Times  int  // refusals in all
	Lost   bool // the journal remembers no further
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

// Seq is the newest refusal's.
func (t troubled) Seq() uint64 { return t.List[0].Row.Seq }

func (d *door) refusals(r *http.Request) (reply, error) {
	b, err := d.gather(r, 0)
	if err != nil {
		return nil, err
	}
	p := page{name: "refusals", nav: "refusals", title: "refusals.title", body: b, live: choice{}.Values()}
	return p, nil
}

// gather puts together what is alike: a board that tries every five seconds is one entry. most is how many groups; 0: all.
func (d *door) gather(r *http.Request, most int) (refusalsBody, error) {
	var b refusalsBody
	list, _, lost := choice{Kinds: []onenet.Kind{onenet.KindRefused, onenet.KindWarning}}.read(d.p.Journal(), 0, onenet.DefaultJournalSize)
	b.Lost = lost
	byRef := map[onenet.DeviceRef]*troubled{}
	var order []onenet.DeviceRef
	for _, rec := range list {
		if rec.Refusal == nil {
			continue
		}
		b.Times++
		ref := onenet.DeviceRef{Product: rec.Product, Device: rec.Device}
		if byRef[ref] == nil {
			byRef[ref] = &troubled{Ref: ref}
			order = append(order, ref)
		}
		byRef[ref].add(d, rec)
	}
	if most > 0 {
		order = order[:min(most, len(order))]
	}
	for _, ref := range order {
		t := byRef[ref]
		_, err := d.p.Device(r.Context(), ref)
		t.Known = err == nil
		for i := range t.List {
			fix, err := d.remedyOf(r.Context(), t.List[i].Row.Record)
			if err != nil {
				return b, err
			}
			t.List[i].Fix = fix
		}
		b.Groups = append(b.Groups, *t)
	}
	return b, nil
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
