package control

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

// Bridge is the bridge to the real OneNET. None named of devices means all of them.
type Bridge interface {
	// Status is how it stands. A device that has no link and nothing in the queue is not among its devices.
	Status() (lab.Bridge, error)
	// Put makes it carry a device, or changes how it does.
	Put(ctx context.Context, ref onenet.DeviceRef, m lab.BridgeMapping) error
	Remove(ctx context.Context, ref onenet.DeviceRef) error
	// SetTopics replaces the routes of all devices; it gives how many links have changed.
	SetTopics(ctx context.Context, topics []string) (int, error)
	Pause(refs ...onenet.DeviceRef) (int, error)
	Resume(refs ...onenet.DeviceRef) (int, error)
	// Drain waits until nothing waits any more, or ctx ends; it gives what is left.
	Drain(ctx context.Context, refs ...onenet.DeviceRef) (int, error)
	// Test logs a device in to the cloud once.
	Test(ctx context.Context, ref onenet.DeviceRef) (lab.BridgeTest, error)
	// Inspect gives entries with their payloads. There may be fewer than the limit allows although more follow.
	Inspect(ctx context.Context, q onenet.UplinkQuery) ([]onenet.UplinkEntry, error)
	Retry(ctx context.Context, ref onenet.DeviceRef, seqs ...int64) (int, error)
	// Drop gives entries up: those that wait, or with dead those in quarantine.
	Drop(ctx context.Context, ref onenet.DeviceRef, dead bool, seqs ...int64) (int, error)
	Export(ctx context.Context, w io.Writer, refs ...onenet.DeviceRef) error
}

// bridgeOff says that there is no bridge, and how to have one.
var bridgeOff = &lab.Error{
	Status: http.StatusConflict, Message: "the bridge to the real OneNET is off",
	Hint: "start it with `onelan serve --bridge`, or with `bridge:` in onelan.yaml",
}

// theBridge gives the bridge, or says that there is none.
func (d *door) theBridge() (Bridge, error) {
	if d.Bridge != nil {
		if b := d.Bridge(); b != nil {
			return b, nil
		}
	}
	return nil, bridgeOff
}

// carried says what to do when the bridge does not know something.
func carried(err error) error {
	if errors.Is(err, onenet.ErrNotFound) {
		return &lab.Error{Status: http.StatusNotFound, Message: err.Error(), Hint: "`onelan bridge status` shows what the bridge carries"}
	}
	return err
}

func (d *door) bridge(*http.Request) (answer, error) {
	b, err := d.theBridge()
	if err != nil {
		return ok(lab.Bridge{Devices: []lab.BridgeDevice{}}), nil
	}
	s, err := b.Status()
	return ok(s), err
}

// pick is whom and what a call is about.
type pick struct {
	lab.BridgePick
	b    Bridge
	refs []onenet.DeviceRef // none means all
}

// picked reads a pick; no body means all.
func (d *door) picked(r *http.Request) (p pick, err error) {
	if p.b, err = d.theBridge(); err != nil {
		return p, err
	}
	if r.ContentLength != 0 {
		if p.BridgePick, err = decode[lab.BridgePick](r); err != nil {
			return p, err
		}
	}
	for _, named := range p.Devices {
		ref, err := d.bridged(r.Context(), p.b, named)
		if err != nil {
			return p, err
		}
		p.refs = append(p.refs, ref)
	}
	return p, nil
}

// pickedLinks is picked where entries make no sense: who names some expects something of it.
func (d *door) pickedLinks(r *http.Request) (pick, error) {
	p, err := d.picked(r)
	if err == nil && (len(p.Seqs) > 0 || p.Dead) {
		err = onenet.Invalid("body", "this call is about devices, not about entries: seqs and dead have no meaning")
	}
	return p, err
}

