package onenet

import (
	"context"
	"errors"
	"fmt"
)

// RowError says which of many is wrong, and which field of it.
type RowError struct {
	Row   int    // from 0
	Field string // product, device, title, auth_info ...
	Err   error
}

func (e *RowError) Error() string {
	return fmt.Sprintf("device %d of the list, %s: %v", e.Row+1, e.Field, e.Err)
}

// Unwrap gives what is wrong.
func (e *RowError) Unwrap() error { return e.Err }

// AddDevices creates many devices at once, or none: what AddDevice would refuse of any, or
// what two of them cannot both have, comes back as a *RowError.
func (p *Platform) AddDevices(ctx context.Context, list []Device) ([]Device, error) {
	list = append([]Device(nil), list...)
	taken := map[string]bool{} // ids and auth infos of the list itself
	for i := range list {
		d, err := p.prepare(list[i])
		if err == nil {
			err = p.checkFree(ctx, d, taken)
		}
		if err != nil {
			return nil, &RowError{Row: i, Field: rowField(err), Err: err}
		}
		list[i] = d
	}
	return list, p.addDevices(ctx, list)
}

// prepare fills in what a new device left open and checks the rest.
func (p *Platform) prepare(d Device) (Device, error) {
	id := string(d.ID)
	if id == "" {
		id = newID(deviceDigits)
	}
	if err := checkID("device", id); err != nil {
		return d, err
	}
	return d.withDefaults(DeviceID(id), p.clock.Now()), d.check()
}

// checkFree tells whether the product exists and neither the store nor the list has the id or the auth info already.
func (p *Platform) checkFree(ctx context.Context, d Device, taken map[string]bool) error {
	if _, err := p.store.Product(ctx, d.Product); err != nil {
		return err
	}
	id, auth := "id\x00"+d.Ref().String(), "auth\x00"+string(d.Product)+"\x00"+string(d.AuthInfo)
	if taken[id] {
		return Exists("device", string(d.ID))
	}
	if taken[auth] {
		return Exists("auth_info", d.AuthInfo.Mask())
	}
	taken[id], taken[auth] = true, true
	if _, err := p.store.Device(ctx, d.Ref()); !errors.Is(err, ErrNotFound) {
		return orExists(err, "device", string(d.ID))
	}
	_, n, err := p.store.Devices(ctx, DeviceFilter{Product: d.Product, AuthInfo: d.AuthInfo, Limit: 1})
	if err != nil || n > 0 {
		return orExists(err, "auth_info", d.AuthInfo.Mask())
	}
	return nil
}

// orExists is err, or where there is none: that the name is taken.
func orExists(err error, noun, name string) error {
	if err != nil {
		return err
	}
	return Exists(noun, name)
}

// rowField names the field that an error of AddDevices is about, as AddDevice's errors spell it.
func rowField(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return ""
	}
	if e.Noun == "device id" {
		return "device"
	}
	return e.Noun
}
