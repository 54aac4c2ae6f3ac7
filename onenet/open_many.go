package onenet

import "context"

// OpenDevices finds many devices at once through a key, in the order of the ids; those that the product does not have are
// left out. ErrUnauthorized when a device key is not for one of them.
func (p *Platform) OpenDevices(ctx context.Context, a Access, ids []DeviceID, method string) ([]Device, error) {
	for _, id := range ids {
		if !a.Opens(id, "", method) {
			return nil, keyMismatch(id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	found, _, err := p.store.Devices(ctx, DeviceFilter{Product: a.Product, IDs: ids})
	if err != nil {
		return nil, err
	}
	byID := make(map[DeviceID]Device, len(found))
	for _, d := range found {
		byID[d.ID] = d
	}
	list := make([]Device, 0, len(found))
	for _, id := range ids {
		if d, ok := byID[id]; ok {
			list = append(list, d)
			delete(byID, id) // an id that stands there twice counts once
		}
	}
	return list, nil
}
