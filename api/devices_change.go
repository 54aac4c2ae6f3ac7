package api

import (
	"context"
	"errors"
	"strings"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// protocols are those a device may have, as OneNET spells them (reference, section 5.5).
var protocols = []string{"HTTP", "EDP", "MQTT", "MODBUS", "JTEXT", "DTU"}

// addDevice is POST /devices. interval, idsn and route_to, of the older documentation, are passed over.
func (d *door) addDevice(ctx context.Context, c *call) (reply, error) {
	if err := c.master(); err != nil {
		return reply{}, err
	}
	m, err := c.members()
	if err != nil {
		return reply{}, err
	}
	m.need("title")
	dev := onenet.Device{Product: c.access.Product, Private: true, Protocol: "HTTP"}
	m.setDevice(&dev)
	if m.err != nil {
		return reply{}, m.err
	}
	dev, err = d.p.AddDevice(ctx, dev)
	if err != nil {
		return reply{}, spelled(err)
	}
	return envelope(wire.Envelope{Data: struct {
		ID onenet.DeviceID `json:"device_id"`
	}{dev.ID}})
}

// changeDevice is PUT /devices/{id}: what the body does not name stays.
func (d *door) changeDevice(ctx context.Context, c *call) (reply, error) {
	dev, err := d.p.OpenDevice(ctx, c.access, c.device(), c.method())
	if err != nil {
		return reply{}, err
	}
	m, err := c.members()
	if err != nil {
		return reply{}, err
	}
	m.setDevice(&dev)
	if m.err != nil {
		return reply{}, m.err
	}
	if err := d.p.ChangeDevice(ctx, dev); err != nil {
		return reply{}, spelled(err)
	}
	return envelope(wire.Envelope{})
}

// removeDevice is DELETE /devices/{id}. A device that is here is cut off.
func (d *door) removeDevice(ctx context.Context, c *call) (reply, error) {
	if err := c.master(); err != nil {
		return reply{}, err
	}
	dev, err := d.p.OpenDevice(ctx, c.access, c.device(), c.method())
	if err != nil {
		return reply{}, err
	}
	if err := d.p.RemoveDevice(ctx, dev.Ref()); err != nil {
		return reply{}, err
	}
	return envelope(wire.Envelope{})
}

// spelled is an error of the registry with its field as the API spells it.
func spelled(err error) error {
	if e, ok := errors.AsType[*onenet.Error](err); ok && e.Noun == "auth info" {
		return onenet.Errorf(e.Kind, "auth_info", "", "%s", e.Why)
	}
	return err
}

// setDevice sets what the body names of a device.
func (m *members) setDevice(d *onenet.Device) {
	if m.has("title") {
		d.Title = m.filled("title", m.text("title"))
	}
	if m.has("desc") {
		d.Desc = m.text("desc")
	}
	if m.has("tags") {
		d.Tags = m.texts("tags")
	}
	if m.has("auth_info") {
		d.AuthInfo = onenet.Secret(m.filled("auth_info", m.authInfo()))
	}
	if m.has("location") {
		d.Location = m.location()
	}
	if m.has("other") {
		d.Other = m.raw("other")
	}
	if m.text("protocol") != "" {
		d.Protocol = m.protocol()
	}
	d.Private = m.flag("private", d.Private)
}

func (m *members) filled(name, text string) string {
	if text == "" {
		m.fail(onenet.Invalid(name, "want at least one character"))
	}
	return text
}

// authInfo is a text, or an object, which is kept as its text: that is what the device sends as its password then.
func (m *members) authInfo() string {
	if m.of["auth_info"][0] == '{' {
		return string(m.raw("auth_info"))
	}
	return m.text("auth_info")
}

func (m *members) protocol() string {
	got := m.text("protocol")
	for _, p := range protocols {
		if strings.EqualFold(p, got) {
			return p
		}
	}
	m.fail(withErrno(wire.ErrnoInvalidProtocol, onenet.Invalid("protocol", "want one of %s", strings.Join(protocols, ", "))))
	return ""
}

// location is a place; an empty object is none.
func (m *members) location() *onenet.Location {
	in := m.object("location")
	if len(in.of) == 0 {
		return nil
	}
	in.needs("lon")
	in.needs("lat")
	if in.err != nil {
		m.fail(in.err)
		return nil
	}
	l := &onenet.Location{Lon: in.number("lon"), Lat: in.number("lat")}
	if in.has("ele") {
		ele := in.number("ele")
		l.Ele = &ele
	}
	if in.err != nil || l.Lon < -180 || l.Lon > 180 || l.Lat < -90 || l.Lat > 90 {
		m.fail(onenet.Invalid("location", "want lon from -180 to 180 and lat from -90 to 90, in degrees"))
	}
	return l
}