// bridged finds the device that somebody means. One that does not exist here may still be on the bridge, or have something in its queue.
func (d *door) bridged(ctx context.Context, b Bridge, named lab.BridgeRef) (onenet.DeviceRef, error) {
	ref := onenet.DeviceRef(named)
	switch {
	case ref.Device == "":
		return ref, onenet.Invalid("device", "it is not named")
	case ref.Product != "":
		return ref, nil
	}
	dev, err := d.p.FindDevice(ctx, ref.Device)
	switch {
	case errors.Is(err, onenet.ErrInvalid):
		return ref, &lab.Error{Status: http.StatusConflict, Message: err.Error(), Hint: "name the product too"}
	case !errors.Is(err, onenet.ErrNotFound):
		return dev.Ref(), err
	}
	s, failed := b.Status()
	if failed != nil {
		return ref, failed
	}
	for _, on := range s.Devices {
		if on.Device == ref.Device {
			return onenet.DeviceRef{Product: on.Product, Device: on.Device}, nil
		}
	}
	return ref, err
}

func (d *door) pauseBridge(r *http.Request) (answer, error) { return d.toldLinks(r, Bridge.Pause) }

func (d *door) resumeBridge(r *http.Request) (answer, error) { return d.toldLinks(r, Bridge.Resume) }

func (d *door) toldLinks(r *http.Request, tell func(Bridge, ...onenet.DeviceRef) (int, error)) (answer, error) {
	p, err := d.pickedLinks(r)
	if err != nil {
		return answer{}, err
	}
	n, err := tell(p.b, p.refs...)
	return ok(lab.BridgeDone{Devices: n}), carried(err)
}

// drainBridge may last long: it is worth waiting for a backlog of hours. It ends when the caller goes.
func (d *door) drainBridge(r *http.Request) (answer, error) {
	p, err := d.pickedLinks(r)
	if err != nil {
		return answer{}, err
	}
	wait, err := drainWait(r)
	if err != nil {
		return answer{}, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	out := lab.BridgeDone{Devices: len(p.refs)}
	if len(p.refs) == 0 {
		if out.Devices, err = links(p.b); err != nil {
			return answer{}, err
		}
	}
	out.Left, err = p.b.Drain(ctx, p.refs...)
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil // what is left says it
	}
	return ok(out), carried(err)
}

// links is how many there are.
func links(b Bridge) (n int, _ error) {
	s, err := b.Status()
	for _, dev := range s.Devices {
		if dev.Mapped {
			n++
		}
	}
	return n, err
}

func drainWait(r *http.Request) (time.Duration, error) {
	const usual, most = time.Minute, time.Hour
	q := queryOf(r)
	if q.text("wait") == "" {
		return usual, nil
	}
	wait, err := time.ParseDuration(q.text("wait"))
	if err != nil || wait <= 0 || wait > most {
		q.fail("wait", "a duration up to an hour, such as 90s")
	}
	return wait, q.err
}

// reloadBridge is on offer while the bridge is off, too: it may be what turns it on.
func (d *door) reloadBridge(r *http.Request) (answer, error) {
	if d.ReloadBridge == nil {
		return answer{}, bridgeOff
	}
	out, err := d.ReloadBridge(r.Context())
	if _, off := d.theBridge(); err == nil && off != nil && len(out.Removed) == 0 {
		err = off // it was, and the configuration has none
	}
	return ok(out), err
}

// testPatience is how long a login to the cloud may take.
const testPatience = 40 * time.Second

func (d *door) testBridge(r *http.Request) (answer, error) {
	p, err := d.pickedLinks(r)
	switch {
	case err != nil:
		return answer{}, err
	case len(p.refs) != 1:
		return answer{}, onenet.Invalid("devices", "a test is of one device, got %d", len(p.refs))
	}
	ctx, cancel := context.WithTimeout(r.Context(), testPatience)
	defer cancel()
	out, err := p.b.Test(ctx, p.refs[0])
	if errors.Is(err, context.DeadlineExceeded) {
		err = &lab.Error{
			Status: http.StatusGatewayTimeout, Message: fmt.Sprintf("the login of %s did not end within %s", p.refs[0], testPatience),
			Hint: "try again: other logins may be in front of it",
		}
	}
	return ok(out), carried(err)
}
