package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

// content is what a platform holds that has just been started with a seed: every id and key that the seed leaves to
// be made up is made, every time is set.
type content []onenet.Batch

// resolve makes the content of seeds. They are played into a platform of their own, in memory: so a seed is
// checked and filled in by the same rules as what comes by any other door.
func (s *Server) resolve(ctx context.Context, seeds ...Seed) (made content, err error) {
	store := memory.New()
	defer func() { err = errors.Join(err, store.Close()) }()
	p := onenet.New(onenet.Config{Store: store, Clock: s.config.Clock, Switches: s.config.Switches, Limits: s.config.Limits})
	defer p.Close()
	for _, seed := range seeds {
		if _, err := (planter{p: p, store: store}).plant(ctx, seed); err != nil {
			return nil, err
		}
	}
	for b, err := range p.Dump(ctx) {
		if err != nil {
			return nil, err
		}
		made = append(made, b)
	}
	return made, nil
}

// seed is the content as a seed, for a platform that has some of it already.
func (c content) seed() Seed {
	var s Seed
	for _, b := range c {
		s.Products = append(s.Products, b.AddProducts...)
		s.Devices = append(s.Devices, b.AddDevices...)
		s.Keys = append(s.Keys, b.AddKeys...)
		s.Topics = append(s.Topics, b.PutTopics...)
		s.Streams = append(s.Streams, b.PutStreams...)
		s.Triggers = append(s.Triggers, b.AddTriggers...)
		s.Points = append(s.Points, b.Points...)
	}
	return s
}

