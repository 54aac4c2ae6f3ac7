package broker

import (
	"sync"

	mqtt "github.com/mochi-mqtt/server/v2"

	"github.com/onelan/onelan/onenet"
)

// world is a product as the broker sees it: its topics, who wants them, and what
// they retain. Mochi's index is the truth about subscriptions; a world remembers
// what the index said about a topic until a subscription to that topic changes.
type world struct {
	broker  *Broker
	mochi   *mqtt.Server
	product onenet.ProductID
	prefix  string // of the product's topics in Mochi's index

	mu       sync.RWMutex
	routes   map[string]*route          // guarded by mu
	wanted   map[string]int             // guarded by mu: topic -> number of subscribers
	retained map[string]*retained       // guarded by mu
	bytes    int                        // guarded by mu: of retained payloads
	wills    map[onenet.DeviceID]string // guarded by mu: topics that retain a device's will
}

// route is who gets the messages of a topic. It is never changed, only replaced.
type route struct {
	topic string
	to    []*session
	kept  bool // some of them outlive their connections, so messages may have to be stored
}

// maxRoutes bounds the answers remembered, for topics that nobody wants too.
const maxRoutes = 10000

func newWorld(b *Broker, mochi *mqtt.Server, id onenet.ProductID) *world {
	return &world{
		broker: b, mochi: mochi, product: id, prefix: topicPrefix(id),
		routes: map[string]*route{}, wanted: map[string]int{}, retained: map[string]*retained{},
		wills: map[onenet.DeviceID]string{},
	}
}

// topicPrefix stands before a product's topics in Mochi's index.
func topicPrefix(id onenet.ProductID) string { return "N" + string(id) + "/" }

// route finds who gets a topic's messages.
func (w *world) route(topic string) *route {
	w.mu.RLock()
	r := w.routes[topic]
	w.mu.RUnlock()
	if r != nil {
		return r
	}
	return w.askIndex(topic)
}

// routeOf is route for a topic in a read buffer: it copies the topic only when it is new.
func (w *world) routeOf(topic []byte) *route {
	w.mu.RLock()
	r := w.routes[string(topic)]
	w.mu.RUnlock()
	if r != nil {
		return r
	}
	return w.askIndex(string(topic))
}

// askIndex asks Mochi's index. It does so under the lock, as subscribed does its forgetting:
// so an answer that is older than a change is always forgotten.
func (w *world) askIndex(topic string) *route {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := &route{topic: topic}
	for name := range w.mochi.Topics.Subscribers(w.prefix + topic).Subscriptions {
		if s := w.broker.session(refOf(name)); s != nil && s.world == w { // of another world: one from before a reset
			r.to = append(r.to, s)
			r.kept = r.kept || !s.clean
		}
	}
	if len(w.routes) >= maxRoutes {
		clear(w.routes)
	}
	w.routes[topic] = r
	return r
}

// subscribed forgets what is remembered about a topic after a new subscription to it.
func (w *world) subscribed(topic string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wanted[topic]++
	delete(w.routes, topic)
}

// unsubscribed does so after the end of a subscription.
func (w *world) unsubscribed(topic string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.wanted[topic]--; w.wanted[topic] <= 0 {
		delete(w.wanted, topic)
	}
	delete(w.routes, topic)
}

// mayWant tells whether the product has room for one more topic besides those of a packet that is being judged.
func (w *world) mayWant(topic string, others map[string]bool) bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.wanted[topic] > 0 {
		return true
	}
	n := len(w.wanted)
	for other := range others {
		if w.wanted[other] == 0 {
			n++
		}
	}
	return n < w.broker.limits.TopicsPerProduct
}

// refOf is the device that Mochi knows under the name.
func refOf(registered string) onenet.DeviceRef {
	for i := range len(registered) {
		if registered[i] == '/' {
			return onenet.DeviceRef{Product: onenet.ProductID(registered[:i]), Device: onenet.DeviceID(registered[i+1:])}
		}
	}
	return onenet.DeviceRef{}
}
