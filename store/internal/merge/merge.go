// Package merge makes one sorted series of many. The stores keep the points of a device stream by stream
// and answer for several streams at once: what they read is no more than what is asked for, and one thing more of each stream.
package merge

import (
	"container/heap"
	"iter"
)

// Source gives the things of one sorted series, one by one, and false at its end.
type Source[T any] func() (thing T, ok bool, err error)

// Sorted gives the things of all sources in the order of compare, in which each source must be sorted
// already. It ends with the first error.
func Sorted[T any](sources []Source[T], compare func(a, b T) int) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		h, err := begin(sources, compare)
		for err == nil && len(h.heads) > 0 {
			if !yield(h.heads[0].thing, nil) {
				return
			}
			err = h.advance()
		}
		if err != nil {
			var none T
			yield(none, err)
		}
	}
}

// head is the next thing of a source.
type head[T any] struct {
	thing  T
	source Source[T]
}

// heads is a heap: the first of all stands at the front.
type heads[T any] struct {
	heads   []head[T]
	compare func(a, b T) int
}

func begin[T any](sources []Source[T], compare func(a, b T) int) (*heads[T], error) {
	h := &heads[T]{make([]head[T], 0, len(sources)), compare}
	for _, s := range sources {
		thing, ok, err := s()
		if err != nil {
			return h, err
		}
		if ok {
			h.heads = append(h.heads, head[T]{thing, s})
		}
	}
	heap.Init(h)
	return h, nil
}

// advance takes the front away and lets its source follow.
func (h *heads[T]) advance() error {
	front := &h.heads[0]
	thing, ok, err := front.source()
	switch {
	case err != nil:
		return err
	case ok:
		front.thing = thing
		heap.Fix(h, 0)
	default:
		heap.Pop(h)
	}
	return nil
}

// Len implements heap.Interface.
func (h *heads[T]) Len() int { return len(h.heads) }

// Less implements heap.Interface.
func (h *heads[T]) Less(i, j int) bool { return h.compare(h.heads[i].thing, h.heads[j].thing) < 0 }

// Swap implements heap.Interface.
func (h *heads[T]) Swap(i, j int) { h.heads[i], h.heads[j] = h.heads[j], h.heads[i] }

// Push implements heap.Interface. Nothing is ever pushed: a source that has ended does not come back.
func (h *heads[T]) Push(any) {}

// Pop implements heap.Interface.
func (h *heads[T]) Pop() any {
	last := len(h.heads) - 1
	clear(h.heads[last:])
	h.heads = h.heads[:last]
	return nil
}
