package server

import (
	"context"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// seeds are a seed and, before it, that of the demo when there is one: a seed may put devices into the demo's product.
func (s *Server) seeds(seed Seed) []Seed {
	if s.config.Demo {
		return []Seed{demoSeed(), seed}
	}
	return []Seed{seed}
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
