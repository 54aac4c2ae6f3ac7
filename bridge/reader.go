package bridge

import (
	"context"

	"github.com/onelan/onelan/bridge/queue"
)

// FromQueue makes a Source of a device's place in the queue.
func FromQueue(r *queue.Reader) Source { return reader{r} }

type reader struct{ *queue.Reader }

// Next gives what waits, packed as the Reader says.
func (r reader) Next(ctx context.Context, after int64, limit int) ([]Message, error) {
	parcels, err := r.Reader.Next(ctx, after, limit)
	messages := make([]Message, len(parcels))
	for i, p := range parcels {
		messages[i] = Message{Entries: p.Seqs, More: p.More, Topic: p.Topic, QoS: p.QoS, Payload: p.Payload, Points: p.Points, Until: p.Until, Aged: p.Aged}
	}
	return messages, err
}

// Acked takes what has arrived out of the queue.
func (r reader) Acked(ctx context.Context, messages []Message) error {
	parcels := make([]queue.Parcel, len(messages))
	for i, m := range messages {
		parcels[i] = m.parcel()
	}
	return r.Reader.Acked(ctx, parcels)
}

// Died counts a try of the message's entries.
func (r reader) Died(ctx context.Context, m Message, why string) (bool, error) {
	return r.Reader.Died(ctx, m.parcel(), why)
}

// parcel is as much of the message as the queue asks for when it goes.
func (m Message) parcel() queue.Parcel { return queue.Parcel{Seqs: m.Entries, More: m.More} }
