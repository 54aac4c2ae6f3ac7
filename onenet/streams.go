package onenet

import (
	"context"
	"errors"
	"slices"
)

// Stream finds one stream of a device, with its newest point.
func (p *Platform) Stream(ctx context.Context, r StreamRef) (Datastream, error) {
	all, err := p.store.Streams(ctx, r.Ref)
	if err != nil {
		return Datastream{}, err
	}
	i := slices.IndexFunc(all, func(s Datastream) bool { return s.ID == r.Stream })
	if i < 0 {
		return Datastream{}, NotFound("datastream", string(r.Stream))
	}
	return all[i], nil
}

// AddStream creates a stream without points, as of now. ErrExists when the device has it, be it only because a
// point came for it; ErrInvalid without a name.
func (p *Platform) AddStream(ctx context.Context, m StreamMeta) error {
	if m.Stream == "" {
		return Invalid("id", "want a name of at least one character")
	}
	_, err := p.Stream(ctx, StreamRef{m.Ref, m.Stream})
	if !errors.Is(err, ErrNotFound) {
		return orExists(err, "datastream", string(m.Stream))
	}
	m.CreatedAt = p.clock.Now()
	return p.store.Apply(ctx, Batch{PutStreams: []StreamMeta{m}})
}

// ChangeStream replaces what a person may set of a stream: unit, symbol and tags. ErrNotFound when there is no such stream.
func (p *Platform) ChangeStream(ctx context.Context, m StreamMeta) error {
	have, err := p.Stream(ctx, StreamRef{m.Ref, m.Stream})
	if err != nil {
		return err
	}
	m.CreatedAt = have.CreatedAt
	return p.store.Apply(ctx, Batch{PutStreams: []StreamMeta{m}})
}

// RemoveStream deletes a stream with its points and files. ErrNotFound when there is no such stream.
func (p *Platform) RemoveStream(ctx context.Context, r StreamRef) error {
	if _, err := p.Stream(ctx, r); err != nil {
		return err
	}
	if err := p.store.Apply(ctx, Batch{DropStreams: []StreamRef{r}}); err != nil {
		return err
	}
	p.watches.removeStream(r)
	return nil
}
