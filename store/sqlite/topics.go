package sqlite

import (
	"context"

	"github.com/onelan/onelan/onenet"
)

// lists does the part of a checked batch that is about the products' lists of topics.
func (w *writer) lists(b *onenet.Batch) error {
	if err := each(b.DropTopics, w.dropTopic); err != nil {
		return err
	}
	return each(b.PutTopics, w.putTopic)
}

func (w *writer) dropTopic(r *onenet.TopicRef) error {
	return exec(w.c, "DELETE FROM topic WHERE product = ? AND topic = ?", string(r.Product), r.Topic)
}

func (w *writer) putTopic(r *onenet.TopicRef) error {
	return exec(w.c, "INSERT INTO topic (product, topic) VALUES (?, ?) ON CONFLICT DO NOTHING", string(r.Product), r.Topic)
}

const topicsSQL = "SELECT topic FROM topic WHERE product = ? ORDER BY pk"

// Topics implements onenet.Store.
func (s *Store) Topics(ctx context.Context, id onenet.ProductID) (list []string, err error) {
	err = s.read(ctx, func(c *conn) error {
		return query(c, topicsSQL, func(r *row) error {
			list = append(list, r.text())
			return nil
		}, string(id))
	})
	return list, err
}
