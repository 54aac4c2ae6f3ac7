package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

// Bridge is the bridge to the real OneNET. None named of devices, or of entries, means all of them.
type Bridge interface {
	Status() (lab.Bridge, error)
	Pause(refs ...onenet.DeviceRef) (int, error)
	Resume(refs ...onenet.DeviceRef) (int, error)
	// Drain waits until nothing waits any more, or ctx ends; it gives what is left.
	Drain(ctx context.Context, refs ...onenet.DeviceRef) (int, error)
	// Test logs a device in to the cloud once.
	Test(ctx context.Context, ref onenet.DeviceRef) (lab.BridgeTest, error)
	// Inspect gives entries in their order. There may be fewer than the limit allows although more follow.
	Inspect(ctx context.Context, q onenet.UplinkQuery) ([]onenet.UplinkEntry, error)
	// Retry puts entries out of quarantine back into the queue.
	Retry(ctx context.Context, ref onenet.DeviceRef, seqs ...int64) (int, error)
	// Drop gives entries up: those that wait, or with dead those in quarantine.
	Drop(ctx context.Context, ref onenet.DeviceRef, dead bool, seqs ...int64) (int, error)
}

// theBridge is nil while there is none.
func (d *door) theBridge() Bridge {
	if d.Bridge == nil {
		return nil
	}
	return d.Bridge()
}

// errBridgeOff says so to who wants it to do something.
var errBridgeOff = &problem{status: http.StatusConflict, key: "error.bridgeoff"}

type bridgeBody struct {
	State *lab.Bridge // nil while it is off
	Links []titled    // of State
	Left  int         // entries that a drain has left
}

// titled is a device of the bridge with its title, which is empty where the device is gone and its queue is not.
type titled struct {
	lab.BridgeDevice
	Title string
}

func (d *door) bridge(r *http.Request) (reply, error) {
	state, err := d.bridgeState()
	if err != nil {
		return nil, err
	}
	b := bridgeBody{State: state}
	if state != nil {
		if b.Links, err = d.titled(r.Context(), state.Devices); err != nil {
			return nil, err
		}
	}
	b.Left, _ = strconv.Atoi(r.URL.Query().Get("left")) // none unless a drain came before
	return page{name: "bridge", nav: "bridge", title: "bridge.title", body: b, live: choice{}.Values()}, nil
}

// titled looks the titles of devices up, all at once.
func (d *door) titled(ctx context.Context, on []lab.BridgeDevice) ([]titled, error) {
	out, f := make([]titled, len(on)), onenet.DeviceFilter{}
	for i, link := range on {
		out[i].BridgeDevice = link
		f.IDs = append(f.IDs, link.Device)
	}
	if len(on) == 0 { // no ids would mean every device
		return out, nil
	}
	list, _, err := d.p.Devices(ctx, f)
	titles := map[onenet.DeviceRef]string{}
	for _, dev := range list {
		titles[dev.Ref()] = dev.Title
	}
	for i, link := range on {
		out[i].Title = titles[onenet.DeviceRef{Product: link.Product, Device: link.Device}]
	}
	return out, err
}

// bridgeState is how the bridge stands; nil when there is none.
func (d *door) bridgeState() (*lab.Bridge, error) {
	b := d.theBridge()
	if b == nil {
		return nil, nil
	}
	state, err := b.Status()
	if err != nil || !state.On {
		return nil, err
	}
	return &state, nil
}

// steer pauses, resumes or drains a link, or all of them where the form names no device.
func (d *door) steer(r *http.Request) (reply, error) {
	b := d.theBridge()
	if b == nil {
		return nil, errBridgeOff
	}
	var refs []onenet.DeviceRef
	if ref := refOf(r); ref.Device != "" {
		refs = append(refs, ref)
	}
	back, done := url.Values{}, r.PostFormValue("does")
	var err error
	switch done {
	case "pause":
		_, err = b.Pause(refs...)
	case "resume":
		_, err = b.Resume(refs...)
	case "drain":
		var left int
		if left, err = drain(r.Context(), b, refs); left > 0 {
			done = "draining"
			back.Set("left", strconv.Itoa(left))
		}
	default:
		err = onenet.Invalid("does", "the bridge has no %q", done)
	}
	back.Set("done", "bridge."+done)
	to := "/bridge?"
	if len(refs) == 1 {
		to = linkURL(refs[0]) + "&"
	}
	return redirect{to: to + back.Encode()}, err
}

// drain waits no longer than a person does for a page: the queue goes on draining by itself.
func drain(ctx context.Context, b Bridge, refs []onenet.DeviceRef) (left int, err error) {
	const patience = 10 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	left, err = b.Drain(ctx, refs...)
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil // what is left says it
	}
	return left, err
}

type linkBody struct {
	Link    lab.BridgeDevice
	At      time.Time
	Title   string
	Dead    []queued // put aside
	Waiting []queued
	Tried   *lab.BridgeTest // what came of a login that was asked for
}

// mostEntries is how many of a queue a page shows of each kind.
const mostEntries = 50

// link shows one device of the bridge, and what of it has not arrived yet.
func (d *door) link(r *http.Request) (reply, error) { return d.linkPage(r, nil) }

func (d *door) linkPage(r *http.Request, tried *lab.BridgeTest) (reply, error) {
	b := d.theBridge()
	if b == nil {
		return nil, errBridgeOff
	}
	ref := refOf(r)
	state, err := b.Status()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(state.Devices, func(on lab.BridgeDevice) bool { return on.Product == ref.Product && on.Device == ref.Device })
	if i < 0 {
		return nil, onenet.NotFound("device on the bridge", ref.String())
	}
	body := linkBody{Link: state.Devices[i], At: state.At, Tried: tried}
	if dev, err := d.p.Device(r.Context(), ref); err == nil { // it may be gone, and its queue not
		body.Title = dev.Title
	}
	if body.Dead, err = d.entries(r.Context(), b, onenet.UplinkQuery{Ref: ref, Dead: true, Limit: mostEntries}); err == nil {
		body.Waiting, err = d.entries(r.Context(), b, onenet.UplinkQuery{Ref: ref, Limit: mostEntries})
	}
	return page{name: "link", nav: "bridge", plain: shown(string(ref.Device)), body: body, live: choice{}.Values()}, err
}