// settle brings a platform that nobody has come to yet to the content: an empty one gets all of it at once, any other what it
// has not.
func (s *Server) settle(ctx context.Context, c content) error {
	have, err := s.platform.Products(ctx)
	if err != nil {
		return err
	}
	if len(have) > 0 {
		_, err := planter{p: s.platform, store: s.store}.plant(ctx, c.seed())
		return err
	}
	for _, b := range c {
		if err := s.store.Apply(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// planter creates what a seed names and is not there yet. What is there stays as it is: points go into streams that
// were not there, or a history would double with each start.
type planter struct {
	p     *onenet.Platform
	store onenet.Store
}

// planted counts what was created.
type planted struct{ products, devices, points int }

func (pl planter) plant(ctx context.Context, seed Seed) (made planted, err error) {
	for _, step := range []func(context.Context, Seed, *planted) error{pl.products, pl.devices, pl.keys, pl.topics, pl.history, pl.triggers} {
		if err := step(ctx, seed, &made); err != nil {
			return made, err
		}
	}
	return made, nil
}

func (pl planter) products(ctx context.Context, seed Seed, made *planted) error {
	for _, product := range seed.Products {
		_, err := pl.p.Product(ctx, product.ID)
		if errors.Is(err, onenet.ErrNotFound) {
			_, err = pl.p.AddProduct(ctx, product)
			made.products++
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (pl planter) devices(ctx context.Context, seed Seed, made *planted) error {
	for _, d := range seed.Devices {
		_, err := pl.p.Device(ctx, d.Ref())
		if errors.Is(err, onenet.ErrNotFound) {
			_, err = pl.p.AddDevice(ctx, d)
			made.devices++
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (pl planter) keys(ctx context.Context, seed Seed, _ *planted) error {
	for _, k := range seed.Keys {
		if _, err := pl.p.AddKey(ctx, k); err != nil && !errors.Is(err, onenet.ErrExists) {
			return err
		}
	}
	return nil
}

func (pl planter) topics(ctx context.Context, seed Seed, _ *planted) error {
	for _, topic := range seed.Topics {
		if err := pl.p.AddTopic(ctx, topic.Product, topic.Topic); err != nil && !errors.Is(err, onenet.ErrExists) {
			return err
		}
	}
	return nil
}

// history puts streams and points past Ingest: they are not news, and no trigger is to fire.
func (pl planter) history(ctx context.Context, seed Seed, made *planted) error {
	now := pl.p.Clock().Now()
	known := streams{}
	var b onenet.Batch
	for _, m := range seed.Streams {
		has, err := known.has(ctx, pl.p, m.Ref, m.Stream)
		if err != nil {
			return fmt.Errorf("stream %q of the seed: %w", m.Stream, err)
		}
		if m.CreatedAt.IsZero() {
			m.CreatedAt = now
		}
		if !has {
			b.PutStreams = append(b.PutStreams, m)
		}
	}
	for i, pt := range seed.Points {
		has, err := known.has(ctx, pl.p, pt.Ref, pt.Stream)
		if err == nil && !json.Valid(pt.Value) {
			err = onenet.Invalid("value", "it is no JSON")
		}
		if err != nil {
			return fmt.Errorf("point %d of the seed, device %s, stream %q: %w", i+1, pt.Ref, pt.Stream, err)
		}
		if !has {
			b.Points = append(b.Points, stamped(pt, now))
		}
	}
	made.points = len(b.Points)
	return pl.apply(ctx, b)
}

// streams remembers which streams each device had before the seed.
type streams map[onenet.DeviceRef]map[onenet.StreamID]bool

// has tells whether the device had the stream. ErrNotFound when there is no such device.
func (s streams) has(ctx context.Context, p *onenet.Platform, ref onenet.DeviceRef, id onenet.StreamID) (bool, error) {
	if id == "" {
		return false, onenet.Invalid("stream", "it has no name")
	}
	if s[ref] == nil {
		if _, err := p.Device(ctx, ref); err != nil {
			return false, err
		}
		list, err := p.Streams(ctx, ref)
		if err != nil {
			return false, err
		}
		s[ref] = map[onenet.StreamID]bool{}
		for _, have := range list {
			s[ref][have.ID] = true
		}
	}
	return s[ref][id], nil
}

// stamped is the point with the times set that the seed leaves open.
func stamped(pt onenet.StoredPoint, now time.Time) onenet.StoredPoint {
	if pt.At.IsZero() {
		pt.At = now
	}
	if pt.Received.IsZero() {
		pt.Received = pt.At
	}
	return pt
}

// apply stores a long history in pieces.
func (pl planter) apply(ctx context.Context, b onenet.Batch) error {
	points := slices.Chunk(b.Points, 1000)
	b.Points = nil
	if err := pl.store.Apply(ctx, b); err != nil {
		return err
	}
	for part := range points {
		if err := pl.store.Apply(ctx, onenet.Batch{Points: part}); err != nil {
			return err
		}
	}
	return nil
}

// triggers come last: what is older than they are does not fire them. One that watches the same for the same receiver is there
// already. Ids that others have are made up anew.
func (pl planter) triggers(ctx context.Context, seed Seed, _ *planted) error {
	for _, t := range seed.Triggers {
		have, _, err := pl.p.Triggers(ctx, onenet.TriggerFilter{Product: t.Product})
		if err != nil {
			return err
		}
		if slices.ContainsFunc(have, func(h onenet.Trigger) bool { return alike(h, t) }) {
			continue
		}
		_, err = pl.p.AddTrigger(ctx, t)
		if errors.Is(err, onenet.ErrExists) {
			t.ID = 0
			_, err = pl.p.AddTrigger(ctx, t)
		}
		if err != nil {
			return fmt.Errorf("trigger %q of the seed: %w", t.Title, err)
		}
	}
	return nil
}

func alike(a, b onenet.Trigger) bool {
	return a.Title == b.Title && a.Stream == b.Stream && a.URL == b.URL && a.Type == b.Type
}

// products are all that the seed names or puts something into.
func (s Seed) products() map[onenet.ProductID]bool {
	names := map[onenet.ProductID]bool{}
	for _, p := range s.Products {
		names[p.ID] = true
	}
	for _, d := range s.Devices {
		names[d.Product] = true
	}
	for _, k := range s.Keys {
		names[k.Product] = true
	}
	for _, t := range s.Topics {
		names[t.Product] = true
	}
	for _, m := range s.Streams {
		names[m.Ref.Product] = true
	}
	for _, t := range s.Triggers {
		names[t.Product] = true
	}
	for _, pt := range s.Points {
		names[pt.Ref.Product] = true
	}
	return names
}
