package onenet

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// watches are all triggers, in memory, by what they watch. The store has them too, but points are judged where
// it must not be asked: right behind their commit. The zero value has none.
//
// Lock order: watches.mu is held across nothing but the stopping of a timer. Uploads take it only when a trigger watches
// one of their streams.
type watches struct {
	index atomic.Pointer[map[watched][]*watch] // never changed, only replaced; nil while there are no triggers

	mu     sync.Mutex
	list   []*watch        // guarded by mu: by ID
	last   int             // guarded by mu: highest ID so far
	edges  int             // guarded by mu: how many there are
	full   bool            // guarded by mu: that they are too many was told
	loaded bool            // guarded by mu: the list has all that the store has
	busy   *sync.WaitGroup // guarded by mu: firings under way; clear waits for them
}

// watched is what a trigger watches.
type watched struct {
	product ProductID
	stream  StreamID
}

// watch is a Trigger that is being looked after.
type watch struct {
	Trigger
	rule  rule
	only  map[DeviceID]bool  // nil: all devices of the product
	armed bool               // guarded by watches.mu; before, it takes note and stays quiet
	gone  bool               // guarded by watches.mu
	edges map[DeviceID]*edge // guarded by watches.mu
}

// edge is where a device stands to a trigger whose rule remembers. Guarded by watches.mu but for the device.
type edge struct {
	memory
	device  DeviceID
	watch   *watch      // nil when it is over
	waiting bool        // frozen: the silence is being waited for
	stop    func() bool // ends the wait
}

// maxEdges bounds the memory of triggers: some 40 MB.
const maxEdges = 200_000

func newWatch(t Trigger, r rule) *watch {
	w := &watch{Trigger: t, rule: r, edges: map[DeviceID]*edge{}}
	if len(t.Devices) > 0 {
		w.only = map[DeviceID]bool{}
		for _, id := range t.Devices {
			w.only[id] = true
		}
	}
	return w
}

func (w *watch) covers(id DeviceID) bool { return w.only == nil || w.only[id] }

// sameCondition tells whether what one trigger remembers is what the other would.
func sameCondition(a, b Trigger) bool {
	return a.Type == b.Type && bytes.Equal(a.Threshold, b.Threshold) && a.Stream == b.Stream && slices.Equal(a.Devices, b.Devices)
}

// admit gives a new trigger its ID if it has none. It comes in turn, so that the ID stays free.
func (ws *watches) admit(w *watch) error {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	n := 0
	for _, o := range ws.list {
		if o.ID == w.ID {
			return Exists("trigger", strconv.Itoa(w.ID))
		}
		if o.Product == w.Product {
			n++
		}
	}
	if n >= MaxTriggers {
		return Errorf(ErrLimit, "product", string(w.Product), "it has %d triggers and may have %d", n, MaxTriggers)
	}
	if w.ID == 0 {
		w.ID = ws.last + 1
	}
	return nil
}

// listen lets triggers take note of uploads, not yet armed.
func (ws *watches) listen(list ...*watch) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if len(list) == 0 {
		return
	}
	ws.list = append(ws.list, list...)
	slices.SortStableFunc(ws.list, func(a, b *watch) int { return cmp.Compare(a.ID, b.ID) })
	ws.last = max(ws.last, ws.list[len(ws.list)-1].ID)
	ws.reindexLocked()
}

// arm lets a trigger judge, in place of the old one if there is one. It returns those whose silence is to be waited
// for. A trigger that was forgotten meanwhile stays out.
func (ws *watches) arm(w, old *watch) []*edge {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if old != nil {
		ws.removeLocked(old.is)
		ws.reindexLocked()
	}
	if w.gone {
		return nil
	}
	w.armed = true
	return w.dueLocked()
}

// rename gives a trigger what changes nothing of what it watches for: title and URL.
func (ws *watches) rename(w *watch, t Trigger) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	w.Trigger = t
}

