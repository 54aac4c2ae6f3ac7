package broker

import (
	"context"

	"github.com/onelan/onelan/onenet"
)

// Reset implements onenet.Downlink.
func (b *Broker) Reset(_ context.Context, _ string, change func() error) error { return change() }

// Subscribers implements onenet.Downlink.
func (b *Broker) Subscribers(onenet.ProductID, string) []onenet.DeviceID { return nil }

// Subscriptions implements onenet.Downlink.
func (b *Broker) Subscriptions(onenet.DeviceRef) []string { return nil }
