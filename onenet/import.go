package onenet

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// Adding is many devices that are to be added, and who wants to hear how that goes. Both functions may be nil; they are called by
// the caller's goroutine and hold the work up as long as they take.
type Adding struct {
	Devices []Device
	Checked func(n int) // so many are as they must be: after every thousand, and after the last
	Storing func()      // all are; from here on nothing stops it
}

// checkStep is how many devices are checked between two looks at the context.
const checkStep = 1000

// AddDevices creates many devices at once, or none: what AddDevice would refuse of any, or
// what two of them cannot both have, comes back as a *RowError.
func (p *Platform) AddDevices(ctx context.Context, list []Device) ([]Device, error) {
	return p.AddAll(ctx, Adding{Devices: list})
}

// AddAll is AddDevices that tells how far it is. When the context ends while they are checked, none is added. Then they are
// stored whatever the context says, and waited for: whoever asked knows afterwards whether they are there.
func (p *Platform) AddAll(ctx context.Context, a Adding) ([]Device, error) {
	list := slices.Clone(a.Devices)
	own, err := p.checkAll(ctx, list, a.Checked)
	if err != nil {
		return nil, err
	}
	if a.Storing != nil {
		a.Storing()
	}
	ctx = context.WithoutCancel(ctx)
	err = p.addDevices(ctx, list)
	if errors.Is(err, ErrExists) {
		if err = p.settle(ctx, a.Devices, list, own); err == nil {
			err = p.addDevices(ctx, list)
		}
	}
	if err != nil {
		return nil, err
	}
	return list, nil
}

// checkAll completes the devices, looks for what is wrong with the list itself, and gives the names in it. Whether the store has
// one of them already is for the store to say: asking it about each would take longer than all the rest.
func (p *Platform) checkAll(ctx context.Context, list []Device, checked func(int)) (names, error) {
	products, own, given := map[ProductID]bool{}, names{}, names{}
	for i := range list {
		given[name{product: list[i].Product, id: list[i].ID}] = true
	}
	for i := range list {
		d, err := p.prepare(list[i], given, own)
		if err == nil && !products[d.Product] {
			_, err = p.store.Product(ctx, d.Product)
		}
		if err == nil {
			err = own.free(&d)
		}
		if err != nil {
			return nil, rowError(i, err)
		}
		products[d.Product], list[i] = true, d
		own.take(&d)
		if n := i + 1; n%checkStep == 0 || n == len(list) {
			if checked != nil {
				checked(n)
			}
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
	}
	return own, nil
}

// prepare fills in what a new device left open, with an id that nobody has, and checks the rest.
func (p *Platform) prepare(d Device, taken ...names) (Device, error) {
	id := string(d.ID)
	for id == "" || d.ID == "" && slices.ContainsFunc(taken, func(n names) bool { return n[name{product: d.Product, id: DeviceID(id)}] }) {
		id = newID(deviceDigits)
	}
	if err := checkID("device", id); err != nil {
		return d, err
	}
	return d.withDefaults(DeviceID(id), p.clock.Now()), d.check()
}

// settle looks for what the store has already: its refusal does not say which row that is. Where we made up the name we
// make up another; else it is the reader's to change.
func (p *Platform) settle(ctx context.Context, asked, list []Device, own names) error {
	there, read := names{}, map[ProductID]bool{}
	for i := range list {
		d := &list[i]
		if !read[d.Product] {
			have, _, err := p.store.Devices(ctx, DeviceFilter{Product: d.Product})
			if err != nil {
				return err
			}
			for j := range have {
				there.take(&have[j])
			}
			read[d.Product] = true
		}
		err := there.free(d)
		if err != nil && asked[i].ID == "" {
			if *d, err = p.prepare(asked[i], there, own); err == nil {
				own.take(d)
				err = there.free(d) // its auth info may be a given one
			}
		}
		if err != nil {
			return rowError(i, err)
		}
	}
	return nil
}

// names are the ids and auth infos of devices, each of which one device of a product has.
type names map[name]bool

type name struct {
	product  ProductID
	id       DeviceID // or else
	authInfo Secret
}

func (n names) take(d *Device) {
	n[name{product: d.Product, id: d.ID}] = true
	n[name{product: d.Product, authInfo: d.AuthInfo}] = true
}

// free tells whether nobody has the device's id nor its auth info.
func (n names) free(d *Device) error {
	if n[name{product: d.Product, id: d.ID}] {
		return Exists("device", string(d.ID))
	}
	if n[name{product: d.Product, authInfo: d.AuthInfo}] {
		return Exists("auth_info", d.AuthInfo.Mask())
	}
	return nil
}

func rowError(row int, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err // nobody waits any more; the row is not to blame
	}
	return &RowError{Row: row, Field: rowField(err), Err: err}
}

// rowField names the field that an error of AddDevices is about, as AddDevice's errors spell it.
func rowField(err error) string {
	e, is := errors.AsType[*Error](err)
	if !is {
		return ""
	}
	if e.Noun == "device id" {
		return "device"
	}
	return e.Noun
}

// orExists is err, or where there is none: that the name is taken.
func orExists(err error, noun, name string) error {
	if err != nil {
		return err
	}
	return Exists(noun, name)
}
