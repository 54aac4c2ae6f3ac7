package broker

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// session is what a device owns here: its subscriptions, what it was sent and has
// not acknowledged, and what it sent and has not released. It lasts as long as the
// connection, or beyond it when the device asked for that (clean session 0).
type session struct {
	broker *Broker
	world  *world
	ref    onenet.DeviceRef
	number uint64 // of two sessions of one device the newer has the higher number
	clean  bool
	erased atomic.Bool // the device was deleted: nothing is kept

	mu       sync.Mutex
	link     *link              // guarded by mu; nil while the device is away
	greeting bool               // guarded by mu: what waited is being sent, what is new has to wait
	subs     map[string]byte    // guarded by mu: topic -> QoS asked for
	outbox   outbox             // guarded by mu
	received map[uint16]pending // guarded by mu: QoS 2 messages between PUBREC and PUBREL
	commands []heldCommand      // guarded by mu: they wait for the end of the greeting
	away     []storedMark       // guarded by mu: messages kept in the store since the device went
	drops    dropCount          // guarded by mu
}

// storedMark names a message in the store.
type storedMark struct {
	seq int64
	at  int64 // when it was published, Unix milliseconds
}

// openSession gives the link its session: the kept one, when device and session both want
// that, or a new one.
func (b *Broker) openSession(l *link, ref onenet.DeviceRef, clean bool) {
	b.mu.Lock()
	old := b.sessions[ref]
	s := old
	if s == nil || s.clean || clean {
		s = newSession(b, b.world(b, ref.Product), ref, clean)
	}
	s.number = b.numbers.Add(1)
	b.sessions[ref] = s
	b.mu.Unlock()
	l.session = s
	s.mu.Lock()
	s.link, s.greeting = l, true
	s.pardonLocked()
	s.mu.Unlock()
	if old != nil && old != s && !old.clean {
		b.unregister(old)
		b.store.Submit(onenet.Batch{DropSessions: []onenet.DeviceRef{ref}}, b.logLoss(ref))
	}
}

func newSession(b *Broker, w *world, ref onenet.DeviceRef, clean bool) *session {
	return &session{broker: b, world: w, ref: ref, clean: clean}
}

// heldCommand is a command packet that has not been written yet.
type heldCommand struct {
	id     onenet.CommandID
	packet []byte
}

// detach parts the session from its link. It reports whether the session is kept, and
// the commands that did not get their turn.
func (s *session) detach(l *link) (kept bool, unwritten []heldCommand) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link == l {
		s.link = nil
		s.greeting = false
		unwritten, s.commands = s.commands, nil
		s.pauseLocked()
		s.drops.report(s, true)
	}
	return !s.clean && !s.erased.Load(), unwritten
}

// command writes a command packet to the device, or lets it wait for the end of the
// greeting. It reports false when the device is away (reference, section 4.1: QoS 0,
// no subscription needed, a segment of its own).
func (s *session) command(id onenet.CommandID, body []byte) bool {
	l := s.write(heldCommand{id, appendPublish(nil, "$creq/"+string(id), body, 0, 0, false, false)})
	if l != nil && len(body) > wire.KitCommandBody && l.separate.Load() {
		s.broker.platform.Warn(s.ref, l.addr, "$creq/"+string(id), onenet.Refuse(onenet.CommandLong).
			Want(fmt.Sprintf("at most %d bytes", wire.KitCommandBody), fmt.Sprintf("%d bytes", len(body))))
	}
	return l != nil
}

// write sends a command on the link that it returns, nil when there is none.
func (s *session) write(c heldCommand) *link {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.link == nil:
	case s.greeting:
		s.commands = append(s.commands, c)
	default:
		s.link.sendAlone(c.packet)
	}
	return s.link
}

// unregister removes what routes and Mochi know of a session that is no more: Mochi's index first, or a route that is
// asked for in between would remember what the index still says.
func (b *Broker) unregister(s *session) {
	s.mu.Lock()
	subs := s.subs
	s.subs = nil
	s.mu.Unlock()
	b.unindex(s)
	for topic := range subs {
		s.world.unsubscribed(topic)
	}
}

func (b *Broker) unindex(s *session) {
	name, mochi := registerName(s.ref), s.world.mochi
	cl, ok := mochi.Clients.Get(name)
	if !ok {
		return
	}
	if l, isLink := cl.Net.Conn.(*link); isLink && l.session != s {
		return // already the next one's
	}
	mochi.UnsubscribeClient(cl)
	mochi.Clients.Delete(name)
}

// logLoss logs that a change of the device's session could not be stored.
func (b *Broker) logLoss(ref onenet.DeviceRef) func(error) {
	return func(err error) {
		if err != nil {
			b.log.Error("change of a session not stored", "device", ref, "err", err)
		}
	}
}
