package api

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// The bounds of GET /devices (reference, section 5.5).
const (
	lastPage     = 10000
	mostPerPage  = 100
	usualPerPage = 30
	mostListed   = 100 // ids in device_id
)

// devicesJSON is an answer to GET /devices, its keys in OneNET's order.
type devicesJSON struct {
	PerPage int              `json:"per_page"`
	Devices []deviceItemJSON `json:"devices"`
	Total   int              `json:"total_count"`
	Page    int              `json:"page"`
}

// deviceItemJSON is a device in a list. A place that nobody set is 0,0, as apps were seen to get it.
type deviceItemJSON struct {
	Protocol   string          `json:"protocol"`
	CreateTime string          `json:"create_time"`
	ActTime    string          `json:"act_time,omitempty"`
	LastLogin  string          `json:"last_login,omitempty"`
	Online     bool            `json:"online"`
	Location   locationJSON    `json:"location"`
	ID         onenet.DeviceID `json:"id"`
	AuthInfo   string          `json:"auth_info"`
	Title      string          `json:"title"`
	Desc       string          `json:"desc,omitempty"`
	Tags       []string        `json:"tags,omitempty"`
	Private    bool            `json:"private"`
	Other      json.RawMessage `json:"other,omitempty"`
}

// devices is GET /devices.
func (d *door) devices(ctx context.Context, c *call) (reply, error) {
	if err := c.master(); err != nil {
		return reply{}, err
	}
	q, err := c.deviceQuery()
	if err != nil {
		return reply{}, err
	}
	q.filter.Product = c.access.Product
	list, total, err := d.listDevices(ctx, q)
	if err != nil {
		return reply{}, err
	}
	out := devicesJSON{PerPage: q.filter.Limit, Devices: []deviceItemJSON{}, Total: total, Page: q.page}
	for _, dev := range list {
		out.Devices = append(out.Devices, d.deviceItem(dev))
	}
	return envelope(wire.Envelope{Data: out})
}

func (d *door) listDevices(ctx context.Context, q deviceQuery) ([]onenet.Device, int, error) {
	if q.online != nil {
		return d.p.DevicesHere(ctx, q.filter, *q.online)
	}
	return d.p.Devices(ctx, q.filter)
}

func (d *door) deviceItem(dev onenet.Device) deviceItemJSON {
	item := deviceItemJSON{
		Protocol: dev.Protocol, CreateTime: wire.FormatTime(dev.CreatedAt), ActTime: timeOrNone(dev.ActivatedAt),
		LastLogin: timeOrNone(dev.LastLogin), Online: d.p.Presence(dev.Ref()).Online, ID: dev.ID, AuthInfo: string(dev.AuthInfo),
		Title: dev.Title, Desc: dev.Desc, Tags: dev.Tags, Private: dev.Private, Other: dev.Other,
	}
	if l := dev.Location; l != nil {
		item.Location = locationJSON{Lat: l.Lat, Lon: l.Lon, Ele: l.Ele}
	}
	return item
}

// timeOrNone is a time as answers have it; empty for one that never was.
func timeOrNone(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return wire.FormatTime(t)
}

// deviceQuery is what GET /devices asks for.
type deviceQuery struct {
	filter onenet.DeviceFilter
	page   int
	online *bool
}

func (c *call) deviceQuery() (q deviceQuery, err error) {
	f := &q.filter
	f.Keywords, f.Tag, f.AuthInfo = c.params["key_words"], c.params["tag"], onenet.Secret(c.params["auth_info"])
	var err1, err2, err3, err4, err5, err6, err7 error
	q.page, err1 = c.number("page", 1, 1, lastPage)
	f.Limit, err2 = c.number("per_page", usualPerPage, 1, mostPerPage)
	f.Private, err3 = c.flag("private")
	q.online, err4 = c.flag("online")
	f.Begin, err5 = c.day("begin")
	f.End, err6 = c.day("end")
	if !f.End.IsZero() {
		f.End = f.End.AddDate(0, 0, 1) // the day counts itself
	}
	f.IDs = asIDs(append(c.list("device_id"), c.list("device_ids")...)) // the PHP SDK's spelling too
	if len(f.IDs) > mostListed {
		err7 = onenet.Invalid("device_id", "want at most %d ids, got %d", mostListed, len(f.IDs))
	}
	f.Offset = (q.page - 1) * f.Limit
	return q, cmp.Or(err1, err2, err3, err4, err5, err6, err7)
}

func asIDs(texts []string) []onenet.DeviceID {
	var ids []onenet.DeviceID
	for _, t := range texts {
		ids = append(ids, onenet.DeviceID(t))
	}
	return ids
}

// flag is a parameter that is true or false; absent or empty, it is nil.
func (c *call) flag(name string) (*bool, error) {
	flag, ok := parseFlag(c.params[name])
	if !ok {
		return nil, onenet.Invalid(name, "want true or false, got %q", c.params[name])
	}
	return flag, nil
}

// day is a parameter such as 2018-06-01; absent or empty, it is zero.
func (c *call) day(name string) (time.Time, error) {
	text := c.params[name]
	if text == "" {
		return time.Time{}, nil
	}
	t, err := wire.ParseDate(text)
	if err != nil {
		return t, onenet.Invalid(name, "%v", err)
	}
	return t, nil
}
