package lab

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/onelan/onelan/onenet"
)

// Send creates a command. With a device that is away and no timeout the error has status 409.
func (c *Client) Send(ctx context.Context, ref onenet.DeviceRef, s Send) (Command, error) {
	return call[Command](ctx, c, http.MethodPost, device(ref, "commands"), nil, s)
}

// Command tells how far a command has come. With a wait it answers when the command has
// ended, or as it stands when the wait is over.
func (c *Client) Command(ctx context.Context, id onenet.CommandID, wait time.Duration) (Command, error) {
	q := url.Values{}
	set(q, "wait", wait)
	return call[Command](ctx, c, http.MethodGet, "/commands/"+url.PathEscape(string(id)), q, nil)
}

// PointQuery asks for a device's points. Zero fields mean: all streams, from the first, to the last, 100, oldest first.
type PointQuery struct {
	Stream onenet.StreamID
	Start  time.Time
	End    time.Time
	Limit  int // at most 6000
	Desc   bool
}

// Points reads a piece of a device's history.
func (c *Client) Points(ctx context.Context, ref onenet.DeviceRef, pq PointQuery) ([]Point, error) {
	q := url.Values{}
	set(q, "stream", pq.Stream)
	set(q, "limit", pq.Limit)
	for name, t := range map[string]time.Time{"start": pq.Start, "end": pq.End} {
		if !t.IsZero() {
			q.Set(name, t.Format(time.RFC3339Nano))
		}
	}
	if pq.Desc {
		q.Set("desc", "1")
	}
	list, err := call[Points](ctx, c, http.MethodGet, device(ref, "points"), q, nil)
	return list.Points, err
}

// Upload stores points as if the device had sent them; those without a time get that of now.
func (c *Client) Upload(ctx context.Context, ref onenet.DeviceRef, points []Point) error {
	_, err := call[struct{}](ctx, c, http.MethodPost, device(ref, "points"), nil, Points{Points: points})
	return err
}

// Streams lists a device's streams, each with its newest value.
func (c *Client) Streams(ctx context.Context, ref onenet.DeviceRef) ([]Stream, error) {
	list, err := call[Streams](ctx, c, http.MethodGet, device(ref, "streams"), nil, nil)
	return list.Streams, err
}
