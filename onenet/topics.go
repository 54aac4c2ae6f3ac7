package onenet

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// MaxTopicUpload is how long a message that comes over HTTP may be, in bytes (reference, section 4.4).
const MaxTopicUpload = 64<<10 - 1

// AddTopic enters a topic into the product's list (reference, section 4.4). ErrInvalid when no device could subscribe to
// it, ErrExists when it is in the list, ErrLimit when the list is full, ErrNotFound without the product.
func (p *Platform) AddTopic(ctx context.Context, product ProductID, name string) error {
	if err := checkTopicName(name); err != nil {
		return err
	}
	known, err := p.topics.of(ctx, p.store, product)
	if err != nil {
		return err
	}
	if err := p.topics.enter(product, known, name, p.limits.TopicsPerProduct); err != nil {
		return err
	}
	err = p.store.Apply(ctx, Batch{PutTopics: []TopicRef{{product, name}}})
	if err != nil {
		p.topics.forget(product)
	}
	return err
}

// RemoveTopic takes a topic off the product's list; ErrNotFound when it is not in it. Who subscribes to it
// stays subscribed: the next device that subscribes anew enters it again.
func (p *Platform) RemoveTopic(ctx context.Context, product ProductID, name string) error {
	list, err := p.Topics(ctx, product)
	if err != nil {
		return err
	}
	for _, topic := range list {
		if topic == name {
			err := p.store.Apply(ctx, Batch{DropTopics: []TopicRef{{product, name}}})
			p.topics.forget(product)
			return err
		}
	}
	return NotFound("topic", clip(name))
}

// Topics is the product's list of topics, oldest first: what was added, and what devices subscribed to.
func (p *Platform) Topics(ctx context.Context, product ProductID) ([]string, error) {
	if p.topics.pending.Load() > 0 { // on their way into the store; an empty batch comes back behind them
		if err := p.store.Apply(ctx, Batch{}); err != nil {
			return nil, err
		}
	}
	return p.store.Topics(ctx, product)
}

// NoteTopics enters topics that a device has subscribed to and that the list does not have (reference, section 2.2). A full
// list takes no more and hinders no subscription. Subscriptions to the points of a device are no topics
// of the product's own. What is in the list already costs a look at a map.
func (p *Platform) NoteTopics(product ProductID, topics []string) {
	ctx := context.Background()
	known, err := p.topics.of(ctx, p.store, product)
	if err != nil {
		p.log.Error("topics not entered", "product", product, "err", err)
		return
	}
	var fresh []TopicRef
	for _, topic := range topics {
		if !p.topics.has(known, topic) && !p.namesPoints(ctx, product, topic) &&
			p.topics.enter(product, known, topic, p.limits.TopicsPerProduct) == nil {
			fresh = append(fresh, TopicRef{product, topic})
		}
	}
	if len(fresh) == 0 {
		return
	}
	p.topics.pending.Add(1)
	p.store.Submit(Batch{PutTopics: fresh}, func(err error) {
		p.topics.pending.Add(-1)
		if err != nil {
			p.topics.forget(product)
		}
		if err != nil && !errors.Is(err, ErrNotFound) { // not found: the product was deleted meanwhile
			p.log.Error("topics not entered", "product", product, "err", err)
		}
	})
}

// namesPoints tells whether a topic is /{device}/{stream} of a device that there is (reference, section 2.5).
func (p *Platform) namesPoints(ctx context.Context, product ProductID, topic string) bool {
	rest, ok := strings.CutPrefix(topic, "/")
	device, stream, both := strings.Cut(rest, "/")
	if !ok || !both || device == "" || stream == "" {
		return false
	}
	_, err := p.store.Device(ctx, DeviceRef{product, DeviceID(device)})
	return err == nil
}

