package onenet

import "context"

// IngestWait is Ingest that waits until the points survive a crash, or for ctx.
func (p *Platform) IngestWait(ctx context.Context, u Upload) error {
	return await(ctx, func(done func(error)) { p.Ingest(u, done) })
}

// await calls start and waits for what it reports, or for ctx.
func await(ctx context.Context, start func(done func(error))) error {
	ended := make(chan error, 1)
	start(func(err error) { ended <- err })
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// RemovePoints deletes points of a device, with their files; the streams stay. That there are none is no error.
// ErrNotFound without the device.
func (p *Platform) RemovePoints(ctx context.Context, r PointRange) error {
	if _, err := p.store.Device(ctx, r.Ref); err != nil {
		return err
	}
	return p.store.Apply(ctx, Batch{DropPoints: []PointRange{r}})
}
