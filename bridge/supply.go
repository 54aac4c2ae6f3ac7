package bridge

import (
	"context"
	"fmt"
	"sync"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// supply is the Source of a post's link: the queue, with everybody told who wants to know what became of a message.
type supply struct {
	reader
	post *post
	mu   sync.Mutex // held by Next
}

// Next keeps the calls of one connection apart from those of the next: Paho may hold the sender of a connection that is dead, and
// what that took from the queue afterwards would be under way on no connection.
func (s *supply) Next(ctx context.Context, after int64, limit int) ([]Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.reader.Next(ctx, after, limit)
}

// Acked takes what has arrived out of the queue.
func (s *supply) Acked(ctx context.Context, messages []Message) error {
	if err := s.reader.Acked(ctx, messages); err != nil {
		return err
	}
	p := s.post
	p.up.add(len(messages), p.bridge.clock.Now())
	for _, m := range messages {
		p.settleEchoes(m)
		p.story.arrived(p.bridge.pointsIn(m))
	}
	p.story.poke()
	p.review()
	p.bridge.moved.beat()
	return nil
}

// pointsIn is how many data points a message has. What went up as it came was not looked into before.
func (b *Bridge) pointsIn(m Message) int {
	if m.Points > 0 || m.Topic != wire.DPTopic {
		return m.Points
	}
	points, _ := wire.DecodeDP(m.Payload, b.dpOptions())
	return len(points)
}

// Died counts a try of the message's entries.
func (s *supply) Died(ctx context.Context, m Message, why string) (gone bool, err error) {
	gone, err = s.reader.Died(ctx, m, why)
	if gone {
		s.post.story.tell(onenet.Record{
			Topic: m.Topic, QoS: m.QoS, Size: len(m.Payload), Payload: kept(m.Payload), Count: 1,
			Text: fmt.Sprintf("entry %d is in quarantine, so that the others can go on: connections ended on it again and again, the last time: %s", m.last(), why),
		})
		s.post.review()
		s.post.bridge.moved.beat()
	}
	return gone, err
}

// kept copies as much of a payload as a Record holds.
func kept(payload []byte) []byte {
	return append([]byte(nil), payload[:min(len(payload), onenet.PayloadKept)]...)
}
