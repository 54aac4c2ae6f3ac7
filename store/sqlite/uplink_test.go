package sqlite

import (
	"fmt"
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"

	"github.com/onelan/onelan/onenet"
)

// bridged is a point that is on its way up as well.
func bridged(i int, value string) onenet.Batch {
	b := valued(i, value)
	b.EnqueueUplink = []onenet.UplinkEntry{{Ref: demo, Seq: int64(i) + 1, At: start, Topic: "$dp", QoS: 1, Payload: []byte(value)}}
	b.CountUplink = []onenet.UplinkCount{{Ref: demo, Column: onenet.UplinkAccepted, N: 1}}
	return b
}

// books says how many points there are, entries on their way up, and entries that were accepted.
func books(t *testing.T, s *Store) string {
	t.Helper()
	var accepted int64
	counts, err := s.UplinkCounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range counts {
		accepted += n.N
	}
	return fmt.Sprintf("%d points, %d entries, %d accepted", mustCount(t, s, "point"), mustCount(t, s, "uplink"), accepted)
}

func allThree(n int) string { return fmt.Sprintf("%d points, %d entries, %d accepted", n, n, n) }

func TestAPointItsEntryAndItsCountAreStoredTogetherOrNotAtAll(t *testing.T) {
	t.Parallel()
	t.Run("on a disk that fills up", func(t *testing.T) {
		t.Parallel()
		s := mustSeed(t)
		mustChange(t, s, "PRAGMA max_page_count = 150")
		done := 0
		for from := 0; from < 400; from += 20 {
			var batches []onenet.Batch
			for i := range 20 {
				batches = append(batches, bridged(from+i, `"`+strings.Repeat("x", 1000)+`"`))
			}
			for _, err := range together(t, s, batches) {
				if err == nil {
					done++
				} else {
					mustProblem(t, err, "is full")
				}
			}
		}
		if done == 0 || done == 400 {
			t.Fatalf("%d of 400 batches were done", done)
		}
		if got, want := books(t, s), allThree(done); got != want {
			t.Errorf("%s; want %s", got, want)
		}
		mustChange(t, s, "PRAGMA max_page_count = 100000")
		mustApply(t, s, bridged(1000, `"after"`))
		if got, want := books(t, s), allThree(done+1); got != want {
			t.Errorf("when there is room again %s; want %s", got, want)
		}
	})
	t.Run("beside one that the database cannot take", func(t *testing.T) {
		t.Parallel()
		s := mustSeed(t)
		err := s.change(t.Context(), func(c *conn) error {
			c.Limit(sqlite.LimitLength, 5000)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var batches []onenet.Batch
		for i := range 20 {
			batches = append(batches, bridged(i, "1"))
		}
		batches[7].EnqueueUplink[0].Payload = make([]byte, 6000)
		for i, err := range together(t, s, batches) { // the group is taken back, and each does it again alone
			if (err != nil) != (i == 7) {
				t.Errorf("batch %d gives %v", i, err)
			}
		}
		if got, want := books(t, s), allThree(19); got != want {
			t.Errorf("%s; want %s", got, want)
		}
	})
}

func TestAnEntryIsAsLargeAsItsPayloadForTheBoundOfWhatWaits(t *testing.T) {
	t.Parallel()
	small, large := bridged(0, "1"), bridged(0, strings.Repeat("x", 10_000))
	small.Points, large.Points = nil, nil
	if got := sizeOf(&large) - sizeOf(&small); got != 9_999 {
		t.Errorf("the large one counts %d bytes more, want 9999", got)
	}
}
