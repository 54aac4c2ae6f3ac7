package sqlite

import "github.com/onelan/onelan/onenet"

// sessions does the part of a checked batch that is about what waits for devices.
func (w *writer) sessions(b *onenet.Batch) error {
	if err := each(b.DropSessions, w.dropSession); err != nil {
		return err
	}
	if err := each(b.PutSessions, w.putSession); err != nil {
		return err
	}
	if err := each(b.Dequeue, w.dequeue); err != nil {
		return err
	}
	if err := each(b.Enqueue, w.enqueue); err != nil {
		return err
	}
	if err := each(b.Unretain, w.unretain); err != nil {
		return err
	}
	return each(b.Retain, w.retain)
}

func (w *writer) dropSession(ref *onenet.DeviceRef) error {
	device, err := w.device(*ref)
	if err != nil || device == 0 {
		return err
	}
	if err := exec(w.c, "DELETE FROM session WHERE device = ?", device); err != nil {
		return err
	}
	return exec(w.c, "DELETE FROM queued WHERE device = ?", device)
}

func (w *writer) putSession(s *onenet.StoredSession) error {
	device, err := w.device(s.Ref)
	if err != nil {
		return err
	}
	if err := exec(w.c, "INSERT OR IGNORE INTO session (device) VALUES (?)", device); err != nil {
		return err
	}
	if err := exec(w.c, "DELETE FROM subscription WHERE device = ?", device); err != nil {
		return err
	}
	for i, sub := range s.Subscriptions {
		err := exec(w.c, "INSERT INTO subscription (device, nr, topic, qos) VALUES (?, ?, ?, ?)", device, i, sub.Topic, sub.QoS)
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) dequeue(k *onenet.QueueKey) error {
	device, err := w.device(k.Ref)
	if err != nil || device == 0 {
		return err
	}
	return exec(w.c, "DELETE FROM queued WHERE device = ? AND seq = ?", device, k.Seq)
}

// enqueue keeps a message; one for a device that is gone only counts.
func (w *writer) enqueue(m *onenet.QueuedMessage) error {
	w.counters.queued.n = max(w.counters.queued.n, m.Seq)
	device, err := w.device(m.Ref)
	if err != nil || device == 0 {
		return err
	}
	return exec(w.c, `INSERT INTO queued (device, seq, topic, qos, payload, at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (device, seq) DO UPDATE SET topic = excluded.topic, qos = excluded.qos, payload = excluded.payload, at = excluded.at`,
		device, m.Seq, m.Topic, m.QoS, m.Payload, milli(m.At))
}

func (w *writer) unretain(r *onenet.TopicRef) error {
	return exec(w.c, "DELETE FROM retained WHERE product = ? AND topic = ?", string(r.Product), r.Topic)
}

func (w *writer) retain(m *onenet.RetainedMessage) error {
	return exec(w.c, `INSERT INTO retained (product, topic, qos, payload, will_of) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (product, topic) DO UPDATE SET qos = excluded.qos, payload = excluded.payload, will_of = excluded.will_of`,
		string(m.Product), m.Topic, m.QoS, m.Payload, string(m.WillOf))
}
