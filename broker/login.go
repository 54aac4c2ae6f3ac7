package broker

import (
	"context"
	"fmt"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// loginTime bounds how long a login may take: the store's answer and the end of the
// device's older connection.
const loginTime = 5 * time.Second

// connect judges a CONNECT. It returns what Mochi is to see, or nothing: then the
// device has been turned down.
func (l *link) connect(f frame) []byte {
	l.state = turnedDown
	ctx, cancel := context.WithTimeout(context.Background(), loginTime)
	defer cancel()
	if f.head != typeConnect<<4 {
		l.violationOn(onenet.ConnectMalformed, "header byte 10", fmt.Sprintf("%02X", f.head), "", nil)
		return nil
	}
	c, r := parseConnect(f.body)
	l.attempt = onenet.Attempt{Product: c.username, Device: c.clientID, Credential: onenet.Secret(c.password), Addr: l.addr}
	if r != nil && r.Cause != onenet.ConnectName {
		l.turnDown(ctx, r)
		return nil
	}
	if r != nil || c.level != 4 || c.name != "MQTT" {
		if r == nil {
			r = onenet.Refuse(levelCause(c)).Want("MQTT, level 4", fmt.Sprintf("%s, level %d", c.name, c.level))
		}
		l.turnDown(ctx, r)
		return nil
	}
	if r := c.check(l.broker.switches.Profile); r != nil {
		l.turnDown(ctx, r)
		return nil
	}
	login, r := l.broker.platform.Login(ctx, l.attempt)
	if r != nil {
		l.answerRefusal(r)
		return nil
	}
	return l.letIn(ctx, c, login)
}

// turnDown records a refusal that the Platform has not seen, and answers it.
func (l *link) turnDown(ctx context.Context, r *onenet.Refusal) {
	l.broker.platform.TurnedDown(ctx, l.attempt, r)
	l.answerRefusal(r)
}

// answerRefusal says to the device what OneNET would say: a code, or nothing.
func (l *link) answerRefusal(r *onenet.Refusal) {
	code := wire.ConnackCode(r)
	if level := r.Cause == onenet.ConnectLevel3 || r.Cause == onenet.ConnectLevel5 || r.Cause == onenet.ConnectLevel; level &&
		l.broker.switches.LevelNot4 == onenet.LevelClose {
		code = wire.NoConnack
	}
	if code != wire.NoConnack {
		l.linger.Store(true)
		l.send([]byte{0x20, 2, 0, code}) // session present is 0 in a refusal [MQTT-3.2.2-4]
	}
	l.end(whyRefused)
}

// letIn takes the device over from its older connection and gives Mochi its CONNECT.
func (l *link) letIn(ctx context.Context, c connect, login onenet.Login) []byte {
	b, ref := l.broker, login.Device.Ref()
	if !b.takeOver(ctx, l, ref) {
		if !l.hasEnded() {
			l.linger.Store(true)
			l.send([]byte{0x20, 2, 0, wire.ConnackUnavailable})
			l.end("the older connection did not end in time")
		}
		return nil
	}
	b.openSession(l, ref, c.clean())
	l.by, l.will, l.state = login.By, c.will, loggedIn
	l.watch.loggedIn(time.Duration(c.keepalive) * time.Second)
	return c.forMochi(registerName(ref))
}

// registerName is the client id under which Mochi knows a device.
func registerName(ref onenet.DeviceRef) string { return string(ref.Product) + "/" + string(ref.Device) }

// takeOver makes l the device's newest link, ends the one before and waits until it
// is gone. Of several logins at once each waits for the one before it, so Mochi never
// sees two of one device. It reports false when l itself was taken over, or out of time.
func (b *Broker) takeOver(ctx context.Context, l *link, ref onenet.DeviceRef) bool {
	b.mu.Lock()
	old := b.current[ref]
	b.current[ref] = l
	b.mu.Unlock()
	if old != nil && old != l {
		old.end(fmt.Sprintf("the device logged in again from %s", l.addr))
		b.platform.TakenOver(ref, old.addr, l.addr)
		select {
		case <-old.gone:
		case <-ctx.Done():
			b.withdraw(l, ref)
			return false
		}
	}
	if l.hasEnded() {
		b.withdraw(l, ref)
		return false
	}
	return true
}

// withdraw undoes takeOver for a link that got no session.
func (b *Broker) withdraw(l *link, ref onenet.DeviceRef) {
	b.mu.Lock()
	if b.current[ref] == l {
		delete(b.current, ref)
	}
	b.mu.Unlock()
}

// established runs when Mochi has handed over the CONNACK.
func (b *Broker) established(l *link) {
	s := l.session
	b.eraseWill(s.world, s.ref.Device)
	b.platform.Arrived(s.ref, s.number, l.addr, arrival(l.by, l.watch.asked(), s.clean))
	l.flush() // only now: who sees the CONNACK may count on the device being online
	b.greet(l)
}

// arrival says in words how a device has come in.
func arrival(by onenet.CredentialKind, keepalive time.Duration, clean bool) string {
	proof, care, session := "auth info", "no keepalive", "kept session"
	switch by {
	case onenet.ByMasterKey:
		proof = "the master key"
	case onenet.ByDeviceKey:
		proof = "a device key"
	case onenet.ByAuthInfo:
	}
	if keepalive > 0 {
		care = fmt.Sprintf("keepalive %d s", int(keepalive.Seconds()))
	}
	if clean {
		session = "clean session"
	}
	return fmt.Sprintf("logged in with %s, %s, %s", proof, care, session)
}

// leave runs when the connection of a logged-in device is over.
func (b *Broker) leave(l *link) {
	s := l.session
	kept, unwritten := s.detach(l)
	// Before the next login is let in: it gives a kept session another number, and what it sends comes behind the will.
	number := s.number
	if l.will != nil && !b.isEnding() {
		b.publishWill(s, l.will)
	}
	b.mu.Lock()
	if b.current[s.ref] == l {
		delete(b.current, s.ref)
	}
	if !kept && b.sessions[s.ref] == s {
		delete(b.sessions, s.ref)
	}
	b.mu.Unlock()
	if !kept {
		b.unregister(s)
	}
	b.platform.Left(s.ref, number, l.addr, *l.why.Load())
	b.notWritten(unwritten)
}

// isEnding tells whether connections end by our own doing.
func (b *Broker) isEnding() bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.closed || b.barred != nil
}
