package broker

import (
	"context"
	"time"

	"github.com/onelan/onelan/onenet"
)

// restored is what the store has for the broker.
type restored struct {
	last     int64 // newest number of a queued message
	retained []onenet.RetainedMessage
	sessions []keptSession
}

// keptSession is a session of a device that is away, and what waits for it.
type keptSession struct {
	onenet.StoredSession
	away []storedMark
}

// readStore reads kept sessions, their queues and retained messages.
func (b *Broker) readStore(ctx context.Context) (found restored, err error) {
	if found.last, err = b.store.LastSeq(ctx); err != nil {
		return restored{}, err
	}
	if found.retained, err = b.store.Retained(ctx); err != nil {
		return restored{}, err
	}
	sessions, err := b.store.Sessions(ctx)
	if err != nil {
		return restored{}, err
	}
	for _, stored := range sessions {
		queue, err := b.store.Queue(ctx, stored.Ref)
		if err != nil {
			return restored{}, err
		}
		s := keptSession{StoredSession: stored}
		for _, m := range queue {
			s.away = append(s.away, storedMark{m.Seq, m.At.Truncate(time.Millisecond).UnixMilli()})
		}
		found.sessions = append(found.sessions, s)
	}
	return found, nil
}

// assemble makes the state of a broker that has just found this in its store.
func (b *Broker) assemble(found restored) (state, error) {
	s := state{
		mochi: newMochi(), worlds: map[onenet.ProductID]*world{}, sessions: map[onenet.DeviceRef]*session{},
		current: map[onenet.DeviceRef]*link{},
	}
	if err := s.mochi.AddHook(&hook{broker: b, stored: found.sessions}, nil); err != nil {
		return state{}, err
	}
	if err := s.mochi.Serve(); err != nil { // it asks the hook for sessions and subscriptions
		return state{}, err
	}
	for _, r := range found.retained {
		w := s.world(b, r.Product)
		w.retained[r.Topic] = &retained{msg: &message{topic: r.Topic, payload: r.Payload}, willOf: r.WillOf}
		w.bytes += len(r.Payload)
		if r.WillOf != "" {
			w.wills[r.WillOf] = r.Topic
		}
	}
	for _, kept := range found.sessions {
		s.sessions[kept.Ref] = b.restoreSession(s.world(b, kept.Ref.Product), kept)
	}
	return s, nil
}

func (b *Broker) restoreSession(w *world, kept keptSession) *session {
	s := newSession(b, w, kept.Ref, false)
	s.away = kept.away
	s.subs = map[string]byte{}
	for _, sub := range kept.Subscriptions {
		s.subs[sub.Topic] = sub.QoS
		w.subscribed(sub.Topic)
	}
	return s
}
