package sim

import "sync"

// wires are a board's connections, those of its former lives too: the peer of a board that was switched off
// notices nothing, so its connection stands until the peer gives it up.
type wires struct {
	mu      sync.Mutex
	streams map[*stream]struct{} // guarded by mu
	over    bool                 // guarded by mu
}

func newWires() *wires { return &wires{streams: map[*stream]struct{}{}} }

func (w *wires) add(s *stream) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		_ = s.conn.Close()
		return
	}
	w.streams[s] = struct{}{}
}

func (w *wires) remove(s *stream) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.streams, s)
	_ = s.conn.Close()
}

// all is the connections that stand.
func (w *wires) all() []*stream {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []*stream
	for s := range w.streams {
		out = append(out, s)
	}
	return out
}

// cut ends all connections, and those to come.
func (w *wires) cut() {
	w.mu.Lock()
	w.over = true
	w.mu.Unlock()
	for _, s := range w.all() {
		s.abandon() // it may wait for room
		_ = s.conn.Close()
	}
}
