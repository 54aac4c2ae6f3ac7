package metrics

import (
	"context"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// Product implements onenet.Store.
func (s *Store) Product(ctx context.Context, id onenet.ProductID) (onenet.Product, error) {
	return measured(s, "product", func() (onenet.Product, error) { return s.Store.Product(ctx, id) })
}

// Products implements onenet.Store.
func (s *Store) Products(ctx context.Context) ([]onenet.Product, error) {
	return measured(s, "products", func() ([]onenet.Product, error) { return s.Store.Products(ctx) })
}

// Device implements onenet.Store.
func (s *Store) Device(ctx context.Context, ref onenet.DeviceRef) (onenet.Device, error) {
	return measured(s, "device", func() (onenet.Device, error) { return s.Store.Device(ctx, ref) })
}

// Devices implements onenet.Store.
func (s *Store) Devices(ctx context.Context, f onenet.DeviceFilter) ([]onenet.Device, int, error) {
	start := clock.System().Now()
	list, n, err := s.Store.Devices(ctx, f)
	s.ops["devices"].over(start, err)
	return list, n, err
}

// Key implements onenet.Store.
func (s *Store) Key(ctx context.Context, key onenet.Secret) (onenet.Key, error) {
	return measured(s, "key", func() (onenet.Key, error) { return s.Store.Key(ctx, key) })
}

// Keys implements onenet.Store.
func (s *Store) Keys(ctx context.Context, id onenet.ProductID) ([]onenet.Key, error) {
	return measured(s, "keys", func() ([]onenet.Key, error) { return s.Store.Keys(ctx, id) })
}

// ProductBySecret implements onenet.Store.
func (s *Store) ProductBySecret(ctx context.Context, secret onenet.Secret) (onenet.Product, error) {
	return measured(s, "product_by_secret", func() (onenet.Product, error) { return s.Store.ProductBySecret(ctx, secret) })
}

// Streams implements onenet.Store.
func (s *Store) Streams(ctx context.Context, ref onenet.DeviceRef) ([]onenet.Datastream, error) {
	return measured(s, "streams", func() ([]onenet.Datastream, error) { return s.Store.Streams(ctx, ref) })
}

// Points implements onenet.Store.
func (s *Store) Points(ctx context.Context, q onenet.PointQuery) ([]onenet.Point, error) {
	return measured(s, "points", func() ([]onenet.Point, error) { return s.Store.Points(ctx, q) })
}

// File implements onenet.Store.
func (s *Store) File(ctx context.Context, id onenet.ProductID, index string) (onenet.File, error) {
	return measured(s, "file", func() (onenet.File, error) { return s.Store.File(ctx, id, index) })
}

// Topics implements onenet.Store.
func (s *Store) Topics(ctx context.Context, id onenet.ProductID) ([]string, error) {
	return measured(s, "topics", func() ([]string, error) { return s.Store.Topics(ctx, id) })
}

// Triggers implements onenet.Store.
func (s *Store) Triggers(ctx context.Context, id onenet.ProductID) ([]onenet.Trigger, error) {
	return measured(s, "triggers", func() ([]onenet.Trigger, error) { return s.Store.Triggers(ctx, id) })
}

// Command implements onenet.Store.
func (s *Store) Command(ctx context.Context, id onenet.CommandID) (onenet.Command, error) {
	return measured(s, "command", func() (onenet.Command, error) { return s.Store.Command(ctx, id) })
}

// Commands implements onenet.Store.
func (s *Store) Commands(ctx context.Context, q onenet.CommandQuery) ([]onenet.Command, int, error) {
	start := clock.System().Now()
	list, n, err := s.Store.Commands(ctx, q)
	s.ops["commands"].over(start, err)
	return list, n, err
}

// Sessions implements onenet.Store.
func (s *Store) Sessions(ctx context.Context) ([]onenet.StoredSession, error) {
	return measured(s, "sessions", func() ([]onenet.StoredSession, error) { return s.Store.Sessions(ctx) })
}

// Queue implements onenet.Store.
func (s *Store) Queue(ctx context.Context, ref onenet.DeviceRef) ([]onenet.QueuedMessage, error) {
	return measured(s, "queue", func() ([]onenet.QueuedMessage, error) { return s.Store.Queue(ctx, ref) })
}

// Retained implements onenet.Store.
func (s *Store) Retained(ctx context.Context) ([]onenet.RetainedMessage, error) {
	return measured(s, "retained", func() ([]onenet.RetainedMessage, error) { return s.Store.Retained(ctx) })
}

// LastSeq implements onenet.Store.
func (s *Store) LastSeq(ctx context.Context) (int64, error) {
	return measured(s, "last_seq", func() (int64, error) { return s.Store.LastSeq(ctx) })
}

// Uplink implements onenet.Store.
func (s *Store) Uplink(ctx context.Context, q onenet.UplinkQuery) ([]onenet.UplinkEntry, error) {
	return measured(s, "uplink", func() ([]onenet.UplinkEntry, error) { return s.Store.Uplink(ctx, q) })
}

// UplinkDepths implements onenet.Store.
func (s *Store) UplinkDepths(ctx context.Context) ([]onenet.UplinkDepth, error) {
	return measured(s, "uplink_depths", func() ([]onenet.UplinkDepth, error) { return s.Store.UplinkDepths(ctx) })
}

// UplinkCounts implements onenet.Store.
func (s *Store) UplinkCounts(ctx context.Context) ([]onenet.UplinkCount, error) {
	return measured(s, "uplink_counts", func() ([]onenet.UplinkCount, error) { return s.Store.UplinkCounts(ctx) })
}

// LastUplinkSeq implements onenet.Store.
func (s *Store) LastUplinkSeq(ctx context.Context) (int64, error) {
	return measured(s, "last_uplink_seq", func() (int64, error) { return s.Store.LastUplinkSeq(ctx) })
}
