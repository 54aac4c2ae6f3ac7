package sqlite

import (
	"context"
	"slices"
	"strconv"

	"github.com/onelan/onelan/onenet"
)

func (w *writer) dropTrigger(r *onenet.TriggerRef) error {
	return exec(w.c, "DELETE FROM data_trigger WHERE id = ? AND product = ?", r.ID, string(r.Product))
}

func (w *writer) addTrigger(t *onenet.Trigger) error {
	err := w.needs(onenet.NotFound("product", string(t.Product)), "SELECT 1 FROM product WHERE id = ?", string(t.Product))
	if err != nil {
		return err
	}
	err = w.unless(onenet.Exists("trigger", strconv.Itoa(t.ID)), "SELECT 1 FROM data_trigger WHERE id = ?", t.ID)
	if err != nil {
		return err
	}
	return exec(w.c, `INSERT INTO data_trigger (title, stream, devices, url, type, threshold, created_at, id, product)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, triggerArgs(t)...)
}

func (w *writer) putTrigger(t *onenet.Trigger) error {
	err := w.needs(onenet.NotFound("trigger", strconv.Itoa(t.ID)),
		"SELECT 1 FROM data_trigger WHERE id = ? AND product = ?", t.ID, string(t.Product))
	if err != nil {
		return err
	}
	return exec(w.c, `UPDATE data_trigger SET title = ?, stream = ?, devices = ?, url = ?, type = ?, threshold = ?, created_at = ?
		WHERE id = ? AND product = ?`, triggerArgs(t)...)
}

func triggerArgs(t *onenet.Trigger) []any {
	return []any{
		t.Title, string(t.Stream), jsonText(t.Devices), t.URL, string(t.Type), textOrNull(t.Threshold), milli(t.CreatedAt),
		t.ID, string(t.Product),
	}
}

// unwatch takes a device out of the triggers that name it.
func (w *writer) unwatch(ref onenet.DeviceRef) error {
	found, err := triggers(w.c, "WHERE product = ?", string(ref.Product))
	if err != nil {
		return err
	}
	for _, t := range found {
		if !slices.Contains(t.Devices, ref.Device) {
			continue
		}
		if rest, some := t.Without(ref.Device); some {
			err = w.putTrigger(&rest)
		} else {
			err = w.dropTrigger(&onenet.TriggerRef{Product: t.Product, ID: t.ID})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Triggers implements onenet.Store.
func (s *Store) Triggers(ctx context.Context, id onenet.ProductID) (list []onenet.Trigger, err error) {
	err = s.read(ctx, func(c *conn) error {
		if id == "" {
			list, err = triggers(c, "ORDER BY id")
		} else {
			list, err = triggers(c, "WHERE product = ? ORDER BY id", string(id))
		}
		return err
	})
	return list, err
}

// triggers reads the triggers that a clause chooses.
func triggers(c *conn, clause string, args ...any) (list []onenet.Trigger, err error) {
	err = query(c, "SELECT id, product, title, stream, devices, url, type, threshold, created_at FROM data_trigger "+clause,
		func(r *row) error {
			t := onenet.Trigger{
				ID: int(r.num()), Product: onenet.ProductID(r.text()), Title: r.text(), Stream: onenet.StreamID(r.text()),
			}
			r.json(&t.Devices)
			t.URL, t.Type, t.Threshold, t.CreatedAt = r.text(), onenet.TriggerType(r.text()), r.bytes(), r.time()
			list = append(list, t)
			return r.err
		}, args...)
	return list, err
}
