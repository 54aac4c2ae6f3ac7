package api

import (
	"context"
	"encoding/json"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// mostAtOnce is how many devices one call may ask for (errno 20).
const mostAtOnce = 1000

// statusJSON is a device in an answer to GET /devices/status.
type statusJSON struct {
	Title  string          `json:"title"`
	Online bool            `json:"online"`
	ID     onenet.DeviceID `json:"id"`
}

// deviceStatus is GET /devices/status.
func (d *door) deviceStatus(ctx context.Context, c *call) (reply, error) {
	list, err := d.wanted(ctx, c)
	if err != nil {
		return reply{}, err
	}
	out := make([]statusJSON, len(list))
	for i, dev := range list {
		out[i] = statusJSON{dev.Title, d.p.Presence(dev.Ref()).Online, dev.ID}
	}
	return envelope(wire.Envelope{Data: struct {
		Devices []statusJSON `json:"devices"`
		Total   int          `json:"total_count"`
	}{out, len(out)}})
}

// latestJSON is a device in an answer to GET /devices/datapoints.
type latestJSON struct {
	Title   string            `json:"title"`
	ID      onenet.DeviceID   `json:"id"`
	Streams []latestPointJSON `json:"datastreams"`
}

// latestPointJSON is the newest point of a stream. Its time has no milliseconds, unlike in the history.
type latestPointJSON struct {
	At    string          `json:"at"`
	ID    onenet.StreamID `json:"id"`
	Value json.RawMessage `json:"value"`
}

// latestPoints is GET /devices/datapoints: the newest point of every stream that has one.
func (d *door) latestPoints(ctx context.Context, c *call) (reply, error) {
	list, err := d.wanted(ctx, c)
	if err != nil {
		return reply{}, err
	}
	out := make([]latestJSON, len(list))
	for i, dev := range list {
		streams, err := d.p.Streams(ctx, dev.Ref())
		if err != nil {
			return reply{}, err
		}
		out[i] = latestJSON{dev.Title, dev.ID, []latestPointJSON{}}
		for _, s := range streams {
			if !s.UpdatedAt.IsZero() {
				out[i].Streams = append(out[i].Streams, latestPointJSON{wire.FormatTime(s.UpdatedAt), s.ID, s.Current})
			}
		}
	}
	return envelope(wire.Envelope{Data: struct {
		Devices []latestJSON `json:"devices"`
	}{out}})
}

// wanted are the devices that devIds names.
func (d *door) wanted(ctx context.Context, c *call) ([]onenet.Device, error) {
	ids := asIDs(c.list("devIds"))
	switch {
	case len(ids) == 0:
		return nil, &wire.APIError{Code: wire.ErrnoParameterRequired, Detail: "devIds"}
	case len(ids) > mostAtOnce:
		return nil, withErrno(wire.ErrnoBatchLimit, onenet.Invalid("devIds", "want at most %d ids, got %d", mostAtOnce, len(ids)))
	}
	return d.p.OpenDevices(ctx, c.access, ids, c.method())
}
