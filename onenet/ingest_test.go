package onenet_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/onelan/onelan/onenet"
)

// slowStore answers when it is told to.
type slowStore struct {
	onenet.Store
	due []func()
}

func (s *slowStore) Submit(b onenet.Batch, done func(error)) {
	s.due = append(s.due, func() { s.Store.Submit(b, done) })
}

// The payload is the caller's, who reads the next message into it while the store is at work.
func TestTheRecordOfPointsKeepsTheBeginningOfTheMessage(t *testing.T) {
	t.Parallel()
	for name, sky := range map[string]*sky{"staying here": {deaf: true}, "going up too": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := &slowStore{Store: mustRise(t).store}
			p := onenet.New(onenet.Config{Store: store})
			p.AttachUplink(sky)
			long := strings.Repeat("x", onenet.PayloadKept+1)
			for _, text := range []string{"as it came", long} {
				payload := []byte(text)
				u := onenet.Upload{Ref: ref, Points: []onenet.Datapoint{value("t", "1")}, Topic: "$dp", Size: len(text), Payload: payload}
				p.Ingest(u, func(error) {})
				copy(payload, bytes.Repeat([]byte("-"), len(payload)))
			}
			for _, answer := range store.due {
				answer()
			}
			var got []string
			records, _ := p.Journal().Read(0, 100)
			for _, r := range records {
				if r.Kind == onenet.KindData {
					got = append(got, string(r.Payload))
				}
			}
			if len(got) != 2 || got[0] != "as it came" || got[1] != long[:onenet.PayloadKept] {
				t.Errorf("the journal has %q", got)
			}
		})
	}
}
