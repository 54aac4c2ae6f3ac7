package clock_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/internal/clock"
)

func TestManualRunsDueWorkInOrderOfTime(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c := clock.NewManual(start)
	var got []string
	note := func(name string) func() {
		return func() { got = append(got, name+"@"+c.Now().Sub(start).String()) }
	}
	c.AfterFunc(3*time.Second, note("late"))
	c.AfterFunc(time.Second, note("early"))
	c.AfterFunc(time.Second, note("early too"))
	stopped := c.AfterFunc(2*time.Second, note("stopped"))
	c.AfterFunc(time.Second, func() { c.AfterFunc(time.Second, note("chained")) })
	if !stopped.Stop() || stopped.Stop() {
		t.Error("Stop must report true exactly once")
	}
	c.Advance(2 * time.Second)
	want := []string{"early@1s", "early too@1s", "chained@2s"}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("after 2 s (-want +got):\n%s", d)
	}
	c.Advance(time.Hour)
	if d := cmp.Diff(append(want, "late@3s"), got); d != "" {
		t.Errorf("after an hour (-want +got):\n%s", d)
	}
}

func TestManualResetMovesTheCall(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(time.Unix(0, 0))
	n := 0
	timer := c.AfterFunc(time.Second, func() { n++ })
	if !timer.Reset(3 * time.Second) {
		t.Error("Reset of a due timer must report true")
	}
	c.Advance(2 * time.Second)
	if n != 0 {
		t.Fatal("called at the old time")
	}
	c.Advance(time.Second)
	if n != 1 {
		t.Fatalf("called %d times, want once", n)
	}
	if timer.Reset(time.Second) {
		t.Error("Reset of a spent timer must report false")
	}
	c.Advance(time.Second)
	if n != 2 {
		t.Errorf("a timer that was reset after it ran must run again, ran %d times", n)
	}
}
