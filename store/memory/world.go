package memory

import "github.com/onelan/onelan/onenet"

// world is all that a store holds. Its methods are called with Store.mu held.
type world struct {
	opt      Options
	products map[onenet.ProductID]*product
	keys     map[onenet.Secret]key
	commands map[onenet.CommandID]*command
	shelf    shelf // every file, oldest first
	arrivals int64 // keys and commands so far
	points   int64 // points so far
	queued   int64 // highest number of a queued message
}

type product struct {
	reg      onenet.Product
	devices  map[onenet.DeviceID]*device
	authInfo map[onenet.Secret]onenet.DeviceID // of devices that have one
	retained map[string]onenet.RetainedMessage // by topic
	files    map[string]*file                  // by index
}

type device struct {
	reg      onenet.Device
	product  *product
	streams  map[onenet.StreamID]*stream
	commands []*command             // by creation
	session  *onenet.StoredSession  // nil without one
	queue    []onenet.QueuedMessage // by Seq
}

type key struct {
	onenet.Key
	arrival int64
}

func newWorld(opt Options) *world {
	return &world{
		opt:      opt,
		products: map[onenet.ProductID]*product{},
		keys:     map[onenet.Secret]key{},
		commands: map[onenet.CommandID]*command{},
		shelf:    shelf{max: opt.FileBytes},
	}
}

func newProduct(p onenet.Product) *product {
	p.CreatedAt = milli(p.CreatedAt)
	return &product{
		reg:      p,
		devices:  map[onenet.DeviceID]*device{},
		authInfo: map[onenet.Secret]onenet.DeviceID{},
		retained: map[string]onenet.RetainedMessage{},
		files:    map[string]*file{},
	}
}

// device finds a device, or nil.
func (w *world) device(ref onenet.DeviceRef) *device {
	if p := w.products[ref.Product]; p != nil {
		return p.devices[ref.Device]
	}
	return nil
}

// apply does the whole batch or nothing. Only the registry can refuse, so it goes
// first and keeps notes of how to go back; then everything the rest of the batch
// refers to is looked up; what follows cannot fail.
func (w *world) apply(b *onenet.Batch) error {
	t := txn{w: w}
	err := t.registry(b)
	if err == nil {
		err = w.check(b)
	}
	if err != nil {
		t.rollback()
		return err
	}
	for _, f := range t.after {
		f()
	}
	w.history(b)
	w.sessions(b)
	return nil
}

// check says which device or product of the batch, beyond the registry, is absent.
func (w *world) check(b *onenet.Batch) error {
	var err error
	device := func(ref onenet.DeviceRef) {
		if err == nil && w.device(ref) == nil {
			err = onenet.NotFound("device", string(ref.Device))
		}
	}
	for i := range b.Logins {
		device(b.Logins[i].Ref)
	}
	for i := range b.PutStreams {
		device(b.PutStreams[i].Ref)
	}
	for i := range b.Points {
		device(b.Points[i].Ref)
	}
	for i := range b.PutCommands {
		device(b.PutCommands[i].Ref())
	}
	for i := range b.PutSessions {
		device(b.PutSessions[i].Ref)
	}
	for i := range b.Retain {
		if id := b.Retain[i].Product; err == nil && w.products[id] == nil {
			err = onenet.NotFound("product", string(id))
		}
	}
	return err
}
