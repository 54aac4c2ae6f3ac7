package bridge

import (
	"context"
	"time"
)

// Message is one message on its way up.
type Message struct {
	Entries []int64 // the numbers of the queue's entries that it carries, rising: one, or several that are packed
	More    bool    // the entry goes on in the next message, and has arrived when that has
	Topic   string
	QoS     byte
	Payload []byte
	Points  int // data points in it, 0 where nobody has counted them

	Until time.Time     // a message that goes up after it has the payload that Aged gives
	Aged  func() []byte // nil for one that stays as it is
}

// at is the message as it goes up now.
func (m Message) at(now time.Time) Message {
	if m.Aged != nil && now.After(m.Until) {
		m.Payload = m.Aged()
	}
	return m
}

// last is the number that the queue is asked to go on behind.
func (m Message) last() int64 { return m.Entries[len(m.Entries)-1] }

// Source is where a Link's messages come from: the queue of one device. A Link calls Next from one goroutine and Acked from
// another. An error of any method ends the connection; it is tried again like any loss, and nothing has left the queue.
type Source interface {
	// Next gives about limit messages that wait, in order, whose entries have higher numbers than after, which is the number that
	// the Link has come to; none when there are none. It does not wait. On a new connection the Link begins at 0, and what was
	// given and not acknowledged is given again.
	Next(ctx context.Context, after int64, limit int) ([]Message, error)
	// Acked says that the cloud has acknowledged these messages, which are the oldest that were given and not yet acknowledged.
	// When it has returned they must not be given again. Entries that are gone already are no error.
	Acked(ctx context.Context, messages []Message) error
	// Died says that the connection died while this message, and no other, was unacknowledged. What kills connections again and
	// again has to be taken out of the way: gone reports that it is not given any more.
	Died(ctx context.Context, m Message, why string) (gone bool, err error)
	// Changed gets a signal, and holds one, when there is something that Next has not given yet. It has one reader.
	Changed() <-chan struct{}
}
