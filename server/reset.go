package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/snapshot"
)

// Reset brings the platform back to the seed it was started with, or to the one that Reseed put in its place:
// the very same ids, keys and times. Every connection is cut; nothing of before reaches what comes after.
func (s *Server) Reset(ctx context.Context) (lab.ResetDone, error) {
	s.seeding.Lock()
	defer s.seeding.Unlock()
	return s.become(ctx, "reset to the seed", onenet.Contents(s.seeded...))
}

// Reseed reads a seed and creates what it names and is not there yet. With reset it takes the place of the configured
// seed, and the platform is reset to it; the demo's device stays when there is one.
func (s *Server) Reseed(ctx context.Context, text []byte, reset bool) (lab.ResetDone, error) {
	if s.config.ParseSeed == nil {
		return lab.ResetDone{}, onenet.Invalid("seed", "this onelan was started without a reader of seed files")
	}
	seed, err := s.config.ParseSeed(text)
	if err != nil {
		return lab.ResetDone{}, onenet.Invalid("seed", "%v", err)
	}
	s.seeding.Lock()
	defer s.seeding.Unlock()
	if !reset {
		return s.plant(ctx, seed)
	}
	made, err := s.resolve(ctx, s.seeds(seed)...)
	if err != nil {
		return lab.ResetDone{}, err
	}
	done, err := s.become(ctx, "reset to a new seed", onenet.Contents(made...))
	if err == nil {
		s.seeded = made
	}
	return done, err
}

// plant creates what is not there. What the seed says is checked as a whole first, so that a mistake in its last line does
// not leave the first half behind.
func (s *Server) plant(ctx context.Context, seed Seed) (lab.ResetDone, error) {
	have, err := s.registered(ctx, seed)
	if err != nil {
		return lab.ResetDone{}, err
	}
	if _, err := s.resolve(ctx, have, seed); err != nil {
		return lab.ResetDone{}, err
	}
	made, err := planter{p: s.platform, store: s.store}.plant(ctx, seed)
	if err != nil {
		return lab.ResetDone{}, err
	}
	done := lab.ResetDone{Products: made.products, Devices: made.devices, Points: made.points}
	done.Mark = s.platform.Journal().Append(onenet.Record{Kind: onenet.KindSystem, Text: fmt.Sprintf(
		"seeded: %d products, %d devices and %d points were not there yet", done.Products, done.Devices, done.Points)})
	return done, nil
}

// registered is what the platform has of the products that a seed names or puts something into.
func (s *Server) registered(ctx context.Context, seed Seed) (have Seed, err error) {
	for id := range seed.products() {
		product, err := s.platform.Product(ctx, id)
		if errors.Is(err, onenet.ErrNotFound) {
			continue
		}
		devices, _, err2 := s.platform.Devices(ctx, onenet.DeviceFilter{Product: id})
		if err := errors.Join(err, err2); err != nil {
			return have, err
		}
		have.Products, have.Devices = append(have.Products, product), append(have.Devices, devices...)
	}
	return have, nil
}

// SaveSnapshot writes all that the platform holds: products, devices, keys, triggers, topics, points, commands, sessions. It
// is one moment's state, and holds every key in clear.
func (s *Server) SaveSnapshot(ctx context.Context, w io.Writer) error {
	return snapshot.Write(w, s.platform.Dump(ctx))
}

// LoadSnapshot gives the platform the content of a snapshot in place of what it has, and cuts every connection. A snapshot that
// is cut short or damaged changes nothing and cuts nobody. The seed stays what it is: Reset goes back to it.
func (s *Server) LoadSnapshot(ctx context.Context, r io.Reader) (lab.ResetDone, error) {
	kept, err := s.spool(r)
	if err != nil {
		return lab.ResetDone{}, err
	}
	defer func() {
		if err := kept.drop(); err != nil {
			s.log.Error("a file of a snapshot is left over", "err", err)
		}
	}()
	for _, err := range snapshot.Read(kept.reader()) { // once for nothing: nobody is cut for a bad one
		if err != nil {
			return lab.ResetDone{}, err
		}
		if err := ctx.Err(); err != nil {
			return lab.ResetDone{}, err
		}
	}
	s.seeding.Lock()
	defer s.seeding.Unlock()
	return s.become(ctx, "loaded a snapshot", snapshot.Read(kept.reader()))
}

// become gives the platform a new content and counts it. Calls of the REST API that are under way finish first, and those
// that come meanwhile wait.
func (s *Server) become(ctx context.Context, text string, batches iter.Seq2[onenet.Batch, error]) (lab.ResetDone, error) {
	defer s.calls.shut()()
	var done lab.ResetDone
	err := s.platform.Reset(ctx, text, counted(batches, &done))
	done.Mark = s.platform.Began()
	if err != nil {
		return lab.ResetDone{}, err
	}
	return done, nil
}

// counted counts what passes.
func counted(batches iter.Seq2[onenet.Batch, error], done *lab.ResetDone) iter.Seq2[onenet.Batch, error] {
	return func(yield func(onenet.Batch, error) bool) {
		*done = lab.ResetDone{}
		for b, err := range batches {
			done.Products += len(b.AddProducts)
			done.Devices += len(b.AddDevices)
			done.Points += len(b.Points)
			if !yield(b, err) {
				return
			}
		}
	}
}
