package control

import (
	"errors"
	"net/http"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

func refOf(r *http.Request) onenet.DeviceRef {
	return onenet.DeviceRef{Product: productID(r), Device: onenet.DeviceID(r.PathValue("device"))}
}

func (d *door) deviceOf(r *http.Request, dev onenet.Device) lab.Device {
	here := d.p.Presence(dev.Ref())
	return lab.Device{
		Product: dev.Product, ID: dev.ID, Title: dev.Title, AuthInfo: shown(r, dev.AuthInfo), Protocol: dev.Protocol,
		Desc: dev.Desc, Tags: dev.Tags, Location: dev.Location, Private: &dev.Private, Other: dev.Other, Blocked: dev.Blocked,
		Online: here.Online, Addr: here.Addr, OnlineSince: here.Since,
		CreatedAt: dev.CreatedAt, ActivatedAt: dev.ActivatedAt, LastLogin: dev.LastLogin,
	}
}

func (d *door) devices(r *http.Request) (answer, error) {
	q := queryOf(r)
	f := onenet.DeviceFilter{
		Product: productID(r), Keywords: q.text("keywords"), Offset: q.count("offset"), Limit: q.count("limit"),
	}
	online := q.flag("online")
	if q.err != nil {
		return answer{}, q.err
	}
	if _, err := d.p.Product(r.Context(), f.Product); err != nil {
		return answer{}, err
	}
	var list []onenet.Device
	out, err := lab.Devices{Devices: []lab.Device{}}, error(nil)
	if online == nil {
		list, out.Total, err = d.p.Devices(r.Context(), f)
	} else {
		list, out.Total, err = d.p.DevicesHere(r.Context(), f, *online)
	}
	for _, dev := range list {
		out.Devices = append(out.Devices, d.deviceOf(r, dev))
	}
	return ok(out), err
}

func (d *door) addDevice(r *http.Request) (answer, error) {
	in, err := decode[lab.Device](r)
	if err != nil {
		return answer{}, err
	}
	dev, err := d.p.AddDevice(r.Context(), onenet.Device{
		Product: productID(r), ID: in.ID, Title: in.Title, AuthInfo: onenet.Secret(in.AuthInfo), Protocol: in.Protocol,
		Desc: in.Desc, Tags: in.Tags, Location: in.Location, Private: in.Private == nil || *in.Private,
		Other: in.Other, Blocked: in.Blocked,
	})
	return created(d.deviceOf(r, dev)), err
}

func (d *door) device(r *http.Request) (answer, error) {
	dev, err := d.p.Device(r.Context(), refOf(r))
	return ok(d.deviceOf(r, dev)), err
}

// findDevice answers 409 when several products have the id: the call is right, but needs the product.
func (d *door) findDevice(r *http.Request) (answer, error) {
	dev, err := d.p.FindDevice(r.Context(), refOf(r).Device)
	if errors.Is(err, onenet.ErrInvalid) {
		err = &lab.Error{Status: http.StatusConflict, Message: err.Error(), Hint: "name the product too"}
	}
	return ok(d.deviceOf(r, dev)), err
}

func (d *door) changeDevice(r *http.Request) (answer, error) {
	change, err := decode[lab.DeviceChange](r)
	if err != nil {
		return answer{}, err
	}
	dev, err := d.p.Device(r.Context(), refOf(r))
	if err != nil {
		return answer{}, err
	}
	changed(&dev.Title, change.Title)
	changed(&dev.Protocol, change.Protocol)
	changed(&dev.Desc, change.Desc)
	changed(&dev.Tags, change.Tags)
	changed(&dev.Private, change.Private)
	changed(&dev.Blocked, change.Blocked)
	if change.AuthInfo != nil {
		dev.AuthInfo = onenet.Secret(*change.AuthInfo)
	}
	if change.Location != nil {
		dev.Location = change.Location
	}
	if change.Other != nil {
		dev.Other = change.Other
	}
	return ok(d.deviceOf(r, dev)), d.p.ChangeDevice(r.Context(), dev)
}

// changed takes a field over if it was given.
func changed[T any](field, given *T) {
	if given != nil {
		*field = *given
	}
}

func (d *door) removeDevice(r *http.Request) (answer, error) {
	return done(), d.p.RemoveDevice(r.Context(), refOf(r))
}
