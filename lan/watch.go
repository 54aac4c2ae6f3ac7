package lan

import (
	"log/slog"
	"net/netip"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// WatchEvery is how often a Watcher looks. Looking costs a few system calls and works the
// same everywhere, which the systems' own notifications do not.
const WatchEvery = 3 * time.Second

// WatchConfig says what a Watcher looks at. All fields but Changed are required.
type WatchConfig struct {
	Source Source
	WayOut func() netip.Addr
	Clock  clock.Clock
	Log    *slog.Logger
	// Changed is called, one call at a time, when the networks are no longer what they were.
	Changed func(before, after Seen)
}

// Seen is what a Watcher saw when it looked.
type Seen struct {
	Networks  Networks
	Addresses []Address // the best first
}

// Watcher keeps an eye on the networks of this machine. Its methods are safe for concurrent use.
type Watcher struct {
	c       WatchConfig
	seen    atomic.Pointer[Seen]
	stop    chan struct{}
	closing sync.Once
	work    sync.WaitGroup
}

// Watch looks once before it returns, and goes on until Close.
func Watch(c WatchConfig) *Watcher {
	w := &Watcher{c: c, stop: make(chan struct{})}
	first, _ := w.look(Seen{})
	w.seen.Store(&first)
	w.work.Go(w.run)
	return w
}

// Seen is what there was at the last look. Nobody may change it.
func (w *Watcher) Seen() Seen { return *w.seen.Load() }

// Networks are those of Seen.
func (w *Watcher) Networks() Networks { return w.Seen().Networks }

// Close ends the watch; when it returns no call of Changed is under way.
func (w *Watcher) Close() {
	w.closing.Do(func() { close(w.stop) })
	w.work.Wait()
}

func (w *Watcher) run() {
	for clock.Sleep(w.c.Clock, WatchEvery, w.stop) {
		before := w.Seen()
		after, changed := w.look(before)
		if !changed {
			continue
		}
		w.seen.Store(&after)
		if w.c.Changed != nil {
			w.c.Changed(before, after)
		}
	}
}

// look tells what there is, and whether it differs from before. A system that gives no
// answer has not changed.
func (w *Watcher) look(before Seen) (Seen, bool) {
	n, err := w.c.Source()
	if err != nil {
		w.c.Log.Debug("network interfaces not listed", "err", err)
		return before, false
	}
	after := Seen{n, n.Addresses(w.c.WayOut())}
	return after, !reflect.DeepEqual(before, after)
}
