package sqlite

import (
	"context"

	"github.com/onelan/onelan/onenet"
)

// waits is when a command that has not expired waits for its device, in the words of
// the index command_waiting.
const waits = "(state = 'created' OR (confirm AND state IN ('sent', 'unanswered', 'send-failed')))"

// Command implements onenet.Store.
func (s *Store) Command(ctx context.Context, id onenet.CommandID) (cmd onenet.Command, err error) {
	err = s.read(ctx, func(c *conn) error {
		list, err := commands(c, "WHERE c.id = ?", string(id))
		if err == nil && len(list) == 0 {
			err = onenet.NotFound("command", string(id))
		}
		if err == nil {
			cmd = list[0]
		}
		return err
	})
	return cmd, err
}

// Commands implements onenet.Store.
func (s *Store) Commands(ctx context.Context, q onenet.CommandQuery) (page []onenet.Command, n int, err error) {
	err = s.read(ctx, func(c *conn) error {
		device, err := one(c, "SELECT pk FROM device WHERE product = ? AND id = ?", string(q.Ref.Product), string(q.Ref.Device))
		if err != nil || device == 0 {
			return err
		}
		where := commandClauses(device, q)
		page, err = commands(c, where.String()+commandOrder(q), append(where.args, pageSize(q.Limit), max(q.Offset, 0))...)
		if err != nil {
			return err
		}
		n, err = total(c, len(page), q.Offset, q.Limit, "SELECT count(*) FROM command c"+where.String(), where.args)
		return err
	})
	return page, n, err
}

func commandOrder(q onenet.CommandQuery) string {
	if q.Desc {
		return " ORDER BY c.created_at DESC, c.pk DESC" + onePage
	}
	return " ORDER BY c.created_at, c.pk" + onePage
}

func commandClauses(device int64, q onenet.CommandQuery) *clauses {
	w := &clauses{}
	w.add("c.device = ?", device)
	if !q.Start.IsZero() {
		w.add("c.created_at >= ?", milliUp(q.Start))
	}
	if !q.End.IsZero() {
		w.add("c.created_at <= ?", milli(q.End))
	}
	if len(q.States) > 0 {
		w.add("c.state IN (SELECT value FROM json_each(?))", jsonText(q.States))
	}
	if !q.Waiting.IsZero() {
		w.add(waits)
		w.add("c.expires_at > ?", milli(q.Waiting))
	}
	return w
}

// commands reads the commands that a clause chooses.
func commands(c *conn, clause string, args ...any) (list []onenet.Command, err error) {
	err = eachCommand(c, func(cmd onenet.Command) error {
		list = append(list, cmd)
		return nil
	}, clause, args...)
	return list, err
}

func eachCommand(c *conn, f func(onenet.Command) error, clause string, args ...any) error {
	return query(c, `SELECT c.id, d.product, d.id, c.body, c.confirm, c.upstream, c.state, c.created_at, c.expires_at, c.sent_at,
		c.answered_at, c.answer, c.rev FROM command c JOIN device d ON d.pk = c.device `+clause, func(r *row) error {
		return f(onenet.Command{
			ID: onenet.CommandID(r.text()), Product: onenet.ProductID(r.text()), Device: onenet.DeviceID(r.text()), Body: r.bytes(),
			Confirm: r.flag(), Upstream: r.flag(), State: onenet.CommandState(r.text()), CreatedAt: r.time(), ExpiresAt: r.time(),
			SentAt: r.time(), AnsweredAt: r.time(), Answer: r.bytes(), Rev: int(r.num()),
		})
	}, args...)
}

// Sessions implements onenet.Store. They come in the order of their devices.
func (s *Store) Sessions(ctx context.Context) (list []onenet.StoredSession, err error) {
	err = s.read(ctx, func(c *conn) error {
		list, err = sessions(c)
		return err
	})
	return list, err
}

func sessions(c *conn) (list []onenet.StoredSession, err error) {
	err = query(c, `SELECT d.product, d.id, s.topic IS NOT NULL, s.topic, s.qos
		FROM session n JOIN device d ON d.pk = n.device LEFT JOIN subscription s ON s.device = n.device
		ORDER BY length(d.product), d.product, length(d.id), d.id, s.nr`, func(r *row) error {
		ref := onenet.DeviceRef{Product: onenet.ProductID(r.text()), Device: onenet.DeviceID(r.text())}
		if len(list) == 0 || list[len(list)-1].Ref != ref {
			list = append(list, onenet.StoredSession{Ref: ref})
		}
		if subscribed := r.flag(); subscribed {
			last := &list[len(list)-1]
			last.Subscriptions = append(last.Subscriptions, onenet.Subscription{Topic: r.text(), QoS: byte(r.num())})
		}
		return nil
	})
	return list, err
}

// Queue implements onenet.Store.
func (s *Store) Queue(ctx context.Context, ref onenet.DeviceRef) (list []onenet.QueuedMessage, err error) {
	err = s.read(ctx, func(c *conn) error {
		return eachQueued(c, func(m onenet.QueuedMessage) error {
			list = append(list, m)
			return nil
		}, "WHERE d.product = ? AND d.id = ? ORDER BY q.seq", string(ref.Product), string(ref.Device))
	})
	return list, err
}

func eachQueued(c *conn, f func(onenet.QueuedMessage) error, clause string, args ...any) error {
	return query(c, `SELECT d.product, d.id, q.seq, q.topic, q.qos, q.payload, q.at
		FROM device d JOIN queued q ON q.device = d.pk `+clause, func(r *row) error {
		return f(onenet.QueuedMessage{
			Ref: onenet.DeviceRef{Product: onenet.ProductID(r.text()), Device: onenet.DeviceID(r.text())},
			Seq: r.num(), Topic: r.text(), QoS: byte(r.num()), Payload: r.bytes(), At: r.time(),
		})
	}, args...)
}

// Retained implements onenet.Store. They come by product and topic.
func (s *Store) Retained(ctx context.Context) (list []onenet.RetainedMessage, err error) {
	err = s.read(ctx, func(c *conn) error {
		return eachRetained(c, func(m onenet.RetainedMessage) error {
			list = append(list, m)
			return nil
		})
	})
	return list, err
}

func eachRetained(c *conn, f func(onenet.RetainedMessage) error) error {
	return query(c, "SELECT product, topic, qos, payload, will_of FROM retained ORDER BY length(product), product, topic",
		func(r *row) error {
			return f(onenet.RetainedMessage{
				Product: onenet.ProductID(r.text()), Topic: r.text(), QoS: byte(r.num()), Payload: r.bytes(),
				WillOf: onenet.DeviceID(r.text()),
			})
		})
}

// LastSeq implements onenet.Store.
func (s *Store) LastSeq(ctx context.Context) (n int64, err error) {
	err = s.read(ctx, func(c *conn) error {
		n, err = one(c, lastSeqSQL)
		return err
	})
	return n, err
}

const lastSeqSQL = "SELECT n FROM counter WHERE name = 'queued'"
