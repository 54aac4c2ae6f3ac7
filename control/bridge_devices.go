package control

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

// passing is what a caller has to know about a change that is written nowhere.
const passing = "it lasts until the configuration is read again or onelan restarts; what is to stay belongs in onelan.yaml"

func (d *door) bridgeDevice(r *http.Request) (answer, error) {
	b, err := d.theBridge()
	if err != nil {
		return answer{}, err
	}
	dev, err := deviceOn(b, refOf(r))
	return ok(dev), err
}

// deviceOn is how the bridge stands with a device.
func deviceOn(b Bridge, ref onenet.DeviceRef) (lab.BridgeDevice, error) {
	s, err := b.Status()
	if err != nil {
		return lab.BridgeDevice{}, err
	}
	for _, dev := range s.Devices {
		if dev.Product == ref.Product && dev.Device == ref.Device {
			return dev, nil
		}
	}
	return lab.BridgeDevice{}, carried(onenet.NotFound("device on the bridge", ref.String()))
}

// putBridgeDevice wants the device to exist: a typing error would otherwise become a login to the cloud.
func (d *door) putBridgeDevice(r *http.Request) (answer, error) {
	b, err := d.theBridge()
	if err != nil {
		return answer{}, err
	}
	m, err := decode[lab.BridgeMapping](r)
	if err != nil {
		return answer{}, err
	}
	ref := refOf(r)
	if _, err := d.p.Device(r.Context(), ref); err != nil {
		return answer{}, missingHere(ref, err)
	}
	if err := b.Put(r.Context(), ref, m); err != nil {
		return answer{}, err
	}
	return ok(lab.BridgeDone{Devices: 1, Note: passing}), nil
}

func missingHere(ref onenet.DeviceRef, err error) error {
	if !errors.Is(err, onenet.ErrNotFound) {
		return err
	}
	return &lab.Error{
		Status: http.StatusNotFound, Message: err.Error(),
		Hint: fmt.Sprintf("create it here first: onelan device add %s --product %s", ref.Device, ref.Product),
	}
}

func (d *door) removeBridgeDevice(r *http.Request) (answer, error) {
	b, err := d.theBridge()
	if err != nil {
		return answer{}, err
	}
	ref := refOf(r)
	if err := b.Remove(r.Context(), ref); err != nil {
		return answer{}, carried(err)
	}
	out := lab.BridgeDone{Devices: 1, Note: passing}
	dev, err := deviceOn(b, ref)
	if err == nil { // what it had in the queue stays
		out.Left = dev.Books.Waiting
	}
	return ok(out), nil
}

func (d *door) bridgeTopics(r *http.Request) (answer, error) {
	b, err := d.theBridge()
	if err != nil {
		return answer{}, err
	}
	in, err := decode[lab.BridgeTopics](r)
	if err != nil {
		return answer{}, err
	}
	if in.Topics == nil {
		return answer{}, onenet.Invalid("topics", "they are missing; an empty list takes all of them away")
	}
	n, err := b.SetTopics(r.Context(), in.Topics)
	return ok(lab.BridgeDone{Devices: n, Note: passing}), err
}
