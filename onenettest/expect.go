package onenettest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/onelan/onelan/onenet"
)

// Mark is the number of the newest record: what happens from here on comes after it.
func (s *Server) Mark() uint64 { return s.Platform().Journal().Last() }

// Expect looks for what is expected from e.After on, such as a Mark, and waits for it as long as e.Within says, or Patience
// where that is 0. It returns the first record that fits. When none comes the test fails and shows the
// three that come nearest.
//
//	mark := srv.Mark()
//	…
//	srv.Expect(t, onenet.Expectation{After: mark, Point: &onenet.WantPoint{Device: dev.ID, Stream: "temperature", Value: "25.5"}})
//
// Wait asks for any record by a function; Expect knows the platform's nouns, compares values as JSON, and looks into the store for
// what a record does not hold.
func (s *Server) Expect(t testing.TB, e onenet.Expectation) *onenet.Record {
	t.Helper()
	if e.Within == 0 {
		e.Within = Patience
	}
	out, err := s.Platform().Expect(context.Background(), e)
	switch {
	case err != nil:
		t.Fatalf("onenettest: %v", err)
	case !out.OK && len(out.Nearest) == 0:
		t.Fatalf("onenettest: %s; nothing comes near", out.Says)
	case !out.OK:
		t.Fatalf("onenettest: %s; nearest come\n%s", out.Says, story(out.Nearest))
	}
	return out.Record
}

// line is a record as a failing test shows it.
func line(r *onenet.Record) string {
	parts := []string{fmt.Sprintf("  %d %s", r.Seq, r.Kind)}
	if r.Device != "" || r.Product != "" {
		parts = append(parts, string(r.Product)+"/"+string(r.Device))
	}
	for _, s := range []string{r.Call, r.Topic, string(r.Command), string(r.State)} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	for _, p := range r.Points {
		parts = append(parts, fmt.Sprintf("%s=%s", p.Stream, p.Value))
	}
	if n := r.Count - len(r.Points); r.Kind == onenet.KindData && n > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", n))
	}
	if len(r.Payload) > 0 {
		const most = 64
		parts = append(parts, fmt.Sprintf("%q", r.Payload[:min(len(r.Payload), most)]))
	}
	if r.Text != "" {
		parts = append(parts, r.Text)
	}
	return strings.Join(parts, " ") + "\n"
}
