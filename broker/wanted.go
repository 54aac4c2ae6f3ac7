package broker

import (
	"cmp"
	"maps"
	"slices"

	"github.com/onelan/onelan/onenet"
)

// Subscribers lists the devices that want a topic (onenet.Downlink).
func (b *Broker) Subscribers(product onenet.ProductID, topic string) []onenet.DeviceID {
	b.mu.RLock()
	w := b.worlds[product]
	b.mu.RUnlock()
	if w == nil {
		return nil
	}
	var ids []onenet.DeviceID
	for _, s := range w.route(topic).to {
		ids = append(ids, s.ref.Device)
	}
	slices.SortFunc(ids, func(a, b onenet.DeviceID) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	return ids
}

// Subscriptions lists the topics that a device wants (onenet.Downlink).
func (b *Broker) Subscriptions(ref onenet.DeviceRef) []string {
	s := b.session(ref)
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.subs))
}
