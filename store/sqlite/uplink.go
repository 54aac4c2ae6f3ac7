package sqlite

import "github.com/onelan/onelan/onenet"

// uplink does the part of a batch that is about what is on its way to the real OneNET.
func (w *writer) uplink(b *onenet.Batch) error {
	if err := each(b.DropUplink, w.dropUplink); err != nil {
		return err
	}
	if err := each(b.EnqueueUplink, w.enqueueUplink); err != nil {
		return err
	}
	if err := each(b.PutUplink, w.putUplink); err != nil {
		return err
	}
	return each(b.CountUplink, w.countUplink)
}

// An entry is in one of two stretches of the index.
const (
	dropUplinkSQL = "DELETE FROM uplink WHERE device = ? AND quarantined IN (0, 1) AND seq = ?"
	putUplinkSQL  = "UPDATE uplink SET tries = ?, dead = ?, quarantined = ? WHERE device = ? AND quarantined IN (0, 1) AND seq = ?"
)

func (w *writer) dropUplink(k *onenet.UplinkKey) error {
	device, err := w.device(k.Ref)
	if err != nil || device == 0 {
		return err
	}
	return exec(w.c, dropUplinkSQL, device, k.Seq)
}

// enqueueUplink keeps an entry. Only one whose number is not new can take the place of another.
func (w *writer) enqueueUplink(e *onenet.UplinkEntry) error {
	known := e.Seq <= w.counters.uplink.n
	w.counters.uplink.n = max(w.counters.uplink.n, e.Seq)
	device, err := w.device(e.Ref)
	if err != nil || device == 0 {
		return err
	}
	if known {
		if err := exec(w.c, dropUplinkSQL, device, e.Seq); err != nil {
			return err
		}
	}
	return exec(w.c, `INSERT INTO uplink (device, seq, at, topic, qos, payload, tries, dead, quarantined, size)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		device, e.Seq, milli(e.At), e.Topic, e.QoS, e.Payload, e.Tries, e.Dead, e.Dead != "", len(e.Payload))
}

func (w *writer) putUplink(e *onenet.UplinkEntry) error {
	device, err := w.device(e.Ref)
	if err != nil || device == 0 {
		return err
	}
	return exec(w.c, putUplinkSQL, e.Tries, e.Dead, e.Dead != "", device, e.Seq)
}

func (w *writer) countUplink(n *onenet.UplinkCount) error {
	device, err := w.device(n.Ref)
	if err != nil || device == 0 {
		return err
	}
	return exec(w.c, `INSERT INTO uplink_count (device, name, n) VALUES (?, ?, ?)
		ON CONFLICT (device, name) DO UPDATE SET n = n + excluded.n`, device, string(n.Column), n.N)
}
