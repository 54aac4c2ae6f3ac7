package api

import (
	"context"
	"errors"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// topicRoutes are the calls about topics (reference, section 4.4). All want the master key.
func (d *door) topicRoutes() []route {
	return []route{
		{method: "POST", path: "/mqtt", do: d.publish},
		{method: "POST", path: "/mqtt/topic", do: d.addTopic},
		{method: "DELETE", path: "/mqtt/topic", do: d.removeTopic},
		{method: "GET", path: "/mqtt/topic", do: d.topics},
		{method: "GET", path: "/mqtt/topic_device", do: d.topicDevices},
		{method: "GET", path: "/mqtt/device_topic/{id}", do: d.deviceTopics},
	}
}

// publish is POST /mqtt?topic=: the body goes to the topic's subscribers that are here, at QoS 0.
func (d *door) publish(ctx context.Context, c *call) (reply, error) {
	if err := c.master(); err != nil {
		return reply{}, err
	}
	topic, err := c.needed("topic")
	if err != nil {
		return reply{}, err
	}
	payload, err := c.body(onenet.MaxTopicUpload)
	if err != nil {
		return reply{}, err
	}
	if _, err := d.p.PublishTopic(ctx, c.access.Product, topic, payload, c.r.RemoteAddr, "POST /mqtt"); err != nil {
		return reply{}, err
	}
	return envelope(wire.Envelope{})
}

// addTopic is POST /mqtt/topic with {"name":"…"}.
func (d *door) addTopic(ctx context.Context, c *call) (reply, error) {
	if err := c.master(); err != nil {
		return reply{}, err
	}
	var body struct {
		Name string `json:"name"`
	}
	if err := c.json(mostJSON, &body); err != nil {
		return reply{}, err
	}
	if body.Name == "" {
		return reply{}, &wire.APIError{Code: wire.ErrnoParameterRequired, Detail: "name"}
	}
	if err := d.p.AddTopic(ctx, c.access.Product, body.Name); err != nil {
		return reply{}, asName(err)
	}
	return envelope(wire.Envelope{})
}

// asName lets the error of a bad topic name the field in which it came.
func asName(err error) error {
	if e, ok := errors.AsType[*onenet.Error](err); ok && e.Noun == "topic" && errors.Is(err, onenet.ErrInvalid) {
		return onenet.Invalid("name", "%s", e.Why)
	}
	return err
}

// removeTopic is DELETE /mqtt/topic?name=.
func (d *door) removeTopic(ctx context.Context, c *call) (reply, error) {
	if err := c.master(); err != nil {
		return reply{}, err
	}
	name, err := c.needed("name")
	if err != nil {
		return reply{}, err
	}
	if err := d.p.RemoveTopic(ctx, c.access.Product, name); err != nil {
		return reply{}, err
	}
	return envelope(wire.Envelope{})
}

// topics is GET /mqtt/topic.
func (d *door) topics(ctx context.Context, c *call) (reply, error) {
	if err := c.master(); err != nil {
		return reply{}, err
	}
	list, err := d.p.Topics(ctx, c.access.Product)
	if err != nil {
		return reply{}, err
	}
	return envelope(wire.Envelope{Data: append([]string{}, list...)})
}

// topicDevices is GET /mqtt/topic_device?topic=: the devices that subscribe to a topic. Their ids are ints here.
func (d *door) topicDevices(_ context.Context, c *call) (reply, error) {
	if err := c.master(); err != nil {
		return reply{}, err
	}
	topic, err := c.needed("topic")
	if err != nil {
		return reply{}, err
	}
	const most = 1000
	page, err := c.paging(most)
	if err != nil {
		return reply{}, err
	}
	all := d.p.TopicDevices(c.access.Product, topic)
	ids := []numericID{}
	for _, id := range pageOf(page, all) {
		ids = append(ids, numericID(id))
	}
	return envelope(wire.Envelope{Data: struct {
		PerPage int         `json:"per_page"`
		Devices []numericID `json:"devices"`
		Total   int         `json:"total_count"`
		Page    int         `json:"page"`
	}{page.size, ids, len(all), page.number}})
}

// deviceTopics is GET /mqtt/device_topic/{id}.
func (d *door) deviceTopics(ctx context.Context, c *call) (reply, error) {
	if err := c.master(); err != nil {
		return reply{}, err
	}
	dev, err := d.p.OpenDevice(ctx, c.access, c.device(), c.method())
	if err != nil {
		return reply{}, err
	}
	return envelope(wire.Envelope{Data: append([]string{}, d.p.DeviceTopics(dev.Ref())...)})
}
