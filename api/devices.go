package api

import (
	"context"
	"encoding/json"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

func (d *door) deviceRoutes() []route {
	return []route{
		{method: "POST", path: "/devices", do: d.addDevice},
		{method: "GET", path: "/devices", do: d.devices},
		{method: "GET", path: "/devices/status", do: d.deviceStatus},
		{method: "GET", path: "/devices/datapoints", do: d.latestPoints},
		{method: "GET", path: "/devices/{id}", do: d.device},
		{method: "PUT", path: "/devices/{id}", do: d.changeDevice},
		{method: "DELETE", path: "/devices/{id}", do: d.removeDevice},
	}
}

// deviceJSON is a device in detail, its keys in OneNET's order (reference, section 5.5).
type deviceJSON struct {
	Protocol   string          `json:"protocol"`
	CreateTime string          `json:"create_time"`
	Online     bool            `json:"online"`
	Location   *locationJSON   `json:"location,omitempty"`
	ID         onenet.DeviceID `json:"id"`
	AuthInfo   string          `json:"auth_info"`
	Streams    []streamJSON    `json:"datastreams,omitempty"`
	Title      string          `json:"title"`
	Desc       string          `json:"desc,omitempty"`
	Tags       []string        `json:"tags,omitempty"`
	Private    bool            `json:"private"`
	Keys       []keyJSON       `json:"keys,omitempty"`
	Other      json.RawMessage `json:"other,omitempty"`
}

type locationJSON struct {
	Lat float64  `json:"lat"`
	Lon float64  `json:"lon"`
	Ele *float64 `json:"ele,omitempty"`
}

type streamJSON struct {
	Unit       string          `json:"unit"`
	ID         onenet.StreamID `json:"id"`
	UnitSymbol string          `json:"unit_symbol"`
	CreateTime string          `json:"create_time"`
}

type keyJSON struct {
	Title string `json:"title"`
	Key   string `json:"key"`
}

// device is GET /devices/{id}.
func (d *door) device(ctx context.Context, c *call) (reply, error) {
	dev, err := d.p.OpenDevice(ctx, c.access, c.device(), c.method())
	if err != nil {
		return reply{}, err
	}
	streams, err := d.p.Streams(ctx, dev.Ref())
	if err != nil {
		return reply{}, err
	}
	keys, err := d.p.KeysOf(ctx, c.access, dev.ID)
	if err != nil {
		return reply{}, err
	}
	out := deviceJSON{
		Protocol: dev.Protocol, CreateTime: wire.FormatTime(dev.CreatedAt), Online: d.p.Presence(dev.Ref()).Online,
		ID: dev.ID, AuthInfo: string(dev.AuthInfo), Title: dev.Title, Desc: dev.Desc,
		Tags: dev.Tags, Private: dev.Private, Other: dev.Other,
	}
	if l := dev.Location; l != nil {
		out.Location = &locationJSON{Lat: l.Lat, Lon: l.Lon, Ele: l.Ele}
	}
	for _, s := range streams {
		out.Streams = append(out.Streams, streamJSON{s.Unit, s.ID, s.UnitSymbol, wire.FormatTime(s.CreatedAt)})
	}
	for _, k := range keys {
		out.Keys = append(out.Keys, keyJSON{k.Title, string(k.Key)})
	}
	return envelope(wire.Envelope{Data: out})
}
