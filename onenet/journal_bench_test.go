package onenet_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// BenchmarkJournalAppend appends from one goroutine per core while readers follow, as
// watchers, the console and tests do. Writers must not feel the readers: ns/op is for one record.
func BenchmarkJournalAppend(b *testing.B) {
	for _, readers := range []int{0, 1, 10} {
		b.Run(fmt.Sprintf("readers=%d", readers), func(b *testing.B) { benchJournal(b, readers) })
	}
}

func benchJournal(b *testing.B, readers int) {
	j := onenet.NewJournal(clock.System(), 0)
	ctx, stop := context.WithCancel(b.Context())
	var wg sync.WaitGroup
	var read, lost uint64 // of the first reader
	for i := range readers {
		wg.Go(func() {
			n, missed, err := follow(ctx, j)
			if !errors.Is(err, context.Canceled) {
				b.Error(err)
			}
			if i == 0 {
				read, lost = n, missed
			}
		})
	}
	payload := make([]byte, 256)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			j.Append(onenet.Record{Kind: onenet.KindMessage, Product: "244754", Device: "527521926", Topic: "led", Payload: payload})
		}
	})
	b.StopTimer()
	stop()
	wg.Wait()
	if readers > 0 {
		b.ReportMetric(float64(lost)/float64(max(read+lost, 1)), "lost/record")
	}
	if last := j.Last(); last != uint64(b.N) {
		b.Fatalf("%d records were appended, the newest is number %d", b.N, last)
	}
}

// follow reads everything that comes until ctx ends, and counts what it got and what it was too late for.
func follow(ctx context.Context, j *onenet.Journal) (read, lost uint64, err error) {
	after := uint64(0)
	for {
		if err := j.Wait(ctx, after); err != nil {
			return read, lost, err
		}
		records, missed := j.Read(after, 256)
		lost += missed
		after += missed
		for _, r := range records {
			after = r.Seq
		}
		read += uint64(len(records))
		if ctx.Err() != nil {
			return read, lost, ctx.Err()
		}
	}
}
