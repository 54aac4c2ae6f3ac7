package onenet

import (
	"context"
	"slices"
)

// DevicesHere lists devices of which it is known whether they are here (online) or away, and how many there
// are without Offset and Limit. Who is here is no matter of the store, so the page is cut afterwards.
func (p *Platform) DevicesHere(ctx context.Context, f DeviceFilter, online bool) ([]Device, int, error) {
	offset, limit := f.Offset, f.Limit
	f.Offset, f.Limit = 0, 0
	list, _, err := p.store.Devices(ctx, f)
	if err != nil {
		return nil, 0, err
	}
	list = slices.DeleteFunc(list, func(d Device) bool { return p.Presence(d.Ref()).Online != online })
	total := len(list)
	list = list[min(max(offset, 0), total):]
	if limit > 0 && limit < len(list) {
		list = list[:limit]
	}
	return list, total, nil
}
