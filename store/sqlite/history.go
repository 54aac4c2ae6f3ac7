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
	for i := range b.PutTopics {
		if err := w.mustProduct(b.PutTopics[i].Product); err != nil {
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
	return each(b.Retain, func(m *onenet.RetainedMessage) error { return w.mustProduct(m.Product) })
}

// mustProduct refuses when there is no such product.
func (w *writer) mustProduct(id onenet.ProductID) error {
	return w.needs(onenet.NotFound("product", string(id)), "SELECT 1 FROM product WHERE id = ?", string(id))
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
	if err := each(b.DropPoints, w.dropPoints); err != nil {
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
	return exec(w.c, `INSERT INTO command (id, device, body, confirm, upstream, state, rev, created_at, expires_at, sent_at,
			answered_at, answer)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET device = excluded.device, body = excluded.body, confirm = excluded.confirm,
			upstream = excluded.upstream, state = excluded.state, rev = excluded.rev, created_at = excluded.created_at, expires_at = excluded.expires_at,
			sent_at = excluded.sent_at, answered_at = excluded.answered_at, answer = excluded.answer
		WHERE excluded.rev > command.rev`,
		string(c.ID), device, c.Body, c.Confirm, c.Upstream, string(c.State), c.Rev, milli(c.CreatedAt), milli(c.ExpiresAt),
		orNull(c.SentAt), orNull(c.AnsweredAt), answer)
}
