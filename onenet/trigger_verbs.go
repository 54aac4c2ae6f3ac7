package onenet

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The bounds of triggers. The reference names none.
const (
	MaxTriggers       = 1000 // of one product
	MaxTriggerTitle   = 256  // characters
	MaxTriggerURL     = 2048 // bytes
	MaxTriggerDevices = 1000 // that one trigger names
	MaxTriggerID      = 1_000_000_000
)

// TriggerFilter chooses triggers.
type TriggerFilter struct {
	Product ProductID
	Title   string // somewhere in the title; empty chooses all
	Offset  int
	Limit   int // 0 means all
}

// AddTrigger creates a trigger, which judges every point that is stored after it was. An ID of 0 is made up. What the
// devices uploaded before is where its crossings, changes and silences begin.
//
// ErrInvalid, with the field as the REST API spells it, when a field cannot be; ErrNotFound without the product or one
// of the devices; ErrExists when the ID is taken in any product; ErrLimit when the product has too many.
func (p *Platform) AddTrigger(ctx context.Context, t Trigger) (Trigger, error) {
	t, r, err := p.checkTrigger(ctx, t)
	if err != nil {
		return Trigger{}, err
	}
	if t.CreatedAt.IsZero() {
		t.CreatedAt = p.clock.Now().Truncate(time.Millisecond)
	}
	err = p.inTurn(ctx, func() error {
		w := newWatch(t, r)
		if err := p.watches.admit(w); err != nil {
			return err
		}
		t = w.Trigger
		return p.putWatch(ctx, w, nil, Batch{AddTriggers: []Trigger{t}})
	})
	if err != nil {
		return Trigger{}, err
	}
	p.log.Info("trigger added", "product", t.Product, "trigger", t.ID, "stream", t.Stream, "type", t.Type)
	return t, nil
}

// ChangeTrigger replaces what a person may set of a trigger; its ID and CreatedAt stay. When the condition, the stream
// or the devices change, it begins as a new one would. ErrNotFound without the trigger, else as AddTrigger.
func (p *Platform) ChangeTrigger(ctx context.Context, t Trigger) error {
	t, r, err := p.checkTrigger(ctx, t)
	if err != nil {
		return err
	}
	return p.inTurn(ctx, func() error {
		old, was := p.watches.find(TriggerRef{t.Product, t.ID})
		if old == nil {
			return NotFound("trigger", strconv.Itoa(t.ID))
		}
		t.CreatedAt = was.CreatedAt
		put := Batch{PutTriggers: []Trigger{t}}
		if sameCondition(was, t) {
			return p.change(put, func(err error) {
				if err == nil {
					p.watches.rename(old, t)
				}
			})
		}
		return p.putWatch(ctx, newWatch(t, r), old, put)
	})
}

// RemoveTrigger deletes a trigger. What it fired before is still sent. ErrNotFound when there is none.
func (p *Platform) RemoveTrigger(ctx context.Context, product ProductID, id int) error {
	ref := TriggerRef{product, id}
	return p.inTurn(ctx, func() error {
		w, _ := p.watches.find(ref)
		if w == nil {
			return NotFound("trigger", strconv.Itoa(id))
		}
		return p.change(Batch{DropTriggers: []TriggerRef{ref}}, func(err error) {
			if err == nil {
				p.watches.remove(w.is)
			}
		})
	})
}

// Trigger finds a trigger.
func (p *Platform) Trigger(ctx context.Context, product ProductID, id int) (Trigger, error) {
	all, err := p.store.Triggers(ctx, product)
	if err != nil {
		return Trigger{}, err
	}
	i := slices.IndexFunc(all, func(t Trigger) bool { return t.ID == id })
	if i < 0 {
		return Trigger{}, NotFound("trigger", strconv.Itoa(id))
	}
	return all[i], nil
}

// Triggers lists a product's triggers by ID, and how many there are without Offset and Limit.
func (p *Platform) Triggers(ctx context.Context, f TriggerFilter) ([]Trigger, int, error) {
	list, err := p.store.Triggers(ctx, f.Product)
	if err != nil {
		return nil, 0, err
	}
	list = slices.DeleteFunc(list, func(t Trigger) bool { return !strings.Contains(t.Title, f.Title) })
	total := len(list)
	list = list[min(max(f.Offset, 0), total):]
	if f.Limit > 0 && f.Limit < len(list) {
		list = list[:f.Limit]
	}
	return list, total, nil
}

