package onenet

import (
	"context"
	"time"
)

// Uplink is the way to the real OneNET. The bridge implements it. Its methods wait neither for the cloud nor for the store, but
// for Reset, and Forget and ForgetProduct for what is between Raise and Done: it is to meet the device's end, not the next one of its name.
type Uplink interface {
	// Wants tells whether what this device sends on a topic ($dp, $crsp/<uuid>, one of its own) is for the cloud. It is asked for
	// every message, from many goroutines.
	Wants(ref DeviceRef, topic string) bool
	// Raise begins to take a message to the cloud. The order of the calls for a device is the order in which the cloud gets the
	// messages. A nil Passage means that it stays here after all; ErrLimit, that there is no room and the message must not be
	// accepted.
	Raise(m Upward) (Passage, error)
	// Present says that a device has come or gone: Platform.Presence knows which.
	Present(ref DeviceRef)
	// Forget says that devices were deleted, with all that they had for the cloud.
	Forget(refs ...DeviceRef)
	// ForgetProduct says that all devices of a product were.
	ForgetProduct(id ProductID)
	// Reset ends what is under way, calls change, which replaces the store's content, and goes on with what is there then.
	// change's error is returned.
	Reset(ctx context.Context, change func() error) error
}

// Upward is something of a device that is to reach the cloud.
type Upward struct {
	Ref     DeviceRef
	Topic   string // as the device spells it; $dp for points that came by another door than MQTT
	QoS     byte
	At      time.Time     // when the platform had it; zero means now
	Payload []byte        // stays as it is until the Passage is done; nil for points that came by another door
	Points  []StoredPoint // those points
}

// Passage is a message on its way into the bridge's queue. Into puts it into the batch that holds the message's own effects, so one
// commit is behind the acknowledgement that the device gets; Done must be called with what came of that batch, once.
type Passage interface {
	Into(b *Batch)
	Done(err error)
}

// AttachUplink tells the platform how its devices reach the real OneNET. Before it, nothing leaves this machine.
func (p *Platform) AttachUplink(u Uplink) { p.up.Store(&u) }

func (p *Platform) uplink() Uplink {
	if u := p.up.Load(); u != nil {
		return *u
	}
	return grounded{}
}

// grounded is the Uplink of a platform without one.
type grounded struct{}

func (grounded) Wants(DeviceRef, string) bool  { return false }
func (grounded) Raise(Upward) (Passage, error) { return nil, nil }
func (grounded) Present(DeviceRef)             {}
func (grounded) Forget(...DeviceRef)           {}
func (grounded) ForgetProduct(ProductID)       {}
func (grounded) Reset(_ context.Context, change func() error) error {
	return change()
}
