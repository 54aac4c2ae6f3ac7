package bridge

import "sync"

// pulse wakes those who wait for something to be so. The zero value is ready.
type pulse struct {
	mu   sync.Mutex
	next chan struct{} // guarded by mu: closed at the next beat; nil when nobody waits for it
}

// wait gives the channel of the next beat: ask for it before you look.
func (p *pulse) wait() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next == nil {
		p.next = make(chan struct{})
	}
	return p.next
}

func (p *pulse) beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next != nil {
		close(p.next)
		p.next = nil
	}
}
