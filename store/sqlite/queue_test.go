package sqlite

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/onelan/onelan/onenet"
)

func sized(n int) job {
	return job{batch: onenet.Batch{Enqueue: []onenet.QueuedMessage{{Payload: make([]byte, n)}}}}
}

// putLater puts a job from a goroutine of its own and gives the result when it has one.
func putLater(ctx context.Context, q *queue, j job) <-chan error {
	result := make(chan error, 1)
	go func() { result <- q.put(ctx, j) }()
	return result
}

// mustWait checks that a put has no result yet, or has this one.
func mustWait(t *testing.T, result <-chan error) {
	t.Helper()
	synctest.Wait()
	select {
	case err := <-result:
		t.Errorf("put does not wait; it gives %v", err)
	default:
	}
}

func TestQueueHoldsWritersUpWhileTooMuchWaits(t *testing.T) {
	t.Parallel()
	t.Run("too many jobs", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			q := newQueue()
			for range mostJobs {
				if err := q.put(t.Context(), job{}); err != nil {
					t.Fatal(err)
				}
			}
			late := putLater(t.Context(), q, job{})
			mustWait(t, late)
			if jobs, more := q.take(nil, true); len(jobs) != mostJobs || !more {
				t.Errorf("%d jobs, %v", len(jobs), more)
			}
			if err := <-late; err != nil {
				t.Error(err)
			}
		})
	})
	t.Run("too many bytes", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			q := newQueue()
			if err := q.put(t.Context(), sized(2*mostBytes)); err != nil { // the first may be of any size
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			patient, hasty := putLater(t.Context(), q, sized(1)), putLater(ctx, q, sized(1))
			mustWait(t, patient)
			cancel()
			if err := <-hasty; !errors.Is(err, context.Canceled) {
				t.Errorf("a put whose context ends gives %v", err)
			}
			q.take(nil, true)
			if err := <-patient; err != nil {
				t.Error(err)
			}
			if jobs, _ := q.take(nil, true); len(jobs) != 1 {
				t.Errorf("%d jobs, want the one that waited", len(jobs))
			}
		})
	})
}

func TestQueueRefusesWhatComesAfterCloseBehindTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		if err := q.put(t.Context(), sized(2*mostBytes)); err != nil {
			t.Fatal(err)
		}
		held := putLater(t.Context(), q, sized(1))
		mustWait(t, held)
		q.close()
		if err := <-held; err != nil {
			t.Error(err)
		}
		if jobs, more := q.take(nil, true); len(jobs) != 1 || !more {
			t.Errorf("the writer gets %d jobs, %v; want the one that came before", len(jobs), more)
		}
		if jobs, more := q.take(nil, true); len(jobs) != 0 || more {
			t.Errorf("the writer gets %d jobs, %v; want the end", len(jobs), more)
		}
		if late := q.refused(); len(late) != 1 {
			t.Errorf("%d jobs to refuse, want the one that was held up", len(late))
		}
		if late := q.refused(); len(late) != 0 {
			t.Errorf("%d jobs to refuse, want none", len(late))
		}
		if err := q.put(t.Context(), job{}); !errors.Is(err, errClosed) {
			t.Errorf("put gives %v when all is over", err)
		}
	})
}
