package sqlite

import (
	"context"
	"errors"
	"iter"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/internal/pack"
)

// Dump implements onenet.Store. It is one read transaction, on a connection of its own. Until the consumer has all,
// the WAL cannot begin anew, and Close waits for it.
func (s *Store) Dump(ctx context.Context) iter.Seq2[onenet.Batch, error] {
	return func(yield func(onenet.Batch, error) bool) {
		p := pack.New(yield)
		p.End(s.readWith(ctx, s.dumps, func(c *conn) error {
			if err := dump(c, p); !errors.Is(err, pack.ErrEnough) {
				return err
			}
			return nil
		}))
	}
}

// dump hands everything to p, in the order of a Batch's fields.
func dump(c *conn, p *pack.Packer) error {
	for _, part := range []func(*conn, *pack.Packer) error{
		dumpProducts, dumpDevices, dumpKeys, dumpTriggers, dumpTopics, dumpStreams, dumpPoints, dumpCommands,
		dumpSessions, dumpQueue, dumpRetained,
	} {
		if err := part(c, p); err != nil {
			return err
		}
	}
	return nil
}

func dumpProducts(c *conn, p *pack.Packer) error {
	list, err := products(c, "ORDER BY length(id), id")
	if err != nil {
		return err
	}
	return each(list, func(v *onenet.Product) error { return pack.Add(p, &p.B.AddProducts, *v, 0) })
}

func dumpDevices(c *conn, p *pack.Packer) error {
	return eachDevice(c, func(d onenet.Device) error {
		return pack.Add(p, &p.B.AddDevices, d, len(d.Other))
	}, "ORDER BY pk")
}

// dumpKeys gives them by arrival, so that keys of one moment keep their order.
func dumpKeys(c *conn, p *pack.Packer) error {
	list, err := keys(c, "ORDER BY pk")
	if err != nil {
		return err
	}
	return each(list, func(k *onenet.Key) error { return pack.Add(p, &p.B.AddKeys, *k, 0) })
}

func dumpTriggers(c *conn, p *pack.Packer) error {
	list, err := triggers(c, "ORDER BY id")
	if err != nil {
		return err
	}
	return each(list, func(t *onenet.Trigger) error { return pack.Add(p, &p.B.AddTriggers, *t, 0) })
}

func dumpTopics(c *conn, p *pack.Packer) error {
	return query(c, "SELECT product, topic FROM topic ORDER BY pk", func(r *row) error {
		t := onenet.TopicRef{Product: onenet.ProductID(r.text()), Topic: r.text()}
		return pack.Add(p, &p.B.PutTopics, t, len(t.Topic))
	})
}

func dumpCommands(c *conn, p *pack.Packer) error {
	return eachCommand(c, func(cmd onenet.Command) error {
		return pack.Add(p, &p.B.PutCommands, cmd, len(cmd.Body)+len(cmd.Answer))
	}, "ORDER BY c.pk")
}

func dumpSessions(c *conn, p *pack.Packer) error {
	list, err := sessions(c)
	if err != nil {
		return err
	}
	return each(list, func(s *onenet.StoredSession) error { return pack.Add(p, &p.B.PutSessions, *s, 0) })
}

func dumpQueue(c *conn, p *pack.Packer) error {
	add := func(m onenet.QueuedMessage) error { return pack.Add(p, &p.B.Enqueue, m, len(m.Payload)) }
	if err := eachQueued(c, add, "ORDER BY q.pk"); err != nil {
		return err
	}
	last, err := one(c, lastSeqSQL)
	if err != nil || last == 0 {
		return err
	}
	return add(onenet.QueuedMessage{Seq: last}) // a message for nobody is left out, but its number counts
}

func dumpRetained(c *conn, p *pack.Packer) error {
	return eachRetained(c, func(m onenet.RetainedMessage) error { return pack.Add(p, &p.B.Retain, m, len(m.Payload)) })
}
