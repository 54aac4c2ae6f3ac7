package api

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

func (d *door) datastreamRoutes() []route {
	return []route{
		{method: "POST", path: "/devices/{id}/datastreams", do: d.addStream},
		{method: "GET", path: "/devices/{id}/datastreams", do: d.streams},
		{method: "PUT", path: "/devices/{id}/datastreams/{ds}", do: d.changeStream},
		{method: "GET", path: "/devices/{id}/datastreams/{ds}", do: d.stream},
		{method: "DELETE", path: "/devices/{id}/datastreams/{ds}", do: d.removeStream},
	}
}

// datastreamJSON is a stream, its keys in OneNET's order (reference, section 5.6).
type datastreamJSON struct {
	UpdateAt   string          `json:"update_at,omitempty"`
	ID         onenet.StreamID `json:"id"`
	CreateTime string          `json:"create_time"`
	Current    json.RawMessage `json:"current_value,omitempty"`
	Unit       string          `json:"unit,omitempty"`
	UnitSymbol string          `json:"unit_symbol,omitempty"`
	Tags       []string        `json:"tags,omitempty"`
	UUID       string          `json:"uuid,omitempty"`
}

// datastreamOf shows a stream. One that points made, and nobody described, has the four keys of the documentation's
// example; the uuid comes with what a person set.
func datastreamOf(ref onenet.DeviceRef, s onenet.Datastream) datastreamJSON {
	out := datastreamJSON{
		UpdateAt: timeOrNone(s.UpdatedAt), ID: s.ID, CreateTime: wire.FormatTime(s.CreatedAt), Current: s.Current,
		Unit: s.Unit, UnitSymbol: s.UnitSymbol, Tags: s.Tags,
	}
	if s.Unit != "" || s.UnitSymbol != "" || len(s.Tags) > 0 {
		out.UUID = onenet.StreamUUID(ref, s.ID)
	}
	return out
}

// ds is the stream in the path.
func (c *call) ds() onenet.StreamID { return onenet.StreamID(c.path("ds")) }

// openStream finds the device of the path, if the key opens this stream of it.
func (d *door) openStream(ctx context.Context, c *call, s onenet.StreamID) (onenet.StreamRef, error) {
	dev, _, err := d.p.OpenStreams(ctx, c.access, c.device(), []onenet.StreamID{s}, c.method())
	return onenet.StreamRef{Ref: dev.Ref(), Stream: s}, err
}

// addStream is POST /devices/{id}/datastreams. cmd, interval and formula, for Modbus devices, are passed over.
func (d *door) addStream(ctx context.Context, c *call) (reply, error) {
	if _, _, err := d.p.OpenStreams(ctx, c.access, c.device(), nil, c.method()); err != nil {
		return reply{}, err
	}
	m, err := c.members()
	if err != nil {
		return reply{}, err
	}
	meta := onenet.StreamMeta{Stream: onenet.StreamID(m.need("id"))}
	m.setStream(&meta)
	if m.err != nil {
		return reply{}, m.err
	}
	at, err := d.openStream(ctx, c, meta.Stream)
	if err != nil {
		return reply{}, err
	}
	meta.Ref = at.Ref
	if err := d.p.AddStream(ctx, meta); err != nil {
		return reply{}, err
	}
	return envelope(wire.Envelope{Data: struct {
		UUID string `json:"ds_uuid"`
	}{onenet.StreamUUID(at.Ref, meta.Stream)}})
}

// setStream sets what the body names of a stream.
func (m *members) setStream(s *onenet.StreamMeta) {
	if m.has("unit") {
		s.Unit = m.text("unit")
	}
	if m.has("unit_symbol") {
		s.UnitSymbol = m.text("unit_symbol")
	}
	if m.has("tags") {
		s.Tags = m.texts("tags")
	}
}

// changeStream is PUT /devices/{id}/datastreams/{ds}: what the body does not name stays.
func (d *door) changeStream(ctx context.Context, c *call) (reply, error) {
	at, err := d.openStream(ctx, c, c.ds())
	if err != nil {
		return reply{}, err
	}
	s, err := d.p.Stream(ctx, at)
	if err != nil {
		return reply{}, err
	}
	m, err := c.members()
	if err != nil {
		return reply{}, err
	}
	meta := onenet.StreamMeta{Ref: at.Ref, Stream: s.ID, Unit: s.Unit, UnitSymbol: s.UnitSymbol, Tags: s.Tags}
	m.setStream(&meta)
	if m.err != nil {
		return reply{}, m.err
	}
	if err := d.p.ChangeStream(ctx, meta); err != nil {
		return reply{}, err
	}
	return envelope(wire.Envelope{})
}

// stream is GET /devices/{id}/datastreams/{ds}.
func (d *door) stream(ctx context.Context, c *call) (reply, error) {
	at, err := d.openStream(ctx, c, c.ds())
	if err != nil {
		return reply{}, err
	}
	s, err := d.p.Stream(ctx, at)
	if err != nil {
		return reply{}, err
	}
	return envelope(wire.Envelope{Data: datastreamOf(at.Ref, s)})
}

// streams is GET /devices/{id}/datastreams: all of them, or those that datastream_ids names and there are.
func (d *door) streams(ctx context.Context, c *call) (reply, error) {
	dev, want, err := d.p.OpenStreams(ctx, c.access, c.device(), asStreams(c.list("datastream_ids")), c.method())
	if err != nil {
		return reply{}, err
	}
	list, err := d.p.Streams(ctx, dev.Ref())
	if err != nil {
		return reply{}, err
	}
	out := []datastreamJSON{}
	for _, s := range list {
		if len(want) == 0 || slices.Contains(want, s.ID) {
			out = append(out, datastreamOf(dev.Ref(), s))
		}
	}
	return envelope(wire.Envelope{Data: out})
}

func asStreams(texts []string) []onenet.StreamID {
	var ids []onenet.StreamID
	for _, t := range texts {
		ids = append(ids, onenet.StreamID(t))
	}
	return ids
}

// removeStream is DELETE /devices/{id}/datastreams/{ds}: with its points and files.
func (d *door) removeStream(ctx context.Context, c *call) (reply, error) {
	at, err := d.openStream(ctx, c, c.ds())
	if err != nil {
		return reply{}, err
	}
	if err := d.p.RemoveStream(ctx, at); err != nil {
		return reply{}, err
	}
	return envelope(wire.Envelope{})
}
