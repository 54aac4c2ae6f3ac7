package broker

import (
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// Forget cuts a device's link and drops what is kept for it (onenet.Downlink): the device was deleted.
func (b *Broker) Forget(ref onenet.DeviceRef, reason string) {
	b.mu.Lock()
	s, l, w := b.sessions[ref], b.current[ref], b.worlds[ref.Product]
	delete(b.sessions, ref)
	b.mu.Unlock()
	if s != nil {
		s.erased.Store(true)
	}
	if l != nil {
		l.end(reason)
		clock.Sleep(clock.System(), time.Second, l.gone) // until the link has left, or is stuck
	}
	if s != nil {
		b.unregister(s)
	}
	if w != nil {
		b.eraseWill(w, ref.Device)
	}
}

// ForgetProduct does so for all devices of a product, and drops what its topics retain.
func (b *Broker) ForgetProduct(id onenet.ProductID, reason string) {
	b.mu.RLock()
	known := map[onenet.DeviceRef]bool{}
	for ref := range b.sessions {
		known[ref] = ref.Product == id
	}
	for ref := range b.current {
		known[ref] = ref.Product == id
	}
	for ref, l := range b.current {
		if ref.Product == id {
			go l.end(reason) // all at once: each takes its time
		}
	}
	b.mu.RUnlock()
	for ref, gone := range known {
		if gone {
			b.Forget(ref, reason)
		}
	}
	b.mu.Lock()
	delete(b.worlds, id)
	b.mu.Unlock()
}
