package broker

import (
	"context"
	"slices"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// greet sends what waited for a device that has just logged in: messages that it had not
// acknowledged, queued messages, cached commands, each in a segment of its own and
// with a gap between (reference, quirk 11: a kit that reads one packet at a
// time loses what is glued to the CONNACK). What is new in the meantime waits behind.
func (b *Broker) greet(l *link) {
	s := l.session
	ctx, cancel := context.WithTimeout(context.Background(), loginTime)
	defer cancel()
	waits := s.loadQueue(ctx)
	commands, err := b.platform.HasWaiting(ctx, s.ref)
	if err != nil {
		b.log.Error("waiting commands not read", "device", s.ref, "err", err)
	}
	if !waits && !commands {
		s.endGreeting(l)
		return
	}
	l.greeter.Go(func() { b.greetSlowly(l, s, commands) })
}

func (b *Broker) greetSlowly(l *link, s *session, commands bool) {
	gap := func() bool {
		// The gap is between segments on a wire: real time, whatever clock the platform has.
		return clock.Sleep(clock.System(), b.switches.ConnackGap, l.ended)
	}
	for gap() && s.greetNext(l) { // the last gap is the one before the commands
	}
	if commands && !l.hasEnded() {
		b.queueCommands(l, s)
	}
	for {
		p := s.nextCommand(l)
		if p == nil {
			break
		}
		l.sendAlone(p)
		if !gap() {
			return
		}
	}
}

// queueCommands fetches the cached commands and lets those that came during the greeting, which are younger, wait behind.
func (b *Broker) queueCommands(l *link, s *session) {
	s.mu.Lock()
	younger := s.commands
	s.commands = nil
	s.mu.Unlock()
	if err := b.platform.SendWaiting(context.Background(), s.ref); err != nil {
		b.log.Error("waiting commands not sent", "device", s.ref, "err", err)
	}
	s.mu.Lock()
	here := s.link == l
	if here {
		s.commands = append(s.commands, younger...)
	}
	s.mu.Unlock()
	if !here {
		b.notWritten(younger)
	}
}

// notWritten tells the platform of commands that it thinks sent.
func (b *Broker) notWritten(list []heldCommand) {
	for _, c := range list {
		b.platform.NotWritten(c.id)
	}
}

// nextCommand is the next command packet that waits; with the last one gone the greeting is over.
func (s *session) nextCommand(l *link) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link != l {
		return nil
	}
	if len(s.commands) > 0 {
		p := s.commands[0].packet
		s.commands = s.commands[1:]
		return p
	}
	s.openLocked()
	return nil
}

func (s *session) endGreeting(l *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.commands {
		l.sendAlone(c.packet)
	}
	s.commands = nil
	if s.link == l {
		s.openLocked()
	}
}

// openLocked ends the greeting: messages go straight to the device from here on.
func (s *session) openLocked() {
	s.greeting = false
	s.away = nil
	var d dirt
	s.pumpLocked(&d)
	d.flush()
}

// loadQueue puts what the store keeps for the device behind what was sent and not
// acknowledged; it reports whether there is anything to send.
func (s *session) loadQueue(ctx context.Context) bool {
	if s.clean {
		return false
	}
	s.broker.settled(ctx)
	list, err := s.broker.store.Queue(ctx, s.ref)
	if err != nil {
		s.broker.log.Error("queued messages not read", "device", s.ref, "err", err)
	}
	oldest := s.broker.clock.Now().Add(-s.broker.limits.OfflineFor)
	s.mu.Lock()
	defer s.mu.Unlock()
	o := &s.outbox
	o.loaded = make(map[int64]bool, len(list))
	fresh := make([]*delivery, 0, len(list)+len(o.waiting))
	for _, m := range list {
		if d := o.fromStore(m); d != nil && m.At.Before(oldest) {
			delete(o.held, m.Seq)
			s.dropStored(m.Seq)
			s.drops.add(s, m.Topic, "the device was away for too long")
		} else if d != nil {
			fresh = append(fresh, d)
		}
	}
	o.waiting = slices.Concat(fresh, slices.DeleteFunc(o.waiting, func(d *delivery) bool { return o.loaded[d.seq] }))
	size := 0
	for _, d := range o.waiting {
		size += len(d.msg.payload)
	}
	s.countWaiting(size - o.bytes)
	o.owed = len(o.waiting)
	return o.owed > 0 || o.resume
}

// fromStore is the delivery of a message that the store keeps: the one that came to
// wait here while the store was read, or a new one. It is nil for a message that was sent already.
func (o *outbox) fromStore(m onenet.QueuedMessage) *delivery {
	o.loaded[m.Seq] = true
	if !o.held[m.Seq] {
		o.hold(m.Seq)
		return &delivery{msg: &message{topic: m.Topic, payload: m.Payload}, qos: m.QoS, seq: m.Seq}
	}
	for _, d := range o.waiting {
		if d.seq == m.Seq {
			return d
		}
	}
	return nil
}

// greetNext sends the next packet of what waited when the device logged in; it reports false when
// there was none. What is newer is left to the end of the greeting, which it could put off for ever.
func (s *session) greetNext(l *link) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link != l {
		return false
	}
	o := &s.outbox
	if o.resume && s.resumeNextLocked(l) {
		return true
	}
	if o.owed == 0 || len(o.sent) >= s.broker.limits.Inflight {
		return false
	}
	o.owed--
	d := o.waiting[0]
	o.waiting = o.waiting[1:]
	s.countWaiting(-len(d.msg.payload))
	var dirty dirt
	s.sendWaitingLocked(d, &dirty)
	dirty.flush()
	return true
}

// resumeNextLocked sends again, marked as a repetition, what was sent on the connection before
// [MQTT-4.4.0-1]; it reports false when all of it is.
func (s *session) resumeNextLocked(l *link) bool {
	o := &s.outbox
	for _, d := range o.sent {
		if d.resent == l {
			continue
		}
		d.resent, d.since = l, int64(s.broker.age())
		if d.released {
			l.sendAck(typePubrel, d.id)
		} else {
			l.sendPublish(d, true)
		}
		if d.qos == 2 {
			l.watch.handshake()
		}
		l.flush()
		return true
	}
	o.resume = false
	return false
}
