package sim

import (
	"sync"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// epoch is where the ESP32's calendar begins, and what its clock says when nobody has set it.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// rtc is a board's two times: the ticks since it was switched on, and the calendar, which somebody has to set.
type rtc struct {
	clock  clock.Clock
	speed  int
	uptime time.Duration

	mu      sync.Mutex
	begin   time.Time     // guarded by mu: of our time, when the power came
	set     time.Duration // guarded by mu: since epoch, what the calendar said when the power came
	serving bool          // guarded by mu: time servers are reachable
}

func newRTC(c clock.Clock, speed int, uptime int64) *rtc {
	r := &rtc{clock: c, speed: speed, uptime: time.Duration(uptime) * time.Millisecond, serving: true}
	r.reset()
	return r
}

// reset is what the loss of power does. A mere restart of the program leaves the calendar as it is.
func (r *rtc) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.begin, r.set = r.clock.Now(), 0
}

func (r *rtc) elapsedLocked() time.Duration {
	return r.clock.Now().Sub(r.begin) * time.Duration(r.speed)
}

func (r *rtc) ticks() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.uptime + r.elapsedLocked()
}

// now is the calendar: the time since epoch.
func (r *rtc) now() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.set + r.elapsedLocked()
}

func (r *rtc) adjust(sinceEpoch time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.set = sinceEpoch - r.elapsedLocked()
}

func (r *rtc) servers(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.serving = on
}

// ntp is the true time since epoch, if somebody tells it.
func (r *rtc) ntp() (time.Duration, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.clock.Now().Sub(epoch), r.serving
}
