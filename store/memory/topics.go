package memory

import (
	"cmp"
	"context"
	"slices"

	"github.com/onelan/onelan/onenet"
)

// lists does the part of a checked batch that is about the products' lists of topics.
func (w *world) lists(b *onenet.Batch) {
	for _, r := range b.DropTopics {
		if p := w.products[r.Product]; p != nil {
			delete(p.topics, r.Topic)
		}
	}
	for _, r := range b.PutTopics {
		p := w.products[r.Product]
		if _, known := p.topics[r.Topic]; !known {
			w.arrivals++
			p.topics[r.Topic] = w.arrivals
		}
	}
}

// topicList is the list in the order in which its topics came.
func (p *product) topicList() []string {
	list := make([]string, 0, len(p.topics))
	for topic := range p.topics {
		list = append(list, topic)
	}
	slices.SortFunc(list, func(a, b string) int { return cmp.Compare(p.topics[a], p.topics[b]) })
	return list
}

// Topics implements onenet.Store.
func (s *Store) Topics(ctx context.Context, id onenet.ProductID) (list []string, err error) {
	err = s.read(ctx, func(w *world) error {
		if p := w.products[id]; p != nil {
			list = p.topicList()
		}
		return nil
	})
	return list, err
}
