package bridge

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// DeviceStatus is how one device stands.
type DeviceStatus struct {
	Ref        onenet.DeviceRef
	Mapped     bool   // it has a link; otherwise only its queue is left
	Here       bool   // it is online locally
	Device     Device // as the plan has it, with what it leaves out filled in
	Link       Status // in a dry run it is idle
	Books      queue.Books
	Suppressed int     // messages from the cloud that were dropped as copies of what was here already
	UpRate     float64 // messages a second, over the last ten seconds
	DownRate   float64
}

// Status is how the devices stand, by their refs' text: those with a link, and those that only have something in the queue or in the
// books. The error says that the books do not balance.
func (b *Bridge) Status() ([]DeviceStatus, error) {
	books, err := b.queue.BalanceAll()
	all := map[onenet.DeviceRef]DeviceStatus{}
	for ref, p := range b.roster.Load().posts {
		all[ref] = p.status()
	}
	for _, k := range books {
		s := all[k.Ref]
		s.Ref, s.Books = k.Ref, k
		all[k.Ref] = s
	}
	list := make([]DeviceStatus, 0, len(all))
	for _, ref := range slices.SortedFunc(maps.Keys(all), compareRefs) {
		s := all[ref]
		s.Here = b.platform.Presence(ref).Online
		list = append(list, s)
	}
	return list, err
}

func (p *post) status() DeviceStatus {
	now := p.bridge.clock.Now()
	p.mu.Lock()
	link, device := p.link, p.spec.device
	p.mu.Unlock()
	s := DeviceStatus{
		Ref: p.ref, Mapped: true, Device: device, Link: Status{Ref: p.ref, Upstream: device.Addr, State: Idle}, Books: queue.Books{Ref: p.ref},
		Suppressed: int(p.suppressed.Load()), UpRate: p.up.rate(now), DownRate: p.down.rate(now),
	}
	if link != nil {
		s.Link = link.Status()
	}
	return s
}

// Warnings are what is probably not meant so: a device on the plan that does not exist here, or a route down from
// a topic on which the cloud tells what the bridge has brought it.
func (b *Bridge) Warnings() (list []string) {
	r := b.roster.Load()
	there := map[account]onenet.DeviceRef{}
	for ref, p := range r.posts {
		there[p.now().account()] = ref
	}
	for _, ref := range slices.SortedFunc(maps.Keys(r.posts), compareRefs) {
		if _, err := b.platform.Device(context.Background(), ref); errors.Is(err, onenet.ErrNotFound) {
			list = append(list, fmt.Sprintf("device %s is on the bridge, and does not exist here", ref))
		}
		s := r.posts[ref].now()
		for _, t := range s.routes.topics {
			c := wire.ClassifyTopic(t.Name)
			if source, carried := there[account{s.device.Addr, s.device.Login.Product, string(c.Device)}]; c.Kind == wire.TopicPoint && carried {
				list = append(list, fmt.Sprintf("device %s gets the points of %s twice: onelan tells them here, and by the route of %q the cloud tells them again",
					ref, source, t.Name))
			}
		}
	}
	return list
}
