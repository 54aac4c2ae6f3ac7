package console

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/internal/clock"
)

func tokenNo(n int) string { return fmt.Sprintf("%032x", n) }

func TestLongWorkIsFollowedByItsToken(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 20, 13, 0, 0, 0, time.UTC)
	newTimed := func() (*works, *clock.Manual) {
		c, s := clock.NewManual(start), newWorks()
		s.clock = c
		return s, c
	}
	mustBegin := func(t *testing.T, s *works, token string) *work {
		t.Helper()
		w := s.begin(token)
		if w == nil {
			t.Fatalf("work under %s was not taken", token)
		}
		return w
	}
	t.Run("a page may ask before the work begins, and hears each change", func(t *testing.T) {
		t.Parallel()
		s, _ := newTimed()
		page := s.watch(tokenNo(1))
		_, changed := page.look()
		w := mustBegin(t, s, tokenNo(1))
		want := progress{Share: 0.5, Key: "work.points", Args: []any{"6,000"}}
		w.tell(want)
		select {
		case <-changed:
		default:
			t.Error("the page was not woken")
		}
		if got, _ := page.look(); !cmp.Equal(want, got) {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("a token counts once", func(t *testing.T) {
		t.Parallel()
		s, _ := newTimed()
		w := mustBegin(t, s, tokenNo(1))
		if s.begin(tokenNo(1)) != nil {
			t.Error("it was taken twice while the work goes on")
		}
		w.tell(progress{End: endDone})
		if s.begin(tokenNo(1)) != nil {
			t.Error("it was taken again after the work's end")
		}
	})
	t.Run("what is no token is not taken", func(t *testing.T) {
		t.Parallel()
		s, _ := newTimed()
		for _, token := range []string{"", "12", strings.Repeat("z", tokenDigits), tokenNo(1) + "0", "../" + tokenNo(1)[3:]} {
			if s.begin(token) != nil || s.watch(token) != nil {
				t.Errorf("%q was taken", token)
			}
		}
		s.begin("").tell(progress{Share: 1}) // nobody asks: nothing happens
	})
	t.Run("the end is the last word", func(t *testing.T) {
		t.Parallel()
		s, _ := newTimed()
		w := mustBegin(t, s, tokenNo(1))
		w.tell(progress{End: endDone})
		w.tell(progress{End: endFailed})
		if got, _ := s.watch(tokenNo(1)).look(); got.End != endDone {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("what is over is forgotten after a minute, what goes on is not", func(t *testing.T) {
		t.Parallel()
		s, c := newTimed()
		mustBegin(t, s, tokenNo(1)).tell(progress{End: endDone})
		early := s.watch(tokenNo(2))
		mustBegin(t, s, tokenNo(3))
		if !early.lives() {
			t.Error("work that may still begin is given up")
		}
		c.Advance(keptFor + time.Second)
		if early.lives() {
			t.Error("work that never began is still waited for")
		}
		s.watch(tokenNo(4))
		if _, there := s.list[tokenNo(3)]; len(s.list) != 2 || !there {
			t.Errorf("kept: %v", s.list)
		}
	})
	t.Run("when there is no room, work goes on without being followed", func(t *testing.T) {
		t.Parallel()
		s, c := newTimed()
		for n := range mostWorks {
			mustBegin(t, s, tokenNo(n)).tell(progress{End: endDone})
		}
		if s.begin(tokenNo(mostWorks)) != nil {
			t.Errorf("more than %d are kept", mostWorks)
		}
		c.Advance(keptFor + time.Second)
		mustBegin(t, s, tokenNo(mostWorks))
	})
}

func TestAShareIsBetweenNothingAndAll(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		part, whole int
		want        float64
	}{{1, 4, 0.25}, {5, 4, 1}, {-1, 4, 0}, {1, 0, unknown}, {1, -1, unknown}} {
		if got := share(tt.part, tt.whole); got != tt.want {
			t.Errorf("%d of %d is %v, want %v", tt.part, tt.whole, got, tt.want)
		}
	}
}
