package memory

import (
	"cmp"
	"slices"

	"github.com/onelan/onelan/onenet"
)

// sessions does the part of a checked batch that is about what waits for devices.
func (w *world) sessions(b *onenet.Batch) {
	for _, ref := range b.DropSessions {
		if d := w.device(ref); d != nil {
			d.session, d.queue = nil, nil
		}
	}
	for _, s := range b.PutSessions {
		kept := cloneSession(s)
		w.device(s.Ref).session = &kept
	}
	for _, k := range b.Dequeue {
		if d := w.device(k.Ref); d != nil {
			d.dequeue(k.Seq)
		}
	}
	for _, m := range b.Enqueue {
		w.enqueue(m)
	}
	for _, r := range b.Unretain {
		if p := w.products[r.Product]; p != nil {
			delete(p.retained, r.Topic)
		}
	}
	for _, m := range b.Retain {
		w.products[m.Product].retained[m.Topic] = cloneRetained(m)
	}
}

func bySeq(m onenet.QueuedMessage, seq int64) int { return cmp.Compare(m.Seq, seq) }

func (d *device) dequeue(seq int64) {
	if i, ok := slices.BinarySearchFunc(d.queue, seq, bySeq); ok {
		d.queue = slices.Delete(d.queue, i, i+1)
	}
}

// enqueue keeps a message; one for a device that is gone only counts.
func (w *world) enqueue(m onenet.QueuedMessage) {
	w.queued = max(w.queued, m.Seq)
	d := w.device(m.Ref)
	if d == nil {
		return
	}
	d.dequeue(m.Seq)
	i, _ := slices.BinarySearchFunc(d.queue, m.Seq, bySeq)
	d.queue = slices.Insert(d.queue, i, cloneQueued(m))
}
