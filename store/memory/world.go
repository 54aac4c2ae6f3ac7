package memory

import (
	"bytes"
	"cmp"

	"github.com/onelan/onelan/onenet"
)

// world is all that a store holds. Its methods are called with Store.mu held.
type world struct {
	opt      Options
	products map[onenet.ProductID]*product
	keys     map[onenet.Secret]key
	triggers map[int]onenet.Trigger
	commands map[onenet.CommandID]*command
	shelf    shelf // every file, oldest first
	keeps    bool  // the bytes that come in need not be copied: see Replace
	arrivals int64 // keys, topics and commands so far
	points   int64 // points so far
	queued   int64 // highest number of a queued message
	uplinked int64 // highest number of an entry of the uplink
}

type product struct {
	reg      onenet.Product
	devices  map[onenet.DeviceID]*device
	authInfo map[onenet.Secret]onenet.DeviceID // of devices that have one
	topics   map[string]int64                  // when each came
	retained map[string]onenet.RetainedMessage // by topic
	files    map[string]*file                  // by index
}

type device struct {
	reg      onenet.Device
	product  *product
	streams  map[onenet.StreamID]*stream // see live
	backlog  *backlog                    // nil when nothing ever waited
	commands []*command                  // by creation
	session  *onenet.StoredSession       // nil without one
	queue    []onenet.QueuedMessage      // by Seq
	uplink   *uplink                     // nil when nothing ever went up
}

type key struct {
	onenet.Key
	arrival int64
}

// byCreated orders keys of one moment by arrival.
func byCreated(a, b key) int {
	return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.arrival, b.arrival))
}

func newWorld(opt Options) *world {
	return &world{
		opt:      opt,
		products: map[onenet.ProductID]*product{},
		keys:     map[onenet.Secret]key{},
		triggers: map[int]onenet.Trigger{},
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
		topics:   map[string]int64{},
		retained: map[string]onenet.RetainedMessage{},
		files:    map[string]*file{},
	}
}

// own is what the store keeps of bytes that came in: a copy, because they belong to others.
func (w *world) own(b []byte) []byte {
	if w.keeps {
		return b
	}
	return bytes.Clone(b)
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
	w.lists(b)
	w.history(b)
	w.sessions(b)
	w.upward(b)
	return nil
}
