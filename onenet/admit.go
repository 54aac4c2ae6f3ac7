package onenet

import (
	"sync"
	"sync/atomic"
	"time"
)

// maxAdmitted bounds how many devices may be awaited at once.
const maxAdmitted = 1000

// admissions are the devices that a person has asked to be let in although the platform does not know them.
type admissions struct {
	n  atomic.Int64 // how many there are: most logins look no further
	mu sync.Mutex
	to map[DeviceRef]time.Time // guarded by mu: until when each may come
}

// Admit lets a device in that the platform does not know: its next login within d creates it, with the password that it
// brings as its auth info, and its product where that is missing too, as Switches.AutoRegister does for everybody. So a device that was turned down
// can be added by who sees the refusal, although nobody kept its password. ErrInvalid when the ids cannot be any,
// ErrLimit when too many are awaited. For a device that exists it changes nothing.
func (p *Platform) Admit(ref DeviceRef, d time.Duration) error {
	if !ValidID(string(ref.Product)) || !ValidID(string(ref.Device)) {
		return Invalid("device", "%s cannot be an id", ref)
	}
	now, a := p.clock.Now(), &p.admitted
	a.mu.Lock()
	defer a.mu.Unlock()
	for known, until := range a.to {
		if !now.Before(until) {
			delete(a.to, known)
		}
	}
	if _, known := a.to[ref]; !known && len(a.to) >= maxAdmitted {
		return Errorf(ErrLimit, "device", string(ref.Device), "%d devices are awaited already", maxAdmitted)
	}
	if a.to == nil {
		a.to = map[DeviceRef]time.Time{}
	}
	a.to[ref] = now.Add(d)
	a.n.Store(int64(len(a.to)))
	return nil
}

// Admits tells whether the device would be let in by an Admit that is still in force.
func (p *Platform) Admits(ref DeviceRef) bool {
	a := &p.admitted
	if a.n.Load() == 0 {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	until, known := a.to[ref]
	return known && p.clock.Now().Before(until)
}

// drop forgets a device that has come.
func (a *admissions) drop(ref DeviceRef) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.to, ref)
	a.n.Store(int64(len(a.to)))
}

// clear forgets all of them.
func (a *admissions) clear() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.to)
	a.n.Store(0)
}
