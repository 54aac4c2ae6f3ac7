package server

import (
	"context"
	"errors"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// seed creates what must exist and does not.
func (s *Server) seed(ctx context.Context) error {
	seeds := []Seed{s.config.Seed}
	if s.config.Demo {
		seeds = []Seed{demoSeed(), s.config.Seed} // the configuration may put devices into the demo's product
	}
	for _, seed := range seeds {
		for _, p := range seed.Products {
			if _, err := s.platform.Product(ctx, p.ID); !errors.Is(err, onenet.ErrNotFound) {
				if err != nil {
					return err
				}
				continue
			}
			if _, err := s.platform.AddProduct(ctx, p); err != nil {
				return err
			}
		}
		for _, d := range seed.Devices {
			if _, err := s.platform.Device(ctx, d.Ref()); !errors.Is(err, onenet.ErrNotFound) {
				if err != nil {
					return err
				}
				continue
			}
			if _, err := s.platform.AddDevice(ctx, d); err != nil {
				return err
			}
		}
		for _, k := range seed.Keys {
			if _, err := s.platform.AddKey(ctx, k); err != nil && !errors.Is(err, onenet.ErrExists) {
				return err
			}
		}
	}
	return nil
}

// retentionEvery is how often old points are looked for.
const retentionEvery = time.Hour

// startRetention deletes in the background what is older than the retention allows.
func (s *Server) startRetention() {
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.work.Go(func() {
		for {
			n, err := s.platform.Prune(ctx)
			switch {
			case ctx.Err() != nil:
				return
			case err != nil:
				s.log.Error("retention", "err", err)
			case n > 0:
				s.log.Info("retention", "deleted", n)
			}
			if !clock.Sleep(s.config.Clock, retentionEvery, ctx.Done()) {
				return
			}
		}
	})
}
