package onenet

import (
	"strings"
	"sync"
	"sync/atomic"
)

// Counts is how much there was of what a journal records, since it was made. Records that the ring has lost and those
// before a Cut count too.
type Counts struct {
	Records  map[Kind]uint64
	Points   uint64 // data points stored
	Dropped  uint64 // messages that were not delivered
	Refusals map[Cause]uint64
	Warnings map[Cause]uint64
	Commands map[CommandState]uint64  // times that commands came into a state
	Triggers map[TriggerResult]uint64 // firings by what became of them
}

// TriggerResult is what became of a firing, as the text of its record begins.
type TriggerResult string

// What becomes of firings.
const (
	TriggerFired     TriggerResult = "fired"
	TriggerDelivered TriggerResult = "delivered"
	TriggerRetrying  TriggerResult = "retrying"
	TriggerGivenUp   TriggerResult = "given up"
)

// Counts tells how much there was so far.
func (j *Journal) Counts() Counts { return j.tally.counts() }

// tally counts records as they are appended. What comes with every message costs an addition.
type tally struct {
	messages atomic.Uint64 // records of KindMessage
	data     atomic.Uint64 // records of KindData
	points   atomic.Uint64
	others   sync.Map // countKey -> *atomic.Uint64
}

// countKey names a counter: a kind, and of some kinds what their records tell apart.
type countKey struct {
	kind Kind
	name string
}

func (t *tally) add(r *Record) {
	switch r.Kind {
	case KindMessage:
		t.messages.Add(1)
	case KindData:
		t.data.Add(1)
		t.points.Add(uint64(max(r.Count, 0)))
	default:
		key, n := r.counted()
		t.counter(key).Add(n)
		if key.name != "" {
			t.counter(countKey{kind: r.Kind}).Add(1)
		}
	}
}

// counted tells where a record counts, and how often.
func (r *Record) counted() (key countKey, n uint64) {
	key, n = countKey{kind: r.Kind}, 1
	switch r.Kind {
	case KindRefused, KindWarning:
		if r.Refusal != nil {
			key.name = string(r.Refusal.Cause)
		}
	case KindCommand:
		key.name = string(r.State)
	case KindDropped:
		key.name, n = "messages", uint64(max(r.Count, 0))
	case KindTrigger:
		key.name, n = string(r.triggerResult()), uint64(max(r.Count, 0))
	default: // the kind says it all
	}
	return key, n
}

func (r *Record) triggerResult() TriggerResult {
	for _, result := range []TriggerResult{TriggerFired, TriggerDelivered, TriggerRetrying, TriggerGivenUp} {
		if strings.HasPrefix(r.Text, string(result)) {
			return result
		}
	}
	return ""
}

func (t *tally) counter(key countKey) *atomic.Uint64 {
	if c, ok := t.others.Load(key); ok {
		return c.(*atomic.Uint64)
	}
	c, _ := t.others.LoadOrStore(key, new(atomic.Uint64))
	return c.(*atomic.Uint64)
}

func (t *tally) counts() Counts {
	c := Counts{
		Records: map[Kind]uint64{KindMessage: t.messages.Load(), KindData: t.data.Load()}, Points: t.points.Load(),
		Refusals: map[Cause]uint64{}, Warnings: map[Cause]uint64{}, Commands: map[CommandState]uint64{}, Triggers: map[TriggerResult]uint64{},
	}
	for k, v := range t.others.Range {
		key, n := k.(countKey), v.(*atomic.Uint64).Load()
		switch {
		case key.name == "":
			c.Records[key.kind] = n
		case key.kind == KindRefused:
			c.Refusals[Cause(key.name)] = n
		case key.kind == KindWarning:
			c.Warnings[Cause(key.name)] = n
		case key.kind == KindCommand:
			c.Commands[CommandState(key.name)] = n
		case key.kind == KindDropped:
			c.Dropped = n
		case key.kind == KindTrigger:
			c.Triggers[TriggerResult(key.name)] = n
		}
	}
	return c
}
