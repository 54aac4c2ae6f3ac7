package memory

import (
	"context"
	"iter"

	"github.com/onelan/onelan/onenet"
)

// Replace implements onenet.Store. The new content is made beside the old one, which serves meanwhile; then it
// takes its place at once.
func (s *Store) Replace(ctx context.Context, batches iter.Seq2[onenet.Batch, error]) error {
	next := newWorld(s.opt)
	next.keeps = true
	for b, err := range batches {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = next.apply(&b)
		}
		if err != nil {
			return err
		}
	}
	next.keeps = false
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.swap(next)
}

// swap puts a world in the place of the store's, and waits for the dones that come before it. The numbers of the uplink
// go on.
func (s *Store) swap(next *world) error {
	swapped := make(chan error, 1)
	s.submit(func(old *world) error {
		next.uplinked = max(next.uplinked, old.uplinked)
		s.w = next
		return nil
	}, func(err error) { swapped <- err })
	return <-swapped
}
