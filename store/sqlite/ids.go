package sqlite

import (
	"github.com/onelan/onelan/onenet"
)

// mostIDs bounds how many keys are remembered; then all are forgotten.
const mostIDs = 100_000

// ids remembers the integer keys of devices and streams, so that storing a point costs
// no lookup. What is remembered is in the database or in the running transaction; it is
// forgotten whenever something is dropped or taken back.
type ids struct {
	devices map[onenet.DeviceRef]int64
	streams map[onenet.StreamRef]int64
}

func newIDs() ids {
	return ids{devices: map[onenet.DeviceRef]int64{}, streams: map[onenet.StreamRef]int64{}}
}

func (i *ids) clear() {
	clear(i.devices)
	clear(i.streams)
}

// device is the key of a device, 0 when there is none.
func (w *writer) device(ref onenet.DeviceRef) (int64, error) {
	if pk := w.ids.devices[ref]; pk != 0 {
		return pk, nil
	}
	pk, err := one(w.c, "SELECT pk FROM device WHERE product = ? AND id = ?", string(ref.Product), string(ref.Device))
	if pk != 0 {
		if len(w.ids.devices) >= mostIDs {
			w.ids.clear()
		}
		w.ids.devices[ref] = pk
	}
	return pk, err
}

// stream is the key of a stream, 0 when there is none.
func (w *writer) stream(ref onenet.StreamRef) (int64, error) {
	if pk := w.ids.streams[ref]; pk != 0 {
		return pk, nil
	}
	device, err := w.device(ref.Ref)
	if err != nil || device == 0 {
		return 0, err
	}
	pk, err := one(w.c, "SELECT pk FROM stream WHERE device = ? AND id = ?", device, string(ref.Stream))
	w.ids.rememberStream(ref, pk)
	return pk, err
}

func (i *ids) rememberStream(ref onenet.StreamRef, pk int64) {
	if pk == 0 {
		return
	}
	if len(i.streams) >= mostIDs {
		i.clear()
	}
	i.streams[ref] = pk
}

// counters are the highest numbers given to points, queued messages and entries of the uplink.
type counters struct {
	point, queued, uplink counter
}

type counter struct{ n, saved int64 }

func (k *counters) load(c *conn) error {
	return query(c, "SELECT name, n FROM counter", func(r *row) error {
		if counter := k.named(r.text()); counter != nil {
			counter.n = r.num()
			counter.saved = counter.n
		}
		return nil
	})
}

func (k *counters) named(name string) *counter {
	switch name {
	case "point":
		return &k.point
	case "queued":
		return &k.queued
	case "uplink":
		return &k.uplink
	}
	return nil
}

// save writes the counters that rose, as part of the transaction that raised them.
func (k *counters) save(c *conn) error {
	if err := k.point.save(c, "point"); err != nil {
		return err
	}
	if err := k.queued.save(c, "queued"); err != nil {
		return err
	}
	return k.uplink.save(c, "uplink")
}

func (k *counter) save(c *conn, name string) error {
	if k.n == k.saved {
		return nil
	}
	k.saved = k.n
	return exec(c, "UPDATE counter SET n = ? WHERE name = ?", k.n, name)
}

// forget makes the next save write all: the last one was taken back. A gap in the
// numbers does no harm.
func (k *counters) forget() { k.point.saved, k.queued.saved, k.uplink.saved = -1, -1, -1 }
