package memory

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/onelan/onelan/onenet"
)

// uplink is what a device has on its way to the real OneNET, and the books of it.
type uplink struct {
	waiting, dead entries
	counts        map[onenet.UplinkColumn]int64
}

// entries are sorted by Seq. They come in at the end and mostly go from the front, however many there are.
type entries []*onenet.UplinkEntry

func (l entries) place(seq int64) (int, bool) {
	if n := len(l); n == 0 || l[n-1].Seq < seq {
		return n, false
	}
	return slices.BinarySearchFunc(l, seq, func(e *onenet.UplinkEntry, seq int64) int { return cmp.Compare(e.Seq, seq) })
}

func (l *entries) put(e *onenet.UplinkEntry) {
	i, _ := l.place(e.Seq)
	*l = slices.Insert(*l, i, e)
}

// take gives the entry of a number, which then is no longer there, or nil.
func (l *entries) take(seq int64) *onenet.UplinkEntry {
	i, ok := l.place(seq)
	if !ok {
		return nil
	}
	e := (*l)[i]
	if i > 0 {
		*l = slices.Delete(*l, i, i+1)
		return e
	}
	(*l)[0] = nil // append leaves it behind when it needs room
	*l = (*l)[1:]
	return e
}

// take gives the entry of a number, wherever it is, or nil.
func (u *uplink) take(seq int64) *onenet.UplinkEntry {
	if e := u.waiting.take(seq); e != nil {
		return e
	}
	return u.dead.take(seq)
}

func (u *uplink) put(e *onenet.UplinkEntry) {
	if e.Dead != "" {
		u.dead.put(e)
	} else {
		u.waiting.put(e)
	}
}

// upward does the part of a batch that is about what is on its way to the real OneNET.
func (w *world) upward(b *onenet.Batch) {
	for _, k := range b.DropUplink {
		if u := w.uplinkOf(k.Ref); u != nil {
			u.take(k.Seq)
		}
	}
	for i := range b.EnqueueUplink {
		w.enqueueUplink(&b.EnqueueUplink[i])
	}
	for i := range b.PutUplink {
		w.putUplink(&b.PutUplink[i])
	}
	for _, n := range b.CountUplink {
		if u := w.uplinkOf(n.Ref); u != nil {
			u.counts[n.Column] += n.N
		}
	}
}

// uplinkOf is that of a device, which has one from now on; nil when there is no such device.
func (w *world) uplinkOf(ref onenet.DeviceRef) *uplink {
	d := w.device(ref)
	if d == nil {
		return nil
	}
	if d.uplink == nil {
		d.uplink = &uplink{counts: map[onenet.UplinkColumn]int64{}}
	}
	return d.uplink
}

// enqueueUplink keeps an entry; one for a device that is gone leaves only its number.
func (w *world) enqueueUplink(e *onenet.UplinkEntry) {
	w.uplinked = max(w.uplinked, e.Seq)
	u := w.uplinkOf(e.Ref)
	if u == nil {
		return
	}
	u.take(e.Seq)
	kept := cloneEntry(*e)
	u.put(&kept)
}

// putUplink makes a new entry of the old one, which a reader may hold.
func (w *world) putUplink(e *onenet.UplinkEntry) {
	u := w.uplinkOf(e.Ref)
	if u == nil {
		return
	}
	if old := u.take(e.Seq); old != nil {
		next := *old
		next.Tries, next.Dead = e.Tries, e.Dead
		u.put(&next)
	}
}

func cloneEntry(e onenet.UplinkEntry) onenet.UplinkEntry {
	e.Payload = bytes.Clone(e.Payload)
	e.At = milli(e.At)
	return e
}

// depth adds up what there is.
func (u *uplink) depth(ref onenet.DeviceRef) onenet.UplinkDepth {
	d := onenet.UplinkDepth{Ref: ref, Waiting: len(u.waiting), Dead: len(u.dead)}
	for i, e := range u.waiting {
		d.Bytes += int64(len(e.Payload))
		if i == 0 || e.At.Before(d.Oldest) {
			d.Oldest = e.At
		}
	}
	return d
}
