package console

import (
	"testing"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

func TestTheJournalIsReadInPagesWithoutAHole(t *testing.T) {
	t.Parallel()
	j := onenet.NewJournal(clock.System(), 5000)
	for range 1500 {
		j.Append(onenet.Record{Kind: onenet.KindMessage, Topic: "led"})
		j.Append(onenet.Record{Kind: onenet.KindSystem})
	}
	c := choice{Kinds: []onenet.Kind{onenet.KindMessage}, Topic: "led"}
	seen, before := 0, uint64(0)
	var last uint64
	for {
		list, older, lost := c.read(j, before, 100)
		for _, rec := range list {
			if last != 0 && rec.Seq != last-2 {
				t.Fatalf("after #%d comes #%d", last, rec.Seq)
			}
			last = rec.Seq
		}
		seen += len(list)
		if older == 0 {
			if lost || seen != 1500 {
				t.Errorf("%d records, lost %v; want 1500", seen, lost)
			}
			return
		}
		before = older
	}
}
