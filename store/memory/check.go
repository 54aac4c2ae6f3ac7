package memory

import "github.com/onelan/onelan/onenet"

// checker looks up what a batch refers to, and keeps the first thing that is absent.
type checker struct {
	w     *world
	found *device          // the last one: the points of one device mostly come together
	ref   onenet.DeviceRef // of it
	err   error
}

// check says which device or product of the batch, beyond the registry, is absent.
func (w *world) check(b *onenet.Batch) error {
	c := checker{w: w}
	for i := range b.Logins {
		c.device(b.Logins[i].Ref)
	}
	for i := range b.PutTopics {
		c.product(b.PutTopics[i].Product)
	}
	for i := range b.PutStreams {
		c.device(b.PutStreams[i].Ref)
	}
	for i := range b.Points {
		c.device(b.Points[i].Ref)
	}
	for i := range b.PutCommands {
		c.device(b.PutCommands[i].Ref())
	}
	for i := range b.PutSessions {
		c.device(b.PutSessions[i].Ref)
	}
	for i := range b.Retain {
		c.product(b.Retain[i].Product)
	}
	return c.err
}

func (c *checker) device(ref onenet.DeviceRef) {
	if c.err != nil || c.found != nil && ref == c.ref {
		return
	}
	if c.found, c.ref = c.w.device(ref), ref; c.found == nil {
		c.err = onenet.NotFound("device", string(ref.Device))
	}
}

func (c *checker) product(id onenet.ProductID) {
	if c.err == nil && c.w.products[id] == nil {
		c.err = onenet.NotFound("product", string(id))
	}
}