// checkTrigger gives the trigger in its stored form with the rule it stands for, or says what is wrong with it.
func (p *Platform) checkTrigger(ctx context.Context, t Trigger) (Trigger, rule, error) {
	if err := t.check(); err != nil {
		return t, rule{}, err
	}
	var err error
	if t.Threshold, err = compactThreshold(t.Threshold); err != nil {
		return t, rule{}, err
	}
	r, err := newRule(t.Type, t.Threshold)
	if err != nil {
		return t, rule{}, err
	}
	if _, err := p.store.Product(ctx, t.Product); err != nil {
		return t, rule{}, err
	}
	t.Devices = distinct(t.Devices)
	for _, id := range t.Devices {
		if _, err := p.store.Device(ctx, DeviceRef{t.Product, id}); err != nil {
			return t, rule{}, err
		}
	}
	return t, r, nil
}

func (t Trigger) check() error {
	switch {
	case strings.TrimSpace(t.Title) == "":
		return Invalid("title", "a trigger needs a title")
	case utf8.RuneCountInString(t.Title) > MaxTriggerTitle:
		return Invalid("title", "want at most %d characters, got %d", MaxTriggerTitle, utf8.RuneCountInString(t.Title))
	case t.Stream == "":
		return Invalid("ds_id", "a trigger needs the id of a stream")
	case len(t.Devices) > MaxTriggerDevices:
		return Invalid("dev_ids", "want at most %d devices, got %d; none at all means every device", MaxTriggerDevices, len(t.Devices))
	case t.ID < 0 || t.ID > MaxTriggerID:
		return Invalid("id", "want 1 to %d, got %d", MaxTriggerID, t.ID)
	}
	return checkURL(t.URL)
}

func checkURL(s string) error {
	u, err := url.Parse(s)
	switch {
	case len(s) > MaxTriggerURL:
		return Invalid("url", "want at most %d bytes, got %d", MaxTriggerURL, len(s))
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return Invalid("url", "want http://host/path or https://host/path: that is where the trigger posts to (no e-mail is sent here)")
	}
	return nil
}

// distinct is the list without those that stand in it twice, in the order of the first of each.
func distinct(list []DeviceID) []DeviceID {
	var kept []DeviceID
	seen := map[DeviceID]bool{}
	for _, id := range list {
		if !seen[id] {
			seen[id], kept = true, append(kept, id)
		}
	}
	return kept
}

// inTurn runs a change of the triggers when no other one is under way, with all triggers at hand.
func (p *Platform) inTurn(ctx context.Context, f func() error) error {
	select {
	case p.turns <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-p.turns }()
	if err := p.loadWatches(ctx); err != nil {
		return err
	}
	return f()
}

// change stores the batch. Settle is called in its place among the uploads: those stored before it were
// judged without the change, those after it are judged with it. Whatever happens to the caller, the turn
// ends only when store and memory agree again: hence no context.
func (p *Platform) change(b Batch, settle func(error)) error {
	stored := make(chan error, 1)
	p.store.Submit(b, func(err error) {
		settle(err)
		stored <- err
	})
	return <-stored
}

// putWatch stores what makes w, and lets it judge from then on; old, when given, ends then. Before that it learns
// where the devices stand: first it listens, then it asks the store for what was before, so that nothing falls between.
func (p *Platform) putWatch(ctx context.Context, w, old *watch, b Batch) error {
	p.watches.listen(w)
	if err := p.prime(ctx, w); err != nil {
		p.watches.remove(w.is)
		return err
	}
	var due []*edge
	err := p.change(b, func(err error) {
		if err != nil {
			p.watches.remove(w.is)
			return
		}
		due = p.watches.arm(w, old)
	})
	p.awaitSilence(due)
	return err
}

// compactThreshold is a threshold in its stored form; null and the empty text are none.
func compactThreshold(v json.RawMessage) (json.RawMessage, error) {
	switch string(bytes.TrimSpace(v)) {
	case "", "null", `""`:
		return nil, nil
	}
	var b bytes.Buffer
	if json.Compact(&b, v) != nil {
		return nil, Invalid("threshold", "this is no JSON: %s", shown(v))
	}
	return b.Bytes(), nil
}
