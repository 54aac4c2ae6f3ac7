package onenet

// Close stops the waits for answers to commands and for silent streams, and when it returns no trigger fires any more. It comes when the doors are closed and before the store is:
// how a command stands that was waiting then, the store and Command.As know. Nothing else in the Platform runs by itself.
func (p *Platform) Close() {
	p.watches.clear()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.live {
		if l.window != nil {
			l.window.Stop()
		}
	}
	clear(p.live) // a wait that is ending right now finds nothing
}
