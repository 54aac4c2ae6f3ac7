package api

import (
	"context"
	"strings"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// keyDevice is a device in the list of a key, as one SDK reads it.
type keyDevice struct {
	CreateTime string          `json:"create_time"`
	Name       string          `json:"name"`
	ID         onenet.DeviceID `json:"id"`
	Desc       string          `json:"desc,omitempty"`
	ActTime    string          `json:"act_time,omitempty"`
	LastLogin  string          `json:"last_ct,omitempty"`
}

func keyDeviceOf(dev onenet.Device) keyDevice {
	k := keyDevice{CreateTime: wire.FormatTime(dev.CreatedAt), Name: dev.Title, ID: dev.ID, Desc: dev.Desc}
	if !dev.ActivatedAt.IsZero() {
		k.ActTime, k.LastLogin = wire.FormatTime(dev.ActivatedAt), wire.FormatTime(dev.LastLogin)
	}
	return k
}

// keyDevices is GET /keys/{key}/devices: the devices that a key is bound to, or with is_related=false those that it is
// not bound to. device_id and device_title (its beginning) choose among them. An SDK alone knows this call.
func (d *door) keyDevices(ctx context.Context, c *call) (reply, error) {
	k, err := d.namedKey(ctx, c)
	if err != nil {
		return reply{}, err
	}
	page, err := c.paging(mostPerPage)
	if err != nil {
		return reply{}, err
	}
	related, err := c.flag("is_related")
	if err != nil {
		return reply{}, err
	}
	devices, err := d.devicesOfKey(ctx, k, related == nil || *related)
	if err != nil {
		return reply{}, err
	}
	items := []keyDevice{}
	for _, dev := range devices {
		if (c.params["device_id"] == "" || c.params["device_id"] == string(dev.ID)) && strings.HasPrefix(dev.Title, c.params["device_title"]) {
			items = append(items, keyDeviceOf(dev))
		}
	}
	return envelope(wire.Envelope{Data: struct {
		Total   int         `json:"total_count"`
		PerPage int         `json:"per_page"`
		Page    int         `json:"page"`
		Devices []keyDevice `json:"devices"`
	}{len(items), page.size, page.number, pageOf(page, items)}})
}

// devicesOfKey lists the product's devices that the key is bound to, or the others.
func (d *door) devicesOfKey(ctx context.Context, k onenet.Key, bound bool) ([]onenet.Device, error) {
	f := onenet.DeviceFilter{Product: k.Product}
	if bound {
		if f.IDs = k.Devices(); len(f.IDs) == 0 {
			return nil, nil
		}
	}
	list, _, err := d.p.Devices(ctx, f)
	var chosen []onenet.Device
	for _, dev := range list {
		if k.Covers(dev.ID) == bound {
			chosen = append(chosen, dev)
		}
	}
	return chosen, err
}

// bindKey is PUT /keys/{key}/devices: it binds a key to devices (add_dev_ids) and takes it away from others (del_dev_ids),
// and answers how many of each there were. An SDK alone knows this call.
func (d *door) bindKey(ctx context.Context, c *call) (reply, error) {
	k, err := d.namedKey(ctx, c)
	if err != nil {
		return reply{}, err
	}
	m, err := c.members()
	if err != nil {
		return reply{}, err
	}
	add, drop := asIDs(m.texts("add_dev_ids")), asIDs(m.texts("del_dev_ids"))
	if m.err != nil {
		return reply{}, m.err
	}
	added, dropped, err := d.p.BindKey(ctx, k.Product, k.Key, add, drop)
	if err != nil {
		return reply{}, err
	}
	return envelope(wire.Envelope{Data: struct {
		Add  int `json:"add"`
		Drop int `json:"del"`
	}{added, dropped}})
}
