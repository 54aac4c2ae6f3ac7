package sqlite

import (
	"context"

	"github.com/onelan/onelan/onenet"
)

const uplinkSQL = `SELECT seq, at, topic, qos, payload, tries, dead FROM uplink
	WHERE device = ? AND quarantined = ? AND seq > ? ORDER BY seq` + atMost

// Uplink implements onenet.Store.
func (s *Store) Uplink(ctx context.Context, q onenet.UplinkQuery) (list []onenet.UplinkEntry, err error) {
	err = s.read(ctx, func(c *conn) error {
		device, err := one(c, "SELECT pk FROM device WHERE product = ? AND id = ?", string(q.Ref.Product), string(q.Ref.Device))
		if err != nil || device == 0 {
			return err
		}
		return query(c, uplinkSQL, func(r *row) error {
			list = append(list, onenet.UplinkEntry{
				Ref: q.Ref, Seq: r.num(), At: r.time(), Topic: r.text(), QoS: byte(r.num()), Payload: r.bytes(),
				Tries: int(r.num()), Dead: r.text(),
			})
			return nil
		}, device, q.Dead, q.After, pageSize(q.Limit))
	})
	return list, err
}

// byDevice is the order of lists of devices d.
const byDevice = " ORDER BY length(d.product), d.product, length(d.id), d.id"

// depthsSQL adds up what the index says, and only then looks for the names of the devices.
const depthsSQL = `SELECT d.product, d.id, u.quarantined, u.entries, u.bytes, u.oldest
	FROM (SELECT device, quarantined, count(*) AS entries, sum(size) AS bytes, min(at) AS oldest
		FROM uplink GROUP BY device, quarantined) u
	JOIN device d ON d.pk = u.device` + byDevice

// UplinkDepths implements onenet.Store.
func (s *Store) UplinkDepths(ctx context.Context) (list []onenet.UplinkDepth, err error) {
	err = s.read(ctx, func(c *conn) error {
		return query(c, depthsSQL, func(r *row) error {
			ref := onenet.DeviceRef{Product: onenet.ProductID(r.text()), Device: onenet.DeviceID(r.text())}
			if len(list) == 0 || list[len(list)-1].Ref != ref {
				list = append(list, onenet.UplinkDepth{Ref: ref})
			}
			depth := &list[len(list)-1]
			if dead := r.flag(); dead {
				depth.Dead = int(r.num())
			} else {
				depth.Waiting, depth.Bytes, depth.Oldest = int(r.num()), r.num(), r.time()
			}
			return nil
		})
	})
	return list, err
}

// UplinkCounts implements onenet.Store.
func (s *Store) UplinkCounts(ctx context.Context) (list []onenet.UplinkCount, err error) {
	err = s.read(ctx, func(c *conn) error {
		return query(c, `SELECT d.product, d.id, u.name, u.n FROM uplink_count u JOIN device d ON d.pk = u.device
			WHERE u.n <> 0`+byDevice+", u.name", func(r *row) error {
			list = append(list, onenet.UplinkCount{
				Ref:    onenet.DeviceRef{Product: onenet.ProductID(r.text()), Device: onenet.DeviceID(r.text())},
				Column: onenet.UplinkColumn(r.text()), N: r.num(),
			})
			return nil
		})
	})
	return list, err
}

// LastUplinkSeq implements onenet.Store.
func (s *Store) LastUplinkSeq(ctx context.Context) (n int64, err error) {
	err = s.read(ctx, func(c *conn) error {
		n, err = one(c, "SELECT n FROM counter WHERE name = 'uplink'")
		return err
	})
	return n, err
}
