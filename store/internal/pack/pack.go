// Package pack fills batches up to a bound, for the dumps of the stores.
package pack

import (
	"errors"

	"github.com/onelan/onelan/onenet"
)

// ErrEnough says that the consumer of a dump wants no more.
var ErrEnough = errors.New("the consumer wants no more")

// The bounds of one batch. One thing that is larger makes a batch by itself.
const (
	mostThings = 1000
	mostBytes  = 1 << 20
)

// Packer collects what a dump gives and hands it on in batches. Things must come in the order of a Batch's
// fields, because that is the order in which a store applies them.
type Packer struct {
	B             onenet.Batch // being filled
	things, bytes int
	yield         func(onenet.Batch, error) bool
	ended         bool
}

// New returns a Packer that hands its batches to yield.
func New(yield func(onenet.Batch, error) bool) *Packer { return &Packer{yield: yield} }

// Add puts a thing, which holds so many bytes, into a list of the batch. The only error is ErrEnough.
func Add[T any](p *Packer, list *[]T, thing T, bytes int) error {
	if p.things > 0 && (p.things == mostThings || p.bytes+bytes > mostBytes) {
		p.hand()
	}
	if p.ended {
		return ErrEnough
	}
	*list = append(*list, thing)
	p.things++
	p.bytes += bytes
	return nil
}

func (p *Packer) hand() {
	if !p.ended && p.things > 0 {
		p.ended = !p.yield(p.B, nil)
	}
	p.B, p.things, p.bytes = onenet.Batch{}, 0, 0
}

// End hands on what is left or, after a failure, the failure.
func (p *Packer) End(err error) {
	switch {
	case err == nil:
		p.hand()
	case !p.ended:
		p.ended = true
		p.yield(onenet.Batch{}, err)
	}
}
