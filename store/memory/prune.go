package memory

import "time"

// pruneStep is how many points and commands one Prune deletes at most.
const pruneStep = 2000

func (w *world) prune(before time.Time, most int) int {
	gone := 0
	for _, p := range w.products {
		for _, d := range p.devices {
			for _, s := range d.live() {
				gone += w.prunePoints(s, before, most-gone)
			}
			gone += w.pruneCommands(d, before, most-gone)
		}
	}
	return gone
}

// prunePoints counts a file beside its point, and so may return more than most.
func (w *world) prunePoints(s *stream, before time.Time, most int) int {
	n := min(s.from(milliUp(before), 0), max(most, 0))
	return n + w.dropPoints(s, n)
}

// milliUp is the first millisecond that is not before t.
func milliUp(t time.Time) int64 {
	ms := t.UnixMilli()
	if time.UnixMilli(ms).Before(t) {
		ms++
	}
	return ms
}

func (w *world) pruneCommands(d *device, before time.Time, most int) int {
	var old []*command
	for _, c := range d.commands {
		if len(old) >= most || !c.CreatedAt.Before(before) {
			break
		}
		if !c.Waiting(before) {
			old = append(old, c)
		}
	}
	for _, c := range old {
		w.dropCommand(c)
	}
	return len(old)
}
