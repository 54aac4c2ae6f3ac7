package api

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

func (d *door) datapointRoutes() []route {
	return []route{
		{method: "GET", path: "/devices/{id}/datapoints", do: d.history},
		{method: "POST", path: "/devices/{id}/datapoints", do: d.upload},
		{method: "DELETE", path: "/devices/{id}/datapoints", do: d.removePoints},
	}
}

// historyJSON is an answer to a history query, its keys in OneNET's order (reference, section 5.7).
type historyJSON struct {
	Cursor  string        `json:"cursor,omitempty"`
	Count   int           `json:"count"`
	Streams []*seriesJSON `json:"datastreams"`
}

type seriesJSON struct {
	Points []pointJSON     `json:"datapoints"`
	ID     onenet.StreamID `json:"id"`
}

type pointJSON struct {
	At    string          `json:"at"`
	Value json.RawMessage `json:"value"`
}

// history is GET /devices/{id}/datapoints.
func (d *door) history(ctx context.Context, c *call) (reply, error) {
	q, err := historyQuery(c)
	if err != nil {
		return reply{}, err
	}
	dev, streams, err := d.p.OpenStreams(ctx, c.access, c.device(), q.Streams, c.method())
	if err != nil {
		return reply{}, err
	}
	q.Ref, q.Streams = dev.Ref(), streams
	h, err := d.p.History(ctx, q)
	if err != nil {
		return reply{}, err
	}
	return envelope(wire.Envelope{Data: historyOf(dev.ID, h)})
}

// historyQuery reads the parameters. first, method and interval, which OneNET gave up, are passed over.
func historyQuery(c *call) (onenet.HistoryQuery, error) {
	var q onenet.HistoryQuery
	for _, s := range c.list("datastream_id") {
		q.Streams = append(q.Streams, onenet.StreamID(s))
	}
	const longest = 60 * 365 * 24 * 60 * 60 // seconds: more than is kept, and what 32 bits can carry
	seconds, err1 := c.number("duration", 0, 0, longest)
	q.Duration = time.Duration(seconds) * time.Second
	var err2, err3, err4, err5, err6 error
	q.Start, err2 = c.time("start")
	q.End, err3 = c.time("end")
	q.Limit, err4 = c.number("limit", 0, 1, onenet.MostPoints)
	q.Desc, err5 = c.descending()
	q.After, err6 = c.cursor()
	return q, cmp.Or(err1, err2, err3, err4, err5, err6)
}

func (c *call) descending() (bool, error) {
	switch strings.ToUpper(c.params["sort"]) {
	case "", "ASC":
		return false, nil
	case "DESC":
		return true, nil
	default:
		return false, onenet.Invalid("sort", "want ASC or DESC, got %q", c.params["sort"])
	}
}

// cursor is the place to go on from; a cursor of another device is none.
func (c *call) cursor() (*onenet.Position, error) {
	text := c.params["cursor"]
	if text == "" {
		return nil, nil
	}
	id, at, err := wire.ParseCursor(text)
	if err != nil {
		return nil, onenet.Invalid("cursor", "%v", err)
	}
	if id != c.device() {
		return nil, onenet.Invalid("cursor", "it belongs to device %q", id)
	}
	return &at, nil
}

// historyOf gathers points by stream, streams by id.
func historyOf(id onenet.DeviceID, h onenet.History) historyJSON {
	out := historyJSON{Count: len(h.Points), Streams: []*seriesJSON{}}
	if h.Next != nil {
		out.Cursor = wire.Cursor(id, *h.Next)
	}
	series := map[onenet.StreamID]*seriesJSON{}
	for _, p := range h.Points {
		s := series[p.Stream]
		if s == nil {
			s = &seriesJSON{ID: p.Stream}
			series[p.Stream] = s
			out.Streams = append(out.Streams, s)
		}
		s.Points = append(s.Points, pointJSON{wire.FormatMillis(p.At), p.Value})
	}
	slices.SortFunc(out.Streams, func(a, b *seriesJSON) int { return cmp.Compare(a.ID, b.ID) })
	return out
}
