package sqlite

import (
	"github.com/onelan/onelan/onenet"
)

// check says which device or product of the batch, beyond the registry, is absent.
func (w *writer) check(b *onenet.Batch) error {
	for i := range b.Logins {
		if _, err := w.mustDevice(b.Logins[i].Ref); err != nil {
			return err
		}
	}
	for i := range b.PutStreams {
		if _, err := w.mustDevice(b.PutStreams[i].Ref); err != nil {
			return err
		}
	}
	for i := range b.Points {
		if _, err := w.mustDevice(b.Points[i].Ref); err != nil {
			return err
		}
	}
	for i := range b.PutCommands {
		if _, err := w.mustDevice(b.PutCommands[i].Ref()); err != nil {
			return err
		}
	}
	for i := range b.PutSessions {
		if _, err := w.mustDevice(b.PutSessions[i].Ref); err != nil {
			return err
		}
	}
	return each(b.Retain, func(m *onenet.RetainedMessage) error {
		id := string(m.Product)
		return w.needs(onenet.NotFound("product", id), "SELECT 1 FROM product WHERE id = ?", id)
	})
}

// mustDevice is the key of a device, or a refusal.
func (w *writer) mustDevice(ref onenet.DeviceRef) (int64, error) {
	pk, err := w.device(ref)
	if err == nil && pk == 0 {
		err = onenet.NotFound("device", string(ref.Device))
	}
	return pk, err
}

// history does the part of a checked batch that adds to the life of devices.
func (w *writer) history(b *onenet.Batch) error {
	if err := each(b.Logins, w.login); err != nil {
		return err
	}
	if err := each(b.DropStreams, w.dropStream); err != nil {
		return err
	}
	if err := each(b.PutStreams, w.putStream); err != nil {
		return err
	}
	if err := each(b.Points, w.addPoint); err != nil {
		return err
	}
	return each(b.PutCommands, w.putCommand)
}

func (w *writer) login(m *onenet.LoginMark) error {
	device, err := w.device(m.Ref)
	if err != nil {
		return err
	}
	return exec(w.c, "UPDATE device SET activated_at = coalesce(activated_at, ?), last_login = ? WHERE pk = ?",
		milli(m.At), milli(m.At), device)
}

func (w *writer) dropStream(r *onenet.StreamRef) error {
	pk, err := w.stream(*r)
	if err != nil || pk == 0 {
		return err
	}
	delete(w.ids.streams, *r)
	w.sweeping = true
	return exec(w.c, "DELETE FROM stream WHERE pk = ?", pk)
}

func (w *writer) putStream(m *onenet.StreamMeta) error {
	device, err := w.device(m.Ref)
	if err != nil {
		return err
	}
	return exec(w.c, `INSERT INTO stream (device, id, unit, unit_symbol, tags, created_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (device, id) DO UPDATE SET unit = excluded.unit, unit_symbol = excluded.unit_symbol, tags = excluded.tags`,
		device, string(m.Stream), m.Unit, m.UnitSymbol, jsonText(m.Tags), milli(m.CreatedAt))
}

// streamFor is the key of the stream of a point; the stream is made if need be.
func (w *writer) streamFor(p *onenet.StoredPoint) (int64, error) {
	ref := onenet.StreamRef{Ref: p.Ref, Stream: p.Stream}
	pk, err := w.stream(ref)
	if err != nil || pk != 0 {
		return pk, err
	}
	device, err := w.device(p.Ref)
	if err != nil {
		return 0, err
	}
	err = exec(w.c, "INSERT INTO stream (device, id, created_at) VALUES (?, ?, ?)", device, string(p.Stream), milli(p.Received))
	if err != nil {
		return 0, err
	}
	pk = w.c.LastInsertRowID()
	w.ids.rememberStream(ref, pk)
	return pk, nil
}

// addPoint is the busiest function of the store: one map lookup, one insert.
func (w *writer) addPoint(p *onenet.StoredPoint) error {
	stream, err := w.streamFor(p)
	if err != nil {
		return err
	}
	value := p.Value
	if p.File != nil {
		if len(value) == 0 {
			value = []byte(jsonText(map[string]string{"index": p.File.Index}))
		}
		if err := w.addFile(p, stream); err != nil {
			return err
		}
	}
	w.counters.point.n++
	w.insertPoint.BindInt64(1, stream)
	w.insertPoint.BindInt64(2, milli(p.At))
	w.insertPoint.BindInt64(3, w.counters.point.n)
	w.insertPoint.BindBytes(4, value)
	return step(w.insertPoint)
}

const replaceFileSQL = `DELETE FROM file WHERE name = ? AND EXISTS
	(SELECT 1 FROM stream s JOIN device d ON d.pk = s.device WHERE s.pk = file.stream AND d.product = ?)`

// addFile keeps the file of a point, in place of an older one with its index.
func (w *writer) addFile(p *onenet.StoredPoint, stream int64) error {
	if err := exec(w.c, replaceFileSQL, p.File.Index, string(p.Ref.Product)); err != nil {
		return err
	}
	return exec(w.c, "INSERT INTO file (stream, name, description, size, at, data) VALUES (?, ?, ?, ?, ?, ?)",
		stream, p.File.Index, textOrNull(p.File.Desc), p.File.Size, milli(p.At), p.File.Data)
}

// putCommand stores a revision of a command, unless a newer one is there.
func (w *writer) putCommand(c *onenet.Command) error {
	device, err := w.device(c.Ref())
	if err != nil {
		return err
	}
	var answer any
	if c.Answer != nil {
		answer = c.Answer
	}
	return exec(w.c, `INSERT INTO command (id, device, body, confirm, state, rev, created_at, expires_at, sent_at, answered_at, answer)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET device = excluded.device, body = excluded.body, confirm = excluded.confirm,
			state = excluded.state, rev = excluded.rev, created_at = excluded.created_at, expires_at = excluded.expires_at,
			sent_at = excluded.sent_at, answered_at = excluded.answered_at, answer = excluded.answer
		WHERE excluded.rev > command.rev`,
		string(c.ID), device, c.Body, c.Confirm, string(c.State), c.Rev, milli(c.CreatedAt), milli(c.ExpiresAt),
		orNull(c.SentAt), orNull(c.AnsweredAt), answer)
}
