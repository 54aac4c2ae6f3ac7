package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/rig"
)

// counter publishes numbers on a topic, one after the other, each when the one before is acknowledged.
type counter struct {
	topic  string
	retain bool
	conn   *rig.Conn
	acked  int // the newest number that was acknowledged
	sent   int
}

func (c *counter) login(ctx context.Context, s *rig.Onelan, device string) (err error) {
	c.conn, _, err = rig.Open(ctx, s.MQTT, login(device, false))
	return err
}

// next publishes the next number.
func (c *counter) next() error {
	c.sent++
	m := rig.Message{Topic: c.topic, Payload: []byte(strconv.Itoa(c.sent)), QoS: 1, Retain: c.retain, ID: packetID(c.sent)}
	if _, err := c.conn.Write(m.Packet()); err != nil {
		return err
	}
	if _, err := c.conn.Await(rig.Puback); err != nil {
		return err
	}
	c.acked = c.sent
	return nil
}

// numberOf is the number that a message on the topic carries.
func (c *counter) numberOf(m rig.Message) (int, error) {
	n, err := strconv.Atoi(string(m.Payload))
	if err != nil || m.Topic != c.topic {
		return 0, fmt.Errorf("unexpected message %q on %s", m.Payload, m.Topic)
	}
	if n > c.sent {
		return 0, fmt.Errorf("message %d on %s was never sent", n, m.Topic)
	}
	return n, nil
}

// retained replaces a retained message over and over: the newest acknowledged one, or
// one sent after it, must be there.
type retained struct {
	counter
	before int // acknowledged in earlier rounds
}

func (r *retained) name() string { return "retained" }

func (r *retained) begin(ctx context.Context, s *rig.Onelan, _ int) error {
	r.topic, r.retain, r.before = "kill/retained", true, r.acked
	return r.login(ctx, s, "retainer")
}

func (r *retained) press(context.Context) error {
	defer func() { _ = r.conn.Close() }()
	for {
		if err := r.next(); err != nil {
			return err
		}
	}
}

func (r *retained) check(ctx context.Context, s *rig.Onelan) (tally, error) {
	t := tally{acked: r.acked - r.before}
	got := 0
	err := listen(ctx, s, login("retained-reader", false), r.topic, func(m rig.Message) (err error) {
		got, err = r.numberOf(m)
		return err
	})
	if err != nil {
		return t, err
	}
	if got < r.acked {
		t.lost++ // the older ones were replaced: only the newest can be lost
	}
	t.extra = max(0, got-r.acked)
	r.sent, r.acked = max(got, r.acked), max(got, r.acked)
	return t, nil
}

// listen logs in, subscribes to the topic unless it is empty, and hands over every message
// that comes before the answer to a ping sent behind a message to itself.
func listen(ctx context.Context, s *rig.Onelan, l rig.Login, topic string, f func(rig.Message) error) error {
	c, present, err := rig.Open(ctx, s.MQTT, l)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if l.Keep && !present {
		return nil // the session is gone, and all that was in it: the count will tell
	}
	end := "kill/end of " + l.Device // of its own: a kept session stays subscribed, and OneNET keeps ten messages in all
	hello := rig.Subscribe(1, end, 0)
	if topic != "" {
		hello = append(rig.Subscribe(2, topic, 1), hello...)
	}
	if _, err := c.Write(hello); err != nil {
		return err
	}
	return readUntilEnd(c, end, f)
}

// readUntilEnd reads and acknowledges messages. When it is subscribed to the end topic it sends
// itself a message there: new messages come behind those that waited.
func readUntilEnd(c *rig.Conn, end string, f func(rig.Message) error) error {
	for {
		head, body, err := c.Next(rig.Patience)
		if err != nil {
			return err
		}
		if head == rig.Suback && body[1] == 1 {
			_, err = c.Write(rig.Message{Topic: end}.Packet())
		}
		if err != nil {
			return err
		}
		if head>>4 != 3 {
			continue
		}
		m, ok := rig.Parse(head, body)
		if !ok {
			return fmt.Errorf("PUBLISH % X", body)
		}
		if m.Topic == end {
			_, err = c.Write(rig.Disconnect)
			return err
		}
		if err := f(m); err != nil {
			return err
		}
		if _, err := c.Write(rig.Ack(rig.Puback, m.ID)); err != nil {
			return err
		}
	}
}

// queue publishes to a device with a kept session that is away, or connected without
// ever acknowledging. OneNET keeps the newest ten messages for it (reference, section 2.2).
type queue struct {
	title     string
	connected bool
	most      int // messages in a round, 0 for as many as it can

	counter
	conns []*rig.Conn
	begun int // numbers before this round
}

// kept is how many messages wait for a device that is away.
const kept = 10

func (q *queue) name() string { return q.title }

func (q *queue) device() rig.Login { return login("keeper-"+q.title, true) }

func (q *queue) begin(ctx context.Context, s *rig.Onelan, _ int) error {
	q.topic, q.begun = "kill/"+q.title, q.sent
	c, _, err := rig.Open(ctx, s.MQTT, q.device())
	if err != nil {
		return err
	}
	if err := c.Subscribe(q.topic, 1); err != nil {
		return err
	}
	q.conns = []*rig.Conn{c}
	if !q.connected {
		if err := goodbye(c); err != nil {
			return err
		}
	}
	return q.login(ctx, s, "teller-"+q.title)
}

// goodbye disconnects and waits until the server has hung up: then it knows that the device is away.
func goodbye(c *rig.Conn) error {
	if _, err := c.Write(rig.Disconnect); err != nil {
		return err
	}
	for {
		if _, _, err := c.Next(rig.Patience); err != nil {
			return c.Close()
		}
	}
}

func (q *queue) press(ctx context.Context) error {
	defer func() {
		for _, c := range append(q.conns, q.conn) {
			_ = c.Close()
		}
	}()
	for i := 0; q.most == 0 || i < q.most; i++ {
		if err := q.next(); err != nil {
			return err
		}
		if q.most > 0 { // few: spread them over the time that the server has to live
			clock.Sleep(clock.System(), 20*time.Millisecond, ctx.Done())
		}
	}
	_, _, err := q.conn.Next(rig.Patience) // nothing comes: wait for the kill
	return err
}

func (q *queue) check(ctx context.Context, s *rig.Onelan) (tally, error) {
	var got []int
	err := listen(ctx, s, q.device(), "", func(m rig.Message) error {
		n, err := q.numberOf(m)
		if n > q.begun { // older ones may come again: their acknowledgement was under way
			got = append(got, n)
		}
		return err
	})
	t := compareQueue(q.begun, q.acked, got)
	q.acked = q.sent
	return t, err
}

// compareQueue checks the messages that a device got: numbers after begun up to acked are
// promised, as far as they are among the newest ten, in order and once.
func compareQueue(begun, acked int, got []int) tally {
	t := tally{acked: max(0, acked-begun)}
	last, have := begun, map[int]bool{}
	for _, n := range got {
		if n <= last {
			t.lost++ // out of order, or twice
		}
		last, have[n] = max(last, n), true
		if n > acked {
			t.extra++
		}
	}
	newest := max(last, acked)
	for n := max(begun+1, newest-kept+1); n <= acked; n++ {
		if !have[n] {
			t.lost++
		}
	}
	return t
}
