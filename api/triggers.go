package api

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// triggerRoutes are the calls about triggers (reference, section 5.8). All want the master key.
func (d *door) triggerRoutes() []route {
	return []route{
		{method: "POST", path: "/triggers", do: d.addTrigger},
		{method: "GET", path: "/triggers", do: d.triggers},
		{method: "PUT", path: "/triggers/{trigger}", do: d.changeTrigger},
		{method: "GET", path: "/triggers/{trigger}", do: d.trigger},
		{method: "DELETE", path: "/triggers/{trigger}", do: d.removeTrigger},
	}
}

// triggerBody is what a caller says of a trigger. What is absent stays as it is.
type triggerBody struct {
	*members
	uuids map[string]bool // of streams (ds_uuids), by which older callers name them
}

// triggerBody reads the body.
func (c *call) triggerBody() (triggerBody, error) {
	m, err := c.members()
	if err != nil {
		return triggerBody{}, err
	}
	b := triggerBody{m, map[string]bool{}}
	if m.has("ds_uuids") && !m.has("ds_id") {
		for _, id := range m.texts("ds_uuids") {
			b.uuids[id] = true
		}
	}
	return b, m.err
}

// complete tells of a new trigger whether something is missing that it cannot do without.
func (b triggerBody) complete() error {
	b.need("title")
	if len(b.uuids) == 0 {
		b.need("ds_id")
	}
	b.need("url")
	b.need("type")
	return b.err
}

// onto is the trigger with what the body says.
func (b triggerBody) onto(t onenet.Trigger) (onenet.Trigger, error) {
	if b.has("title") {
		t.Title = b.text("title")
	}
	if b.has("ds_id") {
		t.Stream = onenet.StreamID(b.text("ds_id"))
	}
	if b.has("dev_ids") {
		t.Devices = asIDs(b.texts("dev_ids"))
	}
	if b.has("url") {
		t.URL = b.text("url")
	}
	if b.has("type") {
		t.Type = onenet.TriggerType(b.text("type"))
	}
	if _, there := b.of["threshold"]; there { // null takes it away
		t.Threshold = b.raw("threshold")
	}
	return t, b.err
}

// mendTrigger is t with what the body says.
func (d *door) mendTrigger(ctx context.Context, t onenet.Trigger, b triggerBody) (onenet.Trigger, error) {
	t, err := b.onto(t)
	if err != nil || len(b.uuids) == 0 {
		return t, err
	}
	return d.byUUIDs(ctx, t, b.uuids)
}

// byUUIDs makes the trigger watch the streams with these uuids. It watches one name of a stream: uuids of
// streams of several names are refused.
func (d *door) byUUIDs(ctx context.Context, t onenet.Trigger, uuids map[string]bool) (onenet.Trigger, error) {
	devices, _, err := d.p.Devices(ctx, onenet.DeviceFilter{Product: t.Product})
	if err != nil {
		return t, err
	}
	t.Stream, t.Devices = "", nil
	for _, dev := range devices {
		streams, err := d.p.Streams(ctx, dev.Ref())
		if err != nil {
			return t, err
		}
		for _, s := range streams {
			switch {
			case !uuids[onenet.StreamUUID(dev.Ref(), s.ID)]:
				continue
			case t.Stream != "" && t.Stream != s.ID:
				return t, onenet.Invalid("ds_uuids", "they are streams of several names: %q and %q", t.Stream, s.ID)
			}
			t.Stream, t.Devices = s.ID, append(t.Devices, dev.ID)
		}
	}
	if len(t.Devices) < len(uuids) {
		return t, onenet.Invalid("ds_uuids", "%d of them are of no stream of the product", len(uuids)-len(t.Devices))
	}
	return t, nil
}

