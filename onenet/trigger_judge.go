package onenet

import (
	"bytes"
	"fmt"
	"time"
)

// judge lets the triggers see points that were just stored, in the order in which they stand in their message. It
// is called behind the commit, one call at a time, and is next to nothing while no trigger watches these streams.
func (p *Platform) judge(ref DeviceRef, points []StoredPoint) {
	index := p.watches.index.Load()
	if index == nil {
		return
	}
	for i := range points {
		if len((*index)[watched{ref.Product, points[i].Stream}]) > 0 {
			p.judgeSome(ref, points[i:])
			return
		}
	}
}

func (p *Platform) judgeSome(ref DeviceRef, points []StoredPoint) {
	v := p.watches.verdict(ref, points)
	if v.full {
		p.tellFull()
	}
	p.awaitSilence(v.due)
	if v.done == nil {
		return
	}
	defer v.done()
	for _, f := range v.fired {
		p.fire(f)
	}
}

// verdict is what some points mean to the triggers.
type verdict struct {
	fired []Firing
	due   []*edge // silences to wait for
	full  bool    // there are more edges than may be, for the first time
	done  func()  // to be called when all has been fired; nil when nothing is
}

func (ws *watches) verdict(ref DeviceRef, points []StoredPoint) (v verdict) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	index := ws.index.Load()
	if index == nil {
		return v
	}
	for i := range points {
		for _, w := range (*index)[watched{ref.Product, points[i].Stream}] {
			if w.covers(ref.Device) && ws.seesLocked(w, ref.Device, &points[i], &v) && w.armed {
				v.fired = append(v.fired, w.firing(ref, points[i].At, points[i].Value))
			}
		}
	}
	if len(v.fired) > 0 {
		v.done = ws.busyLocked().Done
	}
	return v
}

// seesLocked lets one trigger see one point and tells whether it comes true by it.
func (ws *watches) seesLocked(w *watch, id DeviceID, pt *StoredPoint, v *verdict) bool {
	if !w.rule.remembers() {
		return w.rule.matches(pt.Value)
	}
	e := ws.edgeLocked(w, id)
	if e == nil {
		v.full, ws.full = v.full || !ws.full, true
		return false
	}
	hit := w.rule.step(&e.memory, pt.Value, pt.Received)
	if w.rule.kind == TriggerFrozen && w.armed && !e.waiting {
		e.waiting, v.due = true, append(v.due, e)
	}
	return hit
}

// firing is the trigger having come true. The value is copied: it may lie in the memory of a large message.
func (w *watch) firing(ref DeviceRef, at time.Time, value []byte) Firing {
	return Firing{Trigger: w.Trigger, Ref: ref, Stream: w.Stream, At: at, Value: bytes.Clone(value)}
}

// fire notes a firing and sends it on its way.
func (p *Platform) fire(f Firing) {
	point := StoredPoint{Datapoint: Datapoint{Stream: f.Stream, At: f.At, Value: f.Value}}
	p.journal.Append(Record{
		Kind: KindTrigger, Product: f.Ref.Product, Device: f.Ref.Device, Trigger: f.Trigger.ID, Count: 1,
		Points: notePoints([]StoredPoint{point}, len(f.Value)), Text: "fired: " + f.Trigger.says(f.Stream),
	})
	p.log.Debug("trigger fired", "device", f.Ref, "trigger", f.Trigger.ID, "stream", f.Stream)
	p.outlet().Fire(f)
}

// says is the condition in words.
func (t Trigger) says(s StreamID) string {
	stream, bound := clip(string(s)), clip(string(t.Threshold))
	switch t.Type {
	case TriggerInOut:
		return fmt.Sprintf("%s crossed a bound of %s", stream, bound)
	case TriggerIn:
		return fmt.Sprintf("%s came into %s", stream, bound)
	case TriggerOut:
		return fmt.Sprintf("%s went out of %s", stream, bound)
	case TriggerChange:
		return stream + " changed"
	case TriggerFrozen:
		return fmt.Sprintf("no upload to %s for %s s", stream, bound)
	case TriggerLive:
		return fmt.Sprintf("an upload to %s after %s s or more without", stream, bound)
	default:
		return fmt.Sprintf("%s %s %s", stream, t.Type, bound)
	}
}

func (p *Platform) tellFull() {
	const text = "triggers watch so many streams of devices that crossings, changes and silences of further ones are not noticed"
	p.log.Warn("too many streams watched", "most", maxEdges)
	p.journal.Append(Record{Kind: KindSystem, Count: maxEdges, Text: text})
}
