package console

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/onelan/onelan/onenet"
)

// remedy is what a click can do about a refusal.
type remedy struct {
	Does string // admit, unblock, or a page to go to: edit
	Ref  onenet.DeviceRef
	Here bool      // it is being done: the device is awaited
	When time.Time // it was solved: the device got in
	Else bool      // another product has the device: who is right, the board or its entry here, only a person knows
}

// admitFor is how long a device that is to be added is awaited. A board tries again within a minute.
const admitFor = 10 * time.Minute

// remedyOf is nil where the mistake is in the device and nothing of ours would mend it.
func (d *door) remedyOf(ctx context.Context, rec *onenet.Record) (*remedy, error) {
	if rec.Refusal == nil || rec.Refusal.Stage != onenet.StageLogin {
		return nil, nil
	}
	ref := onenet.DeviceRef{Product: rec.Product, Device: rec.Device}
	dev, err := d.p.Device(ctx, ref)
	switch {
	case errors.Is(err, onenet.ErrNotFound):
		// With a likelier mistake than that it is missing, the board is to be mended. A secret that stood in the place of an id is
		// masked, and a mask is no id.
		cause := rec.Refusal.Cause
		missing := cause == onenet.LoginUnknownDevice || cause == onenet.LoginUnknownProduct || cause == onenet.LoginOtherProduct
		if !missing || !onenet.ValidID(string(ref.Product)) || !onenet.ValidID(string(ref.Device)) {
			return nil, nil
		}
		return &remedy{Does: "admit", Ref: ref, Here: d.p.Admits(ref), Else: cause == onenet.LoginOtherProduct}, nil
	case err != nil:
		return nil, err
	case dev.Blocked:
		return &remedy{Does: "unblock", Ref: ref}, nil
	case dev.LastLogin.After(rec.At):
		return &remedy{Does: "solved", Ref: ref, When: dev.LastLogin}, nil
	case rec.Refusal.Field == onenet.FieldCredential:
		return &remedy{Does: "edit", Ref: ref}, nil
	}
	return nil, nil
}

func (d *door) fix(r *http.Request) (reply, error) {
	ref := refOf(r)
	var err error
	switch r.PostFormValue("does") {
	case "admit":
		err = d.p.Admit(ref, admitFor)
	case "unblock":
		var dev onenet.Device
		if dev, err = d.p.Device(r.Context(), ref); err == nil {
			dev.Blocked = false
			err = d.p.ChangeDevice(r.Context(), dev)
		}
	default:
		err = onenet.Invalid("does", "there is no remedy %q", r.PostFormValue("does"))
	}
	if err != nil {
		return nil, err
	}
	return redirect{to: localPath(r.PostFormValue("back"))}, nil
}
