package bridge

import (
	"time"

	"github.com/onelan/onelan/onenet"
)

// lingering is how long a link stays when nothing keeps it: a device that reconnects does not flicker in the cloud.
const lingering = 2 * time.Second

// Present implements onenet.Uplink.
func (b *Bridge) Present(ref onenet.DeviceRef) {
	if p := b.post(ref); p != nil {
		p.review()
	}
}

// review looks whether the cloud should see the device. It is called whenever something has changed that counts for it, and waits
// for nothing.
func (p *post) review() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reviewLocked()
}

func (p *post) reviewLocked() {
	switch {
	case p.link == nil:
	case p.neededLocked():
		p.stayLocked()
		if !p.wanted {
			p.wanted = true
			p.link.Start()
		}
	case p.leaving:
		p.leaveLocked()
	case p.wanted && p.linger == nil:
		p.lingers++
		n := p.lingers
		p.linger = p.bridge.clock.AfterFunc(lingering, func() { p.lingered(n) })
	}
}

// neededLocked tells whether there is a reason to be in the cloud. What waits is asked last: what is put into the queue after that
// comes to review itself.
func (p *post) neededLocked() bool {
	return p.spec.device.Presence == Always || p.drains > 0 || p.bridge.platform.Presence(p.ref).Online || p.bridge.queue.Waiting(p.ref) > 0
}

// stayLocked takes back that the link is to leave.
func (p *post) stayLocked() {
	p.leaving = false
	if p.linger != nil {
		p.linger.Stop()
		p.linger = nil
	}
}

// lingered ends the n-th wait.
func (p *post) lingered(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n != p.lingers || p.linger == nil {
		return
	}
	p.linger = nil
	if p.link == nil || p.neededLocked() {
		return
	}
	p.leaving = true
	p.leaveLocked()
}

// leaveLocked stops the link, unless it is in the middle of a login: then it comes to review when that is over.
func (p *post) leaveLocked() {
	if p.link.leave() {
		p.leaving, p.wanted = false, false
	}
}