// dueLocked lists the edges of a frozen trigger whose silence begins to be waited for.
func (w *watch) dueLocked() (due []*edge) {
	if w.rule.kind != TriggerFrozen {
		return nil
	}
	for _, e := range w.edges {
		if !e.waiting && !e.last.IsZero() {
			e.waiting, due = true, append(due, e)
		}
	}
	return due
}

// find gives a trigger, and what it is at the moment.
func (ws *watches) find(ref TriggerRef) (*watch, Trigger) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, w := range ws.list {
		if w.Product == ref.Product && w.ID == ref.ID {
			return w, w.Trigger
		}
	}
	return nil, Trigger{}
}

// remove forgets triggers.
func (ws *watches) remove(gone func(*watch) bool) {
	if ws.index.Load() == nil {
		return
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.removeLocked(gone)
	ws.reindexLocked()
}

func (ws *watches) removeLocked(gone func(*watch) bool) {
	ws.list = slices.DeleteFunc(ws.list, func(w *watch) bool {
		if !gone(w) {
			return false
		}
		for id := range w.edges {
			ws.endLocked(w, id)
		}
		w.gone = true
		return true
	})
}

// is chooses one trigger.
func (w *watch) is(o *watch) bool { return w == o }

// endLocked forgets where a device stands.
func (ws *watches) endLocked(w *watch, id DeviceID) {
	e := w.edges[id]
	if e == nil {
		return
	}
	delete(w.edges, id)
	ws.edges--
	e.watch = nil
	if e.stop != nil {
		e.stop()
	}
}

// removeDevice does to the triggers what the store does to them when a device goes.
func (ws *watches) removeDevice(ref DeviceRef) {
	ws.remove(func(w *watch) bool {
		if w.Product != ref.Product || !w.covers(ref.Device) {
			return false
		}
		ws.endLocked(w, ref.Device)
		if w.only == nil {
			return false
		}
		rest, some := w.Without(ref.Device)
		w.Trigger = rest
		delete(w.only, ref.Device)
		return !some
	})
}

// removeStream forgets where a device stands whose stream is gone.
func (ws *watches) removeStream(r StreamRef) {
	ws.remove(func(w *watch) bool {
		if w.Product == r.Ref.Product && w.Stream == r.Stream {
			ws.endLocked(w, r.Ref.Device)
		}
		return false
	})
}

// clear forgets all and returns when nothing of it fires any more.
func (ws *watches) clear() {
	ws.mu.Lock()
	ws.removeLocked(func(*watch) bool { return true })
	ws.last, ws.full, ws.loaded = 0, false, false
	ws.reindexLocked()
	busy := ws.busy
	ws.busy = nil
	ws.mu.Unlock()
	if busy != nil {
		busy.Wait()
	}
}

// busyLocked notes that a firing is under way; its Done ends it.
func (ws *watches) busyLocked() *sync.WaitGroup {
	if ws.busy == nil {
		ws.busy = &sync.WaitGroup{} // one for each time between two clears: nobody adds to one that is waited for
	}
	ws.busy.Add(1)
	return ws.busy
}

func (ws *watches) reindexLocked() {
	if len(ws.list) == 0 {
		ws.index.Store(nil)
		return
	}
	m := make(map[watched][]*watch, len(ws.list))
	for _, w := range ws.list {
		k := watched{w.Product, w.Stream}
		m[k] = append(m[k], w)
	}
	ws.index.Store(&m)
}

// edgeLocked finds or makes the edge of a device; nil when there are too many.
func (ws *watches) edgeLocked(w *watch, id DeviceID) *edge {
	if e := w.edges[id]; e != nil {
		return e
	}
	if ws.edges >= maxEdges {
		return nil
	}
	e := &edge{device: DeviceID(strings.Clone(string(id))), watch: w}
	w.edges[e.device] = e
	ws.edges++
	return e
}
