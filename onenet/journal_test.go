package onenet_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

func texts(records []*onenet.Record) []string {
	var list []string
	for _, r := range records {
		list = append(list, fmt.Sprintf("%d:%s", r.Seq, r.Text))
	}
	return list
}

func TestJournalTellsAReaderWhatItMissed(t *testing.T) {
	t.Parallel()
	j := onenet.NewJournal(clock.NewManual(time.Unix(0, 0)), 4)
	for i := range 10 {
		j.Append(onenet.Record{Text: fmt.Sprint(i)})
	}
	records, lost := j.Read(0, 100)
	if lost != 6 {
		t.Errorf("lost %d, want 6", lost)
	}
	if d := cmp.Diff([]string{"7:6", "8:7", "9:8", "10:9"}, texts(records)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	records, lost = j.Read(8, 1)
	if d := cmp.Diff([]string{"9:8"}, texts(records)); d != "" || lost != 0 {
		t.Errorf("with a limit: lost %d (-want +got):\n%s", lost, d)
	}
	if records, lost = j.Read(10, 5); len(records) != 0 || lost != 0 {
		t.Errorf("behind the end: %v, lost %d", texts(records), lost)
	}
}

func TestJournalReadersSeeEveryRecordOnceWhileWritersHurry(t *testing.T) {
	t.Parallel()
	const writers, each = 4, 2000
	j := onenet.NewJournal(clock.System(), writers*each)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for i := range each {
				j.Append(onenet.Record{Count: i})
			}
		})
	}
	for range 3 {
		wg.Go(func() {
			var after uint64
			for after < writers*each {
				records, lost := j.Read(after, 100)
				if lost != 0 {
					t.Errorf("lost %d with a ring that holds all", lost)
				}
				for _, r := range records {
					if r.Seq != after+1 {
						t.Errorf("record %d follows %d", r.Seq, after)
						return
					}
					after = r.Seq
				}
				if len(records) == 0 {
					if err := j.Wait(ctx, after); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
}

func TestJournalReaderThatIsTooSlowLearnsHowMuchItLost(t *testing.T) {
	t.Parallel()
	const n = 20000
	j := onenet.NewJournal(clock.System(), 16)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range n {
			j.Append(onenet.Record{})
		}
	}()
	var after, seen, missed uint64
	for after < n {
		records, lost := j.Read(after, 8)
		missed += lost
		after += lost
		for _, r := range records {
			if r.Seq != after+1 {
				t.Fatalf("record %d follows %d although no loss was told", r.Seq, after)
			}
			after = r.Seq
			seen++
		}
	}
	<-done
	if seen+missed != n {
		t.Errorf("saw %d and missed %d of %d", seen, missed, n)
	}
}

func TestJournalWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	j := onenet.NewJournal(clock.System(), 4)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := j.Wait(ctx, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
