package sim

import (
	"maps"
	"slices"
	"sync"
)

// The station's states, with MicroPython's numbers.
const (
	stateIdle          = 1000
	stateConnecting    = 1001
	stateConnected     = 1010
	stateNoSuchNetwork = 201
	stateWrongPassword = 202
)

// radio is a board's Wi-Fi, and what its packets meet.
type radio struct {
	networks map[string]string // nil: any

	mu     sync.Mutex
	up     bool   // guarded by mu: access points are on the air
	hole   bool   // guarded by mu: packets vanish
	active bool   // guarded by mu: the program has switched the station on
	ssid   string // guarded by mu: what the program wants; "" is nothing
	key    string // guarded by mu
}

func newRadio(networks map[string]string) *radio {
	return &radio{networks: maps.Clone(networks), up: true}
}

func (r *radio) air(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.up = on
}

func (r *radio) blackHole(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hole = on
}

// reset forgets what the program asked for.
func (r *radio) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.active, r.ssid, r.key = false, "", ""
}

func (r *radio) isActive() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.active
}

func (r *radio) activate(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.active = on
	if !on {
		r.ssid, r.key = "", ""
	}
}

// join begins to connect. The port refuses that before active(True), and while it is trying already.
func (r *radio) join(ssid, key string) errno {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case !r.active:
		return errWiFiNotStarted
	case r.ssid != "" && r.stateLocked() != stateConnected:
		return errWiFiState
	}
	r.ssid, r.key = ssid, key
	return 0
}

func (r *radio) leave() errno {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.active {
		return errWiFiNotStarted
	}
	r.ssid, r.key = "", ""
	return 0
}

func (r *radio) state() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stateLocked()
}

func (r *radio) stateLocked() int {
	password, known := r.networks[r.ssid]
	switch {
	case !r.active || r.ssid == "":
		return stateIdle
	case !r.up:
		return stateNoSuchNetwork
	case r.networks == nil:
		return stateConnected
	case !known:
		return stateNoSuchNetwork
	case password != r.key:
		return stateWrongPassword
	}
	return stateConnected
}

// scan is the names of the networks on the air.
func (r *radio) scan() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.up {
		return nil
	}
	return slices.Sorted(maps.Keys(r.networks))
}

// reach says whether packets arrive: errUnreachable without Wi-Fi, and lost when they vanish on the way.
func (r *radio) reach() (lost bool, e errno) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stateLocked() != stateConnected {
		return true, errUnreachable
	}
	return r.hole, 0
}

// silent tells that nothing gets through.
func (r *radio) silent() bool {
	lost, _ := r.reach()
	return lost
}
