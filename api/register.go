package api

import (
	"context"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

func (d *door) registerRoutes() []route {
	return []route{
		{method: "POST", path: "/register_de", do: d.register, open: true},
		{method: "PUT", path: "/register_attr", do: d.registerAttr},
	}
}

// register is POST /register_de (reference, section 5.4). The STM32 kit looks for device_id":"…","key":"…
// in the first 320 bytes that it receives: both stand side by side and nothing comes between them.
func (d *door) register(ctx context.Context, c *call) (reply, error) {
	code := onenet.Secret(c.params["register_code"])
	if code == "" {
		return reply{}, &wire.APIError{Code: wire.ErrnoParameterRequired, Detail: "register_code"}
	}
	product, err := d.p.ProductByCode(ctx, code)
	if err != nil {
		return reply{}, err
	}
	if err := d.rate.count(product.ID); err != nil {
		return reply{}, err
	}
	r, err := c.registration()
	if err != nil {
		return reply{}, err
	}
	r.Code, r.Addr = code, c.r.RemoteAddr
	dev, key, err := d.p.Register(ctx, r)
	if err != nil {
		return reply{}, err
	}
	return envelope(wire.Envelope{Data: struct {
		ID  onenet.DeviceID `json:"device_id"`
		Key string          `json:"key"`
	}{dev.ID, string(key.Key)}})
}

// registration reads the body. A MAC address is as good as a serial number.
func (c *call) registration() (onenet.Registration, error) {
	const longestMAC = 32
	m, err := c.members()
	if err != nil {
		return onenet.Registration{}, err
	}
	r := onenet.Registration{Title: m.text("title")}
	if mac := m.text("mac"); mac != "" && m.text("sn") == "" {
		if len(mac) > longestMAC {
			m.fail(onenet.Invalid("mac", "want at most %d characters, got %d", longestMAC, len(mac)))
		}
		r.SN = onenet.Secret(mac)
	} else {
		r.SN = onenet.Secret(m.need("sn"))
	}
	return r, m.err
}

// registerAttr is PUT /register_attr: whether a serial number may be registered again.
func (d *door) registerAttr(ctx context.Context, c *call) (reply, error) {
	if err := c.master(); err != nil {
		return reply{}, err
	}
	m, err := c.members()
	if err != nil {
		return reply{}, err
	}
	m.needs("allow_dup")
	allow := m.flag("allow_dup", true)
	if m.err != nil {
		return reply{}, m.err
	}
	if err := d.p.AllowDup(ctx, c.access.Product, allow); err != nil {
		return reply{}, err
	}
	return envelope(wire.Envelope{})
}
