package onenet

import (
	"context"
	"errors"
	"slices"
	"time"
)

// LoadTriggers takes up the triggers that the store has. Until then none fires; the server calls it at its start,
// Reset does it by itself.
//
// Where each device stood is taken from the newest point of its stream. Only triggers that remember (inout, in, out,
// change, frozen, live) ask for it, once for each device that they watch.
func (p *Platform) LoadTriggers(ctx context.Context) error {
	return p.inTurn(ctx, func() error { return nil })
}

// loadWatches takes up the store's triggers if that was not done yet. It comes in turn.
func (p *Platform) loadWatches(ctx context.Context) error {
	if p.watches.complete() {
		return nil
	}
	stored, err := p.store.Triggers(ctx, "")
	if err != nil {
		return err
	}
	var list []*watch
	for _, t := range stored {
		r, err := newRule(t.Type, t.Threshold)
		w := newWatch(t, r)
		if err != nil { // it did not come through AddTrigger
			w.only = map[DeviceID]bool{}
			p.log.Warn("trigger cannot be evaluated", "product", t.Product, "trigger", t.ID, "err", err)
			p.journal.Append(Record{
				Kind: KindWarning, Product: t.Product, Trigger: t.ID, Text: "the trigger cannot be evaluated: " + err.Error(),
			})
		}
		list = append(list, w)
	}
	p.watches.listen(list...)
	if err := p.prime(ctx, list...); err != nil {
		p.watches.clear()
		return err
	}
	var due []*edge
	for _, w := range list {
		due = append(due, p.watches.arm(w, nil)...)
	}
	p.watches.completed()
	p.awaitSilence(due)
	return nil
}

// reloadTriggers takes up the triggers of new content, which stands whether this succeeds or not.
func (p *Platform) reloadTriggers(ctx context.Context) {
	if err := p.LoadTriggers(context.WithoutCancel(ctx)); err != nil {
		p.log.Error("triggers not loaded", "err", err)
		p.journal.Append(Record{Kind: KindSystem, Text: "the triggers were not loaded and will not fire: " + err.Error()})
	}
}

// prime lets triggers know what came before them: for each device the newest point of the stream. What they heard
// themselves meanwhile is newer and stays.
func (p *Platform) prime(ctx context.Context, list ...*watch) error {
	products := map[ProductID][]*watch{}
	for _, w := range list {
		if w.rule.remembers() {
			products[w.Product] = append(products[w.Product], w)
		}
	}
	for id, some := range products {
		devices, err := p.devicesOf(ctx, id, some)
		if err != nil {
			return err
		}
		for _, d := range devices {
			if err := p.primeDevice(ctx, DeviceRef{id, d}, some); err != nil {
				return err
			}
		}
	}
	return nil
}

// devicesOf lists the devices that some triggers of a product watch.
func (p *Platform) devicesOf(ctx context.Context, id ProductID, list []*watch) ([]DeviceID, error) {
	var ids []DeviceID
	for _, w := range list {
		if len(w.Devices) > 0 {
			ids = append(ids, w.Devices...)
			continue
		}
		all, _, err := p.store.Devices(ctx, DeviceFilter{Product: id})
		ids = ids[:0:0]
		for _, d := range all {
			ids = append(ids, d.ID)
		}
		return ids, err
	}
	return distinct(ids), nil
}

func (p *Platform) primeDevice(ctx context.Context, ref DeviceRef, list []*watch) error {
	var streams []StreamID
	for _, w := range list {
		if w.covers(ref.Device) && !slices.Contains(streams, w.Stream) {
			streams = append(streams, w.Stream)
		}
	}
	if len(streams) == 0 {
		return nil
	}
	points, err := p.store.Points(ctx, PointQuery{Ref: ref, Streams: streams, Limit: 1, PerStream: true, Desc: true})
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	now := p.clock.Now()
	for _, pt := range points {
		p.watches.recall(ref, pt, now, list)
	}
	return nil
}

// recall is what the triggers of the list would have remembered of the device's newest point.
func (ws *watches) recall(ref DeviceRef, pt Point, now time.Time, list []*watch) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, w := range list {
		if w.Stream != pt.Stream || !w.covers(ref.Device) || w.edges[ref.Device] != nil || w.gone {
			continue
		}
		if e := ws.edgeLocked(w, ref.Device); e != nil {
			w.rule.step(&e.memory, pt.Value, w.rule.uploaded(pt.At, now))
		}
	}
}

// uploaded is when a point was uploaded, as far as its time tells: no later than now. A device that had been silent for
// too long before anybody watched gets its time anew: the platform was deaf while it did not run, so it listens first.
func (r rule) uploaded(at, now time.Time) time.Time {
	if at.After(now) || r.kind == TriggerFrozen && now.Sub(at) >= r.after {
		return now
	}
	return at
}

func (ws *watches) complete() bool {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	return ws.loaded
}

func (ws *watches) completed() {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.loaded = true
}
