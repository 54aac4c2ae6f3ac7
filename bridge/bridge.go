package bridge

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// Options are what a Bridge is made of. Platform, Store and Plan are required.
type Options struct {
	Platform *onenet.Platform
	Store    queue.Store
	Plan     Plan
	Timing   Timing
	Clock    clock.Clock
	Log      *slog.Logger
}

// Bridge carries devices to the real OneNET: a Link for each, the queue that they share, and the routes between here and there.
// It implements onenet.Uplink.
type Bridge struct{}

// Changes is what Apply has changed.
type Changes struct {
	Added, Removed, Changed []onenet.DeviceRef
	Kept                    int // links that went on without noticing
}

// DeviceStatus is how one device stands.
type DeviceStatus struct {
	Ref        onenet.DeviceRef
	Mapped     bool // it has a link; otherwise only its queue is left
	Here       bool // it is online locally
	Device     Device
	Link       Status
	Books      queue.Books
	Suppressed int     // messages from the cloud that were dropped as copies of what was here already
	UpRate     float64 // messages a second, over the last ten seconds
	DownRate   float64
}

// Open takes up the queue and starts the links. Close ends them.
func Open(ctx context.Context, o Options) (*Bridge, error) { return nil, nil }

// Close logs out everywhere and returns when nothing is under way any more.
func (b *Bridge) Close() error { return nil }

// Plan is what the bridge does now.
func (b *Bridge) Plan() Plan { return Plan{} }

// Apply changes what the bridge does. Links whose part of the plan is the same go on without noticing.
func (b *Bridge) Apply(ctx context.Context, p Plan) (Changes, error) { return Changes{}, nil }

// Put puts one device on the bridge, or changes how it is carried.
func (b *Bridge) Put(ctx context.Context, d Device) error { return nil }

// Remove takes a device off the bridge. What it has in the queue stays.
func (b *Bridge) Remove(ctx context.Context, ref onenet.DeviceRef) error { return nil }

// Status is how the devices stand, by their refs' text: those with a link, and those that only have something in the queue or in the
// books.
func (b *Bridge) Status() ([]DeviceStatus, error) { return nil, nil }

// Warnings are what is probably not meant so: a device on the plan that does not exist here.
func (b *Bridge) Warnings() []string { return nil }

// Pause makes links leave until Resume; none named means all. It gives how many.
func (b *Bridge) Pause(refs ...onenet.DeviceRef) (int, error) { return 0, nil }

// Resume ends a pause, and makes the next attempt of the others at once.
func (b *Bridge) Resume(refs ...onenet.DeviceRef) (int, error) { return 0, nil }

// Drain brings the devices on line, whatever their presence says, until nothing of what they have waits any more, or ctx ends. It
// gives what is left.
func (b *Bridge) Drain(ctx context.Context, refs ...onenet.DeviceRef) (left int, err error) {
	return 0, nil
}

// Test logs one device in to the cloud once, and out again. Its link stands aside meanwhile. What is wrong is a *onenet.Refusal.
func (b *Bridge) Test(ctx context.Context, ref onenet.DeviceRef) (took time.Duration, err error) {
	return 0, nil
}

// Inspect gives entries of the queue; see queue.Queue.Inspect.
func (b *Bridge) Inspect(ctx context.Context, q onenet.UplinkQuery) ([]onenet.UplinkEntry, error) {
	return nil, nil
}

// Retry lets what is in quarantine wait again; see queue.Queue.Retry.
func (b *Bridge) Retry(ctx context.Context, ref onenet.DeviceRef, seqs ...int64) (int, error) {
	return 0, nil
}

// Drop gives up entries because a person said so; see queue.Queue.Drop.
func (b *Bridge) Drop(ctx context.Context, ref onenet.DeviceRef, p queue.Pick) (int, error) {
	return 0, nil
}

// Export writes the queue; see queue.Queue.Export.
func (b *Bridge) Export(ctx context.Context, w io.Writer, refs ...onenet.DeviceRef) error { return nil }

// Verify compares the queue's memory with the store and balances all books; see queue.Queue.Verify.
func (b *Bridge) Verify(ctx context.Context) error { return nil }
