package onenet_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

func TestJournalCountsWhatItHasLostAndCutToo(t *testing.T) {
	t.Parallel()
	j := onenet.NewJournal(clock.System(), 2)
	for _, r := range []onenet.Record{
		{Kind: onenet.KindMessage, Count: 5}, // receivers
		{Kind: onenet.KindData, Count: 3},
		{Kind: onenet.KindData, Count: 4},
		{Kind: onenet.KindRefused, Refusal: onenet.Refuse(onenet.LoginBlocked)},
		{Kind: onenet.KindRefused, Refusal: onenet.Refuse(onenet.LoginBlocked)},
		{Kind: onenet.KindRefused, Refusal: onenet.Refuse(onenet.SubscribeEmpty)},
		{Kind: onenet.KindWarning, Refusal: onenet.Refuse(onenet.PublishSuspect)},
		{Kind: onenet.KindCommand, State: onenet.CommandSent},
		{Kind: onenet.KindDropped, Count: 10},
		{Kind: onenet.KindTrigger, Count: 1, Text: "fired: t > 30"},
		{Kind: onenet.KindTrigger, Count: 1, Text: "delivered to x: 200 in 1 ms"},
		{Kind: onenet.KindTrigger, Count: 7, Text: "given up: 7 more firings"},
		{Kind: onenet.KindSystem},
	} {
		j.Append(r)
	}
	j.Cut()
	want := onenet.Counts{
		Records: map[onenet.Kind]uint64{
			onenet.KindMessage: 1, onenet.KindData: 2, onenet.KindRefused: 3, onenet.KindWarning: 1, onenet.KindCommand: 1,
			onenet.KindDropped: 1, onenet.KindTrigger: 3, onenet.KindSystem: 1,
		},
		Points: 7, Dropped: 10,
		Refusals: map[onenet.Cause]uint64{onenet.LoginBlocked: 2, onenet.SubscribeEmpty: 1},
		Warnings: map[onenet.Cause]uint64{onenet.PublishSuspect: 1},
		Commands: map[onenet.CommandState]uint64{onenet.CommandSent: 1},
		Triggers: map[onenet.TriggerResult]uint64{onenet.TriggerFired: 1, onenet.TriggerDelivered: 1, onenet.TriggerGivenUp: 7},
	}
	if diff := cmp.Diff(want, j.Counts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

func TestJournalCountsEachRecordOfManyWriters(t *testing.T) {
	t.Parallel()
	j := onenet.NewJournal(clock.System(), 16)
	const writers, each = 8, 1000
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range each {
				j.Append(onenet.Record{Kind: onenet.KindConnected})
				j.Append(onenet.Record{Kind: onenet.KindData, Count: 2})
			}
		})
	}
	wg.Wait()
	c := j.Counts()
	if n := c.Records[onenet.KindConnected]; n != writers*each {
		t.Errorf("%d logins, wanted %d", n, writers*each)
	}
	if c.Points != 2*writers*each {
		t.Errorf("%d points, wanted %d", c.Points, 2*writers*each)
	}
}