// PublishTopic gives a message that came over HTTP to the topic's subscribers that are here, and tells how many there
// were: QoS 0, kept for nobody and not retained (reference, sections 2.2 and 4.4). ErrInvalid for a topic that no
// device could subscribe to, ErrLimit for a payload over MaxTopicUpload. Addr and call are for the journal.
func (p *Platform) PublishTopic(ctx context.Context, product ProductID, topic string, payload []byte, addr, call string) (receivers int, err error) {
	if err := checkTopicName(topic); err != nil {
		return 0, err
	}
	if len(payload) > MaxTopicUpload {
		return 0, Errorf(ErrLimit, "body", "", "a message is at most %d bytes, this one has %d", MaxTopicUpload, len(payload))
	}
	if _, err := p.store.Product(ctx, product); err != nil {
		return 0, err
	}
	receivers = p.downlink().Publish(product, topic, payload)
	p.journal.Append(Record{
		Kind: KindMessage, Product: product, Addr: addr, Topic: topic, Size: len(payload), Payload: keep(payload), Count: receivers, Call: call,
	})
	return receivers, nil
}

// TopicDevices lists the devices that want a topic, by id: those that are here, and those that are away and keep their session.
func (p *Platform) TopicDevices(product ProductID, topic string) []DeviceID {
	return p.downlink().Subscribers(product, topic)
}

// DeviceTopics lists the topics that a device wants, sorted; among them those of other devices' points.
func (p *Platform) DeviceTopics(ref DeviceRef) []string { return p.downlink().Subscriptions(ref) }

// checkTopicName says why no device could subscribe to a topic (reference, section 2.2).
func checkTopicName(name string) error {
	switch FaultOfFilter(name) {
	case TopicOK:
		return nil
	case TopicEmpty:
		return Invalid("topic", "it is empty")
	case TopicTooLong:
		return Invalid("topic", "want at most %d characters, got %d", MaxTopicName, utf8.RuneCountInString(name))
	case TopicDollar:
		return Invalid("topic", "topics that begin with $ are the platform's own, got %q", clip(name))
	case TopicWildcard:
		return Invalid("topic", "the platform knows no wildcards, got %q", clip(name))
	default:
		return Invalid("topic", "want UTF-8 without NUL")
	}
}

// topicLists remembers what is in the products' lists of topics, or on its way there, so that a subscription to a topic in
// its list needs no store. What may be wrong is forgotten and read anew. The zero value is ready.
type topicLists struct {
	pending atomic.Int64 // batches with topics on their way into the store

	mu       sync.Mutex
	products map[ProductID]map[string]bool // guarded by mu; so are the maps in it
	changes  uint64                        // guarded by mu: how often something was forgotten
}

// of gives the product's topics, which are only looked at through has and enter.
func (l *topicLists) of(ctx context.Context, store Store, product ProductID) (map[string]bool, error) {
	l.mu.Lock()
	known, changes := l.products[product], l.changes
	l.mu.Unlock()
	if known != nil {
		return known, nil
	}
	list, err := store.Topics(ctx, product)
	if err != nil {
		return nil, err
	}
	known = make(map[string]bool, len(list))
	for _, topic := range list {
		known[topic] = true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if other := l.products[product]; other != nil {
		return other, nil
	}
	if l.changes == changes { // else what was read may be out of date: it serves this call only
		if l.products == nil {
			l.products = map[ProductID]map[string]bool{}
		}
		l.products[product] = known
	}
	return known, nil
}

func (l *topicLists) has(known map[string]bool, topic string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return known[topic]
}

// enter notes a topic that is about to be stored, unless it is there or there is no room for it.
func (l *topicLists) enter(product ProductID, known map[string]bool, topic string, most int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case known[topic]:
		return Exists("topic", clip(topic))
	case len(known) >= most:
		return Errorf(ErrLimit, "product", string(product), "it has %d topics, as many as it may", len(known))
	}
	known[topic] = true
	return nil
}

// forget is called when a list was changed other than by entering: what is remembered may be wrong.
func (l *topicLists) forget(product ProductID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.products, product)
	l.changes++
}

func (l *topicLists) forgetAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.products)
	l.changes++
}
