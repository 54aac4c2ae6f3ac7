package onenet

import (
	"context"
	"fmt"
	"time"
)

// presence is one live login.
type presence struct {
	session uint64 // of two logins of a device the newer has the higher number
	addr    string
	since   time.Time
}

// Presence tells whether a device is here, and since when and from where.
type Presence struct {
	Online bool
	Addr   string
	Since  time.Time
}

// flap counts take-overs of one device: two boards with one id.
type flap struct {
	n     int
	first time.Time
}

// Arrived notes that a device is logged in, as session number n: of two sessions of one
// device the higher number counts, in whatever order their calls come. Text says
// more about the connection. Commands that waited are sent by SendWaiting.
func (p *Platform) Arrived(ref DeviceRef, session uint64, addr, text string) {
	now := p.clock.Now()
	p.mu.Lock()
	if p.online[ref].session < session {
		p.online[ref] = presence{session, addr, now}
	}
	p.mu.Unlock()
	p.journal.Append(Record{Kind: KindConnected, Product: ref.Product, Device: ref.Device, Addr: addr, Text: text})
	p.log.Info("device connected", "product", ref.Product, "device", ref.Device, "addr", addr)
	p.uplink().Present(ref)
	p.store.Submit(Batch{Logins: []LoginMark{{ref, now}}}, func(err error) {
		if err != nil {
			p.log.Error("login time not stored", "device", ref, "err", err)
		}
	})
}

// Left notes that a session of a device ended, and why.
func (p *Platform) Left(ref DeviceRef, session uint64, addr, why string) {
	p.mu.Lock()
	if p.online[ref].session == session {
		delete(p.online, ref)
	}
	p.mu.Unlock()
	p.journal.Append(Record{Kind: KindDisconnected, Product: ref.Product, Device: ref.Device, Addr: addr, Text: why})
	p.log.Info("device disconnected", "product", ref.Product, "device", ref.Device, "addr", addr, "why", why)
	p.uplink().Present(ref)
}

// Presence tells whether the device is here.
func (p *Platform) Presence(ref DeviceRef) Presence {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, ok := p.online[ref]
	return Presence{Online: ok, Addr: at.addr, Since: at.since}
}

// OnlineCount is how many devices are here.
func (p *Platform) OnlineCount() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.online)
}

// TakenOver notes that a newer login of the device cut an older one. From the
// third time within a minute on it is told as what it probably is: two boards with one id.
func (p *Platform) TakenOver(ref DeviceRef, oldAddr, newAddr string) {
	const often, window = 3, time.Minute
	now := p.clock.Now()
	p.mu.Lock()
	f := p.flaps[ref]
	if f.n == 0 || now.Sub(f.first) > window {
		f = flap{first: now}
		if len(p.flaps) > 10000 { // devices that took over once and never again
			clear(p.flaps)
		}
	}
	f.n++
	p.flaps[ref] = f
	p.mu.Unlock()
	if f.n < often {
		return
	}
	p.Refused(Attempt{Product: string(ref.Product), Device: string(ref.Device), Addr: newAddr},
		Refuse(LinkTwoBoards).Want("one board with this device id", fmt.Sprintf("%d take-overs within a minute", f.n)).
			Near("the board at %s and the board at %s throw each other out", oldAddr, newAddr), "", nil)
}

// Refused records that something was turned down: topic and payload, when given, are what was turned down.
func (p *Platform) Refused(a Attempt, r *Refusal, topic string, payload []byte) {
	p.journal.Append(Record{
		Kind: KindRefused, Product: ProductID(clip(a.Product)), Device: DeviceID(clip(a.Device)), Addr: a.Addr,
		Topic: clip(topic), Size: len(payload), Payload: keep(payload), Refusal: r, Text: r.Error(),
	})
	p.log.Warn("refused", "product", clip(a.Product), "device", clip(a.Device), "addr", a.Addr, "cause", r.Cause,
		"says", r.Says, "expected", r.Expected, "got", r.Got, "near_miss", r.NearMiss, "fix", r.Fix)
}

// Warn records something that was accepted but is probably not what was meant.
func (p *Platform) Warn(ref DeviceRef, addr, topic string, r *Refusal) {
	p.journal.Append(Record{
		Kind: KindWarning, Product: ref.Product, Device: ref.Device, Addr: addr, Topic: clip(topic), Refusal: r, Text: r.Error(),
	})
	p.log.Warn("probably not what was meant", "device", ref, "topic", clip(topic), "cause", r.Cause, "says", r.Says, "fix", r.Fix)
}

// clip bounds a text that came from outside.
func clip(s string) string {
	const most = 256
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}

// Drop records that count messages for the device were not delivered.
func (p *Platform) Drop(ref DeviceRef, topic string, count int, why string) {
	p.journal.Append(Record{Kind: KindDropped, Product: ref.Product, Device: ref.Device, Topic: topic, Count: count, Text: why})
	p.log.Warn("messages dropped", "device", ref, "topic", clip(topic), "count", count, "why", why)
}

// Device finds a device.
func (p *Platform) Device(ctx context.Context, ref DeviceRef) (Device, error) {
	return p.store.Device(ctx, ref)
}
