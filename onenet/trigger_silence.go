package onenet

import (
	"context"
	"sync"
	"time"
)

// A frozen trigger has one timer for each device that has uploaded. An upload only notes its time; when the
// timer is due too early because of that, it is set again for the rest.

// newestWithin bounds the look for the value that a silent device left.
const newestWithin = 5 * time.Second

// awaitSilence sets the timers of edges whose wait begins.
func (p *Platform) awaitSilence(due []*edge) {
	for _, e := range due {
		if left, waits := p.watches.left(e, p.clock.Now()); waits {
			p.setTimer(e, left)
		}
	}
}

func (p *Platform) setTimer(e *edge, d time.Duration) {
	timer := p.clock.AfterFunc(max(d, 0), func() { p.silence(e) })
	if !p.watches.keepTimer(e, timer.Stop) {
		timer.Stop()
	}
}

// left is how long a device may still be silent, if anybody waits for it.
func (ws *watches) left(e *edge, now time.Time) (time.Duration, bool) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if e.watch == nil || !e.waiting {
		return 0, false
	}
	return e.watch.rule.after - now.Sub(e.last), true
}

// keepTimer keeps how to stop the timer; false when the wait is over already.
func (ws *watches) keepTimer(e *edge, stop func() bool) bool {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if e.watch != nil {
		e.stop = stop
	}
	return e.watch != nil
}

// silence is called when a device may have been silent for too long.
func (p *Platform) silence(e *edge) {
	t, left, busy := p.watches.over(e, p.clock.Now())
	switch {
	case left > 0:
		p.setTimer(e, left)
	case busy != nil:
		defer busy.Done()
		p.fireSilence(t, DeviceRef{t.Product, e.device})
	}
}

// over ends the wait for a silence that is long enough: then there is a busy. Else it may tell how long is left.
func (ws *watches) over(e *edge, now time.Time) (t Trigger, left time.Duration, busy *sync.WaitGroup) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if e.watch == nil || !e.waiting {
		return Trigger{}, 0, nil
	}
	if left = e.watch.rule.after - now.Sub(e.last); left > 0 {
		return Trigger{}, left, nil
	}
	e.waiting = false // the next upload begins another
	return e.watch.Trigger, 0, ws.busyLocked()
}

// fireSilence fires with the newest point there is. There is none when the points or the device were deleted: nobody is silent then.
func (p *Platform) fireSilence(t Trigger, ref DeviceRef) {
	ctx, cancel := context.WithTimeout(context.Background(), newestWithin)
	defer cancel()
	points, err := p.store.Points(ctx, PointQuery{Ref: ref, Streams: []StreamID{t.Stream}, Limit: 1, Desc: true})
	if err != nil {
		p.log.Error("newest point of a silent stream not read", "device", ref, "stream", t.Stream, "trigger", t.ID, "err", err)
		return
	}
	for _, pt := range points {
		p.fire(Firing{Trigger: t, Ref: ref, Stream: t.Stream, At: pt.At, Value: pt.Value})
	}
}
