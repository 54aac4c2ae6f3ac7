package memory

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/onelan/onelan/onenet"
)

func cloneTrigger(t onenet.Trigger) onenet.Trigger {
	t.Devices = slices.Clone(t.Devices)
	t.Threshold = bytes.Clone(t.Threshold)
	t.CreatedAt = milli(t.CreatedAt)
	return t
}

func (t *txn) dropTrigger(r onenet.TriggerRef) {
	if t.w.triggers[r.ID].Product == r.Product {
		del(t, t.w.triggers, r.ID)
	}
}

func (t *txn) addTrigger(tr *onenet.Trigger) error {
	if t.w.products[tr.Product] == nil {
		return onenet.NotFound("product", string(tr.Product))
	}
	if _, taken := t.w.triggers[tr.ID]; taken {
		return onenet.Exists("trigger", strconv.Itoa(tr.ID))
	}
	put(t, t.w.triggers, tr.ID, cloneTrigger(*tr))
	return nil
}

func (t *txn) putTrigger(tr *onenet.Trigger) error {
	if have, ok := t.w.triggers[tr.ID]; !ok || have.Product != tr.Product {
		return onenet.NotFound("trigger", strconv.Itoa(tr.ID))
	}
	put(t, t.w.triggers, tr.ID, cloneTrigger(*tr))
	return nil
}

// unwatch takes a device out of the triggers that name it.
func (t *txn) unwatch(ref onenet.DeviceRef) {
	for id, tr := range t.w.triggers {
		if tr.Product != ref.Product || !slices.Contains(tr.Devices, ref.Device) {
			continue
		}
		if rest, some := tr.Without(ref.Device); some {
			put(t, t.w.triggers, id, rest)
		} else {
			del(t, t.w.triggers, id)
		}
	}
}

// Triggers implements onenet.Store.
func (s *Store) Triggers(ctx context.Context, id onenet.ProductID) (list []onenet.Trigger, err error) {
	err = s.read(ctx, func(w *world) error {
		for _, tr := range w.triggers {
			if id == "" || id == tr.Product {
				list = append(list, cloneTrigger(tr))
			}
		}
		return nil
	})
	slices.SortFunc(list, func(a, b onenet.Trigger) int { return cmp.Compare(a.ID, b.ID) })
	return list, err
}
