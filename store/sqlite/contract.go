package sqlite

import (
	"context"
	"errors"
	"iter"

	"github.com/onelan/onelan/onenet"
)

var errUnbuilt = errors.New("not built yet")

// Topics implements onenet.Store.
func (s *Store) Topics(context.Context, onenet.ProductID) ([]string, error) { return nil, errUnbuilt }

// Triggers implements onenet.Store.
func (s *Store) Triggers(context.Context, onenet.ProductID) ([]onenet.Trigger, error) {
	return nil, errUnbuilt
}

// Dump implements onenet.Store.
func (s *Store) Dump(context.Context) iter.Seq2[onenet.Batch, error] {
	return func(yield func(onenet.Batch, error) bool) { yield(onenet.Batch{}, errUnbuilt) }
}

// Replace implements onenet.Store.
func (s *Store) Replace(context.Context, iter.Seq2[onenet.Batch, error]) error { return errUnbuilt }