// addTrigger is POST /triggers.
func (d *door) addTrigger(ctx context.Context, c *call) (reply, error) {
	if err := c.master(); err != nil {
		return reply{}, err
	}
	body, err := c.triggerBody()
	if err != nil {
		return reply{}, err
	}
	if err := body.complete(); err != nil {
		return reply{}, err
	}
	t, err := d.mendTrigger(ctx, onenet.Trigger{Product: c.access.Product}, body)
	if err != nil {
		return reply{}, err
	}
	if t, err = d.p.AddTrigger(ctx, t); err != nil {
		return reply{}, err
	}
	return envelope(wire.Envelope{Data: struct {
		ID int `json:"trigger_id"`
	}{t.ID}})
}

// namedTrigger is the trigger in the path.
func (d *door) namedTrigger(ctx context.Context, c *call) (onenet.Trigger, error) {
	if err := c.master(); err != nil {
		return onenet.Trigger{}, err
	}
	id, err := strconv.Atoi(c.path("trigger"))
	if err != nil {
		return onenet.Trigger{}, onenet.NotFound("trigger", c.path("trigger"))
	}
	return d.p.Trigger(ctx, c.access.Product, id)
}

// changeTrigger is PUT /triggers/{trigger}.
func (d *door) changeTrigger(ctx context.Context, c *call) (reply, error) {
	t, err := d.namedTrigger(ctx, c)
	if err != nil {
		return reply{}, err
	}
	body, err := c.triggerBody()
	if err != nil {
		return reply{}, err
	}
	if t, err = d.mendTrigger(ctx, t, body); err != nil {
		return reply{}, err
	}
	if err := d.p.ChangeTrigger(ctx, t); err != nil {
		return reply{}, err
	}
	return envelope(wire.Envelope{})
}

// removeTrigger is DELETE /triggers/{trigger}.
func (d *door) removeTrigger(ctx context.Context, c *call) (reply, error) {
	t, err := d.namedTrigger(ctx, c)
	if err != nil {
		return reply{}, err
	}
	if err := d.p.RemoveTrigger(ctx, t.Product, t.ID); err != nil {
		return reply{}, err
	}
	return envelope(wire.Envelope{})
}

// triggerItem is a trigger as answers show it, its members in OneNET's order.
type triggerItem struct {
	CreateTime string             `json:"create_time"`
	Devices    []onenet.DeviceID  `json:"dev_ids,omitempty"`
	Threshold  json.RawMessage    `json:"threshold,omitempty"`
	ID         int                `json:"id"`
	Title      string             `json:"title"`
	Type       onenet.TriggerType `json:"type"`
	Stream     onenet.StreamID    `json:"ds_id"`
	URL        string             `json:"url"`
}

func triggerItemOf(t onenet.Trigger) triggerItem {
	return triggerItem{wire.FormatTime(t.CreatedAt), t.Devices, t.Threshold, t.ID, t.Title, t.Type, t.Stream, t.URL}
}

// trigger is GET /triggers/{trigger}.
func (d *door) trigger(ctx context.Context, c *call) (reply, error) {
	t, err := d.namedTrigger(ctx, c)
	if err != nil {
		return reply{}, err
	}
	return envelope(wire.Envelope{Data: triggerItemOf(t)})
}

// triggers is GET /triggers: title chooses those that have it somewhere in theirs.
func (d *door) triggers(ctx context.Context, c *call) (reply, error) {
	if err := c.master(); err != nil {
		return reply{}, err
	}
	page, err := c.paging(mostPerPage)
	if err != nil {
		return reply{}, err
	}
	list, total, err := d.p.Triggers(ctx, onenet.TriggerFilter{
		Product: c.access.Product, Title: c.params["title"], Offset: page.offset(), Limit: page.size,
	})
	if err != nil {
		return reply{}, err
	}
	items := []triggerItem{}
	for _, t := range list {
		items = append(items, triggerItemOf(t))
	}
	return envelope(wire.Envelope{Data: struct {
		PerPage  int           `json:"per_page"`
		Total    int           `json:"total_count"`
		Triggers []triggerItem `json:"triggers"`
		Page     int           `json:"page"`
	}{page.size, total, items, page.number}})
}
