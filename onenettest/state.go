package onenettest

import (
	"bytes"
	"context"
	"os"
	"testing"

	"github.com/onelan/onelan/config"
	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/server"
)

// WithSeed gives the platform what a seed file names (YAML or JSON; `onelan help seed`), besides the demo's device. Reset goes
// back to it.
func WithSeed(file string) Option {
	return func(o *options) { o.seed = file }
}

// Reset brings the platform back to what it was when it started: the very same ids and keys. Every connection is
// cut, and nothing of before reaches what comes after. It returns the Mark behind which the new time begins.
func (s *Server) Reset(t testing.TB) uint64 {
	t.Helper()
	return mark(t, "reset")(s.Server.Reset(context.Background()))
}

// Seed creates what a seed file names and is not there yet.
func (s *Server) Seed(t testing.TB, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("onenettest: %v", err)
	}
	mark(t, file)(s.Reseed(context.Background(), text, false))
}

// Snapshot is all that the platform holds at this moment.
func (s *Server) Snapshot(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.SaveSnapshot(context.Background(), &b); err != nil {
		t.Fatalf("onenettest: snapshot: %v", err)
	}
	return b.Bytes()
}

// Load gives the platform the content of a snapshot, of this or another platform, as Reset gives it that of its start.
func (s *Server) Load(t testing.TB, snapshot []byte) uint64 {
	t.Helper()
	return mark(t, "load")(s.LoadSnapshot(context.Background(), bytes.NewReader(snapshot)))
}

func mark(t testing.TB, what string) func(lab.ResetDone, error) uint64 {
	t.Helper()
	return func(done lab.ResetDone, err error) uint64 {
		t.Helper()
		if err != nil {
			t.Fatalf("onenettest: %s: %v", what, err)
		}
		return done.Mark
	}
}

// readSeed gives the platform a reader of seed files, and the seed of a file if there is one. Files may say "an hour ago": that
// is by the platform's clock.
func (o *options) readSeed() error {
	c := o.config.Clock
	if c == nil {
		c = clock.System()
	}
	o.config.ParseSeed = func(text []byte) (server.Seed, error) { return config.ParseSeed("seed", text, c.Now()) }
	if o.seed == "" {
		return nil
	}
	text, err := os.ReadFile(o.seed)
	if err != nil {
		return err
	}
	o.config.Seed, err = config.ParseSeed(o.seed, text, c.Now())
	return err
}
