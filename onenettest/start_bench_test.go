package onenettest_test

import (
	"io"
	"log/slog"
	"testing"

	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

// BenchmarkStart measures what a test pays for its platform: Start, until a device could
// log in. Ending it again is not counted; BenchmarkStartAndClose counts both.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		t := &scope{TB: b}
		onenettest.Start(t, quiet)
		b.StopTimer()
		t.end()
		b.StartTimer()
	}
}

// BenchmarkStartAndClose is a test's whole cost.
func BenchmarkStartAndClose(b *testing.B) {
	for b.Loop() {
		t := &scope{TB: b}
		onenettest.Start(t, quiet)
		t.end()
	}
}

var quiet = onenettest.WithConfig(func(c *server.Config) { c.Log = slog.New(slog.DiscardHandler) })

// scope is a test that ends before the benchmark does: it keeps the cleanups for itself.
type scope struct {
	testing.TB
	cleanups []func()
}

func (s *scope) Cleanup(f func()) { s.cleanups = append(s.cleanups, f) }

func (s *scope) Output() io.Writer { return io.Discard }

func (s *scope) end() {
	for i := len(s.cleanups) - 1; i >= 0; i-- {
		s.cleanups[i]()
	}
	s.cleanups = nil
}
