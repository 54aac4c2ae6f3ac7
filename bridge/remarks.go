package bridge

import "sync"

// remarks are what was said once and need not be said again.
type remarks struct {
	mu   sync.Mutex
	said map[string]bool // guarded by mu
}

// mostRemarks bounds what is remembered; beyond it nothing new is said.
const mostRemarks = 64

// first reports whether it was not said before.
func (r *remarks) first(what string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.said[what] || len(r.said) >= mostRemarks {
		return false
	}
	if r.said == nil {
		r.said = map[string]bool{}
	}
	r.said[what] = true
	return true
}
