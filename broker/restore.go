package broker

import (
	"context"
	"time"

	"github.com/onelan/onelan/onenet"
)

// restored is what a restart found in the store.
type restored struct {
	sessions []onenet.StoredSession
}

// restore brings back kept sessions, their queues and retained messages.
func (b *Broker) restore(ctx context.Context) (restored, error) {
	last, err := b.store.LastSeq(ctx)
	if err != nil {
		return restored{}, err
	}
	b.seq.Store(last)
	kept, err := b.store.Retained(ctx)
	if err != nil {
		return restored{}, err
	}
	for _, r := range kept {
		w := b.world(r.Product)
		w.retained[r.Topic] = &retained{msg: &message{topic: r.Topic, payload: r.Payload}, willOf: r.WillOf}
		w.bytes += len(r.Payload)
		if r.WillOf != "" {
			w.wills[r.WillOf] = r.Topic
		}
	}
	sessions, err := b.store.Sessions(ctx)
	if err != nil {
		return restored{}, err
	}
	for _, stored := range sessions {
		if err := b.restoreSession(ctx, stored); err != nil {
			return restored{}, err
		}
	}
	return restored{sessions}, nil
}

func (b *Broker) restoreSession(ctx context.Context, stored onenet.StoredSession) error {
	s := newSession(b, stored.Ref, false)
	s.world = b.world(stored.Ref.Product)
	s.subs = map[string]byte{}
	for _, sub := range stored.Subscriptions {
		s.subs[sub.Topic] = sub.QoS
		s.world.subscribed(sub.Topic)
	}
	queue, err := b.store.Queue(ctx, stored.Ref)
	if err != nil {
		return err
	}
	for _, m := range queue {
		s.away = append(s.away, storedMark{m.Seq, m.At.Truncate(time.Millisecond).UnixMilli()})
	}
	b.sessions[stored.Ref] = s
	return nil
}
